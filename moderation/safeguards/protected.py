"""Does any face of the image come nearer to somebody who asked never to be painted than to the twin it is said to be?"""

import math
from collections.abc import Callable, Mapping

import numpy as np

from moderation.errors import Unexaminable
from moderation.examining.calibration import KnownFaces
from moderation.examining.nearest import NearestFace
from moderation.safeguards.exhibit import SMALLEST_FACE, Exhibit, SeenFace
from moderation.safeguards.finding import Finding, Outcome

FARTHEST = 1.0
"""A larger margin tells no more, and stands for an empty list too."""
LARGEST = 36
"""With more people on the list, more than two of a hundred good images may be referred for nothing, if those on it are as alike
to the twins as the demo's twins are to each other: 36 with three photographs a person on plates that nobody was calibrated with,
54 on the references that `python -m tests.bench protected` asks about. Photographed strangers come less near: there were too
few to count any, and a normal curve through their margins says thousands."""
SHARE = 0.02
PER_PERSON = 1 - (1 - SHARE) ** (1 / LARGEST)
"""The part of images that one such person on the list refers for nothing."""


class ProtectedPerson:
    """The score is a margin: how much farther the nearest on the list is than the twin herself, each by the mean of templates; at
    most 1. Both are measured in contrast (see `Gallery.in_contrast`), and the limit is the twin's own against other twins.

    A distance alone would refer everybody who looks a little like anybody. Every face of the image is asked about, not only the
    largest. Whoever the image shows, the words name only the list: that somebody is on it is nobody's business but the desk's.
    """

    name = "protected"

    def __init__(self, known: Callable[[], KnownFaces], listed: Callable[[], NearestFace]) -> None:
        self._known = known
        self._listed = listed

    def examine(self, exhibit: Exhibit) -> Finding:
        """Raises Unexaminable without a face, limits, or a list that can be read."""
        known, listed = self._known(), self._listed()
        limits = known.limits(exhibit.twin_id)
        if not exhibit.faces:
            raise Unexaminable("No face was found, so there is nothing to compare.")
        limit = limits.mistaken if limits.mistaken is not None else 0.0
        if not len(listed):
            return self._found(exhibit, Outcome.CLEAR, FARTHEST, limit, "Nobody has asked never to be painted", {})
        margin, distance, who, face = min(
            (self._nearest(exhibit, face, known, listed) for face in exhibit.faces), key=lambda nearest: nearest[0]
        )
        if margin > limit:
            words = "Nobody who asked never to be painted comes near"
            return self._found(exhibit, Outcome.CLEAR, min(margin, FARTHEST), limit, words, {})
        sure = distance <= limits.accept and face.side >= SMALLEST_FACE
        words = f"The face {'is' if sure else 'may be'} that of a person who asked never to be painted"
        evidence = {"protected": who, "box": [round(edge, 1) for edge in face.box]}
        return self._found(exhibit, Outcome.BLOCK if sure else Outcome.REFER, margin, limit, words, evidence)

    def _nearest(
        self, exhibit: Exhibit, face: SeenFace, known: KnownFaces, listed: NearestFace
    ) -> tuple[float, float, str, SeenFace]:
        weights, template = known.gallery.weights(), face.template
        distance, who = listed.weighed(weights).to((template @ weights).astype(np.float32))
        margin = distance - known.gallery.from_centres_in_contrast(template)[exhibit.twin_id]
        if not math.isfinite(margin):
            raise Unexaminable("The face was measured as numbers that make no sense.")
        return margin, listed.distance(template, who), who, face

    def _found(
        self, exhibit: Exhibit, outcome: Outcome, score: float, limit: float, words: str, evidence: Mapping[str, object]
    ) -> Finding:
        reason = f"{words} (margin {score:.2f}; limit {limit:.2f})."
        return Finding(self.name, outcome, score, limit, reason, exhibit.model, exhibit.model_sha256, evidence)


def referred_for_nothing(people: int) -> float:
    """The part of good images that a list of so many people refers, in the case that `LARGEST` is stated for."""
    return float(1 - (1 - PER_PERSON) ** people)
