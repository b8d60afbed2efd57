"""The square around a face in which a blend detector looks: the head with a margin, never turned, so that it can be drawn."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from moderation.faces.chip import MEAN_FACE, Picture, Points, similarity

MARGIN = 2.3
"""The square's side in sides of the mean face, which reaches from the brows to the mouth: enough for chin, hairline and ears."""
CENTRE = (0.49, 0.42)
"""Its centre in the same unit box."""

Place = NDArray[np.float64]


@dataclass(frozen=True)
class Square:
    """A square in pixels of a picture; it may reach beyond the picture's edges."""

    left: float
    top: float
    side: float

    def __post_init__(self) -> None:
        """Raises ValueError unless it is a square with an inside."""
        if not np.isfinite([self.left, self.top, self.side]).all() or not self.side > 1:
            raise ValueError("A face's surroundings are a square of more than one pixel.")

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        return self.left, self.top, self.left + self.side, self.top + self.side


def square_around(landmarks: Points, margin: float = MARGIN) -> Square:
    """The square around the face with these five points (5, 2) in pixels. Raises ValueError on points that are no face."""
    placed = placing(landmarks)
    side = margin * float(np.hypot(placed[0, 0], placed[0, 1]))
    x, y = placed[:, :2] @ np.array(CENTRE) + placed[:, 2]
    return Square(float(x) - side / 2, float(y) - side / 2, side)


def placing(landmarks: Points) -> Place:
    """The (2, 3) turn, scale and shift from the mean face's unit box to pixels."""
    return similarity(np.array(MEAN_FACE), landmarks.astype(np.float64))


def taken(picture: Picture, square: Square, side: int) -> Picture:
    """The (side, side, 3) pixels of a square; beyond the picture its edge goes on."""
    shrink = side / square.side
    left, top = square.left, square.top
    if shrink < 0.5:  # bilinear sampling would skip pixels: reach the size by areas first
        height, width = picture.shape[:2]
        size = max(1, round(width * 2 * shrink)), max(1, round(height * 2 * shrink))
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
        left, top, shrink = left * size[0] / width, top * size[1] / height, shrink * width / size[0]
    to_crop = np.array([[shrink, 0.0, -left * shrink + shrink / 2 - 0.5], [0.0, shrink, -top * shrink + shrink / 2 - 0.5]])
    return np.asarray(
        cv2.warpAffine(picture, to_crop, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


OUTLINE = (
    (-0.13, 0.05), (-0.12, 0.45), (-0.02, 0.82), (0.18, 1.14), (0.49, 1.30), (0.80, 1.14), (1.00, 0.82), (1.10, 0.45),
    (1.11, 0.05), (0.98, -0.22), (0.75, -0.36), (0.49, -0.40), (0.23, -0.36), (0.00, -0.22),
)  # fmt: skip
"""The face from chin to hairline in the mean face's unit box, drawn by eye on the cast; the five points know nothing of it."""
FAR_SIDE, NEAR_SIDE = 4.5, 1.5
"""By how much the outline draws in where the nose points to, and widens on the other side, per unit that the nose is off."""


def outline(landmarks: Points) -> NDArray[np.float64]:
    """The face's outline (14, 2) in pixels, guessed from the five points and the turn of the head that they tell."""
    placed = placing(landmarks)
    back = np.linalg.inv(placed[:, :2])
    nose = float((back @ (landmarks[4].astype(np.float64) - placed[:, 2]))[0]) - MEAN_FACE[4][0]
    points = np.array(OUTLINE)
    aside = points[:, 0] - CENTRE[0]
    reach = np.where(aside * nose > 0, 1 - FAR_SIDE * abs(nose), 1 + NEAR_SIDE * abs(nose))
    points[:, 0] = CENTRE[0] + aside * np.clip(reach, 0.4, 1.4)
    return np.asarray(points @ placed[:, :2].T + placed[:, 2])
