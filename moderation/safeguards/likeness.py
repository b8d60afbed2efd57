"""Does the image still look like the person who consented?"""

from collections.abc import Callable

from moderation.examining.calibration import KnownFaces
from moderation.safeguards.exhibit import Exhibit
from moderation.safeguards.finding import Finding, Outcome


class Likeness:
    """The lower bound: what no longer looks like her must not pass as her."""

    name = "likeness"

    def __init__(self, known: Callable[[], KnownFaces]) -> None:
        self._known = known

    def examine(self, exhibit: Exhibit) -> Finding:
        """Compare with her nearest references; raises Unexaminable without limits or a face that shows both its sides."""
        known = self._known()
        face, limits = exhibit.judged, known.limits(exhibit.twin_id)
        known.insist_on_both_sides(face.lopsided)
        score = known.gallery.distances(face.template)[exhibit.twin_id]
        her = known.name(exhibit.twin_id)
        if score <= limits.accept:
            outcome, limit = Outcome.CLEAR, limits.accept
            words = f"The face is as near to {her}'s references as her own pictures are to each other"
        elif score <= limits.refuse:
            outcome, limit = Outcome.REFER, limits.accept
            words = f"The face is farther from {her}'s references than most of her own pictures are from each other"
        else:
            outcome, limit = Outcome.BLOCK, limits.refuse
            words = f"The face does not look like {her} in any of her references"
        nearest = known.gallery.nearest_references(face.template, exhibit.twin_id)
        evidence = {
            "accept": limits.accept,
            "refuse": limits.refuse,
            "spread": list(limits.own),
            "other": limits.impostor_nearest,
            "nearest_reference": next(iter(nearest)),
            "references": {reference_id: round(length, 3) for reference_id, length in nearest.items()},
            "box": [round(edge, 1) for edge in face.box],
        }
        reason = f"{words} ({score:.2f}; limit {limit:.2f})."
        return Finding(self.name, outcome, score, limit, reason, exhibit.model, exhibit.model_sha256, evidence)
