"""Finds faces at a glance with a detector in SCRFD's contract, through insightface, in the picture's own proportions."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from insightface.model_zoo import model_zoo

from moderation.errors import PackRefused
from moderation.faces.chip import Picture, Points
from moderation.faces.detector import Box
from moderation.faces.pack import SCRFD, Pack
from moderation.faces.session import PROVIDERS, options

SURE = 0.5
"""The least score of a face."""
OVERLAP = 0.4
"""Two boxes whose intersection over union is larger are one face."""
MOSTLY, PIECE = 0.55, 0.25
"""A box that lies in a better one by more than this share, and whose side is more than this part of its, is a part of it."""
LONG_SIDES = (160, 640)
"""A picture is looked at twice, reduced or enlarged so that its longer side has these pixels: small for close-ups."""
CELL = 32


@dataclass(frozen=True)
class Glimpse:
    """A face as the detector saw it: its box, and its five points (5, 2) in insightface's order."""

    box: Box
    points: Points


class FirstLook:
    """insightface's own SCRFD on the pack's model, one session for every size."""

    def __init__(self, pack: Pack, threads: int) -> None:
        """Raises PackRefused when the model is missing, altered or cannot run."""
        file = pack.file(SCRFD)
        try:
            self._detector: Any = model_zoo.get_model(
                str(file.path.parent),
                model_task=SCRFD,
                download=False,
                providers=PROVIDERS,
                sess_options=options(threads),
                static_shape_sessions=False,
            )
        except Exception as error:  # insightface and onnxruntime raise their own, undocumented kinds
            raise PackRefused(f"The model {file.path.name} is not one that insightface can run here.") from error
        self._detector.prepare(-1, det_thresh=SURE, nms_thresh=OVERLAP)

    def find(self, picture: Picture) -> list[Glimpse]:
        """All faces of an (h, w, 3) sRGB picture, best first."""
        height, width = picture.shape[:2]
        backwards = np.ascontiguousarray(picture[..., ::-1])
        boxes, points = self._detector.detect(_reduced(backwards), input_size=input_sizes(width, height))
        shrunk = _shrink(width, height)
        found = []
        for box, five in zip(boxes, points, strict=True):
            left, top, right, bottom = (float(edge) / shrunk for edge in box[:4])
            found.append(Glimpse(Box(left, top, right, bottom, float(box[4])), np.asarray(five / shrunk, np.float32)))
        return whole_faces(found)


def whole_faces(glimpses: list[Glimpse]) -> list[Glimpse]:
    """Of the glimpses, best first, those that are no part of a better one's face.

    A part lies mostly inside it and is a good piece of it: a small face before a large one, on a poster, stays.
    """
    kept: list[Glimpse] = []
    for one in glimpses:
        if not any(_inside(one.box, other.box) > MOSTLY and one.box.side > PIECE * other.box.side for other in kept):
            kept.append(one)
    return kept


def _inside(box: Box, other: Box) -> float:
    """The share of a box that lies inside another, 0..1."""
    wide = min(box.right, other.right) - max(box.left, other.left)
    high = min(box.bottom, other.bottom) - max(box.top, other.top)
    return max(0.0, wide) * max(0.0, high) / max(1e-6, (box.right - box.left) * (box.bottom - box.top))


def input_sizes(width: int, height: int) -> list[tuple[int, int]]:
    """The (width, height) of each look: the picture's proportions, filled up to whole cells."""
    sizes = []
    for longest in LONG_SIDES:
        scale = longest / max(width, height)
        sizes.append(tuple(max(CELL, -(-round(side * scale) // CELL) * CELL) for side in (width, height)))
    return [(wide, high) for wide, high in sizes]


def _shrink(width: int, height: int) -> float:
    """By how much a picture is reduced by areas first: below a half the detector's own reduction skips pixels."""
    longest = max(width, height)
    return 1.0 if longest <= 2 * LONG_SIDES[-1] else 1.5 * LONG_SIDES[-1] / longest


def _reduced(picture: Picture) -> Picture:
    height, width = picture.shape[:2]
    shrunk = _shrink(width, height)
    if shrunk == 1.0:
        return picture
    size = max(1, round(width * shrunk)), max(1, round(height * shrunk))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
