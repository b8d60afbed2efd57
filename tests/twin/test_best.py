"""Of several paintings the one most like her is kept, and none is preferred for being a copy."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from tests.twin.rig import LOOK, TinyPainter
from twin.best import BestOf
from twin.errors import BadValue, LeaseLost
from twin.order import SEEDS
from twin.painter import PaintRequest, StepSeen
from twin.ports import Picture

REQUEST = PaintRequest("nora", LOOK, 7)


def scored(*scores: float | None) -> Callable[[Picture, str], float | None]:
    left = list(scores)
    return lambda _picture, twin_id: left.pop(0) if twin_id == "nora" else None


def painted(seed: int) -> Picture:
    return TinyPainter().paint(replace(REQUEST, seed=seed), lambda _: None).picture


def test_the_nearest_of_all_tries_is_kept_and_the_recipe_tells_the_others() -> None:
    kept = BestOf(TinyPainter(), 3, scored(-0.5, 0.7, 0.2)).paint(REQUEST, lambda _: None)
    assert np.array_equal(kept.picture, painted(8))
    assert kept.recipe["best_of"] == {
        "tries": [{"seed": 7, "likeness": -0.5}, {"seed": 8, "likeness": 0.7}, {"seed": 9, "likeness": 0.2}],
        "kept": 1,
        "of": 3,
    }


def test_one_that_is_near_enough_ends_the_search_before_a_copy_is_found() -> None:
    kept = BestOf(TinyPainter(), 3, scored(0.9, 1.0, 9.0)).paint(REQUEST, lambda _: None)
    assert np.array_equal(kept.picture, painted(8))
    assert len(kept.recipe["best_of"]["tries"]) == 2


def test_a_picture_without_her_face_loses_to_any_other_and_the_first_of_equals_is_kept() -> None:
    assert np.array_equal(BestOf(TinyPainter(), 2, scored(None, -9.0)).paint(REQUEST, lambda _: None).picture, painted(8))
    assert np.array_equal(BestOf(TinyPainter(), 3, scored(None, None, None)).paint(REQUEST, lambda _: None).picture, painted(7))
    assert np.array_equal(BestOf(TinyPainter(), 3, scored(0.2, 0.2, 0.1)).paint(REQUEST, lambda _: None).picture, painted(7))


def test_steps_are_counted_over_all_tries_and_a_cancel_ends_them() -> None:
    seen: list[tuple[int, int]] = []
    best = BestOf(TinyPainter(), 2, scored(0.0, 0.1))
    best.paint(REQUEST, lambda one: seen.append((one.step, one.steps)))
    assert seen == [(1, 6), (2, 6), (3, 6), (4, 6), (5, 6), (6, 6)]

    def cancelled(one: StepSeen) -> None:
        if one.step == 4:
            raise LeaseLost("Cancelled.")

    with pytest.raises(LeaseLost):
        BestOf(TinyPainter(), 2, scored(0.0, 0.1)).paint(REQUEST, cancelled)


def test_seeds_go_round_at_the_last_one() -> None:
    last = replace(REQUEST, seed=SEEDS - 1)
    assert np.array_equal(BestOf(TinyPainter(), 2, scored(0.0, 0.5)).paint(last, lambda _: None).picture, painted(0))


def test_the_best_of_none_is_refused() -> None:
    with pytest.raises(BadValue):
        BestOf(TinyPainter(), 0, scored())
