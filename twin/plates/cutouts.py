"""Plates developed in looks drawn by chance, with their coverage: people to be set into other pictures.

`python -m twin.plates.cutouts --out DIR` writes one .npz a plate, which the face detector is taught with.
"""

import argparse
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from twin.looks.look import KELVIN, Lamp, Light, Look, Pose
from twin.plates.plate import develop, read_index, read_plate
from twin.ports import Picture


@dataclass(frozen=True)
class Cutout:
    """One plate in one look: an (h, w, 3) sRGB picture before a plain backdrop, and what the sitter covers, (h, w) 0..255."""

    plate_id: str
    twin_id: str
    picture: Picture
    alpha: NDArray[np.uint8]


def cutouts(folder: Path, splits: Collection[str], looks: int, chance: np.random.Generator) -> Iterator[Cutout]:
    """Every plate of these splits of `folder` in `looks` looks, plate after plate. Raises OSError, NotFound."""
    for line in read_index(folder):
        if line["split"] not in splits:
            continue
        plate = read_plate(folder, line)
        alpha = np.asarray(np.clip(plate.alpha, 0, 1) * 255 + 0.5).astype(np.uint8)
        for _ in range(looks):
            yield Cutout(line["id"], line["twin"], develop(plate, drawn_look(line["garment"], chance)), alpha)


def drawn_look(garment: str, chance: np.random.Generator) -> Look:
    """A look with any light that shows the face, any cloth, any paper."""
    key, fill, rim, ambient = (
        Lamp(float(strength), float(chance.uniform(*KELVIN)))
        for strength in chance.uniform((0.3, 0.1, 0.0, 0.1), (2.2, 1.6, 2.0, 1.4))
    )
    exposure = float(np.exp(chance.uniform(-0.5, 0.5)))
    return Look(
        Pose(),
        Light(key, fill, rim, ambient),
        garment,
        garment_colour=_colour(chance),
        backdrop_colour=_colour(chance),
        exposure=exposure,
    )


def _colour(chance: np.random.Generator) -> str:
    red, green, blue = (int(value) for value in chance.integers(8, 248, 3))
    return f"#{red:02x}{green:02x}{blue:02x}"


def main(arguments: list[str] | None = None) -> None:
    """Read the options, write `pictures` (n, h, w, 3) and `alpha` (h, w) of every plate."""
    ask = argparse.ArgumentParser(prog="twin.plates.cutouts", description=__doc__)
    ask.add_argument("--plates", type=Path, default=Path("assets/plates"))
    ask.add_argument("--out", type=Path, required=True)
    ask.add_argument("--splits", default="train,album", help="which plates, by what their index says they are for")
    ask.add_argument("--looks", type=int, default=3, help="looks a plate")
    ask.add_argument("--seed", type=int, default=1)
    told = ask.parse_args(arguments)
    told.out.mkdir(parents=True, exist_ok=True)
    drawn = cutouts(told.plates, told.splits.split(","), told.looks, np.random.default_rng(told.seed))
    for plate_id, looks in groupby(drawn, key=lambda one: one.plate_id):
        same = list(looks)
        np.savez(told.out / f"{plate_id}.npz", pictures=np.stack([one.picture for one in same]), alpha=same[0].alpha)


if __name__ == "__main__":
    main()
