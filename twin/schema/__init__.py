"""The tables of the twin domain."""
