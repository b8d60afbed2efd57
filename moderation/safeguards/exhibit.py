"""What is examined: one picture, whose it claims to be, and the faces read in it; and what every safeguard promises."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from moderation.errors import Unexaminable
from moderation.safeguards.finding import Finding

Picture = NDArray[np.uint8]

SMALLEST_FACE = 40.0
"""Below this many pixels a side a face decides nothing: recognition fails on a quarter to a half of such faces."""


class SeenFace(Protocol):
    """A face as a reader hands it over: box (left, top, right, bottom) in pixels, five points (5, 2), template (128,).

    `lopsided` is the L2 between the templates of the face and of its mirror image.
    """

    @property
    def box(self) -> tuple[float, float, float, float]: ...
    @property
    def score(self) -> float: ...
    @property
    def landmarks(self) -> NDArray[np.float32]: ...
    @property
    def template(self) -> NDArray[np.float32]: ...
    @property
    def lopsided(self) -> float: ...
    @property
    def side(self) -> float: ...


@dataclass(frozen=True)
class Exhibit:
    """An (h, w, 3) sRGB picture submitted as `twin_id`; `seen` is None where no reader could look, and `unread` says why.

    `model` and `model_sha256` name the pack the faces were read with.
    """

    picture: Picture
    twin_id: str
    seen: tuple[SeenFace, ...] | None
    model: str | None = None
    model_sha256: str | None = None
    unread: str = ""

    def __post_init__(self) -> None:
        """Raises ValueError on an array that is no picture and on unread faces without a reason."""
        if self.picture.ndim != 3 or self.picture.shape[2] != 3 or self.picture.dtype != np.uint8:
            raise ValueError("A picture is an (h, w, 3) array of bytes.")
        if self.seen is None and not self.unread:
            raise ValueError("Faces that were not read need a reason.")

    @property
    def faces(self) -> tuple[SeenFace, ...]:
        """Every face, largest first; raises Unexaminable when no reader could look."""
        if self.seen is None:
            raise Unexaminable(self.unread)
        return self.seen

    @property
    def judged(self) -> SeenFace:
        """The largest face, if it can be judged; raises Unexaminable without a face and below 40 pixels."""
        if not self.faces:
            raise Unexaminable("No face was found, so there is nothing to compare.")
        face = self.faces[0]
        if face.side < SMALLEST_FACE:
            raise Unexaminable(f"The face is {face.side:.0f} pixels wide; below {SMALLEST_FACE:.0f} nothing is decided about it.")
        return face


class Safeguard(Protocol):
    """One question asked of an image; whatever it raises, the answer counts as unexamined."""

    @property
    def name(self) -> str: ...

    def examine(self, exhibit: Exhibit) -> Finding:
        """The answer."""
        ...
