"""How a head is held: turned to a side, leaning, its chin up or down, in degrees and in words."""

from dataclasses import dataclass

import numpy as np

from moderation.faces.anatomy import SEEN
from moderation.faces.chip import Points

FRONT, THREE_QUARTER = 10.0, 28.0
"""Degrees up to which a head counts as seen from the front, and from which on as turned far."""
LEVEL = 5.0
"""Degrees up to which a chin counts as level."""
UP, STRAIGHT, DOWN = "chin up", "chin level", "chin down"
ACCURACY = (
    "On renders, turns and nods are off by 4° on average, and nods are read too small; no real photograph was measured yet."
)
UNTOLD = "chin not measured"
"""Of photographs that were measured before the chin was."""


@dataclass(frozen=True)
class Turn:
    """Degrees: `yaw` grows as she turns to her own left, `roll` as her head leans to it, `pitch` as her chin goes down.

    The pitch is None where nothing measured it.
    """

    yaw: float
    roll: float
    pitch: float | None = None

    def __post_init__(self) -> None:
        """Raises ValueError on what is no angle."""
        if not np.isfinite([self.yaw, self.roll, self.pitch or 0.0]).all():
            raise ValueError("A head is turned by a number of degrees.")

    @property
    def words(self) -> str:
        """The turn as a person says it."""
        if abs(self.yaw) < FRONT:
            return "from the front"
        side = "left" if self.yaw > 0 else "right"
        return f"{'turned' if abs(self.yaw) < THREE_QUARTER else 'turned far'} to her {side}"

    @property
    def told(self) -> str:
        """Turn and chin in words, with degrees where they are not about straight."""
        yaw = "" if abs(self.yaw) < FRONT else f" (about {abs(self.yaw):.0f}°)"
        chin = chin_of(self.pitch)
        pitch = "" if self.pitch is None or chin == STRAIGHT else f" (about {abs(self.pitch):.0f}°)"
        return f"{self.words}{yaw}, {chin}{pitch}"


def chin_of(pitch: float | None) -> str:
    """`UP`, `STRAIGHT` or `DOWN` for a pitch in degrees; `UNTOLD` for none."""
    if pitch is None:
        return UNTOLD
    if abs(pitch) < LEVEL:
        return STRAIGHT
    return DOWN if pitch > 0 else UP


def roll_of(points: Points) -> float:
    """By how many degrees the head leans to her own left whose five points (dlib's, (5, 2), in pixels) are given.

    A scaled orthographic pose, as in DeMenthon and Davis, "Model-Based Object Pose in 25 Lines of Code" (1995).
    """
    known = np.column_stack([SEEN, np.ones(len(SEEN))])
    camera = np.linalg.lstsq(known, points.astype(np.float64), rcond=None)[0].T[:, :3]
    left, _, right = np.linalg.svd(camera, full_matrices=False)
    across, down = left @ right
    return float(np.degrees(np.arctan2(down[0], across[0])))
