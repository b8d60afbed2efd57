"""What a worker has in hand: one job, or several images of one order, each under a lease of its own."""

import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from threading import Event

from twin.errors import LeaseLost
from twin.jobs.claim import Claim

LOG = logging.getLogger(__name__)


class ToldToStop(LeaseLost):
    """The worker was told to end after the present step; painters let it through like any lost lease."""


class Hand:
    """The claims that are worked off together. One that is cancelled, withdrawn or taken over on the way falls out of the hand,
    and the others go on.
    """

    def __init__(self, claims: Iterable[Claim], beat: Callable[[Claim, int, int], object], stop: Event) -> None:
        """`beat` tells progress of a claim and holds it, or raises LeaseLost; `stop` says that the worker is to end."""
        self.held = list(claims)
        self.named = ", ".join(claim.render_id for claim in self.held)
        self.told: tuple[int, int, int] | None = None
        """How often a step was told, and the last one: step and steps."""
        self._beat, self._stop = beat, stop

    def beat(self, step: int, steps: int) -> None:
        """Tell progress of all and hold them. Raises LeaseLost when none is left, ToldToStop when the worker is to end."""
        self.told = (self.told[0] + 1 if self.told else 1, step, steps)
        if self._stop.is_set():
            raise ToldToStop("The worker was told to stop.")
        if not self.held:
            raise LeaseLost("Of what was in hand everything is done or lost.")
        for claim in tuple(self.held):
            try:
                self._beat(claim, step, steps)
            except LeaseLost as lost:
                self.lose(claim, lost)
                if not self.held:
                    raise

    def keep(self) -> None:
        """Hold all at the last step told, from another thread; one that is lost already is found out by the next `beat`."""
        _, step, steps = self.told or (0, 0, 0)
        for claim in tuple(self.held):
            with suppress(LeaseLost):
                self._beat(claim, step, steps)

    def lose(self, claim: Claim, why: LeaseLost) -> None:
        """A claim whose lease is gone."""
        LOG.info("%s of image %s ended: %s", claim.kind, claim.render_id, why)
        self.put_down(claim)

    def put_down(self, claim: Claim) -> None:
        """A claim that is worked off, or lost."""
        self.held.remove(claim)
