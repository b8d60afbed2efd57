"""No sum and no difference of what an outsider sees tells of fewer than the fewest."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from moderation.questions.judged import Count, quantile
from moderation.questions.reader import coarse

NUMBERS = st.lists(st.integers(0, 40), max_size=7)


@given(NUMBERS, st.integers(1, 6))
def test_whatever_can_be_reckoned_from_what_is_shown_tells_of_nobody_or_of_enough(numbers: list[int], fewest: int) -> None:
    told = coarse([Count(str(place), n) for place, n in enumerate(numbers)], fewest)
    shown = [one.n for one in told.shown]
    for size in range(1, len(shown) + 1):
        assert all(sum(some) == 0 or sum(some) >= fewest for some in itertools.combinations(shown, size))
    assert sum(shown) == (0 if told.hidden else sum(numbers))
    if told.hidden:
        assert sum(numbers) < fewest


@given(NUMBERS)
def test_an_insider_sees_every_cell_as_it_is(numbers: list[int]) -> None:
    cells = [Count(str(place), n) for place, n in enumerate(numbers)]
    told = coarse(cells, 1)
    assert (told.single, told.together, told.hidden) == (tuple(cells), None, False)


@given(st.lists(st.integers(0, 1000), min_size=1), st.floats(0.01, 1))
def test_a_quantile_is_the_least_value_that_enough_values_do_not_exceed(values: list[int], part: float) -> None:
    values.sort()
    found = quantile(values, part)
    assert found in values
    assert sum(one <= found for one in values) >= part * len(values) - 1e-9
    assert sum(one < found for one in values) < part * len(values) + 1e-9
