"""Pictures of the cast to teach and to measure those who judge pictures: plates developed, images painted, in looks by chance."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from twin.errors import BadValue
from twin.looks.look import EXPOSURE, KELVIN, PITCH, ROLL, SMILE, Lamp, Light, Look, Pose
from twin.looks.wardrobe import Wardrobe
from twin.painter import Painter, PaintRequest
from twin.plates.plate import develop, read_index, read_plate
from twin.ports import Picture

WIDEST_TURN = 30.0
"""Degrees to either side that painted specimens turn."""
DIM, BRIGHT = 0.15, 2.4
"""Strength of a lamp, drawn evenly in its logarithm."""


RENDERED, PAINTED = "rendered", "painted"


@dataclass(frozen=True)
class Specimen:
    """One picture (h, w, 3) of a twin, its name, and whether it was rendered or painted."""

    name: str
    twin_id: str
    made: str
    picture: Picture


@dataclass(frozen=True)
class Purpose:
    """What pictures are for: in how many looks each plate of which split (or reference) is developed, how many are painted a
    twin, the seed, and in how many looks each painted negative is developed. No plate and no seed serves two purposes.
    """

    plates: Mapping[str, int]
    references: int
    painted: int
    seed: int
    developed: int = 1


PURPOSES: Mapping[str, Purpose] = {
    "teaching": Purpose({"train": 4}, 0, 25, 5, developed=3),
    # The album looks into the camera: without the references, which turn, limits would be too low for every other pose.
    "limits": Purpose({"album": 4}, 2, 2, 6),
    "trial": Purpose({"held out": 4}, 0, 3, 7),
}


def specimens(assets: Path, painter: Painter, wardrobe: Wardrobe, purpose: Purpose) -> Iterator[Specimen]:
    """All pictures for a purpose, one at a time and always the same. Raises what the painter raises, OSError without plates."""
    for split, looks in purpose.plates.items():
        lines = [line for line in read_index(assets / "plates") if line["split"] == split]
        yield from rendered(assets / "plates", lines, looks, np.random.default_rng([purpose.seed, 1]))
    if purpose.references:
        lines = read_index(assets / "references")
        yield from rendered(assets / "references", lines, purpose.references, np.random.default_rng([purpose.seed, 2]))
    twins = sorted({twin_id for garment in wardrobe.garments for twin_id in garment.twins})
    chance = np.random.default_rng([purpose.seed, 3])
    yield from painted(painter, wardrobe, twins, purpose.painted, chance, developed=purpose.developed)


def write_pictures(folder: Path, pictures: Iterable[Specimen]) -> str:
    """Write each as a PNG file named like it; a sentence saying how many. Raises BadValue when it cannot be written."""
    count = 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for one in pictures:
            Image.fromarray(one.picture).save(folder / f"{one.name}.png")
            count += 1
    except OSError as error:
        raise BadValue(f"The pictures cannot be written into {folder}: {error.strerror or error}.") from error
    return f"{count} pictures were written into {folder}."


def drawn_look(garment: str, chance: np.random.Generator) -> Look:
    """A look with pose, lamps, colours and exposure by chance; half of the lights are near to the lamps as they stand."""
    spread = 1.0 if chance.random() < 0.5 else 0.35
    yaw, pitch, roll = (
        float(chance.uniform(low, high)) for low, high in ((-WIDEST_TURN, WIDEST_TURN), *(_half(span) for span in (PITCH, ROLL)))
    )
    return Look(
        pose=Pose(yaw, pitch, roll, smile=float(chance.uniform(*SMILE))),
        light=Light(*(_lamp(spread, chance) for _ in range(4))),
        garment=garment,
        garment_colour=_colour(chance, 0.8),
        backdrop_colour=_colour(chance, 0.45),
        exposure=float(np.clip(chance.lognormal(0.1, 0.2), *EXPOSURE)),
    )


def rendered(folder: Path, lines: Iterable[Mapping[str, Any]], looks: int, chance: np.random.Generator) -> Iterator[Specimen]:
    """Each plate that a line of the folder's index names, in so many looks: `<id>@<number>`. Raises NotFound without files."""
    for line in lines:
        plate = read_plate(folder, dict(line))
        for index in range(looks):
            picture = develop(plate, drawn_look(line["garment"], chance))
            yield Specimen(f"{line['id']}@{index}", line["twin"], RENDERED, picture)


def painted(
    painter: Painter, wardrobe: Wardrobe, twins: Sequence[str], count: int, chance: np.random.Generator, *, developed: int = 1
) -> Iterator[Specimen]:
    """So many images of each twin, in turns; `developed` more than 1 gives each negative in so many lights.

    Raises PainterUnavailable, LookRefused, and BadValue for more than one of a painter that leaves no negative.
    """
    for index in range(count):
        for twin_id in twins:
            garments = wardrobe.of(twin_id)
            look = drawn_look(garments[int(chance.integers(len(garments)))].id, chance)
            painting = painter.paint(PaintRequest(twin_id, look, seed=int(chance.integers(2**31))), lambda _: None)
            name = f"{twin_id}-painted-{index}"
            yield Specimen(name if developed == 1 else f"{name}@0", twin_id, PAINTED, painting.picture)
            for again in range(1, developed):
                if painting.plate is None:
                    raise BadValue("This painter leaves no negative that could be developed in another light.")
                relit = develop(painting.plate, drawn_look(look.garment, chance))
                yield Specimen(f"{name}@{again}", twin_id, PAINTED, relit)


def _half(span: tuple[float, float]) -> tuple[float, float]:
    return span[0] / 2, span[1] / 2


def _lamp(spread: float, chance: np.random.Generator) -> Lamp:
    low, high = np.log(DIM) * spread, np.log(BRIGHT) * spread
    kelvin = float(np.clip(chance.normal(5600, 2200 * spread), *KELVIN))
    return Lamp(float(np.exp(chance.uniform(low, high))), kelvin)


def _colour(chance: np.random.Generator, strongest: float) -> str:
    """A colour of any lightness, rarely a loud one."""
    grey, saturation = chance.uniform(0.05, 0.95), strongest * chance.random() ** 2
    red, green, blue = (int(255 * np.clip(grey + saturation * value, 0, 1)) for value in chance.uniform(-0.7, 0.7, 3))
    return f"#{red:02x}{green:02x}{blue:02x}"
