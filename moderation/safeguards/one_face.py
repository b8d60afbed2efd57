"""Is there exactly one face in the image?"""

from moderation.safeguards.exhibit import SMALLEST_FACE, Exhibit, SeenFace
from moderation.safeguards.finding import Finding, Outcome

FIRM = 0.5
"""The detector's score from which a box is certainly a face (true faces score about 1, strays little above 0)."""


class OneFace:
    """Nobody but the person herself has agreed to be in the image, and without a face nobody can be recognised."""

    name = "one_face"

    def examine(self, exhibit: Exhibit) -> Finding:
        """One face clears, none refers; a second one blocks when it is beyond doubt and refers otherwise."""
        faces = exhibit.faces
        firm = [face for face in faces if face.score >= FIRM and face.side >= SMALLEST_FACE]
        if len(faces) == 1:
            outcome, reason = Outcome.CLEAR, "There is exactly one face."
        elif not faces:
            outcome, reason = Outcome.REFER, "No face was found: somebody must see whether the person can be recognised."
        elif len(firm) > 1:
            outcome, reason = Outcome.BLOCK, f"There are {len(firm)} faces; only one person has agreed to be in this image."
        else:
            outcome, reason = Outcome.REFER, f"There may be {len(faces)} faces; somebody must look."
        drawn = {"faces": [_drawn(face) for face in faces]}
        return Finding(self.name, outcome, float(len(faces)), 1.0, reason, exhibit.model, exhibit.model_sha256, drawn)


def _drawn(face: SeenFace) -> dict[str, object]:
    return {"box": [round(edge, 1) for edge in face.box], "score": round(face.score, 3)}
