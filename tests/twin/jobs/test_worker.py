"""The worker: works orders off to their end, alone at its home, and gives back what it cannot end."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from moderation.desk.submission import Sheet, Submissions
from moderation.safeguards.finding import Verdict
from tests.twin.rig import MIRA, Clock, Rig, TinyPainter
from twin.errors import EngineBroken, LookRefused
from twin.jobs.worker import sentence_of

ROOT = Path(__file__).parents[3]


def raising(error: BaseException, *, at: int = 1) -> TinyPainter:
    def at_step(step: int) -> None:
        if step == at:
            raise error

    return TinyPainter(at_step)


def calling(act: Callable[[], object], *, at: int) -> TinyPainter:
    return TinyPainter(lambda step: act() if step == at else None)


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig.founded(tmp_path, Clock())


def test_an_order_goes_all_the_way_to_her_turn(rig: Rig) -> None:
    render_id = rig.order()
    rig.settle()
    assert rig.history(render_id) == ["queued", "painting", "examining", "her turn"]
    assert rig.jobs_of(render_id) == [("paint", "done", 1), ("examine", "done", 1)]
    assert rig.files() == [f"previews/{render_id}.jpg.sealed", f"vault/originals/{render_id}.png.sealed"]


def test_each_step_is_told_and_shown_while_painting(rig: Rig) -> None:
    render_id = rig.order()
    seen: list[tuple[int, list[str]]] = []
    rig.painter = TinyPainter(lambda _step: seen.append((rig.rows("SELECT step FROM job")[0]["step"], rig.files())))
    rig.worker().once()
    shown = [f"progress/{render_id}.jpg.sealed"]
    assert seen == [(0, []), (1, shown), (2, shown)]


def test_a_refusal_is_said_as_it_stands_and_not_tried_again(rig: Rig) -> None:
    render_id = rig.order()
    rig.painter = raising(LookRefused("Tiny has no hats."))
    rig.settle()
    assert rig.rows("SELECT state, failure FROM render") == [{"state": "failed", "failure": "Tiny has no hats."}]
    assert rig.jobs_of(render_id) == [("paint", "failed", 1)]


def test_an_unexpected_failure_is_told_without_its_trace_and_tried_again(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    render_id = rig.order()
    rig.painter = raising(RuntimeError("/secret/path: tensor 0x7f"))
    assert rig.worker().once()
    assert (rig.state(render_id), rig.jobs_of(render_id)) == ("queued", [("paint", "waiting", 1)])
    said = rig.rows("SELECT error FROM job")[0]["error"]
    assert "RuntimeError" in said
    assert "secret" not in said
    assert "/secret/path" in caplog.text


def test_a_painter_that_did_not_learn_a_person_does_not_paint_her(rig: Rig) -> None:
    rig.order()
    rig.painter = TinyPainter(card=replace(rig.painter.card, twins=("mei",)))
    rig.settle()
    assert rig.rows("SELECT state, failure FROM render") == [{"state": "failed", "failure": "Tiny cannot paint this person."}]


def test_an_image_whose_examination_fails_thrice_goes_to_people(tmp_path: Path) -> None:
    def fail(*_: object) -> Verdict:
        raise ValueError("no such model")

    clock = Clock()
    rig = Rig.founded(tmp_path, clock, examine=fail)
    render_id = rig.order()
    for _ in range(4):
        rig.worker().once()
        clock.go_on(seconds=20)
    assert rig.state(render_id) == "in review"
    assert rig.jobs_of(render_id) == [("paint", "done", 1), ("examine", "failed", 3)]
    assert rig.rows("SELECT outcome FROM finding") == [{"outcome": "unexamined"}]


def test_a_cancelled_painting_leaves_no_file(rig: Rig) -> None:
    render_id = rig.order()
    rig.painter = calling(lambda: rig.jobs.cancel(render_id, MIRA), at=2)
    rig.settle()
    assert rig.history(render_id) == ["queued", "painting", "cancelled"]
    assert rig.files() == []


def test_a_full_disk_fails_in_a_sentence_and_leaves_no_file(rig: Rig) -> None:
    render_id = rig.order()

    class Full(Submissions):
        def store(self, render_id: str, sheet: Sheet) -> None:
            super().store(render_id, sheet)
            raise OSError(28, "No space left on device")

    incoming = Full(rig.database, rig.vault, rig.desk)
    for _ in range(3):
        rig.worker(incoming=incoming).once()
        rig.clock.go_on(seconds=20)  # type: ignore[attr-defined]
    assert rig.state(render_id) == "failed"
    assert "disk is full" in rig.rows("SELECT failure FROM render")[0]["failure"]
    assert rig.files() == []


def test_a_worker_told_to_stop_ends_after_the_step_and_the_next_one_goes_on(rig: Rig) -> None:
    render_id, stop = rig.order(), Event()
    steps: list[int] = []
    rig.painter = TinyPainter(lambda step: (steps.append(step), stop.set()))
    rig.worker("w1", stop).run()
    assert steps == [1]
    assert (rig.state(render_id), rig.jobs_of(render_id), rig.files()) == ("queued", [("paint", "waiting", 0)], [])
    rig.settle("w2")
    assert rig.state(render_id) == "her turn"


def test_a_second_worker_claims_nothing_while_the_post_is_held(rig: Rig) -> None:
    rig.order()
    looks = iter([False, False, True])
    with rig.roster.lock("w2"):
        rig.worker("w2").run(lambda: next(looks))
    assert rig.rows("SELECT state FROM job") == [{"state": "waiting"}]
    rig.settle("w2")
    assert rig.rows("SELECT state FROM render") == [{"state": "her turn"}]


def test_a_dead_workers_job_is_taken_over_without_waiting_for_its_lease(rig: Rig) -> None:
    render_id = rig.order()
    assert rig.jobs.claim("dead") is not None
    rig.settle("w2")
    assert rig.history(render_id) == ["queued", "painting", "queued", "painting", "examining", "her turn"]
    assert rig.jobs_of(render_id)[0] == ("paint", "done", 2)


def test_files_without_an_owner_are_swept_before_the_first_claim(rig: Rig) -> None:
    ids = [rig.order(), rig.order()]
    rig.settle()
    for folder in ("vault/originals", "previews", "progress"):
        (rig.home / folder).mkdir(parents=True, exist_ok=True)
    strays = [f"{place}.sealed" for place in ("vault/originals/gone.png", "previews/gone.jpg", "progress/gone.jpg")]
    for stray in (*strays, "vault/originals/.gone.png.12ab.part"):
        (rig.home / stray).write_bytes(b"pixels")
    ids.append(rig.order())
    rig.settle()
    owned = [f"{folder}/{i}.{end}.sealed" for folder, end in (("previews", "jpg"), ("vault/originals", "png")) for i in ids]
    assert rig.files() == owned


def test_sigterm_ends_a_workers_process_in_peace(rig: Rig, tmp_path: Path) -> None:
    render_id = rig.order()
    command = [sys.executable, "-m", "tests.twin.rig", str(tmp_path), "", "slow"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "step 1\n"
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(60) == 0
    assert rig.jobs_of(render_id)[0] == ("paint", "waiting", 0)
    assert rig.state(render_id) == "queued"


def test_the_workers_modules_need_neither_pages_nor_models() -> None:
    code = "import sys; from twin.jobs import supervisor, work, worker; print({'gradio', 'torch', 'fastapi'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_running_out_of_memory_is_told_as_such() -> None:
    assert "memory" in sentence_of(MemoryError(), "paint", ())
    assert "examination" in sentence_of(KeyError("x"), "examine", ())


def test_a_broken_gpu_ends_the_worker_after_one_job_which_a_new_worker_paints_again(rig: Rig) -> None:
    broken, other = rig.order(1), rig.order(2)
    rig.painter = raising(EngineBroken("The GPU stopped answering."), at=2)
    with pytest.raises(EngineBroken):
        rig.settle("w1")
    assert rig.jobs_of(broken) == [("paint", "waiting", 1)]
    assert rig.jobs_of(other) == [("paint", "waiting", 0)]
    assert rig.files() == []
    rig.painter = TinyPainter()
    rig.clock.go_on(minutes=5)  # type: ignore[attr-defined]
    rig.settle("w2")
    assert [rig.state(one) for one in (broken, other)] == ["her turn", "her turn"]


def test_a_gpu_that_breaks_each_time_fails_its_one_job_in_words(rig: Rig) -> None:
    broken = rig.order(1)
    rig.painter = raising(EngineBroken("The GPU stopped answering."), at=2)
    for _ in range(3):
        with pytest.raises(EngineBroken):
            rig.settle()
        rig.clock.go_on(minutes=30)  # type: ignore[attr-defined]
    assert rig.state(broken) == "failed"
    failure = rig.rows("SELECT failure FROM render WHERE id = ?", broken)[0]["failure"]
    assert failure.startswith("The GPU stopped answering. The studio itself runs on;")
    rig.painter = TinyPainter()
    healthy = rig.order(2)
    rig.settle("w2")
    assert rig.state(healthy) == "her turn"
