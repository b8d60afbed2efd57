"""Of several paintings the one most like her is kept, and none is preferred for being a copy."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import ClassVar

import numpy as np
import pytest

from tests.twin.rig import LOOK, TinyPainter
from twin.errors import BadValue, EngineBroken, LeaseLost
from twin.orders.best import STRIDE, BestOf, seed_of
from twin.orders.order import SEEDS, SEVERAL_AT_MOST
from twin.painter import Done, Painting, PaintRequest, StepSeen, unkept
from twin.ports import Picture

REQUEST = PaintRequest("nora", LOOK, 7)


def scored(*scores: float | None) -> Callable[[Picture, str], float | None]:
    left = list(scores)
    return lambda _picture, twin_id: left.pop(0) if twin_id == "nora" else None


def painted(seed: int) -> Picture:
    return TinyPainter().paint(replace(REQUEST, seed=seed), lambda _: None).picture


def test_the_nearest_of_all_tries_is_kept_and_the_recipe_tells_the_others() -> None:
    kept = BestOf(TinyPainter(), 3, scored(-0.5, 0.7, 0.2)).paint(REQUEST, lambda _: None)
    assert np.array_equal(kept.picture, painted(seed_of(7, 1)))
    assert kept.recipe["best_of"] == {
        "tries": [
            {"seed": 7, "likeness": -0.5},
            {"seed": seed_of(7, 1), "likeness": 0.7},
            {"seed": seed_of(7, 2), "likeness": 0.2},
        ],
        "kept": 1,
        "of": 3,
    }


def test_one_that_is_near_enough_ends_the_search_before_a_copy_is_found() -> None:
    kept = BestOf(TinyPainter(), 3, scored(0.9, 1.0, 9.0)).paint(REQUEST, lambda _: None)
    assert np.array_equal(kept.picture, painted(seed_of(7, 1)))
    assert len(kept.recipe["best_of"]["tries"]) == 2


def test_a_picture_without_her_face_loses_to_any_other_and_the_first_of_equals_is_kept() -> None:
    assert np.array_equal(
        BestOf(TinyPainter(), 2, scored(None, -9.0)).paint(REQUEST, lambda _: None).picture, painted(seed_of(7, 1))
    )
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
    assert np.array_equal(BestOf(TinyPainter(), 2, scored(0.0, 0.5)).paint(last, lambda _: None).picture, painted(STRIDE - 1))


def test_no_two_images_of_an_order_try_the_same_seed() -> None:
    tried = [seed_of(seed % SEEDS, turn) for seed in range(SEEDS - 30, SEEDS - 30 + SEVERAL_AT_MOST) for turn in range(5)]
    assert len(set(tried)) == len(tried)


class Counting(TinyPainter):
    """Paints several in one go, and tells how many there were each time."""

    gos: ClassVar[list[int]] = []

    def paint_many(
        self, requests: Sequence[PaintRequest], on_step: Callable[[StepSeen], None], done: Done = unkept
    ) -> tuple[Painting, ...]:
        self.gos.append(len(requests))
        on_step(StepSeen(1, 1))
        paintings = tuple(self.paint(one, lambda _: None) for one in requests)
        for place, painting in enumerate(paintings):
            done(place, painting)
        return paintings


def test_of_several_images_only_those_that_are_not_near_enough_are_tried_again_and_each_is_as_if_alone() -> None:
    requests = [replace(REQUEST, seed=seed) for seed in (7, 8, 9)]
    likeness = {
        painted(seed_of(seed, turn)).tobytes(): score
        for seed, turns in ((7, (1.0,)), (8, (0.2, 1.1)), (9, (0.1, 0.6, 0.5)))
        for turn, score in enumerate(turns)
    }
    seen: list[tuple[int, int]] = []
    painter, score = Counting(), lambda picture, _: likeness[picture.tobytes()]
    painter.gos.clear()
    together = BestOf(painter, 3, score).paint_many(requests, lambda one: seen.append((one.step, one.steps)))
    assert painter.gos == [3, 2]
    assert [one.recipe["best_of"]["kept"] for one in together] == [0, 1, 1]
    assert [len(one.recipe["best_of"]["tries"]) for one in together] == [1, 2, 3]
    alone = [BestOf(TinyPainter(), 3, score).paint(one, lambda _: None) for one in requests]
    assert [one.recipe for one in together] == [one.recipe for one in alone]
    assert all(np.array_equal(one.picture, other.picture) for one, other in zip(together, alone, strict=True))
    assert seen[:2] == [(1, 3), (2, 3)]


def broken_at(turn: int, error: Exception) -> Counting:
    """Paints several in one go until this turn, in which its second picture goes wrong."""

    class Breaking(Counting):
        def paint_many(
            self, requests: Sequence[PaintRequest], on_step: Callable[[StepSeen], None], done: Done = unkept
        ) -> tuple[Painting, ...]:
            self.gos.append(len(requests))
            on_step(StepSeen(1, 1))
            for place, one in enumerate(requests):
                if len(self.gos) == turn and place == 1:
                    raise error
                done(place, self.paint(one, lambda _: None))
            return ()

    made = Breaking()
    made.gos.clear()
    return made


def test_what_goes_wrong_in_a_further_try_ends_the_search_and_the_best_so_far_of_each_is_kept() -> None:
    requests = [replace(REQUEST, seed=seed) for seed in (7, 8, 9)]
    kept: list[tuple[int, int]] = []
    best = BestOf(broken_at(2, RuntimeError("it broke")), 3, scored(0.1, 0.2, 1.0, 0.5))
    paintings = best.paint_many(requests, lambda _: None, lambda place, one: kept.append((place, one.recipe["best_of"]["kept"])))
    assert kept == [(2, 0), (0, 1), (1, 0)], "the one that was near enough at once, then the others as they stood"
    assert [len(one.recipe["best_of"]["tries"]) for one in paintings] == [2, 1, 1]


@pytest.mark.parametrize(
    ("turn", "error", "kept"),
    [
        (1, RuntimeError("it broke"), [0]),
        (2, EngineBroken("The GPU is gone."), [2, 0, 1]),
        (2, LeaseLost("Cancelled."), [2]),
    ],
)
def test_an_error_is_raised_where_there_is_none_of_a_picture_or_no_engine_left(
    turn: int, error: Exception, kept: list[int]
) -> None:
    requests = [replace(REQUEST, seed=seed) for seed in (7, 8, 9)]
    heard: list[int] = []
    with pytest.raises(type(error)):
        BestOf(broken_at(turn, error), 3, scored(0.1, 0.2, 1.0, 0.5)).paint_many(
            requests, lambda _: None, lambda place, _: heard.append(place)
        )
    assert heard == kept


def test_what_fails_at_handing_over_is_no_failed_try() -> None:
    def full(_: int, __: Painting) -> None:
        raise OSError(28, "No space left on device")

    painter = broken_at(9, RuntimeError())
    with pytest.raises(OSError, match="No space"):
        BestOf(painter, 3, scored(1.0, 1.0)).paint_many([REQUEST, replace(REQUEST, seed=8)], lambda _: None, full)
    assert painter.gos == [2]


def test_the_best_of_none_is_refused() -> None:
    with pytest.raises(BadValue):
        BestOf(TinyPainter(), 0, scored())
