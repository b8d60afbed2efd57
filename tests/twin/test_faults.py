"""Killed at any point of painting or examining, or told to die there thrice, an image is neither lost nor doubled."""

import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from moderation.desk import desk
from tests.twin.rig import LOOK, MIRA, Clock, PlatePainter, Rig
from twin.jobs import jobs, work
from twin.orders.recipe import Recipe
from twin.painter import PaintRequest

ROOT = Path(__file__).parents[2]
KEPT = "paint.kept"
POINTS = [
    *jobs.FAULTS,
    *(point for point in work.FAULTS if point != KEPT),
    *(point for point in desk.FAULTS if point.startswith("examine.")),
]
AFTER_PAINTING = ["paint.committed", *(p for p in POINTS if p.startswith("examine.") and p != "examine.submitted")]


class Killed(BaseException):
    """The end of a process, for tests that stay in theirs."""


def struck(home: Path, point: str, how: str = "") -> int:
    """Work at a home in a process of its own that dies at `point`; the signal that ended it."""
    done = subprocess.run([sys.executable, "-m", "tests.twin.rig", str(home), point, how], cwd=ROOT, timeout=120, check=False)
    return -done.returncode


@pytest.mark.parametrize("point", POINTS)
def test_a_worker_killed_anywhere_loses_and_doubles_nothing(tmp_path: Path, point: str) -> None:
    rig = Rig.founded(tmp_path, Clock())
    render_id = rig.order(seed=9)
    assert struck(tmp_path, point) == signal.SIGKILL
    rig.settle("next")

    paintings = 1 if point in AFTER_PAINTING else 2
    examinations = 2 if point in AFTER_PAINTING and point not in ("paint.committed", "examine.committed") else 1
    assert rig.jobs_of(render_id) == [("paint", "done", paintings), ("examine", "done", examinations)]
    again = ["queued", "painting"] * paintings
    assert rig.history(render_id) == [*again, "examining", "her turn"]
    tables = ("render", "submission", "recipe", "verdict", "finding")
    assert [len(rig.rows(f"SELECT 1 FROM {table}")) for table in tables] == [1] * len(tables)
    assert rig.files() == [f"previews/{render_id}.jpg.sealed", f"vault/originals/{render_id}.png.sealed"]
    sealed = rig.rows("SELECT pixels_sha256 FROM submission")[0]["pixels_sha256"]
    assert Recipe.from_json(rig.rows("SELECT recipe FROM recipe")[0]["recipe"]).pixels_sha256 == sealed


@pytest.mark.parametrize(
    ("point", "kept"),
    [("paint.painted:3", 2), ("paint.stored:2", 1), ("paint.rows:4", 3), ("paint.committed:2", 2), (KEPT, 1), (f"{KEPT}:3", 3)],
)
def test_of_a_batch_whose_worker_is_killed_what_was_handed_in_stays_and_the_others_are_painted_again(
    tmp_path: Path, point: str, kept: int
) -> None:
    rig = Rig.founded(tmp_path, Clock())
    ids = [rig.order(seed=seed) for seed in range(4)]
    assert struck(tmp_path, point, "pairs") == signal.SIGKILL
    assert [rig.state(one) for one in ids] == ["examining"] * kept + ["painting"] * (4 - kept)
    rig.settle("next")

    assert [rig.jobs_of(one)[0] for one in ids] == [("paint", "done", 1)] * kept + [("paint", "done", 2)] * (4 - kept)
    assert [rig.history(one)[-2:] for one in ids] == [["examining", "her turn"]] * 4
    for table in ("submission", "recipe", "verdict"):
        assert sorted(row["render_id"] for row in rig.rows(f"SELECT render_id FROM {table}")) == sorted(ids)
    assert rig.files() == [
        f"{folder}/{i}.{end}.sealed" for folder, end in (("previews", "jpg"), ("vault/originals", "png")) for i in ids
    ]
    for seed, one in enumerate(ids):
        alone = rig.painter.paint(PaintRequest("nora", LOOK, seed), lambda _: None)
        assert np.array_equal(rig.incoming.picture(one), alone.picture)


@pytest.mark.parametrize("point", ["paint.painted", "paint.stored", "paint.rows", "paint.committed"])
def test_a_worker_killed_while_developing_loses_and_doubles_nothing(tmp_path: Path, point: str) -> None:
    rig = Rig.founded(tmp_path, Clock(), painter=PlatePainter())
    relit = replace(LOOK, backdrop_colour="#203040")
    parent = rig.order(seed=9)
    rig.settle()
    child = rig.order(seed=9, look=relit, parent_id=parent)
    assert struck(tmp_path, point) == signal.SIGKILL
    rig.settle("next")

    paintings = 1 if point == "paint.committed" else 2
    assert rig.jobs_of(child) == [("paint", "done", paintings), ("examine", "done", 1)]
    kept = [f"{folder}/{i}.{end}" for folder, end in _FOLDERS for i in (parent, child)]
    assert rig.files() == kept
    tables = ("render", "submission", "negative", "recipe", "verdict")
    assert [len(rig.rows(f"SELECT 1 FROM {table} WHERE {_KEY[table]} = ?", child)) for table in tables] == [1] * len(tables)
    recipe = Recipe.from_json(rig.rows("SELECT recipe FROM recipe WHERE render_id = ?", child)[0]["recipe"])
    assert recipe.made_by["developed_from"]["image"] == parent
    assert np.array_equal(rig.incoming.picture(child), rig.painter.paint(recipe.request(), lambda _: None).picture)


_FOLDERS = (("previews", "jpg.sealed"), ("vault/negatives", "npz.sealed"), ("vault/originals", "png.sealed"))
_KEY = {"render": "id", **dict.fromkeys(("submission", "negative", "recipe", "verdict"), "render_id")}


def test_pixels_of_a_killed_painting_go_when_its_image_was_cancelled(tmp_path: Path) -> None:
    rig = Rig.founded(tmp_path, Clock())
    cancelled = rig.order(seed=1)
    assert struck(tmp_path, "paint.stored") == signal.SIGKILL
    assert any(cancelled in name for name in rig.files())
    rig.jobs.cancel(cancelled, MIRA)
    rig.order(seed=2)
    rig.settle("next")
    assert [name for name in rig.files() if cancelled in name] == []


@pytest.mark.parametrize(("point", "state"), [("paint.stored", "failed"), ("examine.examined", "in review")])
def test_what_kills_its_worker_three_times_ends_and_lets_the_next_image_pass(tmp_path: Path, point: str, state: str) -> None:
    clock = Clock()
    Rig.founded(tmp_path, clock).order(seed=1)

    def die(passed: str) -> None:
        if passed == point:
            raise Killed

    for _ in range(3):
        with pytest.raises(Killed):
            Rig(tmp_path, clock, die).settle()
    rig = Rig(tmp_path, clock)
    clock.go_on(seconds=1)
    rig.order(seed=2)
    rig.settle("next")
    assert [row["state"] for row in rig.rows("SELECT state FROM render ORDER BY seed")] == [state, "her turn"]
    assert rig.rows("SELECT 1 FROM job WHERE state IN ('waiting', 'running')") == []
