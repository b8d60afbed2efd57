"""Orders that repaint a part of an earlier image: the marked part is kept with the order, the image read when it is painted."""

import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, UnidentifiedImageError

from twin.errors import BadValue, NotFound
from twin.jobs.claim import Claim
from twin.orders.edit import Edit, Mask
from twin.ports import Masks, Picture, Store, Transaction

LARGEST_FILE = 1_000_000
"""Bytes of a PNG of black and white; one of a megapixel takes some tens of thousands."""
STANDING = ("her turn", "approved", "released")
"""States of an image that a part may be repainted of: nobody has said no to it or taken it back."""
_WHITE = 128
_MARKED = """
SELECT base_id, 0 AS uploaded FROM edit_mask WHERE render_id = ?1
UNION ALL SELECT base_id, 1 FROM edit_upload WHERE render_id = ?1
"""


@dataclass(frozen=True)
class Edits:
    """The orders in `store` that mark a part; `picture` reads the sealed picture of an image, or one that was handed in."""

    store: Store
    masks: Masks
    picture: Callable[[str], Picture]

    def of(self, claim: Claim) -> Edit | None:
        """What a claimed order repaints, as `behind` tells it."""
        return self.behind(claim.render_id)

    def behind(self, render_id: str) -> Edit | None:
        """What an image repaints; None for one that is a whole picture.

        Raises NotFound when the earlier image was refused, taken back or removed since, and what `picture` and `masks` raise.
        """
        rows = self.store.rows(_MARKED, [render_id])
        if not rows:
            return None
        with self.store.read("worker") as tx:
            source_type = (uploaded if rows[0]["uploaded"] else admitted)(tx, rows[0]["base_id"])[0]
        base = self.picture(rows[0]["base_id"])
        return Edit(base, mask_of(self.masks.open(render_id), (base.shape[1], base.shape[0])), source_type)


def enter(tx: Transaction, masks: Masks, render_id: str, base_id: str, mask: bytes) -> None:
    """Keep the marked part of an order, of an earlier image. Raises NotFound, BadValue, and what `masks` raises."""
    _keep(tx, masks, "edit_mask", [render_id, base_id], mask, admitted(tx, base_id)[1])


def enter_upload(tx: Transaction, masks: Masks, render_id: str, base_id: str, mask: bytes) -> None:
    """The same of a picture that was handed in. Raises NotFound, BadValue, and what `masks` raises."""
    _keep(tx, masks, "edit_upload", [render_id, base_id], mask, uploaded(tx, base_id)[1])


def _keep(tx: Transaction, masks: Masks, table: str, ids: list[str], mask: bytes, size: tuple[int, int]) -> None:
    marked = mask_of(mask, size)
    if not marked.any() or marked.all():
        raise BadValue("Mark a part of the picture in white: the garment or the backdrop, neither nothing nor everything.")
    tx.execute(f"INSERT INTO {table} VALUES (?, ?, ?)", [*ids, tx.now])
    masks.keep(ids[0], mask_png(marked))


def uploaded(tx: Transaction, base_id: str) -> tuple[str, tuple[int, int]]:
    """Source type and size (width, height) of a picture that was handed in and is still there. Raises NotFound."""
    rows = tx.execute(
        "SELECT b.source_type, b.width, b.height FROM base_picture b JOIN restricted_object o ON o.id = b.id"
        " WHERE b.id = ? AND o.destroyed_at IS NULL",
        [base_id],
    )
    if not rows:
        raise NotFound("There is no such picture, or it was removed: no part of it is repainted.")
    return str(rows[0]["source_type"]), (rows[0]["width"], rows[0]["height"])


def admitted(tx: Transaction, base_id: str) -> tuple[str, tuple[int, int]]:
    """Source type and size (width, height) of an image that a part may be repainted of. Raises NotFound."""
    rows = tx.execute(
        "SELECT s.source_type, s.width, s.height, r.state FROM render r JOIN submission s ON s.render_id = r.id WHERE r.id = ?",
        [base_id],
    )
    if not rows or rows[0]["state"] not in STANDING:
        raise NotFound("There is no such image, or it was refused or taken back: no part of it is repainted.")
    return str(rows[0]["source_type"]), (rows[0]["width"], rows[0]["height"])


def mask_of(content: bytes, size: tuple[int, int]) -> Mask:
    """The marked part (h, w) of a PNG, true where it is white. Raises BadValue; nothing larger than `size` is unpacked."""
    if len(content) > LARGEST_FILE:
        raise BadValue(f"The mask is larger than {LARGEST_FILE // 1_000_000} MB; save it as a PNG of black and white.")
    try:
        with Image.open(io.BytesIO(content), formats=("PNG",)) as opened:
            if opened.size != size:
                raise BadValue(f"The mask is {opened.width} × {opened.height} pixels, and the picture {size[0]} × {size[1]}.")
            grey = np.asarray(opened.convert("L"))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise BadValue("The mask is no PNG that can be read.") from error
    return np.asarray(grey >= _WHITE, dtype=np.bool_)


def mask_png(mask: Mask) -> bytes:
    """A PNG with one bit a pixel."""
    written = io.BytesIO()
    Image.fromarray(mask).convert("1").save(written, "PNG", optimize=True)
    return written.getvalue()
