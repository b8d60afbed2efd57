"""The worker's process is started again when it dies, ends when told, and never outlives the studio."""

import itertools
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from twin.jobs.supervisor import LOG_BYTES, LOGS_BEFORE, STEADY_S, Supervisor

ROOT = Path(__file__).parents[3]
FAILING = [sys.executable, "-S", "-c", "raise SystemExit(3)"]

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only the kernel of Linux ends a computation")

PARENT = """
import sys, threading
from twin.jobs.supervisor import Supervisor
Supervisor([sys.executable, "-c", sys.argv[1]]).start()
threading.Event().wait()
"""
CHILD = """
import sys, threading
from twin.jobs.supervisor import follow_parent
follow_parent({platform!r})
print("ready", flush=True)
{then}
"""
WAITS = "threading.Event().wait()"
COMPUTES = "sum(range(2 * 10**10))"
"""Arithmetic that lets no other thread of Python run."""


def pauses_of(command: list[str], count: int, clock: Callable[[], float] = lambda: 0.0) -> list[float]:
    """How long the supervisor of a command that ends at once rests, the first `count` times."""
    pauses: list[float] = []
    enough = threading.Event()

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) >= count:
            enough.set()

    supervisor = Supervisor(command, clock=clock, pause=pause)
    supervisor.start()
    assert enough.wait(60)
    supervisor.stop()
    return pauses[:count]


def until_it_says(log: Path, word: str) -> None:
    for _ in range(600):
        if log.exists() and word in log.read_text():
            return
        threading.Event().wait(0.1)
    pytest.fail(f"the child never said {word!r}")


def lives(*seconds: float) -> Iterator[float]:
    """What a clock shows at the start and end of children that live so long, and of others that die at once."""
    for span in itertools.chain(seconds, itertools.repeat(0.0)):
        yield from (0.0, span)


def test_a_worker_that_keeps_dying_is_started_ever_less_often() -> None:
    assert pauses_of(FAILING, 8) == [1, 2, 4, 8, 16, 32, 60, 60]


def test_a_worker_that_was_well_for_a_while_is_started_soon() -> None:
    clock = lives(0, 0, STEADY_S, STEADY_S - 1)
    assert pauses_of(FAILING, 5, lambda: next(clock)) == [1, 2, 1, 2, 4]


def test_of_a_talkative_worker_the_newest_lines_are_kept_and_the_log_stays_small(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    lines = LOG_BYTES // 100 * (LOGS_BEFORE + 3)
    talks = f"import sys\nfor n in range({lines}): print(f'{{n:0100d}}')\nprint('ready', flush=True)\nsys.stdin.read()"
    supervisor = Supervisor([sys.executable, "-S", "-c", talks], log=log)
    supervisor.start()
    until_it_says(log, "ready")
    supervisor.stop()
    kept = sorted(tmp_path.glob("worker.log*"))
    assert len(kept) == LOGS_BEFORE + 1
    assert sum(file.stat().st_size for file in kept) <= LOG_BYTES * (LOGS_BEFORE + 1)
    assert f"{lines - 1:0100d}\nready" in log.read_text()


def test_a_command_that_cannot_start_is_tried_again_as_well() -> None:
    assert pauses_of(["/no/such/program"], 3) == [1, 2, 4]


@pytest.mark.parametrize("on_terminate", ["lambda *_: sys.exit(0)", "signal.SIG_IGN"])
def test_a_stop_ends_a_worker_whether_it_listens_or_not(tmp_path: Path, on_terminate: str) -> None:
    code = f"import signal, sys, threading; signal.signal(signal.SIGTERM, {on_terminate}); print('ready', flush=True); {WAITS}"
    supervisor = Supervisor([sys.executable, "-c", code], log=tmp_path / "log")
    supervisor.start()
    until_it_says(tmp_path / "log", "ready")
    assert supervisor.running
    supervisor.stop(grace_s=60 if "exit" in on_terminate else 0.1)
    assert not supervisor.running
    supervisor.stop()


@pytest.mark.parametrize(
    ("platform", "then"),
    [
        ("elsewhere", WAITS),
        (sys.platform, WAITS),
        pytest.param("linux", COMPUTES, marks=LINUX),
    ],
)
def test_a_worker_dies_with_a_studio_that_is_killed(platform: str, then: str) -> None:
    child = CHILD.format(platform=platform, then=then)
    parent = subprocess.Popen([sys.executable, "-c", PARENT, child], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    assert parent.stdout.readline() == "ready\n"
    parent.kill()
    # The child holds the same pipe: its end is the end of both.
    assert parent.communicate(timeout=60)[0] == ""
