"""The held-out poses that an evaluation paints, and the looks it develops each of them in."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import torch

from twin.looks.look import Lamp, Light, Look, Pose
from twin.painters.album import LARGE, Album
from twin.painters.conditions import Told
from twin.plates.plate import Floats, Plate, read_index, read_layers, read_plate

SEED, OTHER_SEED = 1, 2
MAKERS = ("exact", "painted", "nearest")
"""Whose plate a picture is developed from: the renderer's, the painter's, or the nearest one of the album."""

Paint = Callable[[Told, torch.Generator], Plate]


@dataclass(frozen=True)
class Styling:
    """The part of a look that a plate is developed in."""

    light: Light
    garment_colour: str
    backdrop_colour: str
    exposure: float = 1.12


OFF = Lamp(0.0, 5600.0)
STYLINGS: Mapping[str, Styling] = {
    "key only": Styling(Light(Lamp(1.5, 5200.0), OFF, OFF, OFF), "#7a2433", "#8c9096"),
    "fill only": Styling(Light(OFF, Lamp(2.4, 5800.0), OFF, OFF), "#2f5d50", "#b8aa96"),
    "warm": Styling(Light(Lamp(1.1, 3000.0), Lamp(0.8, 3400.0), Lamp(0.9, 3000.0), Lamp(0.8, 3600.0)), "#c9a227", "#5a3d2b"),
    "cool": Styling(Light(Lamp(1.1, 7800.0), Lamp(0.8, 8200.0), Lamp(0.9, 8600.0), Lamp(0.8, 8000.0)), "#274b7a", "#9fb3c4"),
    "gel": Styling(Light(Lamp(1.2, 2500.0), Lamp(0.8, 9000.0), Lamp(2.4, 9000.0), Lamp(0.3, 9000.0)), "#d8d4cc", "#1f4e55"),
    "low key": Styling(Light(Lamp(0.7, 4800.0), Lamp(0.08, 5200.0), Lamp(1.4, 6200.0), Lamp(0.12, 6000.0)), "#5b3a6e", "#17181c"),
    "high key": Styling(Light(Lamp(1.1, 5600.0), Lamp(1.9, 5800.0), Lamp(0.8, 6000.0), Lamp(1.9, 6000.0)), "#e6e2da", "#f2f1ee"),
}
"""Written for evaluations alone: no painter was trained on these."""


def looks(garment: str) -> dict[str, Look]:
    """Every styling as a look in this garment, by name; the pose in it is not used."""
    return {
        name: Look(Pose(), one.light, garment, one.garment_colour, one.backdrop_colour, one.exposure)
        for name, one in STYLINGS.items()
    }


@dataclass(frozen=True)
class Sitting:
    """One held-out pose: the exact plate and its skin (h, w), the plate painted from `SEED` and from `OTHER_SEED`, and the
    nearest plate of the album; `repeated` says whether painting again gave an equal plate, where that was tried.
    """

    line: Mapping[str, Any]
    exact: Plate
    skin: Floats
    painted: Plate
    other: Plate
    nearest: Plate
    repeated: bool | None

    @property
    def plates(self) -> dict[str, Plate]:
        """The plates to compare, as `MAKERS`."""
        return {"exact": self.exact, "painted": self.painted, "nearest": self.nearest}


def held_out(folder: Path, limit: int | None = None) -> list[dict[str, Any]]:
    """The index lines of the large held-out plates, one of every twin before the second of any; at most `limit`."""
    lines = [line for line in read_index(folder) if line["split"] == "held out" and line["size"] == LARGE]
    by_twin = [list(hers) for _, hers in groupby(sorted(lines, key=lambda line: (line["twin"], line["id"])), lambda x: x["twin"])]
    turns = max((len(hers) for hers in by_twin), default=0)
    return [hers[turn] for turn in range(turns) for hers in by_twin if turn < len(hers)][:limit]


def sittings(folder: Path, lines: Sequence[Mapping[str, Any]], album: Album, paint: Paint) -> Iterator[Sitting]:
    """Paint every pose from two seeds, and of every twin's first pose once more. Raises what the painter raises."""
    tried: set[str] = set()
    for line in lines:
        told = Told.of_line(line)
        painted, other = (paint(told, torch.Generator().manual_seed(seed)) for seed in (SEED, OTHER_SEED))
        repeated = None
        if told.twin not in tried:
            tried.add(told.twin)
            repeated = are_equal(painted, paint(told, torch.Generator().manual_seed(SEED)))
        yield Sitting(
            line=line,
            exact=read_plate(folder, dict(line)),
            skin=read_layers(folder, line["id"])[1]["skin"],
            painted=painted,
            other=other,
            nearest=read_plate(folder, album.nearest(told, 1)[0]),
            repeated=repeated,
        )


def are_equal(one: Plate, other: Plate) -> bool:
    """Whether two plates are equal in every bit of light and cover."""
    return all(bool((getattr(one, part) == getattr(other, part)).all()) for part in ("lights", "alpha", "garment"))
