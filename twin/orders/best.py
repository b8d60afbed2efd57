"""The best of several paintings of one order, by a likeness that was calibrated on the person."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from twin.errors import BadValue
from twin.orders.order import SEEDS
from twin.painter import Painter, PainterCard, Painting, PaintRequest, StepSeen, paint_several, turn_of
from twin.ports import Picture

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

    def paint_many(self, requests: Sequence[PaintRequest], on_step: Callable[[StepSeen], None]) -> tuple[Painting, ...]:
        """The same for several pictures at once: in each turn those are tried again of which none is near enough yet."""
        found = [_Tried(request) for request in requests]
        for turn in range(self.tries):
            left = [one for one in found if not one.settled]
            if not left:
                break
            asked = [replace(one.request, seed=seed_of(one.request.seed, turn)) for one in left]
            paintings = paint_several(self.painter, asked, turn_of(on_step, turn, self.tries))
            for one, request, painting in zip(left, asked, paintings, strict=True):
                one.add(request.seed, painting, self.likeness(painting.picture, request.twin_id))
        return tuple(one.best(self.tries) for one in found)


class _Tried:
    """What was tried for one picture."""

    def __init__(self, request: PaintRequest) -> None:
        self.request, self.settled = request, False
        self._scores: list[dict[str, float | int | None]] = []
        self._best: tuple[float, int, Painting] | None = None

    def add(self, seed: int, painting: Painting, score: float | None) -> None:
        """Keep a painting if it is better than those before; one that is near enough ends the search."""
        place, worth = len(self._scores), NOBODY if score is None else min(score, ENOUGH)
        self._scores.append({"seed": seed, "likeness": None if score is None else round(score, 4)})
        if self._best is None or worth > self._best[0]:
            self._best = worth, place, painting
        self.settled = score is not None and score >= ENOUGH

    def best(self, tries: int) -> Painting:
        """The best of them, which tells of the others."""
        assert self._best is not None
        told = {"tries": self._scores, "kept": self._best[1], "of": tries}
        return replace(self._best[2], recipe={**self._best[2].recipe, "best_of": told})


def seed_of(seed: int, turn: int) -> int:
    """The seed of a turn: far from those of the other images of an order, which follow each other."""
    return (seed + turn * STRIDE) % SEEDS
