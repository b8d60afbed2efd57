"""The worker: claims one job after another and works it off, alone at its post."""

import errno
import logging
import os
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from threading import Event
from typing import Protocol, runtime_checkable

from filelock import FileLock, Timeout

from twin.errors import EngineBroken, LeaseLost, TwinError
from twin.jobs.claim import Claim
from twin.jobs.hand import Hand, ToldToStop
from twin.jobs.jobs import Jobs
from twin.jobs.posts import Post
from twin.jobs.presence import Engines, Presence
from twin.jobs.pulse import Pulse
from twin.jobs.roster import Roster
from twin.jobs.work import Beat

LOG = logging.getLogger(__name__)

IDLE_S = 0.25
"""How long an idle worker waits before it looks again."""

CHORES = ".chores"
"""The lock of whoever does what is done once for the whole studio; no post can be called so."""

Work = Callable[[Claim, Beat], None]
"""Works a claim off, telling each step. Raises LeaseLost, or what went wrong."""


@runtime_checkable
class Together(Protocol):
    """Work that may take several images of one order in one go."""

    def at_once(self, claim: Claim, /) -> int:
        """How many images of a claim's order it would take, the claimed one included."""
        ...

    def together(self, hand: Hand, /) -> object:
        """Work off what is in hand; what is done or lost is put down. Raises as `Work` does."""
        ...


def stop_on_terminate() -> Event:
    """An event that SIGTERM sets; for the main thread of a worker's process."""
    stop = Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    return stop


def _take(lock: FileLock) -> bool:
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return False
    return True


def _never() -> bool:
    return False


def _nothing() -> None:
    pass


class Worker:
    """One worker at its post.

    The kernel frees a post's lock when its holder dies: whoever takes it knows that the leases of whoever was there are a dead
    worker's, as are those of every post that nobody holds, and takes them over at once. `begin` runs then, before the first
    claim. Before every claim `recall` runs, and `settle` unless another worker is just at it. Work that is `Together` gets the
    images of one order in one go. `engines` tell what this worker has no room for, which it leaves to others. Messages of
    `refusals` are sentences for people and final; any other failure is tried again and put into words here.
    """

    def __init__(
        self,
        jobs: Jobs,
        work: Mapping[str, Work],
        *,
        post: Post,
        roster: Roster,
        stop: Event,
        begin: Callable[[], object],
        settle: Callable[[], object] = _nothing,
        recall: Callable[[], object] = _nothing,
        engines: Engines | None = None,
        refusals: tuple[type[Exception], ...] = (TwinError,),
        idle_s: float = IDLE_S,
        pulse: Pulse | None = None,
    ) -> None:
        self._jobs = jobs
        self._work = work
        self._post = post
        self._roster = roster
        self._name = post.worker(os.getpid())
        self._presence = Presence(post, roster, roster.clock, engines)
        self._lock, self._chores = roster.lock(post.name), roster.lock(CHORES)
        self._stop = stop
        self._begin = begin
        self._settle = settle
        self._recall = recall
        self._refusals = refusals
        self._idle_s = idle_s
        self._pulse = pulse or Pulse()

    def run(self, done: Callable[[], bool] = _never) -> None:
        """Work until told to stop or `done`; while another worker holds the post, wait for either.

        Raises what the database raises, and EngineBroken; a supervisor starts the worker anew then.
        """
        while not self._over(done):
            if not _take(self._lock):
                self._stop.wait(self._idle_s)
                continue
            try:
                with self._roster.vacant(self._jobs.workers(), self._post.name) as gone:
                    self._jobs.expire_leases(gone)
                self._begin()
                while not self._over(done):
                    if not self.once():
                        self._stop.wait(self._idle_s)
            finally:
                self._lock.release()

    def _over(self, done: Callable[[], bool]) -> bool:
        return self._stop.is_set() or done()

    def once(self) -> bool:
        """Claim and work off one job, or an order's images that are painted in one go; whether there was one.

        Raises EngineBroken, after which this process is of no use.
        """
        self._turn()
        claim = self._jobs.claim(self._name, self._presence.leaves_to_others)
        if claim is None:
            return False
        with suppress(OSError):
            self._presence.say(f"{claim.kind} {claim.render_id}")
        hand = Hand([claim, *self._beside(claim)], self._jobs.beat, self._stop)
        try:
            with self._pulse.holding(hand):
                self._work_off(hand)
        except ToldToStop:
            for one in hand.held:
                self._leave(one)
        except LeaseLost as lost:
            LOG.info("%s of image %s ended: %s", claim.kind, claim.render_id, lost)
        except EngineBroken as error:
            # Whatever this process tried next would fail too: the job is given back, and the supervisor starts a new process.
            self._fail_all(hand, error)
            raise
        except Exception as error:
            LOG.exception("%s of image %s failed at attempt %d", claim.kind, claim.render_id, claim.attempt)
            self._fail_all(hand, error)
        return True

    def _turn(self) -> None:
        """What is due between two jobs; a disk too full for a worker's own line costs the line and not the worker."""
        self._recall()
        if _take(self._chores):
            try:
                self._settle()
            finally:
                self._chores.release()
        with suppress(OSError):
            self._presence.say()

    def _beside(self, claim: Claim) -> list[Claim]:
        work = self._work[claim.kind]
        return self._jobs.beside(claim, work.at_once(claim) - 1) if isinstance(work, Together) else []

    def _work_off(self, hand: Hand) -> None:
        work = self._work[hand.held[0].kind]
        if len(hand.held) > 1 and isinstance(work, Together):
            work.together(hand)
        else:
            work(hand.held[0], hand.beat)

    def _fail_all(self, hand: Hand, error: Exception) -> None:
        for one in hand.held:
            self._fail(one, error)

    def _leave(self, claim: Claim) -> None:
        try:
            self._jobs.hand_back(claim)
        except LeaseLost as lost:
            LOG.info("image %s had nothing to hand back: %s", claim.render_id, lost)

    def _fail(self, claim: Claim, error: Exception) -> None:
        try:
            self._jobs.fail(claim, sentence_of(error, claim.kind, self._refusals), again=not isinstance(error, self._refusals))
        except LeaseLost as lost:
            LOG.info("image %s no longer waits for its %s: %s", claim.render_id, claim.kind, lost)


def sentence_of(error: Exception, kind: str, refusals: tuple[type[Exception], ...]) -> str:
    """What a person is told of a failure; traces stay in the log."""
    if isinstance(error, refusals):
        return str(error)
    if isinstance(error, EngineBroken):
        return f"{error} The studio itself runs on; order the image again, and if it stops once more, restart the machine."
    if isinstance(error, MemoryError):
        return "This machine ran out of memory; close other programs, then order the image again."
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return "The disk is full; free some space, then order the image again."
    noun = {"paint": "painting", "examine": "examination"}[kind]
    return f"The {noun} stopped unexpectedly ({type(error).__name__}); the worker's log says more."
