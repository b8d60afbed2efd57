"""Several images of one order are painted in one go, each under a lease of its own."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event

import pytest

from moderation.errors import VaultFull
from tests.twin.rig import FOUR, LOOK, MIRA, Clock, Pairs, Rig, TinyPainter, revoke
from twin.errors import EngineBroken, LookRefused
from twin.jobs.claim import Claim
from twin.orders.recipe import Recipe
from twin.painter import Done, PainterCard, Painting, PaintRequest, StepSeen, unkept


@dataclass(frozen=True)
class Several(TinyPainter):
    """Paints up to four in one go; `gos` are the seeds of each go."""

    card: PainterCard = FOUR
    gos: list[list[int]] = field(default_factory=list)

    def paint_many(
        self, requests: Sequence[PaintRequest], on_step: Callable[[StepSeen], None], done: Done = unkept
    ) -> tuple[Painting, ...]:
        self.gos.append([one.seed for one in requests])
        for step in (1, 2, 3):
            self.at_step(step)
            on_step(StepSeen(step, 3))
        paintings = tuple(TinyPainter().paint(one, lambda _: None) for one in requests)
        for place, painting in enumerate(paintings):
            done(place, painting)
        return paintings


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig.founded(tmp_path, Clock())


def ordered(rig: Rig, count: int, first: int = 1, **changes: object) -> list[str]:
    return [rig.order(seed, **changes) for seed in range(first, first + count)]


def states(rig: Rig, ids: list[str]) -> list[str]:
    return [rig.state(one) for one in ids]


def test_an_order_of_six_is_painted_in_two_gos_and_each_image_has_its_own_recipe_and_examination(rig: Rig) -> None:
    painter = rig.painter = Several()
    ids = ordered(rig, 6)
    rig.settle()
    assert painter.gos == [[1, 2, 3, 4], [5, 6]]
    assert states(rig, ids) == ["her turn"] * 6
    assert [rig.jobs_of(one) for one in ids] == [[("paint", "done", 1), ("examine", "done", 1)]] * 6
    for seed, render_id in enumerate(ids, 1):
        recipe = Recipe.from_json(rig.rows("SELECT recipe FROM recipe WHERE render_id = ?", render_id)[0]["recipe"])
        alone = TinyPainter().paint(recipe.request(), lambda _: None)
        assert recipe.seed == seed
        assert (rig.incoming.picture(render_id) == alone.picture).all()


def test_examinations_go_before_what_is_left_of_an_order(rig: Rig) -> None:
    painter = rig.painter = Several()
    ordered(rig, 5)
    worker = rig.worker()
    assert worker.once()
    assert worker.once()
    assert len(painter.gos) == 1
    assert len(rig.rows("SELECT 1 FROM job WHERE kind = 'examine' AND state = 'done'")) == 1


@pytest.mark.parametrize(
    "changes",
    [{"look": replace(LOOK, words="smiling")}, {"painter": "other"}, {"parent": True}, {"later": True}],
    ids=["another look", "another painter", "a change of an earlier image", "another order"],
)
def test_what_is_no_sibling_is_painted_apart(rig: Rig, changes: dict[str, object]) -> None:
    painter = rig.painter = Several()
    first = rig.order(1)
    parent = {"parent_id": first} if changes.pop("parent", False) else {}
    if changes.pop("later", False):
        rig.clock.go_on(seconds=1)  # type: ignore[attr-defined]
    other = rig.order(2, **changes, **parent)
    rig.settle()
    assert states(rig, [first, other]) == ["her turn"] * 2
    assert painter.gos == []


def test_a_painter_of_one_at_a_time_holds_one_lease_at_a_time(rig: Rig) -> None:
    ids = ordered(rig, 3)
    running: list[int] = []
    rig.painter = TinyPainter(lambda _: running.append(len(rig.rows("SELECT 1 FROM job WHERE state = 'running'"))))
    rig.settle()
    assert set(running) == {1}
    assert states(rig, ids) == ["her turn"] * 3


def cancelling(rig: Rig, ids: list[str], at: int = 2) -> Several:
    def act(step: int) -> None:
        if step == at:
            for one in ids:
                rig.jobs.cancel(one, MIRA)

    return Several(act)


def test_one_cancelled_of_several_leaves_nothing_and_the_others_go_on(rig: Rig) -> None:
    ids = ordered(rig, 3)
    rig.painter = cancelling(rig, ids[1:2])
    rig.settle()
    assert states(rig, ids) == ["her turn", "cancelled", "her turn"]
    assert rig.jobs_of(ids[1]) == [("paint", "stopped", 1)]
    assert not [name for name in rig.files() if ids[1] in name]
    assert [row["render_id"] for row in rig.rows("SELECT render_id FROM recipe ORDER BY render_id")] == [ids[0], ids[2]]


def test_when_all_are_cancelled_painting_stops_at_once(rig: Rig) -> None:
    ids = ordered(rig, 3)
    seen: list[int] = []
    cancel = cancelling(rig, ids, at=1)
    rig.painter = Several(lambda step: (seen.append(step), cancel.at_step(step)))
    rig.settle()
    assert seen == [1]
    assert states(rig, ids) == ["cancelled"] * 3
    assert rig.files() == []


def test_a_revocation_in_the_middle_withdraws_all_of_them(rig: Rig) -> None:
    ids = ordered(rig, 3)
    rig.painter = Several(lambda step: revoke(rig) if step == 2 else None)
    assert rig.worker().once()
    assert states(rig, ids) == ["withdrawn"] * 3
    assert rig.files() == []


def test_what_failed_together_is_tried_again_alone(rig: Rig) -> None:
    ids = ordered(rig, 3)

    def breaks(step: int) -> None:
        if step == 2 and len(rig.rows("SELECT 1 FROM job WHERE state = 'running'")) > 1:
            raise RuntimeError("the third one was too much")

    painter = rig.painter = Several(breaks)
    assert rig.worker().once()
    assert [rig.jobs_of(one) for one in ids] == [[("paint", "waiting", 1)]] * 3
    rig.clock.go_on(minutes=1)  # type: ignore[attr-defined]
    rig.settle()
    assert painter.gos == [[1, 2, 3]]
    assert states(rig, ids) == ["her turn"] * 3


@pytest.mark.parametrize("error", [RuntimeError("it broke"), EngineBroken("The GPU stopped answering.")])
def test_what_was_painted_before_the_others_failed_is_kept_and_only_they_are_tried_again(rig: Rig, error: Exception) -> None:
    ids = ordered(rig, 4)

    def breaks(step: int) -> None:
        if step == 5:
            raise error

    rig.painter = Pairs(breaks)
    with pytest.raises(EngineBroken) if isinstance(error, EngineBroken) else nullcontext():
        rig.worker().once()
    assert states(rig, ids) == ["examining"] * 2 + ["queued"] * 2
    assert [rig.jobs_of(one)[0] for one in ids] == [("paint", "done", 1)] * 2 + [("paint", "waiting", 1)] * 2
    kept = {name.split("/")[-1].split(".")[0] for name in rig.files()}
    assert kept == set(ids[:2])
    rig.clock.go_on(minutes=1)  # type: ignore[attr-defined]
    rig.painter = TinyPainter()
    rig.settle("w2")
    assert states(rig, ids) == ["her turn"] * 4
    assert [rig.jobs_of(one)[0] for one in ids] == [("paint", "done", 1)] * 2 + [("paint", "done", 2)] * 2


def test_one_lost_while_the_others_are_done_stops_the_painting_of_what_nobody_waits_for(rig: Rig) -> None:
    ids = ordered(rig, 4)
    steps: list[int] = []

    def cancels(step: int) -> None:
        steps.append(step)
        if step == 2:
            for one in ids[2:]:
                rig.jobs.cancel(one, MIRA)

    rig.painter = Pairs(cancels)
    rig.worker().once()
    assert steps == [1, 2, 3, 4], "the second pair ends at its first step"
    assert states(rig, ids) == ["examining"] * 2 + ["cancelled"] * 2


def test_a_refusal_is_told_of_each(rig: Rig) -> None:
    ids = ordered(rig, 2)

    def refuses(_: int) -> None:
        raise LookRefused("Tiny has no hats.")

    rig.painter = Several(refuses)
    rig.settle()
    assert rig.rows("SELECT DISTINCT state, failure FROM render") == [{"state": "failed", "failure": "Tiny has no hats."}]
    assert len(ids) == 2


def test_a_broken_engine_ends_the_worker_and_a_new_one_paints_them(rig: Rig) -> None:
    ids = ordered(rig, 2)

    def breaks(_: int) -> None:
        raise EngineBroken("The GPU stopped answering.")

    rig.painter = Several(breaks)
    with pytest.raises(EngineBroken):
        rig.settle()
    assert [rig.jobs_of(one) for one in ids] == [[("paint", "waiting", 1)]] * 2
    rig.painter = Several()
    rig.clock.go_on(minutes=1)  # type: ignore[attr-defined]
    rig.settle("w2")
    assert states(rig, ids) == ["her turn"] * 2


def test_a_worker_told_to_stop_hands_all_of_them_back(rig: Rig) -> None:
    ids, stop = ordered(rig, 3), Event()
    rig.painter = Several(lambda _: stop.set())
    rig.worker("w1", stop).run()
    assert [rig.jobs_of(one) for one in ids] == [[("paint", "waiting", 0)]] * 3
    rig.painter = painter = Several()
    rig.settle("w2")
    assert painter.gos == [[1, 2, 3]], "they were never tried to their end, and are siblings still"


def test_an_image_that_finds_no_room_on_the_disk_fails_and_leaves_those_before_it_whole(rig: Rig) -> None:
    ids = ordered(rig, 3)
    rig.painter = Several()
    stored: list[str] = []

    class Full:
        """An intake whose disk is full at the second picture."""

        def __getattr__(self, name: str) -> object:
            return getattr(rig.incoming, name)

        def store(self, render_id: str, sheet: object) -> None:
            stored.append(render_id)
            if len(stored) == 2:
                raise VaultFull("The disk is full.")
            rig.incoming.store(render_id, sheet)  # type: ignore[arg-type]

    worker = rig.worker(incoming=Full())
    assert worker.once()
    assert states(rig, ids) == ["examining", "failed", "failed"]
    assert {name.split("/")[-1].split(".")[0] for name in rig.files()} == {ids[0]}


def test_no_two_workers_hold_the_same_sibling(rig: Rig) -> None:
    ids = ordered(rig, 4)
    first = rig.jobs.claim("w1")
    assert first is not None
    beside = rig.jobs.beside(first, 2)
    second = rig.jobs.claim("w2")
    assert second is not None
    assert [one.render_id for one in (first, *beside, second)] == ids
    assert rig.jobs.beside(second, 3) == []
    assert {one.worker for one in beside} == {"w1"}


def test_nothing_is_taken_beside_while_painting_is_halted_or_beside_a_second_attempt(rig: Rig) -> None:
    ordered(rig, 3)
    claim = rig.jobs.claim("w1")
    assert claim is not None
    rig.halt = "The tombstones are cut."
    assert rig.jobs.beside(claim, 2) == []
    rig.halt = None
    assert rig.jobs.beside(replace(claim, attempt=2), 2) == []
    assert rig.jobs.beside(claim, 0) == []
    assert len(rig.jobs.beside(claim, 9)) == 2


def test_a_sibling_whose_licence_ended_is_withdrawn_and_not_taken(rig: Rig) -> None:
    ids = ordered(rig, 2)
    claim: Claim | None = rig.jobs.claim("w1")
    assert claim is not None
    revoke(rig)
    assert rig.jobs.beside(claim, 1) == []
    assert rig.state(ids[1]) == "withdrawn"
