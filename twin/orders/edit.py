"""Repainting a part of a picture: what is kept, to the pixel, and what may change."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from twin.errors import BadValue
from twin.ports import Picture

Mask = NDArray[np.bool_]
"""An (h, w) map, true where a picture may change."""
Box = tuple[float, float, float, float]
"""Left, top, right, bottom in pixels."""

SEAM_PX = 8.0
"""Over so many pixels inside the mask the new picture takes over from the old one."""
AROUND_FACE = 0.35
"""A face's box is widened by this part of its sides, so that hairline and ears are kept with it."""
BELOW_FACE = 0.2
"""The same below it, where the chin is and, not far from it, a collar."""


@dataclass(frozen=True)
class Edit:
    """A part of a picture to repaint: `base` (h, w, 3) sRGB, and `mask`, true where it may change.

    `source_type` is the full IPTC address that the base states of itself. Raises BadValue.
    """

    base: Picture
    mask: Mask
    source_type: str

    def __post_init__(self) -> None:
        """Refuse a mask of another size, one that changes nothing, or one that keeps nothing."""
        if self.base.dtype != np.uint8 or self.base.ndim != 3 or self.base.shape[2] != 3:
            raise BadValue("What is repainted is a picture of height × width × 3 bytes.")
        if self.mask.dtype != np.bool_ or self.mask.shape != self.base.shape[:2]:
            raise BadValue("The mask is a map of yes and no as large as the picture.")
        if not self.mask.any():
            raise BadValue("Nothing is marked for repainting; mark the garment or the backdrop.")
        if self.mask.all():
            raise BadValue("Everything is marked for repainting; order a new image instead.")

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.base.shape[1], self.base.shape[0]

    @property
    def hashes(self) -> dict[str, str]:
        """What tells this edit from any other, for a recipe."""
        marked = np.repeat(self.mask[..., None], 3, axis=2).astype(np.uint8)
        return {"base_sha256": pixels_sha256(self.base), "mask_sha256": pixels_sha256(marked), "source_type": self.source_type}

    def sparing(self, faces: Iterable[Box]) -> Self:
        """The same, with every face taken out of what may change. Raises BadValue when nothing is left of it."""
        mask = self.mask & ~around_faces(faces, self.size)
        if not mask.any():
            raise BadValue("Only her face is marked; a face is never repainted.")
        return type(self)(self.base, mask, self.source_type)

    def composed(self, painted: Picture) -> Picture:
        """The base with `painted` where the mask allows it: outside every pixel is the base's own. Raises BadValue."""
        if painted.shape != self.base.shape:
            raise BadValue("What was painted is not as large as the picture that it belongs to.")
        inside = np.clip(distance_transform_edt(self.mask) / SEAM_PX, 0.0, 1.0)[..., None]
        mixed = self.base + inside * (painted.astype(np.float32) - self.base)
        return np.where(self.mask[..., None], np.rint(mixed), self.base).astype(np.uint8)


def around_faces(faces: Iterable[Box], size: tuple[int, int]) -> Mask:
    """What is never repainted of a picture of `size` (width, height): its faces, with room around each."""
    kept = np.zeros((size[1], size[0]), np.bool_)
    rows, columns = np.ogrid[: size[1], : size[0]]
    for left, top, right, bottom in faces:
        x, y, wide, tall = (left + right) / 2, (top + bottom) / 2, max(right - left, 1), max(bottom - top, 1)
        above = (rows <= y) & (rows >= top - AROUND_FACE * tall - 1) & (np.abs(columns - x) <= (0.5 + AROUND_FACE) * wide + 1)
        # From its middle down the frame is rounded like a chin; every corner of the box lies within.
        away = ((columns - x) / ((0.5 + AROUND_FACE) * wide)) ** 2 + ((rows - y) / ((0.5 + BELOW_FACE) * tall)) ** 2
        kept |= above | ((rows > y) & (away <= 1))
    return kept


def pixels_sha256(picture: Picture) -> str:
    """The hash of a picture's size and RGB bytes, free of any file format; a sealed file's decoded pixels have the same."""
    height, width = picture.shape[:2]
    return hashlib.sha256(f"RGB {width}x{height}\n".encode() + np.ascontiguousarray(picture).tobytes()).hexdigest()
