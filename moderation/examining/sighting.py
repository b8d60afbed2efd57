"""What the face models say about one picture of a twin, as the desk would hear it; for evaluations, which decide nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from moderation.examining.calibration import Calibration, KnownFaces
from moderation.examining.templates import Floats
from moderation.safeguards.exhibit import Picture, SeenFace

Read = Callable[[Picture], Sequence[SeenFace]]


@dataclass(frozen=True)
class Sighting:
    """How many faces were found, and of the largest: its box (left, top, right, bottom), its five points (5, 2), both in
    pixels, and how it compares with the twins.

    `own` is the distance that the likeness safeguard compares with her limit, `other` the same of the nearest other twin;
    `accepted` that it is within her limit; `nearest` the twin whose middle is nearest. Without a face these are None or False.
    """

    faces: int
    box: tuple[float, float, float, float] | None = None
    landmarks: Floats | None = None
    own: float | None = None
    other: float | None = None
    accepted: bool = False
    nearest: str | None = None


def sighting(read: Read, known: KnownFaces, picture: Picture, twin_id: str) -> Sighting:
    """Read the faces of an (h, w, 3) picture of a twin. Raises Unexaminable for a twin without limits."""
    limits = known.limits(twin_id)
    faces = read(picture)
    if not faces:
        return Sighting(0)
    largest = faces[0]
    distances = known.gallery.distances(largest.template)
    centres = known.gallery.from_centres(largest.template)
    own = distances[twin_id]
    return Sighting(
        faces=len(faces),
        box=largest.box,
        landmarks=largest.landmarks,
        own=own,
        other=min((far for other, far in distances.items() if other != twin_id), default=None),
        accepted=own <= limits.accept,
        nearest=min(centres, key=lambda one: centres[one]),
    )


def nearness(seen: Sighting, limits: Calibration) -> float | None:
    """How near a face is on her own scale: 0 at the limit of what is accepted, 1 at the middle of her own pictures.

    Below 0 it is not accepted. None without exactly one face.
    """
    if seen.faces != 1 or seen.own is None:
        return None
    middle = limits.own[len(limits.own) // 2]
    return (limits.accept - seen.own) / max(limits.accept - middle, 1e-6)
