"""The worker: claims one job after another and works it off, alone at its home."""

import errno
import logging
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Event
from typing import Protocol, runtime_checkable

from filelock import FileLock, Timeout

from twin.errors import EngineBroken, LeaseLost, TwinError
from twin.jobs.claim import Claim
from twin.jobs.hand import Hand, ToldToStop
from twin.jobs.jobs import Jobs
from twin.jobs.work import Beat

LOG = logging.getLogger(__name__)

IDLE_S = 0.25
"""How long an idle worker waits before it looks again."""

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


def _never() -> bool:
    return False


def _nothing() -> None:
    pass


class Worker:
    """One worker of a home, named for the job table.

    `post` is a lock file which the kernel frees when its holder dies: whoever has it knows that every lease in the
    table is a dead worker's, and takes them over at once. `begin` runs then, before the first claim, and `settle` before
    every claim. Work that is `Together` gets the images of one order in one go. Messages of `refusals` are sentences for
    people and final; any other failure is tried again and put into words here.
    """

    def __init__(
        self,
        jobs: Jobs,
        work: Mapping[str, Work],
        *,
        name: str,
        post: Path,
        stop: Event,
        begin: Callable[[], object],
        settle: Callable[[], object] = _nothing,
        refusals: tuple[type[Exception], ...] = (TwinError,),
        idle_s: float = IDLE_S,
    ) -> None:
        self._jobs = jobs
        self._work = work
        self._name = name
        self._post = FileLock(post)
        self._stop = stop
        self._begin = begin
        self._settle = settle
        self._refusals = refusals
        self._idle_s = idle_s

    def run(self, done: Callable[[], bool] = _never) -> None:
        """Work until told to stop or `done`; while another worker holds the post, wait for either.

        Raises what the database raises, and EngineBroken; a supervisor starts the worker anew then.
        """
        while not self._over(done):
            if not self._take_post():
                self._stop.wait(self._idle_s)
                continue
            try:
                self._jobs.expire_leases()
                self._begin()
                while not self._over(done):
                    if not self.once():
                        self._stop.wait(self._idle_s)
            finally:
                self._post.release()

    def _over(self, done: Callable[[], bool]) -> bool:
        return self._stop.is_set() or done()

    def _take_post(self) -> bool:
        try:
            self._post.acquire(blocking=False)
        except Timeout:
            return False
        return True

    def once(self) -> bool:
        """Claim and work off one job, or an order's images that are painted in one go; whether there was one.

        Raises EngineBroken, after which this process is of no use.
        """
        self._settle()
        claim = self._jobs.claim(self._name)
        if claim is None:
            return False
        hand = Hand([claim, *self._beside(claim)], self._jobs.beat, self._stop)
        try:
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
