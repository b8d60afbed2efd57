"""How sharp a face is and how it is lit, measured on the face alone, brought to one size."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from moderation.faces.chip import MEAN_FACE, Picture, Points, similarity
from moderation.safeguards.head import outline

SIDE = 160
"""A larger face is reduced to so many pixels before it is looked at; a smaller one is never enlarged: that would look blurred."""
ROOM = 0.2
WHITE, BLACK = 250, 6
"""Levels (of 255) from which on, and up to which, nothing can be told any more."""
BLUR_LENGTH = 9
ONE_SIDED = 0.35
"""One half of the face is brighter by so many stops: then the light counts as coming from a side."""

Mask = NDArray[np.bool_]
Grey = NDArray[np.float64]


@dataclass(frozen=True)
class Quality:
    """Of one face: `sharpness` 0..1 (what is lost by blurring once more), the shares `bright` and `dark` of it that are clipped,
    its mean `level` (0..255), its `contrast` (between the darkest and brightest twentieth, in levels), and by how many stops the
    half on the picture's left is brighter (`side`).
    """

    sharpness: float
    bright: float
    dark: float
    level: float
    contrast: float
    side: float

    def __post_init__(self) -> None:
        """Raises ValueError on what is no number."""
        if not np.isfinite([self.sharpness, self.bright, self.dark, self.level, self.contrast, self.side]).all():
            raise ValueError("A face was measured as numbers that make no sense.")

    @property
    def light(self) -> str:
        """Where the light comes from: even, or from her own left or right, which is the other one in the picture."""
        if abs(self.side) < ONE_SIDED:
            return "even"
        return "from her right" if self.side > 0 else "from her left"


def quality_of(picture: Picture, points: Points) -> Quality:
    """The quality of the face with these five points (5, 2) in an (h, w, 3) sRGB picture."""
    chip, mask = _chip(picture, points)
    light = cv2.cvtColor(chip, cv2.COLOR_RGB2GRAY).astype(np.float64)
    inside = light[mask]
    if inside.size < 64:
        raise ValueError("The points show no face.")
    low, high = np.quantile(inside, (0.05, 0.95))
    middle = mask.shape[1] // 2
    left, right = (light[:, half][mask[:, half]].mean() + 4 for half in (slice(0, middle), slice(middle, None)))
    return Quality(
        sharpness=_sharpness(light, mask),
        bright=float((chip.max(axis=2)[mask] >= WHITE).mean()),
        dark=float((inside <= BLACK).mean()),
        level=float(inside.mean()),
        contrast=float(high - low),
        side=float(np.log2(left / right)),
    )


def _chip(picture: Picture, points: Points) -> tuple[Picture, Mask]:
    """The face upright in a square, and which pixels of it are face."""
    unit = similarity(np.array(MEAN_FACE), points.astype(np.float64))
    side = max(16, round(min(float(SIDE), (1 + 2 * ROOM) * float(np.hypot(unit[0, 0], unit[0, 1])))))
    target = (np.array(MEAN_FACE) + ROOM) / (1 + 2 * ROOM) * side
    place = similarity(points.astype(np.float64), target)
    shrink = float(np.hypot(place[0, 0], place[0, 1]))
    if shrink < 0.9:  # bilinear sampling would skip pixels: reach the size by areas first
        height, width = picture.shape[:2]
        size = max(1, round(width * shrink)), max(1, round(height * shrink))
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
        points = (points.astype(np.float64) * (size[0] / width, size[1] / height)).astype(np.float32)
        place = similarity(points.astype(np.float64), target)
    chip = cv2.warpAffine(picture, place, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    drawn = outline(points) @ place[:, :2].T + place[:, 2]
    mask = np.zeros((side, side), np.uint8)
    cv2.fillConvexPoly(mask, drawn.round().astype(np.int32), 1)
    return np.asarray(chip, np.uint8), mask.astype(bool)


def _sharpness(light: Grey, mask: Mask) -> float:
    """The share of the differences between neighbours that a blur takes away, in the direction that loses less: a sharp picture
    loses much, a blurred one little. Crété, Dolmiere, Ladret and Nicolas, "The blur effect" (2007).
    """
    lost = []
    for axis, box in ((0, (1, BLUR_LENGTH)), (1, (BLUR_LENGTH, 1))):
        before, after = (np.abs(np.diff(one, axis=axis)) for one in (light, np.asarray(cv2.blur(light, box), np.float64)))
        inside = mask[1:] if axis == 0 else mask[:, 1:]
        lost.append(float(np.maximum(0, before - after)[inside].sum() / (before[inside].sum() + 1e-9)))
    return min(lost)
