"""Rows as CSV that no spreadsheet takes for a formula: every cell quoted, and no text begins as a formula does."""

import csv
import io
from collections.abc import Iterable, Sequence

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet may take for the start of a formula, in half and full width (OWASP, CSV injection)."""
_MARK = "'"


def csv_text(rows: Iterable[Sequence[str | int]]) -> str:
    """Rows as CSV (RFC 4180, but for a plain newline after each row); the same rows give the same text.

    Raises ValueError for a number below zero, which would start as a formula does: it has a column of its own.
    """
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue()


def rows_of(text: str) -> list[list[str]]:
    """The rows that `csv_text` wrote, as text."""
    return [[_read(cell) for cell in row] for row in csv.reader(io.StringIO(text, newline=""))]


def _cell(value: str | int) -> str:
    if isinstance(value, int):
        if value < 0:
            raise ValueError("A number below zero is not written into a spreadsheet; it has a column of its own.")
        return str(value)
    risky = value.startswith(_MARK) or value.lstrip(" \u00a0\u3000").startswith(STARTS)
    return _MARK + value if risky else value


def _read(cell: str) -> str:
    return cell.removeprefix(_MARK)
