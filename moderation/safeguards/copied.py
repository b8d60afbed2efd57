"""Is the image one of her references again, only in another light?"""

from collections.abc import Callable, Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from moderation.errors import Unexaminable
from moderation.examining.calibration import KnownFaces
from moderation.safeguards.exhibit import Exhibit, Picture
from moderation.safeguards.finding import Finding, Outcome

ALIKE = 0.72
SAME = 0.88
"""Of 54 references developed again in hard lights all but one fitted theirs from 0.744 up (median 0.89); of 65 other plates of
the same people none above 0.72, half below 0.48."""

Canvas = NDArray[np.uint8]


class Fitted(Protocol):
    """The reference that fits best, how well (1 for the same lines), and whether as a mirror image."""

    @property
    def reference_id(self) -> str: ...
    @property
    def score(self) -> float: ...
    @property
    def mirrored(self) -> bool: ...


class CopyOfReference:
    """Consent to a twin is no licence for her photographs; the lines of the picture are compared, not the face's measure."""

    name = "copy"

    def __init__(
        self,
        known: Callable[[], KnownFaces],
        place: Callable[[Picture, NDArray[np.float32]], Canvas],
        best_fit: Callable[[Canvas, Mapping[str, Canvas]], Fitted],
    ) -> None:
        self._known = known
        self._place = place
        self._best_fit = best_fit

    def examine(self, exhibit: Exhibit) -> Finding:
        """Raises Unexaminable without a face to place or without references to compare with."""
        known = self._known()
        own = {one.reference_id: one.canvas for one in known.outlines if one.twin_id == exhibit.twin_id}
        if not own:
            raise Unexaminable(f"No reference of {known.name(exhibit.twin_id)} is known to compare the picture with.")
        fit = self._best_fit(self._place(exhibit.picture, exhibit.judged.landmarks), own)
        if fit.score < ALIKE:
            outcome, limit, words = Outcome.CLEAR, ALIKE, "The picture is none of her references"
        elif fit.score < SAME:
            outcome, limit, words = (
                Outcome.REFER,
                ALIKE,
                f"The picture has nearly the same lines as the reference {fit.reference_id}",
            )
        else:
            outcome, limit, words = Outcome.BLOCK, SAME, f"The picture is the reference {fit.reference_id} again"
        evidence = {"nearest_reference": fit.reference_id, "mirrored": fit.mirrored, "alike": ALIKE, "same": SAME}
        reason = f"{words} ({fit.score:.2f}; limit {limit:.2f})."
        return Finding(self.name, outcome, fit.score, limit, reason, evidence=evidence)
