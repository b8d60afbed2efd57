"""A worker tells what it does and holds, and leaves to others what its GPU has no room for, as long as there are others."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.twin.rig import LOOK, OTTO, Clock, Rig, TinyPainter
from twin.engines.accelerator import Accelerator
from twin.jobs.posts import Post
from twin.jobs.roster import Said
from twin.painter import PaintRequest

FULL = Post("gpu-1", Accelerator("A GPU", 1, 1, "GPU-1", 1))
ROOMY = Post("gpu-0", Accelerator("A GPU", 9, 9, "GPU-0", 0))


@dataclass
class Fake:
    """Engines of which one finds no room."""

    warm: dict[str, str] = field(default_factory=dict)
    short: tuple[str, ...] = ("tiny",)
    asked: int = 0

    def held(self) -> Mapping[str, str]:
        return self.warm

    def without_room(self) -> Collection[str]:
        self.asked += 1
        return self.short


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rig(tmp_path: Path, clock: Clock) -> Rig:
    made = Rig.founded(tmp_path, clock)
    made.post, made.engines = FULL, Fake()
    return made


def says(rig: Rig, post: str, *unable: str) -> None:
    rig.roster.say(post, Said(f"{post}:7", 7, "", "", unable=unable))


def test_a_painting_is_left_to_a_worker_that_has_room_and_everything_else_is_done_here(rig: Rig, clock: Clock) -> None:
    worker = rig.worker()
    clock.go_on(minutes=4)
    with rig.roster.lock("gpu-0"):
        says(rig, "gpu-0")
        clock.go_on(minutes=60)  # a long picture: the one that is there need not speak
        left, other = rig.order(1), rig.order(2, OTTO, licence_id="lic-two", shoot_id="other", painter="atelier")
        assert worker.once()
        assert (rig.state(left), rig.state(other)) == ("queued", "examining")
        assert worker.once(), "an examination needs no GPU"
        assert not worker.once()
        assert rig.rows("SELECT 1 FROM job WHERE render_id = ? AND attempt > 0", left) == []
    rig.post, rig.engines = ROOMY, Fake(short=())
    rig.settle()
    assert rig.state(left) == "her turn"


@pytest.mark.parametrize("other", ["none", "full as well", "gone long ago"])
def test_what_nobody_has_room_for_is_taken_so_that_somebody_is_told_why(rig: Rig, clock: Clock, other: str) -> None:
    worker, render_id = rig.worker(), rig.order()
    if other == "full as well":
        says(rig, "gpu-0", "tiny")
    elif other == "gone long ago":
        rig.roster.lock("gpu-0").acquire(blocking=False).lock.release()
        says(rig, "gpu-0")
    assert not worker.once(), "one that has just come cannot know who else there is"
    clock.go_on(minutes=2)
    assert not worker.once(), "nor while somebody who died may be started again"
    clock.go_on(minutes=1, seconds=1)
    assert worker.once()
    assert rig.state(render_id) == "examining"


def test_the_driver_is_asked_only_while_something_is_due(rig: Rig) -> None:
    worker = rig.worker()
    assert not worker.once()
    assert isinstance(rig.engines, Fake)
    assert rig.engines.asked == 0


def test_others_see_what_it_does_what_it_holds_and_that_it_is_gone(rig: Rig) -> None:
    seen: list[tuple[bool, str, object]] = []

    def look(_: int) -> None:
        (one,) = rig.roster.seen()
        assert one.said is not None
        seen.append((one.manned, one.said.doing, dict(rig.roster.held())))

    rig.painter = TinyPainter(look)
    rig.engines = Fake({"tiny": "bf16"}, ())
    render_id = rig.order()
    rig.settle()
    assert seen[0] == (True, f"paint {render_id}", {"GPU-1": {"tiny": "bf16"}})
    assert [one.manned for one in rig.roster.seen()] == [False]
    assert rig.roster.held() == {}, "a model of a process that is gone is held no more"


def test_leases_of_dead_workers_are_taken_over_and_those_of_living_ones_are_not(rig: Rig) -> None:
    rig.engines = None
    for seed in range(3):
        rig.order(seed)
    claims = [rig.jobs.claim(name) for name in ("gpu-0:1", "gpu-1:2", "gpu-7:3")]
    with rig.roster.lock("gpu-0"), rig.roster.vacant(rig.jobs.workers(), "gpu-1") as gone:
        assert sorted(gone) == ["gpu-1:2", "gpu-7:3"]
        rig.jobs.expire_leases(gone)
    worker = rig.worker()
    while worker.once():
        pass
    states = [rig.state(one.render_id) for one in claims if one]
    assert states == ["painting", "her turn", "her turn"]


def test_what_a_living_worker_shows_of_its_painting_survives_the_sweep_of_another_that_starts(rig: Rig) -> None:
    rig.order(1)
    mine = rig.jobs.claim("gpu-0:1")
    assert mine is not None
    rig.incoming.show(mine.render_id, TinyPainter().paint(PaintRequest("nora", LOOK, 1), lambda _: None).picture)
    with rig.roster.lock("gpu-0"):
        rig.worker().run(iter([False, False, True, True]).__next__)
    assert rig.files() == [f"progress/{mine.render_id}.jpg.sealed"]
