"""What the tools say as a look, and a look as what the tools say: one order of values, both ways."""

import re
from dataclasses import dataclass
from typing import Any

from twin.errors import BadValue
from twin.looks.look import LAMPS, Authors, Lamp, Light, Look, Pose

FIELDS = (
    *("yaw", "pitch", "roll", "smile", "brows", "squint"),
    *(f"{lamp}_{what}" for lamp in LAMPS for what in ("strength", "kelvin")),
    *("exposure", "garment", "garment_colour", "backdrop_colour"),
)
"""The tools whose values make a look, in the order in which events hand them over."""

_HEX = re.compile(r"#?([0-9a-fA-F]{6})(?:[0-9a-fA-F]{2})?")
_RGB = re.compile(r"rgba?\(\s*([\d.]+)[\s,]+([\d.]+)[\s,]+([\d.]+).*\)")


@dataclass(frozen=True)
class Dials:
    """Where the tools stand, by field; words and credits are kept beside because no dial shows them."""

    values: tuple[Any, ...]

    def __post_init__(self) -> None:
        """Raises BadValue unless every field has its value."""
        if len(self.values) != len(FIELDS):
            raise BadValue(f"The tools give {len(FIELDS)} values, not {len(self.values)}.")

    def light(self) -> Light:
        """The four lamps. Raises BadValue when none is on or one is out of range."""
        told = dict(zip(FIELDS, self.values, strict=True))
        return Light(*(Lamp(float(told[f"{lamp}_strength"]), float(told[f"{lamp}_kelvin"])) for lamp in LAMPS))

    def look(self, words: str, authors: Authors) -> Look:
        """The look the tools stand for. Raises BadValue when a value is missing or out of range."""
        told = dict(zip(FIELDS, self.values, strict=True))
        missing = [name.replace("_", " ") for name, value in told.items() if value is None or value == ""]
        if missing:
            raise BadValue(f"Choose a look first: the {missing[0]} is missing.")
        return Look(
            pose=Pose(*(float(told[name]) for name in FIELDS[:6])),
            light=self.light(),
            garment=told["garment"],
            garment_colour=colour(told["garment_colour"]),
            backdrop_colour=colour(told["backdrop_colour"]),
            exposure=float(told["exposure"]),
            words=words or "",
            authors=authors,
        )


def dials_of(look: Look) -> Dials:
    """Where the tools stand for a look."""
    pose = look.pose
    lamps = tuple(value for lamp in look.light.lamps for value in (lamp.strength, lamp.kelvin))
    return Dials(
        (
            *(pose.yaw, pose.pitch, pose.roll, pose.smile, pose.brows, pose.squint),
            *lamps,
            *(look.exposure, look.garment, look.garment_colour, look.backdrop_colour),
        )
    )


def colour(told: object) -> str:
    """A colour as a picker tells it (#rrggbb, #rrggbbaa or rgb(…)) as #rrggbb. Raises BadValue for anything else."""
    text = str(told or "").strip()
    if found := _HEX.fullmatch(text):
        return f"#{found[1].lower()}"
    if found := _RGB.fullmatch(text):
        parts = [min(255, max(0, round(float(part)))) for part in found.groups()]
        return "#" + "".join(f"{part:02x}" for part in parts)
    raise BadValue(f"{text!r} is no colour.")
