"""Aligned crops of a face: where the recogniser expects eyes and nose, shaken a little and mirrored."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Points = NDArray[np.float32]

CROP_SIDE = 256
"""What insightface hands to this recogniser: an aligned (n, 3, 256, 256) RGB crop, (value - 127.5) / 127.5."""
Place = tuple[int, int, int]
CHIP: Place = (25, 40, 206)
"""Left edge, top edge and side of dlib's chip in the crop: there it lies when insightface aligns a face by its five points."""
OLD_CHIP: Place = (25, 25, 206)
"""Where it lay in packs whose manifest does not say."""
CHIP_PADDING = 0.25
MEAN_FACE = (
    (0.8595674595992, 0.2134981538014),
    (0.6460604764104, 0.2289674387677),
    (0.1205750620789, 0.2137274526848),
    (0.3340850613712, 0.2290642403242),
    (0.4901123135679, 0.6277975316475),
)
"""dlib's mean of the five points in the unit box (get_face_chip_details)."""


@dataclass(frozen=True)
class Shake:
    """A small displacement of the crop, in parts of the chip's side, and a change of scale."""

    right: float
    down: float
    scale: float


SHAKES = (Shake(0.0, 0.0, 1.0), Shake(0.025, 0.015, 1.05), Shake(-0.025, -0.015, 0.95))
"""Three looks, each also mirrored: their mean halves the errors of a single one."""


def crops(picture: Picture, points: Points, shakes: tuple[Shake, ...] = SHAKES, chip: Place = CHIP) -> NDArray[np.float32]:
    """The (2 * len(shakes), 3, 256, 256) RGB crops in 0..255 of the face whose five points are given in pixels.

    What lies outside the picture is black, as in dlib.
    """
    looks = np.empty((2 * len(shakes), 3, CROP_SIDE, CROP_SIDE), np.float32)
    for index, shake in enumerate(shakes):
        looks[index] = cv2.split(_crop(picture, points, shake, chip))
    looks[len(shakes) :] = looks[: len(shakes), :, :, ::-1]
    return looks


def _crop(picture: Picture, points: Points, shake: Shake, chip: Place) -> Picture:
    left, top, wide = chip
    target = (np.array(MEAN_FACE) + CHIP_PADDING) / (1 + 2 * CHIP_PADDING)
    target = (target - 0.5) * shake.scale + 0.5 + (shake.right, shake.down)
    transform = similarity(points.astype(np.float64), target * wide + (left, top))
    shrink = float(np.hypot(transform[0, 0], transform[0, 1]))
    if shrink < 0.5:  # bilinear sampling would skip pixels: reach the size by areas first
        picture, transform = _halfway(picture, transform, 2 * shrink)
    return np.asarray(cv2.warpAffine(picture, transform, (CROP_SIDE, CROP_SIDE), flags=cv2.INTER_LINEAR), np.uint8)


def _halfway(picture: Picture, transform: NDArray[np.float64], shrink: float) -> tuple[Picture, NDArray[np.float64]]:
    """The part of the picture that the crop shows, reduced by areas, and the transform from there to the crop."""
    back = np.linalg.inv(transform[:, :2])
    corners = (np.array([[0, 0], [1, 0], [0, 1], [1, 1]]) * CROP_SIDE - transform[:, 2]) @ back.T
    spare = 2 / shrink
    low = np.clip(np.floor(corners.min(axis=0) - spare), 0, np.array(picture.shape[1::-1]) - 1).astype(int)
    high = np.clip(np.ceil(corners.max(axis=0) + spare), low + 1, picture.shape[1::-1]).astype(int)
    part = picture[low[1] : high[1], low[0] : high[0]]
    height, width = part.shape[:2]
    size = max(1, round(width * shrink)), max(1, round(height * shrink))
    moved = transform.copy()
    moved[:, 2] += transform[:, :2] @ low
    moved[:, 0] *= width / size[0]
    moved[:, 1] *= height / size[1]
    return np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8), moved


def similarity(source: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """The (2, 3) turn, scale and shift that brings `source` (n, 2) nearest to `target` (n, 2) by least squares."""
    here, there = source - source.mean(axis=0), target - target.mean(axis=0)
    spread = (here**2).sum()
    along = (here * there).sum() / spread
    across = (here[:, 0] * there[:, 1] - here[:, 1] * there[:, 0]).sum() / spread
    turn = np.array([[along, -across], [across, along]])
    return np.column_stack([turn, target.mean(axis=0) - turn @ source.mean(axis=0)])
