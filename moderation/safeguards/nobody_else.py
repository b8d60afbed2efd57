"""Could the face be taken for somebody else: another twin, or a person who asked never to be painted?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moderation.calibration import KnownFaces
from moderation.errors import Unexaminable
from moderation.safeguards.exhibit import Exhibit, SeenFace
from moderation.safeguards.finding import Finding, Outcome
from moderation.templates import margin

PROTECTED_BLOCK = 0.36
PROTECTED_REFER = 0.50
"""L2 to a protected person. At 0.36 strangers of the cast are taken for one another in 0.7 of 100 pictures; at 0.50 a list of 58
faces came near one picture of the cast in a thousand."""


@dataclass(frozen=True)
class Protected:
    """A person who asked never to be painted: an id for the desk and a template (d,), compared by L2."""

    id: str
    embedding: NDArray[np.float32]


class NobodyElse:
    """Other twins are told apart by a margin, because they may look alike; protected people by distance alone."""

    name = "nobody_else"

    def __init__(self, known: Callable[[], KnownFaces], protected: Callable[[], Sequence[Protected]]) -> None:
        self._known = known
        self._protected = protected

    def examine(self, exhibit: Exhibit) -> Finding:
        """The graver answer of the two; raises Unexaminable without a face to judge, limits, or anybody to compare with."""
        face = exhibit.judged
        listed = self._listed(exhibit)
        return listed if listed else self._other_twins(exhibit, face)

    def _listed(self, exhibit: Exhibit) -> Finding | None:
        """The finding on a protected person who comes near to any face of the image, if one does."""
        protected = self._protected()
        if not protected:
            return None
        listed = np.stack([one.embedding for one in protected])
        lengths = np.stack([np.linalg.norm(listed - face.template, axis=1) for face in exhibit.faces])
        score, who = float(lengths.min()), protected[int(lengths.min(axis=0).argmin())].id
        if not score <= PROTECTED_REFER and np.isfinite(score):
            return None
        block = score <= PROTECTED_BLOCK
        outcome, limit = (Outcome.BLOCK, PROTECTED_BLOCK) if block else (Outcome.REFER, PROTECTED_REFER)
        words = "is" if block else "may be"
        reason = f"The face {words} that of a person who asked never to be painted ({score:.2f}; limit {limit:.2f})."
        return Finding(self.name, outcome, score, limit, reason, exhibit.model, exhibit.model_sha256, {"protected": who})

    def _other_twins(self, exhibit: Exhibit, face: SeenFace) -> Finding:
        known = self._known()
        limits = known.limits(exhibit.twin_id)
        centres = known.gallery.from_centres(face.template)
        score = margin(centres, exhibit.twin_id)
        if score is None or limits.apart is None or limits.mistaken is None:
            raise Unexaminable("No other twin is known yet, so nobody can be ruled out.")
        other = min((twin_id for twin_id in centres if twin_id != exhibit.twin_id), key=lambda twin_id: centres[twin_id])
        her, them = known.name(exhibit.twin_id), known.name(other)
        if score >= limits.apart:
            outcome, limit, words = Outcome.CLEAR, limits.apart, f"Nobody else comes near: the next is {them}"
        elif score >= limits.mistaken:
            outcome, limit, words = Outcome.REFER, limits.apart, f"The face lies between {her} and {them}"
        else:
            outcome, limit, words = Outcome.BLOCK, limits.mistaken, f"The face is {them}'s rather than {her}'s"
        evidence = {
            "apart": limits.apart,
            "mistaken": limits.mistaken,
            "spread": list(limits.own_margins or ()),
            "other": limits.impostor_margin,
            "nearest_other": other,
            "box": [round(edge, 1) for edge in face.box],
        }
        reason = f"{words} (margin {score:.2f}; limit {limit:.2f})."
        return Finding(self.name, outcome, score, limit, reason, exhibit.model, exhibit.model_sha256, evidence)
