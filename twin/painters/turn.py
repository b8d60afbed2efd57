"""Reads how far a head is turned from five points of the face, by a rule fitted on renders whose turn is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

Points = NDArray[np.floating[Any]]

SPAN = 38.0
"""Degrees to either side within which the rule is fitted: beyond, the points no longer follow the face."""
DOUBTED = 4.0
"""Degrees from which on an error counts linearly instead of squared, because some points are misplaced."""


@dataclass(frozen=True)
class TurnGauge:
    """A rule from five points to degrees, positive towards the viewer's right.

    `fitted` is on how many faces, `own_error` how far off it is on a face left out of the fit (median, degrees).
    """

    weights: NDArray[np.float64]
    fitted: int
    own_error: float

    @classmethod
    def fit(cls, faces: Sequence[Points], turns: Sequence[float]) -> "TurnGauge":
        """From points (5, 2) each and their turns in degrees; those beyond `SPAN` are left out.

        Raises ValueError with fewer than twelve left.
        """
        pairs = [(described(face), turn) for face, turn in zip(faces, turns, strict=True) if abs(turn) <= SPAN]
        if len(pairs) < 12:
            raise ValueError(f"Twelve faces or more tell how a turn shows; there are {len(pairs)}.")
        seen, told = np.stack([one for one, _ in pairs]), np.array([turn for _, turn in pairs])
        others = (np.arange(len(told)) != left for left in range(len(told)))
        errors = [abs(seen[left] @ _fitted(seen[kept], told[kept]) - told[left]) for left, kept in enumerate(others)]
        return cls(_fitted(seen, told), len(told), float(np.median(errors)))

    def degrees(self, face: Points) -> float:
        """The turn that the points (5, 2) of a face show."""
        return float(described(face) @ self.weights)


def described(face: Points) -> NDArray[np.float64]:
    """Numbers (5,) that change with the turn and neither with place nor size nor tilt of the head.

    The points are outer and inner corner of the eye on the picture's right, the same on its left, the base of the nose: where
    the nose stands between and below the eyes in units of their distance, and how much wider the one eye is than the other.
    """
    right, left = face[:2].mean(0), face[2:4].mean(0)
    across = right - left
    apart = max(float(np.hypot(*across)), 1e-6)
    along = across / apart
    below = np.array([-along[1], along[0]])
    nose = (face[4] - (right + left) / 2) / apart
    widths = [max(float(np.hypot(*(face[i] - face[i + 1]))), 1e-6) for i in (0, 2)]
    sideways, down = float(nose @ along), float(nose @ below)
    return np.array([1.0, sideways, np.log(widths[0] / widths[1]), down, sideways * down])


def _fitted(seen: NDArray[np.float64], told: NDArray[np.float64]) -> NDArray[np.float64]:
    start = np.linalg.lstsq(seen, told, rcond=None)[0]
    found = least_squares(lambda weights: seen @ weights - told, start, loss="huber", f_scale=DOUBTED)
    return np.asarray(found.x, np.float64)
