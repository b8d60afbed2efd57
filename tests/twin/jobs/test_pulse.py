"""A lease is held while the work tells no step, and a worker whose work hangs is ended."""

import subprocess
import sys
from pathlib import Path
from threading import Event

import pytest

from tests.twin.rig import MIRA, Clock, Rig
from twin.errors import LeaseLost
from twin.jobs.hand import Hand
from twin.jobs.pulse import HANGS, Pulse

ROOT = Path(__file__).parents[3]


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig.founded(tmp_path, Clock())


def in_hand(rig: Rig, count: int = 1) -> Hand:
    for seed in range(count):
        rig.order(seed)
    claims = [rig.jobs.claim("w1") for _ in range(count)]
    return Hand([one for one in claims if one], rig.jobs.beat, Event())


def wait_until(event: Event) -> None:
    assert event.wait(60), "it never came about"


def test_a_long_load_keeps_its_lease_at_the_step_that_was_told(rig: Rig) -> None:
    hand, beaten = in_hand(rig), Event()
    hand.beat(1, 4)
    keep = hand.keep
    hand.keep = lambda: (keep(), beaten.set())  # type: ignore[method-assign]
    rig.clock.go_on(seconds=59)  # type: ignore[attr-defined]
    with Pulse(beat_s=0.01).holding(hand):
        wait_until(beaten)
    rig.clock.go_on(seconds=59)  # type: ignore[attr-defined]
    assert rig.jobs.claim("w2") is None
    assert rig.rows("SELECT step, steps, attempt FROM job") == [{"step": 1, "steps": 4, "attempt": 1}]


def test_a_claim_that_was_cancelled_meanwhile_is_found_out_at_the_next_step_and_the_others_are_held(rig: Rig) -> None:
    hand = in_hand(rig, 2)
    first, second = hand.held
    rig.jobs.cancel(first.render_id, MIRA)
    hand.keep()
    assert hand.held == [first, second]
    hand.beat(1, 4)
    assert hand.held == [second]
    rig.jobs.cancel(second.render_id, MIRA)
    with pytest.raises(LeaseLost):
        hand.beat(2, 4)


def test_work_that_tells_nothing_for_too_long_ends_the_worker_and_work_that_tells_does_not(rig: Rig) -> None:
    hand, ended, now = in_hand(rig), Event(), iter(range(0, 10**6, 10))
    with Pulse(beat_s=0.001, silence_s=300, end=ended.set, clock=lambda: float(next(now))).holding(hand):
        wait_until(ended)
    ended.clear()
    steps = iter(range(10**6))
    talks = lambda: (hand.beat(next(steps), 10**6), 0.0)[1] + next(now)  # noqa: E731
    with Pulse(beat_s=0.001, silence_s=300, end=ended.set, clock=talks).holding(hand):
        Event().wait(0.2)
    assert not ended.is_set()


def test_a_database_that_is_busy_ends_no_pulse(rig: Rig) -> None:
    hand, again, tries = in_hand(rig), Event(), []

    def busy() -> None:
        tries.append(1)
        if len(tries) > 2:
            again.set()
        raise OSError("database is locked")

    hand.keep = busy  # type: ignore[method-assign]
    with Pulse(beat_s=0.001).holding(hand):
        wait_until(again)


def test_a_hanging_process_ends_with_a_status_of_its_own() -> None:
    code = """
import threading
from twin.jobs.hand import Hand
from twin.jobs.pulse import Pulse
with Pulse(beat_s=0.01, silence_s=0.05).holding(Hand([], lambda *_: None, threading.Event())):
    threading.Event().wait(60)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60, capture_output=True, check=False)
    assert done.returncode == HANGS
