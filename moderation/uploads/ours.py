"""Knows an image of this studio when it is handed in as something from outside, though it was saved anew, resized or cropped."""

import hashlib
import io
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from moderation.database import Database
from moderation.errors import BadImage, BadRequest, ModerationError
from moderation.vault.seal import Picture, pixels_sha256_of_picture
from moderation.vault.vault import Shelf, Vault

Outline = NDArray[np.uint8]

SAME_LINES = 0.78
"""Of 80 copies of 8 images (JPEG 60 to 95, half to one and a half times as large, 5 % cut off, mirrored) none fitted its preview
worse than 0.85; of 16 other images of the same people none fitted better than 0.69. In another, hard light one may be missed."""
WORDS = "This is an image of this studio: choose it on the film strip, if a part of it may be repainted."

_EXACT = "SELECT 1 FROM submission WHERE sealed_sha256 = :file OR pixels_sha256 IN (:pixels, :fitted)"
_PREVIEWS = """
WITH RECURSIVE outside (id) AS (
    SELECT render_id FROM edit_upload UNION SELECT e.render_id FROM edit_mask e JOIN outside o ON o.id = e.base_id
)
SELECT s.render_id, s.preview_sha256 FROM submission s JOIN render r ON r.id = s.render_id
WHERE r.twin_id = ? AND s.render_id NOT IN (SELECT id FROM outside)
AND NOT EXISTS (SELECT 1 FROM removed_picture g WHERE g.render_id = s.render_id) ORDER BY s.sealed_at DESC, s.render_id
"""
"""What was made of a photograph from outside has its face: it is left out, or the photograph itself would be taken for it."""


class Fit(Protocol):
    """How well the best of several outlines fits (1 for the same lines)."""

    @property
    def score(self) -> float: ...


class Draws(Protocol):
    """Draws heads, and compares them; both raise PackRefused."""

    def outline(self, picture: Picture, /) -> Outline | None:
        """The head of the largest face of a picture (h, w, 3) in its place; None without a face."""
        ...

    def fit(self, outline: Outline, others: Mapping[str, Outline], /) -> Fit:
        """The best fit among others, of which there is at least one."""
        ...


class OwnImages:
    """The images of one studio; `eyes` draws heads."""

    def __init__(self, database: Database, vault: Vault, eyes: Callable[[], Draws]) -> None:
        self._database, self._vault, self._eyes = database, vault, eyes
        self._drawn: dict[str, dict[str, Outline]] = {}

    def refuse_exact(self, content: bytes, picture: Picture, fitted: Picture) -> None:
        """Raises BadRequest for the file or the pixels of an image, also after it was made `fitted`."""
        file = hashlib.sha256(content).hexdigest()
        asked = {"file": file, "pixels": pixels_sha256_of_picture(picture), "fitted": pixels_sha256_of_picture(fitted)}
        if self._database.rows(_EXACT, asked):
            raise BadRequest(WORDS)

    def refuse_alike(self, picture: Picture, twin_id: str) -> None:
        """Raises BadRequest for a picture with the same lines as an image of the twin, however it was saved; PackRefused."""
        drawn = self._eyes().outline(picture)
        if drawn is not None and self.is_of(drawn, self.outlines(twin_id)):
            raise BadRequest(WORDS)

    def outlines(self, twin_id: str) -> dict[str, Outline]:
        """The heads of a twin's images, by id, drawn from their previews; of one that cannot be opened there is none."""
        before = self._drawn.pop(twin_id, {})
        rows = self._database.rows(_PREVIEWS, [twin_id])
        now = {row["render_id"]: before[row["render_id"]] if row["render_id"] in before else self._draw(row) for row in rows}
        found = {render_id: drawn for render_id, drawn in now.items() if drawn is not None}
        self._drawn[twin_id] = found  # drawing a head takes far longer than comparing it; of an image that is gone none stays
        return dict(found)

    def _draw(self, row: Mapping[str, str]) -> Outline | None:
        with suppress(ModerationError):
            preview = self._vault.read(Shelf.PREVIEW, row["render_id"], row["preview_sha256"])
            return self._eyes().outline(_decoded(preview))
        return None

    def is_of(self, drawn: Outline, known: Mapping[str, Outline]) -> bool:
        """Whether a head is that of one of the known images."""
        return bool(known) and self._eyes().fit(drawn, known).score >= SAME_LINES


def _decoded(preview: bytes) -> Picture:
    """The pixels of a preview, which this studio wrote itself. Raises BadImage."""
    try:
        with Image.open(io.BytesIO(preview), formats=("JPEG",)) as opened:
            return np.asarray(opened.convert("RGB"), np.uint8)
    except OSError as error:
        raise BadImage("The preview of an image cannot be read.") from error
