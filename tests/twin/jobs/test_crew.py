"""A worker at each post: they share the orders among them, and one that dies costs one attempt and none of the others."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tests.twin.jobs.at_post import ABORTS
from tests.twin.rig import OTTO, Rig
from twin.engines.accelerator import Accelerator
from twin.jobs import crew
from twin.jobs.crew import Crew
from twin.jobs.posts import posts

GPUS = tuple(Accelerator("A GPU", 1, 1, f"GPU-{number}", number) for number in range(3))
OPEN = "SELECT 1 FROM job WHERE state IN ('waiting', 'running')"


@contextmanager
def working(rig: Rig, seeds: str = "") -> Iterator[Crew]:
    """Three workers' processes at a home, one a GPU; that of gpu-1 aborts at these seeds."""
    command = [sys.executable, "-m", "tests.twin.jobs.at_post", str(rig.home), seeds or "none"]
    made = Crew.of(command, posts(GPUS), rig.roster, {**os.environ, "CUDA_VISIBLE_DEVICES": "all of them"})
    made.start()
    try:
        yield made
    finally:
        made.stop()


def until(holds: Callable[[], object], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came about"
        time.sleep(0.02)


def process_of(rig: Rig, post: str) -> int:
    said = {one.post: one.said for one in rig.roster.seen() if one.manned}.get(post)
    return said.process_id if said else 0


def painted_by(rig: Rig, render_id: str) -> list[str]:
    """The posts of the workers that began to paint an image, in order."""
    rows = rig.rows("SELECT facts ->> 'worker' AS worker FROM audit WHERE event = 'render.painting' AND subject = ?", render_id)
    return [row["worker"].split(":")[0] for row in rows]


def done_once(rig: Rig, ids: list[str]) -> bool:
    """Whether every image went all the way, with one submission, one recipe and one examination, and no file besides theirs."""
    rows = [rig.history(one) for one in ids]
    assert all(one.count("examining") == 1 and one[-1] == "her turn" for one in rows), rows
    for table in ("submission", "recipe", "verdict"):
        assert sorted(row["render_id"] for row in rig.rows(f"SELECT render_id FROM {table}")) == sorted(ids)
    expected = [f"{folder}/{i}.{end}.sealed" for folder, end in (("previews", "jpg"), ("vault/originals", "png")) for i in ids]
    return rig.files() == sorted(expected)


def test_three_workers_paint_every_order_once_though_one_aborts_and_one_is_killed(tmp_path: Path) -> None:
    rig = Rig.founded(tmp_path, lambda: datetime.now(UTC))
    with working(rig, "3,5,104"):
        until(lambda: all(process_of(rig, post.name) for post in posts(GPUS)))
        first = {post.name: process_of(rig, post.name) for post in posts(GPUS)}
        ids = [rig.order(seed) for seed in range(8)]
        ids += [rig.order(100 + seed, OTTO, licence_id="lic-two", shoot_id="other") for seed in range(6)]
        until(lambda: rig.rows("SELECT 1 FROM job WHERE state = 'running' AND kind = 'paint' AND worker LIKE 'gpu-2:%'"))
        os.kill(first["gpu-2"], signal.SIGKILL)
        until(lambda: not rig.rows(OPEN))
        assert process_of(rig, "gpu-0") == first["gpu-0"], "the one that was well went on"
        until(lambda: process_of(rig, "gpu-2") not in (0, first["gpu-2"]))
    assert done_once(rig, ids)
    again = {one: painted_by(rig, one) for one in ids if len(painted_by(rig, one)) > 1}
    attempts = {one: rig.jobs_of(one)[0] for one in ids}
    assert all(attempts[one] == ("paint", "done", len(painted_by(rig, one))) for one in ids)
    lost = [post for who in again.values() for post in who[:-1]]
    assert set(lost) <= {ABORTS, "gpu-2"}, "only those that died lost an attempt"
    assert "gpu-2" in lost
    assert {post for one in ids for post in painted_by(rig, one)} >= {"gpu-0", "gpu-1"}, "they shared the work"
    for post, gpu in zip(posts(GPUS), GPUS, strict=True):
        assert f"{post.name} sees {gpu.uuid}" in rig.roster.log(post.name).read_text()


def test_brands_take_turns_among_several_workers(tmp_path: Path) -> None:
    rig = Rig.founded(tmp_path, lambda: datetime.now(UTC))
    many = [rig.order(seed) for seed in range(9)]
    one = rig.order(100, OTTO, licence_id="lic-two", shoot_id="other")
    with working(rig):
        until(lambda: not rig.rows(OPEN))
    begun = [row["subject"] for row in rig.rows("SELECT subject FROM audit WHERE event = 'render.painting' ORDER BY seq")]
    assert begun.index(one) < 2, "the second brand was next, whoever painted it"
    assert done_once(rig, [*many, one])


def test_each_worker_is_told_of_and_one_that_is_gone_is_not_running(tmp_path: Path) -> None:
    rig = Rig.founded(tmp_path, lambda: datetime.now(UTC))
    with working(rig):
        until(lambda: all(process_of(rig, post.name) for post in posts(GPUS)))
        there = crew.lines(posts(GPUS), rig.roster)
        fewer = crew.lines(posts(GPUS, 1), rig.roster)
    gone = crew.lines(posts(GPUS), rig.roster)
    assert [(one.post, one.gpu, one.standing) for one in there] == [(f"gpu-{n}", "A GPU", "waits") for n in range(3)]
    assert [one.post for one in fewer] == ["gpu-0", "gpu-1", "gpu-2"], "who works is told of, wanted or not"
    assert [one.standing for one in gone] == ["not running"] * 3
    assert crew.told(gone, as_json=False).count("not running") == 3
    assert '"post": "gpu-2"' in crew.told(gone, as_json=True)
