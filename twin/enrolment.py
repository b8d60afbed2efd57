"""Reference pictures in, a measured likeness out: one template per reference and light, each of exactly one face."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.errors import BadValue, ReferenceRefused
from twin.look import Lamp, Light
from twin.ports import Picture, ReadFaces

LIGHTS: Mapping[str, Light] = {
    "even": Light(),
    "warm side": Light(Lamp(1.2, 3600.0), Lamp(0.35, 4600.0), Lamp(1.2, 3400.0), Lamp(0.5, 4800.0)),
    "cool front": Light(Lamp(0.8, 7200.0), Lamp(1.8, 7600.0), Lamp(0.6, 7800.0), Lamp(1.5, 8000.0)),
}
"""The lights in which a plate is developed for measuring: a face must be known in each of them."""
AS_TAKEN = "as taken"
"""The one light of a photograph."""
SMALLEST_FACE_PX = 64.0
"""The shorter side of a reference's face; below, a template says more about the pixels than about the person."""
FEWEST_REFERENCES = 4
"""Fewer leave too few pairs of different pictures to find this twin's own threshold."""


@dataclass(frozen=True)
class Measured:
    """One template of one reference in one light; `template` is unit-free, `face_px` the face's shorter side in pixels."""

    reference_id: str
    light: str
    template: NDArray[np.float32]
    face_px: float

    def __post_init__(self) -> None:
        """Raises BadValue for a template that is no finite vector: it would match anybody or nobody."""
        if self.template.ndim != 1 or self.template.size == 0 or not bool(np.isfinite(self.template).all()):
            raise BadValue(f"The template of reference {self.reference_id} is no vector of numbers.")


@dataclass(frozen=True)
class Likeness:
    """Everything that is measured of one twin. Raises BadValue when it cannot carry a threshold of her own."""

    twin_id: str
    measured: tuple[Measured, ...]

    def __post_init__(self) -> None:
        """Refuse too few references, doubles, or templates of different kinds."""
        if len({one.reference_id for one in self.measured}) < FEWEST_REFERENCES:
            raise BadValue(f"A likeness needs at least {FEWEST_REFERENCES} different references.")
        if len({(one.reference_id, one.light) for one in self.measured}) < len(self.measured):
            raise BadValue("A reference was measured twice in the same light.")
        if len({one.template.shape for one in self.measured}) > 1:
            raise BadValue("The templates come from different recognisers.")


def measure(reference_id: str, pictures: Mapping[str, Picture], read_faces: ReadFaces) -> tuple[Measured, ...]:
    """Measure one reference: `pictures` are (h, w, 3) sRGB, by the name of their light.

    Raises ReferenceRefused when a picture shows no face, several, or one too small to be known by.
    """
    measured = []
    for light, picture in pictures.items():
        faces = read_faces(picture)
        if len(faces) != 1:
            seen = "no face" if not faces else f"{len(faces)} faces"
            raise ReferenceRefused(f"The reference {reference_id} shows {seen}; a reference shows exactly one.")
        x0, y0, x1, y1 = faces[0].box
        side = min(x1 - x0, y1 - y0)
        if side < SMALLEST_FACE_PX:
            raise ReferenceRefused(
                f"The face in reference {reference_id} is {side:.0f} pixels small; at least {SMALLEST_FACE_PX:.0f} are needed."
            )
        measured.append(Measured(reference_id, light, faces[0].template, side))
    return tuple(measured)


def enrol(twin_id: str, references: Iterable[tuple[str, Mapping[str, Picture]]], read_faces: ReadFaces) -> Likeness:
    """Measure all references of a twin, given by id with their pictures by light (read lazily, one at a time).

    Raises ReferenceRefused for a picture that is none of her, BadValue when there are too few.
    """
    return Likeness(twin_id, tuple(one for rid, pictures in references for one in measure(rid, pictures, read_faces)))
