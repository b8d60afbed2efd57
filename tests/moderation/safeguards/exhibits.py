"""Exhibits with faces of two numbers, and two twins around (0, 0) and (1, 0)."""

from dataclasses import dataclass, field

import numpy as np

from moderation.examining.calibration import KnownFaces, calibrate
from moderation.examining.templates import Gallery, Outline, Template
from moderation.safeguards.exhibit import Exhibit

PICTURE = np.zeros((128, 128, 3), np.uint8)
PACK = "b" * 64


@dataclass(frozen=True)
class Seen:
    """A face as a reader hands it over."""

    template: np.ndarray
    side: float = 80.0
    score: float = 1.0
    box: tuple[float, float, float, float] = (10.0, 10.0, 90.0, 90.0)
    lopsided: float = 0.0
    landmarks: np.ndarray = field(default_factory=lambda: np.zeros((5, 2), np.float32))


def face(x: float, y: float = 0.0, **more: float) -> Seen:
    return Seen(np.array([x, y], np.float32), **more)


def exhibit(*faces: Seen, twin_id: str = "nora") -> Exhibit:
    return Exhibit(PICTURE, twin_id, faces, "fake-pack", PACK)


def unread() -> Exhibit:
    return Exhibit(PICTURE, "nora", None, unread="The faces could not be read.")


def known_faces() -> KnownFaces:
    """Nora around (0, 0), Mei around (1, 0), both within 0.1; Ines at (9, 9) has too few references."""
    chance = np.random.default_rng(5)
    templates, outlines = [], []
    for twin_id, centre, count in (("nora", (0, 0), 8), ("mei", (1, 0), 8), ("ines", (9, 9), 2)):
        for index in range(count):
            place = np.array(centre) + chance.normal(0, 0.04, 2)
            templates.append(Template(f"{twin_id}-{index}", twin_id, "even", place.astype(np.float32)))
            canvas = chance.integers(0, 255, (224, 224)).astype(np.uint8)
            outlines.append(Outline(f"{twin_id}-{index}", twin_id, canvas))
    gallery = Gallery(tuple(templates))
    names = {"nora": "Nora", "mei": "Mei", "ines": "Ines"}
    return KnownFaces(gallery, calibrate(gallery), tuple(outlines), names)
