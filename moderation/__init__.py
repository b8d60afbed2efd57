"""Judging, signing and releasing what was painted."""
