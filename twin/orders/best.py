"""The best of several paintings of one order, by a likeness that was calibrated on the person."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from twin.errors import BadValue, EngineBroken, LeaseLost
from twin.orders.order import SEEDS
from twin.painter import Done, Painter, PainterCard, Painting, PaintRequest, StepSeen, paint_several, turn_of, unkept
from twin.ports import Picture

LOG = logging.getLogger(__name__)

Likeness = Callable[[Picture, str], float | None]
"""How near a picture is to a twin on her own calibrated scale: 0 at the limit of what is accepted as hers, 1 as near as half of
her own pictures are to each other. None where it does not show exactly one face."""
ENOUGH = 1.0
"""Nearer than her own pictures are to each other is not better: it is a copied reference."""
NOBODY = -1000.0
STRIDE = 0x9E3779B1
"""Between the seeds of two tries (the golden part of 2³²): orders count up by one, and no two may try the same seed."""


@dataclass(frozen=True)
class BestOf:
    """A painter that paints an order `tries` times, each with a seed of its own, and keeps the one most like the person.

    One that is as near as her own pictures is enough, and ends the search: so none is preferred for being a copy.
    Raises BadValue for fewer tries than one.
    """

    painter: Painter
    tries: int
    likeness: Likeness

    def __post_init__(self) -> None:
        """Refuse to choose among none."""
        if self.tries < 1:
            raise BadValue("The best is chosen among one painting at the least.")

    @property
    def card(self) -> PainterCard:
        """Who paints."""
        return self.painter.card

    def paint(self, request: PaintRequest, on_step: Callable[[StepSeen], None]) -> Painting:
        """Paint until one is near enough or all tries are made; the recipe tells every seed and what it scored.

        Raises what the painter raises.
        """
        return self.paint_many([request], on_step)[0]

    def paint_many(
        self, requests: Sequence[PaintRequest], on_step: Callable[[StepSeen], None], done: Done = unkept
    ) -> tuple[Painting, ...]:
        """The same for several pictures at once: in each turn those are tried again of which none is near enough yet.

        What goes wrong after the first turn ends the search: of every picture the best that there is so far is kept then. Raises
        what the painter raises for those of which there is none, and EngineBroken in any case.
        """
        found = [_Tried(request, place) for place, request in enumerate(requests)]
        search = _Search(self, found, done)
        for turn in range(self.tries):
            if all(one.best is not None for one in found):
                break
            try:
                search.turn(turn, turn_of(on_step, turn, self.tries))
            except LeaseLost:
                raise
            except Exception as error:
                if search.handing or isinstance(error, BadValue) or not search.settle():
                    raise
                if isinstance(error, EngineBroken):
                    raise
                LOG.exception("a further try failed; the best so far is kept")
        return tuple(one.best for one in found if one.best is not None)


class _Search:
    """The tries for several pictures, of which each is handed over once it is decided."""

    def __init__(self, best_of: BestOf, found: Sequence["_Tried"], done: Done) -> None:
        self._of, self._found, self._done = best_of, found, done
        self.handing = False
        """Whether it is just being handed over: what fails then is no failure of the painter."""

    def turn(self, turn: int, on_step: Callable[[StepSeen], None]) -> None:
        """Try once more for all that are not decided. Raises what the painter raises, and what is raised at handing over."""
        left = [one for one in self._found if one.best is None]
        asked = [replace(one.request, seed=seed_of(one.request.seed, turn)) for one in left]

        def tried(place: int, painting: Painting) -> None:
            one = left[place]
            one.add(asked[place].seed, painting, self._of.likeness(painting.picture, one.request.twin_id))
            if one.is_enough or turn + 1 == self._of.tries:
                self._hand_over(one)

        paint_several(self._of.painter, asked, on_step, tried)

    def settle(self) -> bool:
        """Hand over the best so far of each; whether there is one of every picture."""
        for one in self._found:
            if one.best is None and one.has_any:
                self._hand_over(one)
        return all(one.best is not None for one in self._found)

    def _hand_over(self, one: "_Tried") -> None:
        self.handing = True
        self._done(one.place, one.decide(self._of.tries))
        self.handing = False


class _Tried:
    """What was tried for one picture; `best` is its painting once that is decided."""

    def __init__(self, request: PaintRequest, place: int) -> None:
        self.request, self.place, self.is_enough = request, place, False
        self.best: Painting | None = None
        self._scores: list[dict[str, float | int | None]] = []
        self._first: tuple[float, int, Painting] | None = None

    @property
    def has_any(self) -> bool:
        """Whether anything was painted."""
        return self._first is not None

    def add(self, seed: int, painting: Painting, score: float | None) -> None:
        """Keep a painting if it is better than those before; one that is near enough ends the search."""
        place, worth = len(self._scores), NOBODY if score is None else min(score, ENOUGH)
        self._scores.append({"seed": seed, "likeness": None if score is None else round(score, 4)})
        if self._first is None or worth > self._first[0]:
            self._first = worth, place, painting
        self.is_enough = score is not None and score >= ENOUGH

    def decide(self, tries: int) -> Painting:
        """The best of them, which tells of the others."""
        assert self._first is not None
        told = {"tries": self._scores, "kept": self._first[1], "of": tries}
        self.best = replace(self._first[2], recipe={**self._first[2].recipe, "best_of": told})
        return self.best


def seed_of(seed: int, turn: int) -> int:
    """The seed of a turn: far from those of the other images of an order, which follow each other."""
    return (seed + turn * STRIDE) % SEEDS
