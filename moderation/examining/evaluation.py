"""How often the limits are right: pictures that calibrated nothing are asked about as their own twin's and as every other's."""

import io
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from moderation.errors import Unexaminable
from moderation.examining.calibration import Calibration, KnownFaces
from moderation.examining.templates import margin
from moderation.safeguards.exhibit import SMALLEST_FACE, Picture, SeenFace
from moderation.safeguards.finding import Outcome, worst

QUALITIES = (90, 75, 60, 40)
"""JPEG qualities, on Pillow's scale."""
SIDES = (112, 80, 56, 44)
"""Widths in pixels to which a face is made smaller."""
PAINTED = "painted"
"""The kind of condition that a painted image is asked about in: its value is the look."""
BIN = 15.0
"""Degrees of turn that are told of together."""
FARTHEST_BIN = 60.0
Z = 1.959964
"""Normal quantile of a 95 % interval."""


class Reads(Protocol):
    """Finds faces, and measures one again in another version of the same picture."""

    def read(self, picture: Picture) -> Sequence[SeenFace]:
        """Every face, largest first."""
        ...

    def template(self, picture: Picture, landmarks: NDArray[np.float32]) -> NDArray[np.float32]:
        """The template of the face with these five points."""
        ...


@dataclass(frozen=True)
class Probe:
    """A picture (h, w, 3) of a twin that is none of her references; `turn` is how far she looks away, in degrees.

    Of a `painted` one, `light` names the look.
    """

    probe_id: str
    twin_id: str
    turn: float
    light: str
    picture: Picture
    painted: bool = False


@dataclass(frozen=True)
class Shot:
    """One probe under one condition (`kind` and `value`), as each twin's safeguards judge it.

    `distances` and `margins` are None where no face was found; `outcomes` says what would follow for each twin.
    """

    probe_id: str
    twin_id: str
    kind: str
    value: str
    outcomes: Mapping[str, Outcome]
    distances: Mapping[str, float] | None = None
    margins: Mapping[str, float] | None = None


@dataclass(frozen=True)
class _Again:
    """A face in another version of its picture: measured anew, otherwise as it was seen first."""

    template: NDArray[np.float32]
    side: float
    first: SeenFace

    @property
    def box(self) -> tuple[float, float, float, float]:
        return self.first.box

    @property
    def score(self) -> float:
        return self.first.score

    @property
    def landmarks(self) -> NDArray[np.float32]:
        return self.first.landmarks

    @property
    def lopsided(self) -> float:
        return self.first.lopsided


@dataclass(frozen=True)
class Rate:
    """`hits` of `all`, with Wilson's 95 % interval; raises ValueError on counts that make no sense."""

    hits: int
    all: int

    def __post_init__(self) -> None:
        if not 0 <= self.hits <= self.all:
            raise ValueError("A rate is some of all.")

    @property
    def part(self) -> float:
        """0..1; 0 of nothing is 0."""
        return self.hits / self.all if self.all else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's score interval (JASA 22, 1927), as if all were independent; of nothing it is everything."""
        if not self.all:
            return 0.0, 1.0
        n, share = self.all, self.hits / self.all
        middle = (share + Z * Z / (2 * n)) / (1 + Z * Z / n)
        half = Z / (1 + Z * Z / n) * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
        low, high = max(0.0, middle - half), min(1.0, middle + half)
        return (0.0 if not self.hits else low), (1.0 if self.hits == n else high)


def shots(probes: Iterable[Probe], reader: Reads, known: KnownFaces, plain: str) -> Iterator[Shot]:
    """Every probe as it is; those in the light `plain`, which come first of their id, also compressed, smaller, and by turn.

    The face is looked for in plain light alone and measured at the same points in all that follows; in painted ones each time.
    """
    seen: Sequence[SeenFace] = ()
    for probe in probes:
        if probe.painted:
            yield _shot(probe, PAINTED, probe.light, reader.read(probe.picture), known)
        elif probe.light == plain:
            seen = reader.read(probe.picture)
            yield _shot(probe, "light", plain, seen, known)
            yield _shot(probe, "turn", bin_of(probe.turn), seen, known)
        else:
            yield _shot(probe, "light", probe.light, _again(reader, probe.picture, seen, 1.0), known)
        if probe.light == plain:
            for kind, value, picture, scale in _worsened(probe.picture, seen):
                yield _shot(probe, kind, value, _again(reader, picture, seen, scale), known)


def _again(reader: Reads, picture: Picture, seen: Sequence[SeenFace], scale: float) -> list[SeenFace]:
    """The same faces measured in another version of their picture."""
    return [_Again(reader.template(picture, face.landmarks * np.float32(scale)), face.side * scale, face) for face in seen]


def bin_of(turn: float) -> str:
    """The turns that are told of together, in degrees to either side."""
    low = min(FARTHEST_BIN, abs(turn) // BIN * BIN)
    return f"{low:.0f}°+" if low == FARTHEST_BIN else f"{low:.0f}–{low + BIN:.0f}°"


def _worsened(picture: Picture, seen: Sequence[SeenFace]) -> Iterator[tuple[str, str, Picture, float]]:
    image = Image.fromarray(picture)
    for quality in QUALITIES:
        stream = io.BytesIO()
        image.save(stream, "JPEG", quality=quality)
        yield "compression", f"JPEG {quality}", np.array(Image.open(stream), np.uint8), 1.0
    for side in SIDES:
        if seen and seen[0].side > side:
            scale = side / seen[0].side
            size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
            yield "size", f"{side} px", np.array(image.resize(size, Image.Resampling.LANCZOS), np.uint8), scale


def _shot(probe: Probe, kind: str, value: str, seen: Sequence[SeenFace], known: KnownFaces) -> Shot:
    whole = probe.probe_id, probe.twin_id, kind, value
    if len(seen) != 1 or seen[0].side < SMALLEST_FACE:
        return Shot(*whole, dict.fromkeys(known.calibrations, Outcome.UNEXAMINED))
    distances, contrasts = known.gallery.distances(seen[0].template), known.gallery.in_contrast(seen[0].template)
    margins = {twin_id: margin(contrasts, twin_id) or 0.0 for twin_id in known.calibrations}
    try:
        known.insist_on_both_sides(seen[0].lopsided)
        outcomes = {one: judged(known.limits(one), distances[one], margins[one]) for one in known.calibrations}
    except Unexaminable:
        outcomes = dict.fromkeys(known.calibrations, Outcome.UNEXAMINED)
    return Shot(*whole, outcomes, distances, margins)


def judged(limits: Calibration, distance: float, between: float) -> Outcome:
    """What likeness and nobody else say together of a face at this distance and margin."""
    alike = _side(distance <= limits.accept, distance <= limits.refuse)
    if limits.apart is None or limits.mistaken is None:
        return worst([alike, Outcome.UNEXAMINED])
    return worst([alike, _side(between >= limits.apart, between >= limits.mistaken)])


def _side(clear: bool, perhaps: bool) -> Outcome:
    return Outcome.CLEAR if clear else Outcome.REFER if perhaps else Outcome.BLOCK


def as_own(taken: Iterable[Shot], *outcomes: Outcome) -> Rate:
    """How often a picture of a twin came to one of these outcomes as hers."""
    own = [shot.outcomes[shot.twin_id] for shot in taken if shot.twin_id in shot.outcomes]
    return Rate(sum(outcome in outcomes for outcome in own), len(own))


def as_another(taken: Iterable[Shot], *outcomes: Outcome) -> Rate:
    """How often a picture of a twin came to one of these outcomes as somebody else's, over all the others."""
    others = [outcome for shot in taken for twin_id, outcome in shot.outcomes.items() if twin_id != shot.twin_id]
    return Rate(sum(outcome in outcomes for outcome in others), len(others))


def beyond(taken: Iterable[Shot], known: KnownFaces, limit: str) -> tuple[Rate, Rate]:
    """By distance alone, with each twin's `accept` or `refuse`: her own beyond it (FNMR), and others within (FMR)."""
    own, other = _scores(taken, lambda shot, twin_id: (shot.distances or {})[twin_id] - getattr(known.limits(twin_id), limit))
    return Rate(int((own > 0).sum()), len(own)), Rate(int((other <= 0).sum()), len(other))


def trade_off(taken: Sequence[Shot], known: KnownFaces) -> dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """{name: (FMR, FNMR) over all thresholds} of the distance, once with one for all and once with one a twin, and the margin."""
    measures: dict[str, Callable[[Shot, str], float]] = {
        "one threshold for all": lambda shot, twin_id: (shot.distances or {})[twin_id],
        "a threshold for each twin": lambda shot, twin_id: (shot.distances or {})[twin_id] - known.limits(twin_id).accept,
        "margin to the next twin": lambda shot, twin_id: -(shot.margins or {})[twin_id],
    }
    curves = {}
    for name, measure in measures.items():
        own, other = (np.sort(scores) for scores in _scores(taken, measure))
        at = np.unique(np.concatenate([own, other]))
        found = np.searchsorted(own, at, side="right"), np.searchsorted(other, at, side="right")
        curves[name] = found[1] / max(1, len(other)), 1 - found[0] / max(1, len(own))
    return curves


def _scores(taken: Iterable[Shot], measure: Callable[[Shot, str], float]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Own and others' scores of the shots with a face, smaller meaning nearer."""
    own: list[float] = []
    other: list[float] = []
    for shot in taken:
        if shot.distances is not None:
            for twin_id in shot.outcomes:
                (own if twin_id == shot.twin_id else other).append(measure(shot, twin_id))
    return np.array(own, np.float64), np.array(other, np.float64)
