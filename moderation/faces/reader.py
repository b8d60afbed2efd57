"""Reads the faces of a picture: where they are, their five points and their template."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import cv2
import numpy as np
from insightface.model_zoo import model_zoo
from insightface.utils.face_align import norm_crop
from numpy.typing import NDArray

from moderation.errors import PackRefused
from moderation.faces.anatomy import dlib_points, five_points
from moderation.faces.chip import OLD_CHIP, Picture, Points, crops
from moderation.faces.detector import Box, Detector
from moderation.faces.first_look import FirstLook
from moderation.faces.pack import DETECTION, LANDMARKS, RECOGNITION, SCRFD, Pack
from moderation.faces.session import PROVIDERS, open_session, options
from moderation.faces.two_looks import Glimpses, TwoLooks

Template = NDArray[np.float32]


@dataclass(frozen=True)
class Spot:
    """A face before it is measured: its box, dlib's five points, and the points that the recogniser aligns it by."""

    box: Box
    landmarks: Points
    aligned_by: Points


@dataclass(frozen=True)
class Face:
    """One face: box (left, top, right, bottom) in pixels, detector score, five points (5, 2) in pixels, template (n,).

    The points are dlib's: outer and inner corner of her left eye, the same of her right eye, the base of the nose.
    `lopsided` is the L2 between the templates of the face and of its mirror image: small from the front, large in profile.
    """

    box: tuple[float, float, float, float]
    score: float
    landmarks: Points
    template: Template
    lopsided: float

    def __post_init__(self) -> None:
        values = (*self.box, self.score, self.lopsided, *self.landmarks.ravel(), *self.template.ravel())
        if not np.isfinite(values).all() or self.landmarks.shape != (5, 2) or self.template.ndim != 1 or not self.template.size:
            raise ValueError("A face was read as numbers that make no sense.")

    @property
    def side(self) -> float:
        """The shorter side of the box in pixels."""
        left, top, right, bottom = self.box
        return min(right - left, bottom - top)


class Eyes(Protocol):
    """Finds the faces of a picture and crops them as the pack's recogniser wants them."""

    def spot(self, picture: Picture) -> Sequence[Spot]:
        """Every face."""
        ...

    def aligned_by(self, landmarks: Points) -> Points:
        """The points that the recogniser aligns a face by whose dlib points are given."""
        ...

    def crops(self, picture: Picture, aligned_by: Points) -> NDArray[np.float32]:
        """(n, 3, s, s) RGB 0..255, several looks at one face, the later half of them mirrored."""
        ...


def grey(picture: Picture) -> NDArray[np.float32]:
    """The mean of the three channels, rounded down as dlib does; a plane at a time, which takes a fifth of the time."""
    red, green, blue = (plane.astype(np.uint16) for plane in cv2.split(picture))
    # A division by three in whole numbers: exact up to 765, which three bytes add up to at most.
    return np.asarray(((red + green + blue).astype(np.uint32) * 21846) >> 16, np.float32)


class DlibEyes:
    """The pack's detectors, and dlib's 5-point predictor.

    Where the pack says that the quick detector looks first, mmod looks only where that one is not sure; in older packs the quick
    one looks where mmod found nothing, and the oldest have none.
    """

    def __init__(self, pack: Pack, threads: int) -> None:
        self._looks = _looks(pack, threads)
        left, top, wide = pack.file(RECOGNITION).contract.get("chip", OLD_CHIP)
        self._chip = int(left), int(top), int(wide)
        points = pack.file(LANDMARKS)
        self._points = open_session(points.path, points.sha256, threads)

    def spot(self, picture: Picture) -> Sequence[Spot]:
        """Both kinds of points are dlib's."""
        boxes = next((found for look in self._looks if (found := look(picture))), [])
        return [Spot(box, five, five) for box, five in zip(boxes, self.points(picture, boxes), strict=True)]

    def points(self, picture: Picture, boxes: Sequence[Box]) -> Points:
        """The five points (n, 5, 2) of the face in each box."""
        corners = np.array([[box.left, box.top, box.right, box.bottom] for box in boxes], np.float32).reshape(-1, 4)
        return np.asarray(self._points.run(None, {"grey": grey(picture), "boxes": corners})[0], np.float32)

    def aligned_by(self, landmarks: Points) -> Points:
        """The same points."""
        return landmarks

    def crops(self, picture: Picture, aligned_by: Points) -> NDArray[np.float32]:
        """Six: three small shakes, each mirrored too."""
        return crops(picture, aligned_by, chip=self._chip)


def _looks(pack: Pack, threads: int) -> list[Callable[[Picture], list[Box]]]:
    """What finds faces with this pack, each asked where the one before found nothing."""
    if SCRFD not in pack.files:
        return [Detector(pack, threads).find]
    if pack.file(SCRFD).contract.get("look") == "first":
        return [TwoLooks.of(pack, threads).find]
    return [Detector(pack, threads).find, Glimpses(FirstLook(pack, threads)).find]


class InsightEyes:
    """A detector in SCRFD's contract, and insightface's own alignment by its five points."""

    def __init__(self, pack: Pack, threads: int, side: int) -> None:
        self._look = FirstLook(pack, threads)
        self._side = side

    def spot(self, picture: Picture) -> Sequence[Spot]:
        """The detector's own points align; dlib's are those of a head of mean shape."""
        return [Spot(one.box, dlib_points(one.points), one.points) for one in self._look.find(picture)]

    def aligned_by(self, landmarks: Points) -> Points:
        """insightface's points, of a head of mean shape."""
        return five_points(landmarks)

    def crops(self, picture: Picture, aligned_by: Points) -> NDArray[np.float32]:
        """The face and its mirror image."""
        face = np.asarray(norm_crop(picture, aligned_by, image_size=self._side), np.uint8)
        return np.ascontiguousarray(np.stack([face, face[:, ::-1]]).transpose(0, 3, 1, 2), dtype=np.float32)


class FaceReader:
    """Detector, landmarks and recogniser of one pack, each with its own session of `threads` threads."""

    def __init__(self, pack: Pack, threads: int) -> None:
        """Raises PackRefused when a model is missing, altered or cannot run."""
        self.name, self.sha256 = pack.name, pack.sha256
        self._recogniser = _recogniser(pack, threads)
        self._of_dlib = DETECTION in pack.files
        self._eyes: Eyes = (
            DlibEyes(pack, threads) if self._of_dlib else InsightEyes(pack, threads, int(self._recogniser.input_size[0]))
        )

    def read(self, picture: Picture) -> tuple[Face, ...]:
        """Every face of an (h, w, 3) uint8 sRGB picture, largest first; raises ValueError on another array."""
        if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8:
            raise ValueError("A picture is an (h, w, 3) array of bytes.")
        spotted = sorted(self._eyes.spot(picture), key=lambda one: -one.box.side)
        return tuple(
            Face(
                (one.box.left, one.box.top, one.box.right, one.box.bottom),
                one.box.score,
                one.landmarks,
                *self._measured(picture, one.aligned_by),
            )
            for one in spotted
        )

    def template(self, picture: Picture, landmarks: Points) -> Template:
        """The mean embedding (n,) of several crops of the face with these five points; compared by L2.

        dlib's embeddings are compared as they are, all others by their direction alone, and so are brought to length 1.
        """
        return self._measured(picture, self._eyes.aligned_by(landmarks))[0]

    def _measured(self, picture: Picture, aligned_by: Points) -> tuple[Template, float]:
        """The template, and how far it is from the face to its mirror image; half of the crops are mirrored, the last ones."""
        embeddings = np.asarray(self._recogniser.forward(self._eyes.crops(picture, aligned_by)), np.float32)
        straight, mirrored = (self._one(half) for half in np.split(embeddings, 2))
        return self._one(embeddings), float(np.linalg.norm(straight - mirrored))

    def _one(self, embeddings: NDArray[np.float32]) -> Template:
        """The one embedding (n,) that stands for several."""
        if self._of_dlib:
            return np.asarray(embeddings.mean(axis=0), np.float32)
        mean = (embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)).mean(axis=0)
        return np.asarray(mean / np.linalg.norm(mean), np.float32)


def _recogniser(pack: Pack, threads: int) -> Any:
    """insightface's own recogniser on the pack's model; the absolute folder of a checked pack leaves nothing to download."""
    file = pack.file(RECOGNITION)
    try:
        recogniser = model_zoo.get_model(
            str(file.path.parent), model_task=RECOGNITION, download=False, providers=PROVIDERS, sess_options=options(threads)
        )
    except Exception as error:  # insightface and onnxruntime raise their own, undocumented kinds
        raise PackRefused(f"The model {file.path.name} is not one that insightface can run here.") from error
    if not isinstance(recogniser.output_shape[-1], int):
        raise PackRefused(f"The model {file.path.name} does not say how many numbers it measures of a face.")
    return recogniser
