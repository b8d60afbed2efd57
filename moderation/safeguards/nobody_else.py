"""Could the face be taken for another twin?"""

from collections.abc import Callable

from moderation.errors import Unexaminable
from moderation.examining.calibration import KnownFaces
from moderation.examining.templates import margin
from moderation.safeguards.exhibit import Exhibit
from moderation.safeguards.finding import Finding, Outcome


class NobodyElse:
    """Twins are told apart by a margin, because they may look alike."""

    name = "nobody_else"

    def __init__(self, known: Callable[[], KnownFaces]) -> None:
        self._known = known

    def examine(self, exhibit: Exhibit) -> Finding:
        """Raises Unexaminable without a face to judge, limits, or anybody to compare with."""
        face, known = exhibit.judged, self._known()
        limits = known.limits(exhibit.twin_id)
        known.insist_on_both_sides(face.lopsided)
        contrasts = known.gallery.in_contrast(face.template)
        score = margin(contrasts, exhibit.twin_id)
        if score is None or limits.apart is None or limits.mistaken is None:
            raise Unexaminable("No other twin is known yet, so nobody can be ruled out.")
        other = min((twin_id for twin_id in contrasts if twin_id != exhibit.twin_id), key=lambda twin_id: contrasts[twin_id])
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
