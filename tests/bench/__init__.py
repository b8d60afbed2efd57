"""Benchmarks: what a thing costs beside a baseline measured in the same run. `python -m tests.bench --json`."""
