"""CSV that no spreadsheet computes, and that is read back as it was written."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.money.spreadsheet import STARTS, csv_text, rows_of

DANGEROUS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1", '=cmd|"/c calc"!A1', "'=1")


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_cell_begins_as_a_formula_does(text: str) -> None:
    cell = next(csv.reader(io.StringIO(csv_text([[text]]), newline="")))[0]
    assert cell == "'" + text
    assert not cell.startswith(STARTS)


@given(st.lists(st.lists(st.text(), min_size=1, max_size=4), max_size=4))
def test_every_text_is_read_back_as_it_was_and_never_begins_as_a_formula(rows: list[list[str]]) -> None:
    written = csv_text(rows)
    assert rows_of(written) == rows
    assert written == csv_text(rows_of(written))
    for row in csv.reader(io.StringIO(written, newline="")):
        assert not any(cell.startswith(STARTS) for cell in row)


def test_numbers_are_written_plainly_and_none_below_zero() -> None:
    assert csv_text([["a", 5, 0]]) == '"a","5","0"\n'
    with pytest.raises(ValueError):
        csv_text([[-5]])
