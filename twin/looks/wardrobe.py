"""What can be worn and in which colours: garments, the twins whom a painter learned in them, and swatches.

A painter that learned people in their garments dresses each in those alone; one that is told in words what is worn (`worded`)
dresses anybody in any garment here.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from twin.errors import BadValue, LookRefused
from twin.looks.look import Look


@dataclass(frozen=True)
class Garment:
    """One garment: `id` as painters know it, its title and the words people use, its cut, and whom a painter learned in it.

    `twins` is empty for a garment that is painted from words alone.
    """

    id: str
    title: str
    cut: str
    twins: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(frozen=True)
class Swatch:
    """One colour by name: sRGB as `#rrggbb`, and the words that mean it."""

    title: str
    colour: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Wardrobe:
    """Every garment and swatch of the studio. Raises BadValue when a garment stands in it twice."""

    garments: tuple[Garment, ...]
    swatches: tuple[Swatch, ...]

    def __post_init__(self) -> None:
        """Refuse doubles, which would make a choice ambiguous."""
        if len(self._by_id) != len(self.garments):
            raise BadValue("A garment stands in the wardrobe twice.")

    @classmethod
    def read(cls, file: Path) -> Self:
        """The wardrobe written in a JSON file. Raises BadValue when it cannot be understood."""
        try:
            told: dict[str, list[dict[str, Any]]] = json.loads(file.read_text(encoding="utf-8"))
            return cls(
                tuple(Garment(**{**g, "twins": tuple(g["twins"]), "words": tuple(g["words"])}) for g in told["garments"]),
                tuple(Swatch(**{**s, "words": tuple(s["words"])}) for s in told["swatches"]),
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BadValue(f"The wardrobe in {file.name} cannot be read: {error}.") from error

    @cached_property
    def _by_id(self) -> dict[str, Garment]:
        return {garment.id: garment for garment in self.garments}

    def of(self, twin_id: str, *, worded: bool = False) -> tuple[Garment, ...]:
        """What a painter can dress this twin in: her own in front, and when it is told in words, everything there is.

        Empty for a twin no painter has learned in anything, where words do not help.
        """
        hers = tuple(garment for garment in self.garments if twin_id in garment.twins)
        return (*hers, *(garment for garment in self.garments if garment not in hers)) if worded else hers

    def cut_for(self, twin_id: str, cut: str, *, worded: bool = False) -> Garment:
        """This twin's garment of a cut, else her first. Raises LookRefused when she has none at all."""
        hers = self.of(twin_id, worded=worded)
        if not hers:
            raise LookRefused(f"The wardrobe has nothing that {twin_id.capitalize()} can wear yet.")
        return next((garment for garment in hers if garment.cut == cut), hers[0])

    def check(self, twin_id: str, look: Look, *, worded: bool = False) -> None:
        """Raises LookRefused, naming what she can wear, when the look puts her in a garment she does not have."""
        hers = self.of(twin_id, worded=worded)
        if look.garment in {garment.id for garment in hers}:
            return
        asked = self._by_id.get(look.garment)
        what = f"the {_low(asked.title)}" if asked else f"a garment called {look.garment}"
        choice = f"choose {_either(f'the {_low(g.title)}' for g in hers)}" if hers else "no painter has dressed this twin yet"
        raise LookRefused(f"{twin_id.capitalize()} does not have {what}; {choice}.")

    def garment(self, garment_id: str) -> Garment:
        """A garment by its id. Raises LookRefused."""
        if garment_id not in self._by_id:
            raise LookRefused(f"The wardrobe has no garment called {garment_id}.")
        return self._by_id[garment_id]

    def title_of(self, garment_id: str) -> str:
        """What people call a garment; its id where the wardrobe does not know it."""
        return self._by_id[garment_id].title if garment_id in self._by_id else garment_id

    def colour_name(self, colour: str) -> str:
        """The swatch nearest to an sRGB colour, in lower case, for texts that describe a picture."""
        return min(self.swatches, key=lambda swatch: _distance(swatch.colour, colour)).title.lower()


def rgb(colour: str) -> tuple[int, int, int]:
    """The three sRGB bytes of `#rrggbb`."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _distance(one: str, other: str) -> float:
    # Weighted for how the eye sees red, green and blue at middle brightness; good enough to name a colour.
    return sum(w * (a - b) ** 2 for w, a, b in zip((2.5, 4.0, 2.5), rgb(one), rgb(other), strict=True))


def _low(title: str) -> str:
    return title[0].lower() + title[1:]


def _either(words: Iterable[str]) -> str:
    named = list(words)
    return " or ".join([", ".join(named[:-1]), named[-1]] if len(named) > 1 else named)
