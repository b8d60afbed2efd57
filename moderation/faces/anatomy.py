"""From dlib's five points (corners of the eyes, base of the nose) to insightface's (eyes, tip of the nose, mouth), and back."""

import numpy as np
from numpy.typing import NDArray

from moderation.faces.chip import MEAN_FACE, Points

MIDLINE = 0.4901
OUTER, INNER, BASE, TIP, MOUTH = 0.0, 0.08, 0.22, 0.33, 0.10
"""How far each lies before the outer corners of the eyes, in sides of dlib's unit box (about 12 cm)."""
NOSE_TIP_DOWN, MOUTH_DOWN, MOUTH_ACROSS = 0.516, 0.780, 0.236
"""Heights and half width in the unit box of dlib's mean face (the 68-point mean that dlib publishes in get_face_chip_details)."""


def _model() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A head that looks straight ahead, about its midline, in dlib's unit box: dlib's five points and insightface's, (5, 3)."""
    flat = np.array(MEAN_FACE) - (MIDLINE, 0.0)
    seen = np.column_stack([flat, (OUTER, INNER, OUTER, INNER, BASE)])
    left, right = (seen[[2, 3]].mean(axis=0), seen[[0, 1]].mean(axis=0))
    nose, mouth = (0.0, NOSE_TIP_DOWN, TIP), ((-MOUTH_ACROSS, MOUTH_DOWN, MOUTH), (MOUTH_ACROSS, MOUTH_DOWN, MOUTH))
    return seen, np.array([left, right, nose, *mouth])


SEEN, WANTED = _model()


def five_points(points: Points) -> Points:
    """insightface's five points (5, 2) of a face whose dlib points (5, 2) are given in pixels.

    The eyes are the middle of their corners; nose and mouth are where a head of mean shape has them that is turned as these
    points are.
    """
    found = _turned(points, SEEN, WANTED)
    found[:2] = points[[2, 3]].mean(axis=0), points[[0, 1]].mean(axis=0)
    return found


def dlib_points(points: Points) -> Points:
    """dlib's five points (5, 2) of a face whose insightface points (5, 2) are given in pixels: of a head of mean shape."""
    return _turned(points, WANTED, SEEN)


def _turned(points: Points, known: NDArray[np.float64], asked: NDArray[np.float64]) -> Points:
    """Where the `asked` places (5, 3) of the mean head show when the `known` ones (5, 3) show at `points` (5, 2).

    A scaled orthographic pose, as in DeMenthon and Davis, "Model-Based Object Pose in 25 Lines of Code" (1995).
    """
    seen = points.astype(np.float64)
    camera = np.linalg.lstsq(np.column_stack([known, np.ones(5)]), seen, rcond=None)[0].T
    left, sizes, right = np.linalg.svd(camera[:, :3], full_matrices=False)
    turn = left @ right * sizes.mean()
    return np.asarray(asked @ turn.T + seen.mean(axis=0) - turn @ known.mean(axis=0), np.float32)
