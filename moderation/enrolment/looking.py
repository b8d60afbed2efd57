"""Looks at one photograph handed in: decoded apart, its one face found and measured, cut to the size painters want."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from moderation.enrolment.photograph import Doubt, Measured, insist_on_one_face
from moderation.enrolment.pose import Turn, roll_of
from moderation.enrolment.pose_model import PoseModel
from moderation.enrolment.quality import quality_of
from moderation.errors import BadImage, PackRefused, Unexaminable
from moderation.faces.outline import best_fit, canvas
from moderation.safeguards.copied import ALIKE
from moderation.safeguards.exhibit import Exhibit, Picture, Safeguard, SeenFace
from moderation.safeguards.head import square_around
from moderation.uploads.uploads import read_upload
from moderation.vault.seal import mark_reference

LOOKED_AT = 2048
"""A larger photograph is reduced until its longer side has these pixels: more tell nothing new of a face."""
CROP_MARGIN = 3.4
"""The side of a crop in sides of the mean face: head, hair and the line of the shoulders."""
CROP_SIDE = 768
"""Pixels of a crop's longer side, at most: FLUX.2 [klein] takes references of 512 × 512, others may take more."""


class Reads(Protocol):
    """A face reader; `sha256` is that of its pack."""

    @property
    def sha256(self) -> str: ...
    @property
    def name(self) -> str: ...
    def read(self, picture: Picture, /) -> Sequence[SeenFace]: ...


@dataclass(frozen=True)
class Taken:
    """A photograph that may be kept: the file as it came, what was measured, its crop (PNG) and its marked thumbnail (JPEG)."""

    content: bytes
    measured: Measured
    crop: bytes
    thumbnail: bytes


class Looking:
    """`reader` finds faces, `pose` reads how they are held; `asks` are the manipulation safeguards that count on photographs."""

    def __init__(self, reader: Reads, pose: PoseModel, asks: Sequence[Safeguard]) -> None:
        self._reader = reader
        self._pose = pose
        self._asks = asks

    def at(self, content: bytes, others: Mapping[str, NDArray[np.uint8]]) -> Taken:
        """What there is to a photograph; `others` are the outlines of the set by id, to know a copy by.

        Raises BadImage for what is no picture, or shows nobody or several people: such a file is not to be kept.
        """
        picture, shrunk = _reduced(read_upload(content))
        faces = tuple(self._reader.read(picture))
        insist_on_one_face(len(faces))
        face = faces[0]
        try:
            drawn = canvas(picture, face.landmarks)
            yaw, pitch = self._pose.read(drawn, face.landmarks)
            measured = Measured(
                width=round(picture.shape[1] / shrunk),
                height=round(picture.shape[0] / shrunk),
                side=face.side / shrunk,
                quality=quality_of(picture, face.landmarks),
                turn=Turn(yaw, roll_of(face.landmarks), pitch),
                lopsided=face.lopsided,
                template=face.template,
                canvas=drawn,
                doubts=tuple(self._doubts(picture, faces)),
                pack_sha256=self._reader.sha256,
                **_copied(drawn, others),
            )
            crop = cut(picture, face.landmarks)
        except ValueError as error:
            raise BadImage("The face in this photograph could not be measured; hand in another one.") from error
        return Taken(content, measured, _png(crop), mark_reference(crop))

    def _doubts(self, picture: Picture, faces: tuple[SeenFace, ...]) -> Sequence[Doubt]:
        exhibit = Exhibit(picture, "", faces, self._reader.name, self._reader.sha256)
        return [_doubt(one, exhibit) for one in self._asks]


def _doubt(asked: Safeguard, exhibit: Exhibit) -> Doubt:
    """The answer of a manipulation safeguard; one that cannot answer leaves the question open."""
    try:
        found = asked.examine(exhibit)
    except (Unexaminable, PackRefused) as error:
        return Doubt(asked.name, "unexamined", f"Nothing could look for signs of a put-together picture: {error}")
    return Doubt(asked.name, found.outcome.value, found.reason)


def _copied(drawn: NDArray[np.uint8], others: Mapping[str, NDArray[np.uint8]]) -> dict[str, Any]:
    """Which of the others has nearly the same lines, and how well they fit."""
    if not others:
        return {}
    fit = best_fit(drawn, others)
    return {"copy_of": fit.reference_id, "copy_fit": round(fit.score, 3)} if fit.score >= ALIKE else {}


def _reduced(picture: Picture) -> tuple[Picture, float]:
    """The picture with a longer side of at most `LOOKED_AT` pixels, and by how much it was reduced."""
    height, width = picture.shape[:2]
    scale = min(1.0, LOOKED_AT / max(height, width))
    if scale == 1.0:
        return picture, 1.0
    size = round(width * scale), round(height * scale)
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8), scale


def cut(picture: Picture, landmarks: NDArray[np.float32]) -> Picture:
    """The head with hair and shoulders, as the photograph has it: never enlarged, turned or filled up beyond its edges."""
    left, top, right, bottom = square_around(landmarks, CROP_MARGIN).box
    height, width = picture.shape[:2]
    rows = slice(max(0, round(top)), min(height, round(bottom)))
    columns = slice(max(0, round(left)), min(width, round(right)))
    inside = picture[rows, columns]
    scale = min(1.0, CROP_SIDE / max(inside.shape[:2]))
    if scale == 1.0:
        return np.ascontiguousarray(inside)
    size = max(1, round(inside.shape[1] * scale)), max(1, round(inside.shape[0] * scale))
    return np.asarray(cv2.resize(inside, size, interpolation=cv2.INTER_AREA), np.uint8)


def _png(picture: Picture) -> bytes:
    buffer = BytesIO()
    Image.fromarray(picture).save(buffer, "PNG")
    return buffer.getvalue()
