"""The plates that Atelier leafs through while painting: the nearest pose of the same person, carried over to the asked one.

What the network adds to it is all that a turn of simple bodies cannot know: another expression, another garment, what was
hidden, and how light falls on the turned face.
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from twin.painters.codec import planes_of_layers
from twin.painters.conditions import Told
from twin.painters.guide import carried, joined
from twin.plate import read_index, read_layers

LARGE = "512x640"
FAR = {"turn": 8.0, "pitch": 5.0, "roll": 6.0, "body": 20.0, "smile": 0.35, "brows": 0.5, "squint": 0.4, "gaze": 1.5}
"""How much of each difference counts as one unit of distance."""
OTHER_GARMENT, OTHER_HEAD = 16.0, 0.3


class Album:
    """The large plates of a folder but for those held out, read when they are needed."""

    def __init__(self, folder: Path, remembered: int = 128) -> None:
        """Keeps up to `remembered` plates of 18 MB in memory. Raises OSError when the folder has no index."""
        self._folder = folder
        self._lines = [line for line in read_index(folder) if line["split"] != "held out" and line["size"] == LARGE]
        self._planes = lru_cache(maxsize=remembered)(self._read)

    @property
    def files(self) -> list[Path]:
        """The picture files of its plates, by name."""
        return sorted(self._folder / f"{line['id']}_{part}.avif" for line in self._lines for part in ("light", "masks"))

    def nearest(self, told: Told, count: int, but: str | None = None) -> list[dict[str, Any]]:
        """The `count` plates of the person nearest to what is told, the plate `but` left out. Raises ValueError without any."""
        hers = [line for line in self._lines if line["twin"] == told.twin and line["id"] != but]
        if not hers:
            raise ValueError(f"The album has no plate of {told.twin}.")
        return sorted(hers, key=lambda line: distance(told, Told.of_line(line)))[:count]

    def base(self, told: Told, line: dict[str, Any]) -> Tensor:
        """The plate of a line carried over to what is told, which must not be mirrored: planes (14, 640, 512)."""
        return carried(self._planes(line["id"]), Told.of_line(line), told)

    def bases(self, told: Sequence[Told]) -> Tensor:
        """For each the nearest head and, of the asked garment, the nearest shoulders, carried over: planes (b, 14, 640, 512)."""
        return torch.stack([self._base_of_two(one) for one in told])

    def _base_of_two(self, told: Told) -> Tensor:
        shoulders = self.nearest(told, 1)[0]
        hers = (line for line in self._lines if line["twin"] == told.twin)
        head = min(hers, key=lambda line: distance(told, Told.of_line(line), OTHER_HEAD))
        if head["id"] == shoulders["id"]:
            return self.base(told, head)
        return joined(self.base(told, head), self.base(told, shoulders), told)

    def _read(self, plate_id: str) -> Tensor:
        lights, covers = read_layers(self._folder, plate_id)
        return planes_of_layers(lights, np.stack([covers["alpha"], covers["garment"]]))


def distance(one: Told, other: Told, garment: float = OTHER_GARMENT) -> float:
    """How far two poses of a person are apart, squared, in units of `FAR`."""
    gaps = {name: getattr(one, name) - getattr(other, name) for name in FAR if name != "turn"}
    gaps["turn"] = one.yaw + one.body - other.yaw - other.body
    apart: float = sum((gap / FAR[name]) ** 2 for name, gap in gaps.items())
    return apart + garment * (one.garment != other.garment)
