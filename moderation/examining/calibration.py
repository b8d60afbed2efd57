"""Finds for each twin how near a face must be to be hers, and by how much nearer to her than to anybody else.

Genuine pairs are always of *different* references: a reference is compared with the others only. Every template of every other
twin is an impostor. What falls between the two limits of a measure goes to a person.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

import numpy as np

from moderation.errors import Unexaminable
from moderation.examining.templates import Gallery, Outline, margin

FEWEST_REFERENCES = 4
"""Fewer leave too few pairs to know how far her own pictures lie apart."""
USUAL = 0.95
"""The part of her own pictures that must be near enough by itself."""
TOWARDS_IMPOSTORS = 0.5
"""Where nobody else comes near, the limit moves this far towards the nearest impostor."""
CAUTION = 0.6
"""Added to the margin, in standard deviations of the genuine margins of all twins."""

BAND = 0.2
"""The band reaches at least so far to both sides of a tie, in parts of her own usual margin."""
SPREAD = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Her own pictures are told of by these parts of them: the middle, the half about it, and all but the ends."""
Spread = tuple[float, float, float, float, float]


@dataclass(frozen=True)
class Calibration:
    """One twin's limits with one pack, in the recogniser's L2.

    A distance up to `accept` is hers, above `refuse` not; a margin from `apart` up is unmistakable, below `mistaken` it is
    another twin. `own` and `own_margins` hold what her own pictures measure at the parts `SPREAD`, `own_farthest` the worst of
    them; `impostor_nearest` and `impostor_margin` tell how near to her anybody else comes.
    """

    twin_id: str
    accept: float
    refuse: float
    apart: float | None
    mistaken: float | None
    own: Spread
    own_farthest: float
    impostor_nearest: float | None
    own_margins: Spread | None
    impostor_margin: float | None
    genuine: int
    impostors: int

    def __post_init__(self) -> None:
        """Raises ValueError on limits that are no numbers or in the wrong order."""
        numbers = [value for value in asdict(self).values() if isinstance(value, float)]
        spreads = [spread for spread in (self.own, self.own_margins) if spread is not None]
        if not all(np.isfinite(some).all() for some in (numbers, *spreads)) or not 0 < self.accept <= self.refuse:
            raise ValueError(f"The limits of {self.twin_id} are not in order.")
        if (self.apart is None) != (self.mistaken is None) or (self.apart or 0.0) < (self.mistaken or 0.0):
            raise ValueError(f"The margins of {self.twin_id} are not in order.")
        if any(len(spread) != len(SPREAD) or list(spread) != sorted(spread) for spread in spreads):
            raise ValueError(f"What the pictures of {self.twin_id} measure is not in order.")

    def as_json(self) -> dict[str, Any]:
        """All fields by name."""
        return asdict(self)

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> Self:
        """Raises TypeError or ValueError for what was not written by `as_json`."""
        spreads = {name: tuple(written[name]) for name in ("own", "own_margins") if written.get(name) is not None}
        return cls(**{**written, **spreads})


@dataclass(frozen=True)
class _Spread:
    """One twin's measured distances and margins, genuine and impostor."""

    own: list[float]
    own_margins: list[float]
    other: list[float]
    other_margins: list[float]


def calibrate(gallery: Gallery) -> dict[str, Calibration]:
    """{twin: limits} for every twin with at least four references; the others are missing and so are never cleared."""
    known = [twin_id for twin_id in gallery.twin_ids if len(gallery.references_of(twin_id)) >= FEWEST_REFERENCES]
    spreads = _spreads(gallery, known)
    margins = [value for spread in spreads.values() for value in spread.own_margins]
    caution = CAUTION * float(np.std(margins)) if margins else 0.0
    tails = [max(spread.own) - float(np.median(spread.own)) for spread in spreads.values()]
    return {twin_id: _limits(twin_id, spread, caution, float(np.mean(tails))) for twin_id, spread in spreads.items()}


def _spreads(gallery: Gallery, known: list[str]) -> dict[str, _Spread]:
    spreads = {twin_id: _Spread([], [], [], []) for twin_id in known}
    for template in gallery.templates:
        distances = gallery.distances(template.embedding, without=template.reference_id)
        contrasts = gallery.in_contrast(template.embedding, without=template.reference_id)
        for twin_id, spread in spreads.items():
            own = twin_id == template.twin_id
            (spread.own if own else spread.other).append(distances[twin_id])
            between = margin(contrasts, twin_id)
            if between is not None:
                (spread.own_margins if own else spread.other_margins).append(between)
    return spreads


def _limits(twin_id: str, spread: _Spread, caution: float, tail: float) -> Calibration:
    """`tail` is how far the farthest picture of a twin usually lies beyond her median: a few like pictures hide her own."""
    own = np.array(spread.own)
    usual, median, farthest = float(np.quantile(own, USUAL)), float(np.median(own)), float(own.max())
    nearest = min(spread.other, default=None)
    accept = usual if nearest is None else usual + max(0.0, TOWARDS_IMPOSTORS * (nearest - usual))
    apart = mistaken = None
    if spread.other_margins:
        band = BAND * max(0.0, float(np.median(spread.own_margins)))
        apart = max(max(0.0, *spread.other_margins) + caution, band)
        mistaken = min(min(0.0, *spread.own_margins) - caution, -band)
    return Calibration(
        twin_id=twin_id,
        accept=accept,
        refuse=max(accept, farthest) + max(tail, farthest - median),
        apart=apart,
        mistaken=mistaken,
        own=_parts(spread.own),
        own_farthest=farthest,
        impostor_nearest=nearest,
        own_margins=_parts(spread.own_margins) if spread.own_margins else None,
        impostor_margin=max(spread.other_margins, default=None),
        genuine=len(spread.own),
        impostors=len(spread.other),
    )


def _parts(measured: list[float]) -> Spread:
    low, lower, middle, upper, high = (float(part) for part in np.quantile(measured, SPREAD))
    return low, lower, middle, upper, high


@dataclass(frozen=True)
class KnownFaces:
    """What is known of the twins: their templates, each one's limits, the outlines of their references, and their names."""

    gallery: Gallery
    calibrations: Mapping[str, Calibration]
    outlines: tuple[Outline, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)

    def name(self, twin_id: str) -> str:
        """How a person calls her."""
        return self.names.get(twin_id, twin_id)

    def limits(self, twin_id: str) -> Calibration:
        """Her limits; raises Unexaminable for a twin that is not calibrated."""
        if twin_id not in self.calibrations:
            raise Unexaminable(f"Too few references of {self.name(twin_id)} are known to say how near a face must be to hers.")
        return self.calibrations[twin_id]

    def insist_on_both_sides(self, lopsided: float) -> None:
        """Raises Unexaminable for a face that lies farther from its own mirror image than pictures of one person usually do.

        Only faces turned towards the profile do, and those resemble one another more than their own person: of the plates on
        which the limits were chosen, every one that was nearer to somebody else lay beyond.
        """
        usual = float(np.median([limits.own[2] for limits in self.calibrations.values()]))
        if not lopsided <= usual:
            raise Unexaminable(
                f"The face is turned away too far to say whose it is ({lopsided:.2f} from its mirror image; limit {usual:.2f})."
            )
