"""Is every face large enough to be judged?"""

from moderation.errors import Unexaminable
from moderation.safeguards.exhibit import SMALLEST_FACE, Exhibit
from moderation.safeguards.finding import Finding, Outcome


class FaceSize:
    """Below 40 pixels recognition errs too often to decide anything, so a person must."""

    name = "face_size"

    def examine(self, exhibit: Exhibit) -> Finding:
        """The smallest face clears or refers; raises Unexaminable without a face."""
        if not exhibit.faces:
            raise Unexaminable("No face was found, so none can be measured.")
        side = min(face.side for face in exhibit.faces)
        enough = side >= SMALLEST_FACE
        reason = (
            f"The face is {side:.0f} pixels wide; {SMALLEST_FACE:.0f} are enough to judge it."
            if enough
            else f"A face is only {side:.0f} pixels wide; below {SMALLEST_FACE:.0f} a person must judge it."
        )
        outcome = Outcome.CLEAR if enough else Outcome.REFER
        return Finding(self.name, outcome, side, SMALLEST_FACE, reason, exhibit.model, exhibit.model_sha256)
