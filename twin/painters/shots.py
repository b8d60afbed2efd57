"""Develops a sitting in every look and measures each picture beside the exact one."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from twin.looks.look import Look
from twin.looks.wardrobe import rgb
from twin.painters import measures
from twin.painters.measures import Mask
from twin.painters.sitting import Sitting, looks
from twin.painters.turn import Points, TurnGauge
from twin.plates.plate import Plate, develop, falloff
from twin.ports import Picture

FROM_SITTER = 12
"""Pixels between the sitter and where the backdrop is measured."""
BACKDROP_PIXELS = 2000
FROM_OUTLINE = 6
FROM_HEM = 4
FROM_CHEEK = 3


class Sighting(Protocol):
    """What face models say of one picture: faces found, and of the largest its box (left, top, right, bottom), its five points
    (5, 2), its distance to the twin and to the nearest other one, whether that is accepted, and which twin is nearest.
    """

    @property
    def faces(self) -> int: ...
    @property
    def box(self) -> tuple[float, float, float, float] | None: ...
    @property
    def landmarks(self) -> Points | None: ...
    @property
    def own(self) -> float | None: ...
    @property
    def other(self) -> float | None: ...
    @property
    def accepted(self) -> bool: ...
    @property
    def nearest(self) -> str | None: ...


See = Callable[[Picture, str], Sighting]
"""Looks at a picture of the twin of this id; must bear two callers at once."""


@dataclass(frozen=True)
class Closeness:
    """How near a picture is to the exact one: PSNR (dB) of all and of the sitter alone, SSIM, energy of fine detail as a ratio
    (everywhere; inside both figures; the same without cloth), and CIEDE2000 of the cloth.
    """

    psnr: float
    psnr_sitter: float
    ssim: float
    fine: float
    fine_inside: float
    fine_head: float
    garment: float | None


@dataclass(frozen=True)
class Shot:
    """One picture measured: whose plate (`MAKERS`) in which look; `turn` in degrees, `side` and `warmth` of the face as
    `measures` has them, `peak` in decibels, `backdrop` as CIEDE2000 to the ordered colour. What could not be seen is None.
    """

    plate: str
    twin: str
    look: str
    maker: str
    faces: int
    accepted: bool
    right: bool
    own: float | None
    other: float | None
    turn: float | None
    side: float | None
    warmth: float | None
    peak: float
    backdrop: float | None
    closeness: Closeness | None


@dataclass(frozen=True)
class Cover:
    """The coverages of one plate against the exact ones, as intersection over union."""

    plate: str
    maker: str
    alpha: float
    garment: float


@dataclass(frozen=True)
class Seeds:
    """How far two seeds of one pose lie apart (mean of absolute differences in 8-bit levels), and whether one seed repeats."""

    plate: str
    apart: float
    repeated: bool | None


def shots(sitting: Sitting, see: See, gauge: TurnGauge, pool: Executor) -> list[Shot]:
    """Every look of a sitting by every maker, measured in the pool. Raises what `see` raises."""
    named = looks(sitting.line["garment"])
    every = pool.map(lambda name: _of_look(sitting, name, named[name], see, gauge), named)
    return [shot for of_look in every for shot in of_look]


def covers(sitting: Sitting) -> list[Cover]:
    """The masks of the painted and of the nearest plate."""
    exact = sitting.exact
    return [
        Cover(
            sitting.line["id"],
            maker,
            measures.overlap(plate.alpha, exact.alpha),
            measures.overlap(plate.garment, exact.garment),
        )
        for maker, plate in sitting.plates.items()
        if maker != "exact"
    ]


def seeds(sitting: Sitting) -> Seeds:
    """How far the two seeds lie apart, in the first look."""
    look = next(iter(looks(sitting.line["garment"]).values()))
    one, other = (develop(plate, look).astype(np.int16) for plate in (sitting.painted, sitting.other))
    return Seeds(sitting.line["id"], float(np.abs(one - other).mean()), sitting.repeated)


def _of_look(sitting: Sitting, name: str, look: Look, see: See, gauge: TurnGauge) -> list[Shot]:
    twin = sitting.line["twin"]
    pictures = {maker: develop(plate, look) for maker, plate in sitting.plates.items()}
    sightings = {maker: see(picture, twin) for maker, picture in pictures.items()}
    face, paper = face_mask(sitting.skin, sightings["exact"].box), backdrop_mask(sitting.exact)
    found = []
    for maker, picture in pictures.items():
        seen = sightings[maker]
        shot = Shot(
            plate=sitting.line["id"],
            twin=twin,
            look=name,
            maker=maker,
            faces=seen.faces,
            accepted=seen.accepted,
            right=seen.nearest == twin,
            own=seen.own,
            other=seen.other,
            turn=None if seen.landmarks is None else gauge.degrees(seen.landmarks),
            side=None if face is None else measures.side_light(picture, face),
            warmth=None if face is None else measures.warmth(picture, face),
            peak=measures.pitch_peak(picture),
            backdrop=_paper_gap(picture[paper], look.backdrop_colour),
            closeness=None if maker == "exact" else closeness(picture, pictures["exact"], sitting.plates[maker], sitting.exact),
        )
        found.append(shot)
    return found


def closeness(picture: Picture, exact_picture: Picture, plate: Plate, exact: Plate) -> Closeness:
    """A picture of `plate` beside the exact one in the same look."""
    cloth = measures.inner(exact.garment > 0.95, FROM_HEM)
    inside = _inside(plate) & _inside(exact)
    head = inside & measures.inner(np.maximum(plate.garment, exact.garment) < 0.05, FROM_OUTLINE)

    detail, wanted = measures.fine_detail(picture), measures.fine_detail(exact_picture)

    def fine(where: Mask) -> float:
        """Without a pixel in common nothing of the detail is there."""
        there = measures.energy(wanted, where)
        return measures.energy(detail, where) / there if there else 0.0

    colours = [measures.middle_colour(one, cloth) for one in (picture, exact_picture)] if cloth.any() else None
    return Closeness(
        psnr=measures.psnr(picture, exact_picture),
        psnr_sitter=measures.psnr(picture, exact_picture, exact.alpha > 0.5),
        ssim=measures.ssim(picture, exact_picture),
        fine=fine(np.ones(exact.alpha.shape, np.bool_)),
        fine_inside=fine(inside),
        fine_head=fine(head),
        garment=None if colours is None else float(measures.colour_gap(colours[0], colours[1])),
    )


def _paper_gap(pixels: Picture, ordered: str) -> float | None:
    return float(measures.colour_gap(pixels, np.array(rgb(ordered), np.uint8)).mean()) if len(pixels) else None


def face_mask(skin: measures.Plane, box: Sequence[float] | None) -> Mask | None:
    """The skin inside a face's box, a little inside its edge; None without a face, or without skin on both sides."""
    if box is None:
        return None
    inside = np.zeros(skin.shape, np.bool_)
    left, top, right, bottom = (max(0, round(edge)) for edge in box)
    inside[top:bottom, left:right] = True
    mask = measures.inner(inside & (skin > 0.5), FROM_CHEEK)
    return mask if len(np.unique(np.nonzero(mask)[1])) > 1 else None


def backdrop_mask(exact: Plate) -> Mask:
    """The bare pixels where the backdrop is least shaded, a little away from the sitter."""
    bare = measures.inner(exact.alpha == 0, FROM_SITTER)
    bright = np.where(bare, falloff(*exact.size), 0.0)
    least = np.sort(bright, axis=None)[-min(BACKDROP_PIXELS, bright.size)]
    return np.asarray(bare & (bright >= least), np.bool_)


def _inside(plate: Plate) -> Mask:
    return measures.inner(measures.filled(plate.alpha > 0.99), FROM_OUTLINE)
