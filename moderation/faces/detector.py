"""Finds faces with dlib's mmod network at every size from 80 pixels up, in the picture's own proportions."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from moderation.faces.cc0_networks import DETECTOR_MARGIN
from moderation.faces.chip import Picture
from moderation.faces.pack import DETECTION, Pack
from moderation.faces.session import open_session

WINDOW = 80
STRIDE = 8
FIRST_CENTRE = 14
SHRINK = 5 / 6
SMALLEST_SIDE = 40
OVERLAP = 0.3382761351109955
"""Two boxes whose intersection over union is larger are one face (the value stored with the network)."""
FULL_SIZE = 512 * 640
"""From this many pixels on a picture is searched as it is; a smaller one is doubled first."""
LARGEST = 1280 * 1280
"""A picture of more pixels is searched reduced to this many."""


@dataclass(frozen=True)
class Box:
    """A face's place (left, top, right, bottom) in pixels of the picture, and the network's score (above 0)."""

    left: float
    top: float
    right: float
    bottom: float
    score: float

    @property
    def side(self) -> float:
        """The box's side: boxes of this network are square."""
        return self.right - self.left


class Detector:
    """One onnxruntime session over a pyramid of sizes."""

    def __init__(self, pack: Pack, threads: int) -> None:
        """Raises PackRefused when the model is missing, altered or cannot run."""
        file = pack.file(DETECTION)
        self._session = open_session(file.path, file.sha256, threads)

    def find(self, picture: Picture) -> list[Box]:
        """All faces of an (h, w, 3) sRGB picture, best first; a small picture is doubled, a huge one reduced."""
        height, width = picture.shape[:2]
        area = height * width
        zoom = 2.0 if area < FULL_SIZE else min(1.0, float(np.sqrt(LARGEST / area)))
        return kept(self._windows(picture, zoom))

    def _windows(self, picture: Picture, zoom: float) -> list[Box]:
        height, width = picture.shape[:2]
        boxes: list[Box] = []
        level = _resized(picture, round(width * zoom), round(height * zoom), zoom)
        while min(level.shape[:2]) >= SMALLEST_SIDE:
            scores: NDArray[np.float32] = self._session.run(None, {"picture": level})[0]
            boxes += _boxes(scores, width / level.shape[1], height / level.shape[0])
            level = _resized(level, int(level.shape[1] * SHRINK), int(level.shape[0] * SHRINK), SHRINK)
        return boxes


def _resized(picture: Picture, width: int, height: int, zoom: float) -> Picture:
    how = cv2.INTER_AREA if zoom < SHRINK else cv2.INTER_LINEAR
    same = picture.shape[:2] == (height, width)
    resized = picture if same else cv2.resize(picture, (max(1, width), max(1, height)), interpolation=how)
    return np.ascontiguousarray(resized, np.uint8)


def _boxes(scores: NDArray[np.float32], across: float, down: float) -> list[Box]:
    """The windows whose score is above 0, in pixels of the original picture."""
    found = []
    for row, column in np.argwhere(scores > 0):
        x, y = (int(cell) * STRIDE + FIRST_CENTRE - DETECTOR_MARGIN for cell in (column, row))
        half = WINDOW / 2
        score = float(scores[row, column])
        found.append(Box((x - half) * across, (y - half) * down, (x + half) * across, (y + half) * down, score))
    return found


def kept(boxes: list[Box]) -> list[Box]:
    """Of overlapping boxes the best only."""
    chosen: list[Box] = []
    for box in sorted(boxes, key=lambda box: -box.score):
        if all(overlap(box, other) <= OVERLAP for other in chosen):
            chosen.append(box)
    return chosen


def overlap(one: Box, other: Box) -> float:
    """Intersection over union, 0..1."""
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    areas = ((box.right - box.left) * (box.bottom - box.top) for box in (one, other))
    return shared / (sum(areas) - shared)
