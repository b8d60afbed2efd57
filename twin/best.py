"""The best of several paintings of one order, by a likeness that was calibrated on the person."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from twin.errors import BadValue
from twin.order import SEEDS
from twin.painter import Painter, PainterCard, Painting, PaintRequest, StepSeen
from twin.ports import Picture

Likeness = Callable[[Picture, str], float | None]
"""How near a picture is to a twin on her own calibrated scale: 0 at the limit of what is accepted as hers, 1 as near as half of
her own pictures are to each other. None where it does not show exactly one face."""
ENOUGH = 1.0
"""Nearer than her own pictures are to each other is not better: it is a copied reference."""
NOBODY = -1000.0


@dataclass(frozen=True)
class BestOf:
    """A painter that paints an order `tries` times, with seeds that follow each other, and keeps the one most like the person.

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
        found: list[tuple[float, int, Painting]] = []
        scores: list[dict[str, float | int | None]] = []
        for turn in range(self.tries):
            seed = (request.seed + turn) % SEEDS
            painting = self.painter.paint(replace(request, seed=seed), _shifted(on_step, turn, self.tries))
            score = self.likeness(painting.picture, request.twin_id)
            scores.append({"seed": seed, "likeness": None if score is None else round(score, 4)})
            found.append((NOBODY if score is None else min(score, ENOUGH), -turn, painting))
            if score is not None and score >= ENOUGH:
                break
        _, place, best = max(found, key=lambda one: one[:2])
        told = {"tries": scores, "kept": -place, "of": self.tries}
        return replace(best, recipe={**best.recipe, "best_of": told})


def _shifted(on_step: Callable[[StepSeen], None], turn: int, tries: int) -> Callable[[StepSeen], None]:
    """Steps counted over all tries."""
    return lambda seen: on_step(StepSeen(turn * seen.steps + seen.step, tries * seen.steps, seen.picture))
