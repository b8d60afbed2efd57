"""The plates that Atelier leafs through while painting: what they show of a person, carried over to the asked pose.

What the network adds to it is all that a carried plate cannot know: shadows that fall otherwise, what no plate shows, the
creases of another expression.
"""

from collections.abc import Collection, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor, stack

from twin.painters.carry import Source, carried
from twin.painters.codec import planes_of_layers
from twin.painters.conditions import Told
from twin.painters.raster import shown
from twin.painters.standin import StandIns
from twin.plates.plate import read_index, read_layers

LARGE = "512x640"
STAND_INS = "standins.npz"
FAR = {"turn": 8.0, "pitch": 5.0, "roll": 6.0, "body": 20.0, "smile": 0.35, "brows": 0.5, "squint": 0.4, "gaze": 1.5}
"""How much of each difference counts as one unit of distance."""
OTHER_GARMENT, OTHER_HEAD = 16.0, 0.3
HEADS, SHOULDERS = 4, 2
"""How many plates a picture is carried from: the nearest of the head, and of the shoulders in the asked garment."""
OTHER_BODY = 6.0
"""Degrees between two turns of the shoulders that count as one unit where shoulders are chosen."""


class Album:
    """The large plates of a folder but for those held out, read when they are needed."""

    def __init__(self, folder: Path, remembered: int = 24) -> None:
        """Keeps up to `remembered` plates of 20 MB in memory. Raises OSError when the folder has no index."""
        self._folder = folder
        self._lines = [line for line in read_index(folder) if line["split"] != "held out" and line["size"] == LARGE]
        self._stand_ins = StandIns(folder / STAND_INS)
        self._source = lru_cache(maxsize=remembered)(self._read)
        self._by_id = {line["id"]: line for line in self._lines}

    @property
    def files(self) -> list[Path]:
        """The files that decide what is carried: its plates' pictures, by name, and the stand-ins."""
        pictures = sorted(self._folder / f"{line['id']}_{part}.avif" for line in self._lines for part in ("light", "masks"))
        return [*pictures, self._folder / STAND_INS]

    def nearest(self, told: Told, count: int, but: str | None = None) -> list[dict[str, Any]]:
        """The `count` plates of the person nearest to what is told, the plate `but` left out. Raises ValueError without any."""
        hers = self._hers(told, () if but is None else (but,))
        return sorted(hers, key=lambda line: distance(told, Told.of_line(line)))[:count]

    def chosen(self, told: Told, but: Collection[str] = ()) -> list[dict[str, Any]]:
        """The plates to carry from, the most fitting head first, then shoulders in the garment; those in `but` are left out.

        Raises ValueError when the person has none in that garment.
        """
        hers = self._hers(told, but)
        heads = sorted(hers, key=lambda line: distance(told, Told.of_line(line), OTHER_HEAD))
        worn = [line for line in heads if line["garment"] == told.garment]
        if not worn:
            raise ValueError(f"The album has no plate of {told.twin} in {told.garment}.")
        worn.sort(key=lambda line: _apart(told, Told.of_line(line)))
        return [*heads[:HEADS], *(line for line in worn[:SHOULDERS] if line not in heads[:HEADS])]

    def base(self, told: Told, but: Collection[str] = ()) -> Tensor:
        """Planes (14, 640, 512) of what is told, which must not be mirrored, carried from the plates but those in `but`."""
        return carried([self._source(line["id"]) for line in self.chosen(told, but)], told, self._stand_ins)

    def bases(self, told: Sequence[Told]) -> Tensor:
        """Planes (b, 14, 640, 512), for each thing told one base."""
        return stack([self.base(one) for one in told])

    def _hers(self, told: Told, but: Collection[str]) -> list[dict[str, Any]]:
        hers = [line for line in self._lines if line["twin"] == told.twin and line["id"] not in but]
        if not hers:
            raise ValueError(f"The album has no plate of {told.twin}.")
        return hers

    def _read(self, plate_id: str) -> Source:
        lights, covers = read_layers(self._folder, plate_id)
        told = Told.of_line(self._by_id[plate_id])
        stance = self._stand_ins.stance(told)
        planes = planes_of_layers(lights, np.stack([covers[name] for name in ("alpha", "garment", "hair")]))
        return Source(planes, told, stance, shown(stance))


def _apart(one: Told, other: Told) -> float:
    """How far two shoulders are apart, and a little how far the heads above them."""
    return abs(one.body - other.body) / OTHER_BODY + distance(one, other, 0.0) / 20


def distance(one: Told, other: Told, garment: float = OTHER_GARMENT) -> float:
    """How far two poses of a person are apart, squared, in units of `FAR`."""
    gaps = {name: getattr(one, name) - getattr(other, name) for name in FAR if name != "turn"}
    gaps["turn"] = one.yaw + one.body - other.yaw - other.body
    apart: float = sum((gap / FAR[name]) ** 2 for name, gap in gaps.items())
    return apart + garment * (one.garment != other.garment)
