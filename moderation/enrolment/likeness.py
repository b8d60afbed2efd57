"""How well somebody will be told apart once enrolled: whom she is too like beforehand, and what the limits say afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from moderation.enrolment.coverage import Coverage
from moderation.enrolment.together import FEWEST
from moderation.examining.calibration import Calibration, KnownFaces
from moderation.examining.nearest import NearestFace
from moderation.examining.templates import Floats

MOSTLY = 0.5
"""The part of her photographs that lies within somebody else's limit when she is refused as too like."""
AMONG_THEMSELVES = 0.75
"""The part of the distances among her own photographs within which somebody on the list is too near. Of 120 draws of ten renders
of one of the cast, with herself on the list by three others, 98 % are refused so; of 840 with somebody else on it, 1 %."""
ROOMY, NARROW = 0.05, 0.0
"""How far beyond nearly all of her own pictures the nearest of anybody else's lies, in L2, from which on it is good, or weak."""


@dataclass(frozen=True)
class Outlook:
    """How good the likeness will be, as one word and the sentences that say why."""

    grade: str
    sentences: tuple[str, ...]


def too_like(templates: Sequence[Floats], twin_id: str, known: KnownFaces, listed: NearestFace) -> str:
    """Why nobody may be enrolled by these templates: she is nearly another twin, or nearly somebody on the list; else empty.

    Another twin's limit is her own. The list has none, so what counts there is how far these photographs lie from one another.
    """
    if not templates:
        return ""
    for other, limits in sorted(known.calibrations.items()):
        if other == twin_id:
            continue
        within = [known.gallery.distances(one).get(other, np.inf) <= limits.accept for one in templates if _fits(one, known)]
        if within and float(np.mean(within)) >= MOSTLY:
            return (
                f"{sum(within)} of {len(within)} photographs are as near to {known.name(other)} as her own are. Two twins whom"
                " the studio cannot tell apart cannot both be painted; nothing was enrolled."
            )
    if len(listed) and _near_the_list(np.stack(templates), listed):
        return (
            "This face is too near to that of somebody who asked never to be painted, and the studio cannot tell the two apart;"
            " nothing was enrolled."
        )
    return ""


def _fits(template: Floats, known: KnownFaces) -> bool:
    return bool(known.gallery.templates) and known.gallery.templates[0].embedding.size == template.size


def _near_the_list(templates: Floats, listed: NearestFace) -> bool:
    """Whether somebody on the list is as near to half of the photographs as these are to one another."""
    apart = np.linalg.norm(templates[:, None] - templates[None], axis=2)[np.triu_indices(len(templates), 1)]
    if not apart.size:
        return False
    return float(np.median([listed.to(one)[0] for one in templates])) <= float(np.quantile(apart, AMONG_THEMSELVES))


def outlook(known: KnownFaces, twin_id: str, photographs: int, coverage: Coverage | None) -> Outlook:
    """What can be said of an enrolled twin's likeness, from her limits and the map of her photographs (None: rendered).

    Raises Unexaminable for a twin that is not calibrated.
    """
    limits = known.limits(twin_id)
    told = [_spread(limits), _threshold(limits), *_nearest(known, limits, twin_id), _covered(photographs, coverage)]
    room = _room(limits)
    if room is not None and room <= NARROW:
        return Outlook("weak", (*told, "Somebody else comes as near as her own pictures do, so that people will decide often."))
    if coverage is not None and not coverage.is_whole:
        return Outlook("fair", (*told, "Photographs of the kind that is missing would make the limits surer."))
    if room is not None and room < ROOMY:
        return Outlook(
            "fair", (*told, "Somebody else comes nearly as near as her own pictures do: some images will go to people.")
        )
    if coverage is not None and photographs < FEWEST + 2:
        return Outlook("fair", (*told, f"Limits that rest on {photographs} photographs are rough; with a dozen they are surer."))
    return Outlook("good", tuple(told))


def _room(limits: Calibration) -> float | None:
    """How far beyond her usual pictures the nearest of anybody else lies; None with nobody else."""
    return None if limits.impostor_nearest is None else limits.impostor_nearest - limits.own[-1]


def _spread(limits: Calibration) -> str:
    return (
        f"Half of her pictures lie within {limits.own[2]:.2f} of the others, nearly all within {limits.own[4]:.2f}, the"
        f" farthest at {limits.own_farthest:.2f}."
    )


def _threshold(limits: Calibration) -> str:
    return (
        f"A painted face up to {limits.accept:.2f} counts as hers, beyond {limits.refuse:.2f} it is stopped; what lies between"
        " goes to a person."
    )


def _nearest(known: KnownFaces, limits: Calibration, twin_id: str) -> list[str]:
    if limits.impostor_nearest is None:
        return ["There is no other twin in this studio to be told from; with the first one her limits are set anew."]
    others: dict[str, float] = {}
    for one in known.gallery.templates:
        if one.twin_id == twin_id:
            for other, far in known.gallery.distances(one.embedding, without=one.reference_id).items():
                if other != twin_id:
                    others[other] = min(far, others.get(other, far))
    nearest = min(others, key=lambda other: others[other])
    return [f"The nearest other twin is {known.name(nearest)}, at {others[nearest]:.2f} where she comes nearest."]


def _covered(photographs: int, coverage: Coverage | None) -> str:
    if coverage is None:
        return f"The limits rest on {photographs} rendered references, each in several lights."
    told = f"The limits rest on {photographs} photographs"
    if not coverage.is_whole:
        return f"{told}; still missing: {', '.join(coverage.missing)}."
    if coverage.chins_missing:
        lacking = ", ".join(coverage.chins_missing)
        return f"{told} from the front and from both sides, in more than one light; what would help too: {lacking}."
    chins = "with the chin up, level and down, " if coverage.tells_chins else ""
    return f"{told} from the front and from both sides, {chins}in more than one light."


def facts_of(found: Outlook, limits: Calibration) -> Mapping[str, Any]:
    """What the audit keeps of an outlook."""
    return {"grade": found.grade, "accept": round(limits.accept, 3), "refuse": round(limits.refuse, 3), "genuine": limits.genuine}
