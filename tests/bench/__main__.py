"""Runs the named benchmarks, or all: `python -m tests.bench [NAME …] [--data DIR] [--json]`."""

import argparse
import importlib
import json
import os
import pkgutil
import sys
from pathlib import Path

import tests.bench as here

PLUMBING = {"__main__", "measure"}


def names() -> list[str]:
    return sorted(m.name for m in pkgutil.iter_modules(here.__path__) if m.name not in PLUMBING)


def main() -> int:
    ask = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    ask.add_argument("name", nargs="*", help=f"one of: {', '.join(names())}")
    ask.add_argument("--data", type=Path, help="a folder of further pictures to measure on")
    ask.add_argument("--json", action="store_true", help="one JSON object a benchmark, a line each")
    asked = ask.parse_args()
    unknown = set(asked.name) - set(names())
    if unknown:
        print(f"No such benchmark: {', '.join(sorted(unknown))}. There are: {', '.join(names())}.", file=sys.stderr)
        return 2
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as the program itself runs
    for name in asked.name or names():
        measured = importlib.import_module(f"tests.bench.{name}").run(asked.data)
        if asked.json:
            print(json.dumps(measured.as_json()), flush=True)
        elif not measured.n:
            print(f"{measured.name}: {measured.ran}", flush=True)
        else:
            print(
                f"{measured.name}: {measured.ran}; median {measured.median_s:.3f} s of {measured.n}, "
                f"{measured.ratio:.2f} of {measured.baseline}; {measured.figures}",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
