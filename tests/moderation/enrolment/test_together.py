"""Beside each other: the stranger is named, and the copy counts once."""

from dataclasses import replace

import numpy as np
import pytest

from moderation.enrolment.together import FAR, FOREIGN, beside_each_other
from tests.moderation.enrolment.test_photograph import GOOD

CHANCE = np.random.default_rng(3)
HERS = {name: replace(GOOD, template=(GOOD.template + CHANCE.normal(0, 0.01, 128)).astype(np.float32)) for name in "abcdef"}


def away(far: float) -> np.ndarray:
    """A template that lies so far from hers."""
    step = np.zeros(128, np.float32)
    step[0] = far
    return np.asarray(GOOD.template + step, np.float32)


@pytest.mark.parametrize(("far", "said"), [(FAR - 0.1, []), (FAR + 0.05, ["too far"]), (FOREIGN + 0.1, ["another person's"])])
def test_a_face_is_named_by_how_far_it_lies_from_the_others(far: float, said: list[str]) -> None:
    photographs = {**HERS, "x": replace(GOOD, template=away(far))}
    found = beside_each_other(photographs, list(photographs), {}, {})
    assert [words in reason.words for words, reason in zip(said, found["x"], strict=True)] == [True] * len(said)
    assert all(found[name] == [] for name in HERS)


def test_two_strangers_do_not_vouch_for_each_other_and_too_few_name_nobody() -> None:
    strangers = {name: replace(GOOD, template=away(0.8)) for name in "xy"}
    found = beside_each_other({**HERS, **strangers}, [*HERS, *strangers], {}, {})
    assert [bool(found[name]) for name in "axy"] == [False, True, True]
    few = {"a": HERS["a"], "b": HERS["b"], "x": strangers["x"]}
    assert beside_each_other(few, list(few), {}, {}) == {"a": [], "b": [], "x": []}


def test_the_later_of_two_like_photographs_is_left_out_until_the_earlier_is_removed() -> None:
    photographs = {**HERS, "x": replace(GOOD, copy_of="a", copy_fit=0.95), "y": replace(GOOD, copy_of="b", copy_fit=0.75)}
    found = beside_each_other(photographs, list(photographs), {"a": "first.jpg", "b": "second.jpg"}, {})
    assert found["x"][0].words == "This is the same photograph as first.jpg (0.95; limit 0.72)."
    assert found["y"][0].words == "This is nearly the same photograph as second.jpg (0.75; limit 0.72)."
    del photographs["a"]
    assert beside_each_other(photographs, list(photographs), {}, {})["x"] == []


def test_a_new_photograph_is_held_against_those_that_stand_however_few_are_new() -> None:
    standing = {name: measured.template for name, measured in HERS.items()}
    stranger = {"x": replace(GOOD, template=away(FOREIGN + 0.1)), "y": replace(GOOD, copy_of="a", copy_fit=0.95)}
    found = beside_each_other(stranger, list(stranger), {"a": "first.jpg"}, standing)
    assert [reason.code for reason in found["x"]] == ["foreign"]
    assert [reason.code for reason in found["y"]] == ["copy"]
    del standing["a"]  # it is to be taken out
    assert beside_each_other(stranger, list(stranger), {}, standing)["y"] == []
