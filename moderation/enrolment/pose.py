"""How a head is turned, from the five points of its face: a sign for a map of angles, no measurement."""

from dataclasses import dataclass

import numpy as np

from moderation.faces.anatomy import SEEN
from moderation.faces.chip import Points

GAIN = 1.57
"""What the points tell is multiplied by this. On 174 renders of the cast (58 plates, three lights each) the turn to a side is
then off by 7° in the mean and by 21° in one of twenty; from 8° on the side itself was always right."""
FRONT, THREE_QUARTER = 10.0, 28.0
"""Degrees up to which a head counts as seen from the front, and from which on as turned far."""


@dataclass(frozen=True)
class Turn:
    """Degrees: `yaw` grows as she turns to her own left, `roll` as her head leans to it.

    A nod is not told: on the same renders the points say no more about it than chance (correlation 0.24 within ±11°).
    """

    yaw: float
    roll: float

    def __post_init__(self) -> None:
        """Raises ValueError on what is no angle."""
        if not np.isfinite([self.yaw, self.roll]).all():
            raise ValueError("A head is turned by a number of degrees.")

    @property
    def words(self) -> str:
        """The turn as a person says it."""
        if abs(self.yaw) < FRONT:
            return "from the front"
        side = "left" if self.yaw > 0 else "right"
        return f"{'turned' if abs(self.yaw) < THREE_QUARTER else 'turned far'} to her {side}"


def turn_of(points: Points) -> Turn:
    """How the head is turned whose five points (dlib's, (5, 2), in pixels) are given.

    A scaled orthographic pose, as in DeMenthon and Davis, "Model-Based Object Pose in 25 Lines of Code" (1995).
    """
    known = np.column_stack([SEEN, np.ones(len(SEEN))])
    camera = np.linalg.lstsq(known, points.astype(np.float64), rcond=None)[0].T[:, :3]
    left, _, right = np.linalg.svd(camera, full_matrices=False)
    across, down = left @ right
    ahead = np.cross(across, down)
    yaw = GAIN * float(np.degrees(np.arctan2(across[2], ahead[2])))
    return Turn(yaw, float(np.degrees(np.arctan2(down[0], across[0]))))
