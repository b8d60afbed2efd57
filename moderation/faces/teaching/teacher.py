"""What the learner is told of a picture: where dlib's detector and its 5-point predictor see a face."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moderation.faces.anatomy import five_points
from moderation.faces.chip import Picture, Points
from moderation.faces.detector import Detector
from moderation.faces.pack import LANDMARKS, Pack
from moderation.faces.session import open_session

AGREED = 0.5
"""A plate is used when its one face is found in at least this share of its looks."""


@dataclass(frozen=True)
class Sitter:
    """One plate in several looks: pictures (n, h, w, 3), coverage (h, w), her box (4,) and five points (5, 2) in pixels."""

    pictures: NDArray[np.uint8]
    alpha: NDArray[np.uint8]
    box: NDArray[np.float32]
    points: Points


class Teacher:
    """dlib's models as the default pack holds them."""

    def __init__(self, pack: Pack, threads: int) -> None:
        """Raises PackRefused when a model cannot be opened."""
        self._detector = Detector(pack, threads)
        points = pack.file(LANDMARKS)
        self._points = open_session(points.path, points.sha256, threads)

    def sees(self, picture: Picture) -> tuple[NDArray[np.float32], Points] | None:
        """The box (4,) and insightface's five points of the one face in a picture; None without a face or with several."""
        found = self._detector.find(picture)
        if len(found) != 1:
            return None
        box = np.array([found[0].left, found[0].top, found[0].right, found[0].bottom], np.float32)
        grey = (picture.sum(axis=2, dtype=np.uint16) // 3).astype(np.float32)
        points = self._points.run(None, {"grey": grey, "boxes": box[None]})[0][0]
        return box, five_points(points)

    def sitter(self, pictures: Sequence[Picture], alpha: NDArray[np.uint8]) -> Sitter | None:
        """One plate's looks with the median of what was seen in them and in their mirror images: light does not move a face.

        None without agreement. The detector's boxes come in steps of an eighth of a face, which the median evens out.
        """
        seen = [one for one in map(self.sees, pictures) if one is not None]
        if len(seen) < AGREED * len(pictures):
            return None
        width = pictures[0].shape[1]
        turned = (self.sees(np.ascontiguousarray(picture[:, ::-1])) for picture in pictures)
        seen += [mirrored(*one, width) for one in turned if one is not None]
        box, points = (np.median(np.stack(part), axis=0).astype(np.float32) for part in zip(*seen, strict=True))
        return Sitter(np.stack(pictures), alpha, box, points)


def mirrored(box: NDArray[np.float32], points: Points, width: int) -> tuple[NDArray[np.float32], Points]:
    """Box and five points as they stand in the picture flipped left to right: left and right eye change names."""
    turned = points[[1, 0, 2, 4, 3]].copy()
    turned[:, 0] = width - turned[:, 0]
    return np.array([width - box[2], box[1], width - box[0], box[3]], np.float32), turned
