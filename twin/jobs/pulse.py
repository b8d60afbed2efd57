"""Holds a worker's leases while it computes without telling a step, and ends a worker that has said nothing for too long."""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from twin.jobs.hand import Hand

LOG = logging.getLogger(__name__)

BEAT_S = 20.0
"""Three within one lease."""
SILENCE_S = 1200.0
"""So long may reading, proving and loading sixteen gigabytes take on a slow disk; what takes longer hangs."""
HANGS = 70
"""The status with which a process ends that hangs (EX_SOFTWARE of sysexits.h)."""


def _end() -> None:
    os._exit(HANGS)


class Pulse:
    """Beats for what is in hand every `beat_s` seconds. After `silence_s` without a step of the work itself it calls `end`, which
    by default ends this process as a crash would: nobody can interrupt a computation on a GPU that does not answer.
    """

    def __init__(
        self,
        beat_s: float = BEAT_S,
        silence_s: float = SILENCE_S,
        end: Callable[[], object] = _end,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._beat_s, self._silence_s, self._end, self._clock = beat_s, silence_s, end, clock

    @contextmanager
    def holding(self, hand: Hand) -> Iterator[None]:
        """Hold the claims of a hand for as long as the block runs."""
        over = threading.Event()
        thread = threading.Thread(target=self._keep, args=(hand, over), name="pulse", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _keep(self, hand: Hand, over: threading.Event) -> None:
        told, since = hand.told, self._clock()
        while not over.wait(self._beat_s):
            if hand.told != told:
                told, since = hand.told, self._clock()
            if self._clock() - since >= self._silence_s:
                LOG.critical("The work on image %s told nothing for %g s; this worker ends.", hand.named, self._silence_s)
                self._end()
                return
            try:
                hand.keep()
            except Exception:  # a locked database, say: the next beat tries again, and the work itself will tell
                LOG.exception("the leases of image %s were not held", hand.named)
