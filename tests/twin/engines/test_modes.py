"""The largest way to hold a model that fits is taken, and each next one needs less."""

import pytest

from twin.engines.modes import GIGABYTE, Mode, choose, needed
from twin.errors import PainterUnavailable

KLEIN = {"text_encoder": 8_050_000_000, "transformer": 7_750_000_000, "vae": 168_000_000}
"""Bytes as the hub's pages tell them."""


def test_klein_takes_about_what_its_makers_and_users_tell() -> None:
    told = {mode: round(size / GIGABYTE, 1) for mode, size in needed(KLEIN).items()}
    assert told == {Mode.BF16: 19.7, Mode.QUANTISED: 11.8, Mode.OFFLOAD: 5.9}


@pytest.mark.parametrize(
    ("free", "mode"), [(80, Mode.BF16), (24, Mode.BF16), (16, Mode.QUANTISED), (12, Mode.QUANTISED), (8, Mode.OFFLOAD)]
)
def test_the_largest_that_fits_is_taken(free: int, mode: Mode) -> None:
    assert choose(free * GIGABYTE, KLEIN) is mode


def test_one_byte_less_takes_the_next_and_below_the_smallest_it_says_what_is_needed() -> None:
    wanted = needed(KLEIN)
    for mode in Mode:
        assert choose(wanted[mode], KLEIN) is mode
        if mode.smaller:
            assert choose(wanted[mode] - 1, KLEIN) is mode.smaller
    with pytest.raises(PainterUnavailable, match=r"needs at the least 5\.9 GB of free GPU memory, and 4\.0 GB are free"):
        choose(4 * GIGABYTE, KLEIN)


def test_modes_go_from_large_to_small_and_are_told_in_words() -> None:
    assert [mode.smaller for mode in Mode] == [Mode.QUANTISED, Mode.OFFLOAD, None]
    assert len({mode.words for mode in Mode}) == 3
