"""Reads the faces of a picture: where they are, their five points and their template."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from insightface.model_zoo import model_zoo
from numpy.typing import NDArray

from moderation.errors import PackRefused
from moderation.faces.cc0_networks import EMBEDDING
from moderation.faces.chip import Picture, Points, crops
from moderation.faces.detector import Box, Detector
from moderation.faces.pack import LANDMARKS, RECOGNITION, Pack
from moderation.faces.session import PROVIDERS, open_session, options

Template = NDArray[np.float32]


@dataclass(frozen=True)
class Face:
    """One face: box (left, top, right, bottom) in pixels, detector score, five points (5, 2) in pixels, template (128,).

    `lopsided` is the L2 between the templates of the face and of its mirror image: small from the front, large in profile.
    """

    box: tuple[float, float, float, float]
    score: float
    landmarks: Points
    template: Template
    lopsided: float

    def __post_init__(self) -> None:
        values = (*self.box, self.score, self.lopsided, *self.landmarks.ravel(), *self.template)
        if not np.isfinite(values).all() or self.landmarks.shape != (5, 2) or self.template.shape != (EMBEDDING,):
            raise ValueError("A face was read as numbers that make no sense.")

    @property
    def side(self) -> float:
        """The shorter side of the box in pixels."""
        left, top, right, bottom = self.box
        return min(right - left, bottom - top)


class FaceReader:
    """Detector, landmarks and recogniser of one pack, each with its own session of `threads` threads."""

    def __init__(self, pack: Pack, threads: int) -> None:
        """Raises PackRefused when a model is missing, altered or cannot run."""
        self.name, self.sha256 = pack.name, pack.sha256
        self._detector = Detector(pack, threads)
        points = pack.file(LANDMARKS)
        self._points = open_session(points.path, points.sha256, threads)
        self._recogniser = _recogniser(pack, threads)

    def read(self, picture: Picture) -> tuple[Face, ...]:
        """Every face of an (h, w, 3) uint8 sRGB picture, largest first; raises ValueError on another array."""
        if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8:
            raise ValueError("A picture is an (h, w, 3) array of bytes.")
        boxes = sorted(self._detector.find(picture), key=lambda box: -box.side)
        faces = zip(boxes, self._landmarks(picture, boxes), strict=True)
        return tuple(
            Face((box.left, box.top, box.right, box.bottom), box.score, points, *self._measured(picture, points))
            for box, points in faces
        )

    def template(self, picture: Picture, landmarks: Points) -> Template:
        """The mean embedding (128,) of six crops of the face with these five points; compared by L2."""
        return self._measured(picture, landmarks)[0]

    def _measured(self, picture: Picture, landmarks: Points) -> tuple[Template, float]:
        """The template, and how far it is from the face to its mirror image; the second half of the crops is mirrored."""
        embeddings: NDArray[np.float32] = np.asarray(self._recogniser.forward(crops(picture, landmarks)), np.float32)
        straight, mirrored = np.split(embeddings, 2)
        apart = float(np.linalg.norm(straight.mean(axis=0) - mirrored.mean(axis=0)))
        return np.asarray(embeddings.mean(axis=0), np.float32), apart

    def _landmarks(self, picture: Picture, boxes: Sequence[Box]) -> NDArray[np.float32]:
        corners = np.array([[box.left, box.top, box.right, box.bottom] for box in boxes], np.float32).reshape(-1, 4)
        grey = picture.sum(axis=2, dtype=np.uint16) // 3
        found = self._points.run(None, {"grey": grey.astype(np.float32), "boxes": corners})[0]
        return np.asarray(found, np.float32)


def _recogniser(pack: Pack, threads: int) -> Any:
    """insightface's own recogniser on the pack's model; the absolute folder of a checked pack leaves nothing to download."""
    file = pack.file(RECOGNITION)
    try:
        recogniser = model_zoo.get_model(
            str(file.path.parent), model_task=RECOGNITION, download=False, providers=PROVIDERS, sess_options=options(threads)
        )
    except Exception as error:  # insightface and onnxruntime raise their own, undocumented kinds
        raise PackRefused(f"The model {file.path.name} is not one that insightface can run here.") from error
    if tuple(recogniser.output_shape[1:]) != (EMBEDDING,):
        raise PackRefused(f"The model {file.path.name} does not measure {EMBEDDING} numbers a face.")
    return recogniser
