"""Smaller copies of a released file: made once, at the release, if she allowed them; each with its hash in the books.

A copy carries what the sealed file says of itself (disclosure, source type, credits). Her key signed the sealed file and that
copies may be made of it, not the bytes of a copy.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from moderation.desk.decisions import STANDING_APPROVAL
from moderation.desk.moves import Row, Writing
from moderation.keys.her_word import Rendition
from moderation.vault.seal import smaller_jpeg
from moderation.vault.vault import Shelf

WIDEST = {"web": 1080, "small": 320}
"""The copies there are, and how many pixels wide each is at most; none is larger than the sealed picture."""
SHELVES = {"web": Shelf.WEB, "small": Shelf.SMALL}
_STATEMENT = f"""
SELECT g.statement FROM render r JOIN decision d ON d.id = ({STANDING_APPROVAL}) JOIN signature g ON g.id = d.signature_id
WHERE r.id = ?
"""
Look = Callable[[str, list[str]], list[Row]]
_KEEP = "INSERT INTO release_copy VALUES (:release_id, :name, :sha256, :width, :height, :bytes)"


@dataclass(frozen=True)
class Copy:
    """One smaller copy: a JPEG, its hash and its size in pixels."""

    name: str
    content: bytes
    sha256: str
    width: int
    height: int


def allowed(look: Look, render_id: str) -> bool:
    """Whether the statement behind her standing approval allows smaller copies; `look` reads rows, in a transaction or not."""
    rows = look(_STATEMENT, [render_id])
    return bool(rows) and Rendition.SMALLER.value in json.loads(rows[0]["statement"]).get("renditions", [])


def copies_of(content: bytes) -> tuple[Copy, ...]:
    """Every copy of a sealed file; the same file gives the same copies. Raises BadImage."""
    found = []
    for name, widest in WIDEST.items():
        made, width, height = smaller_jpeg(content, widest)
        found.append(Copy(name, made, sha256(made).hexdigest(), width, height))
    return tuple(found)


def enter(tx: Writing, release_id: str, copies: Sequence[Copy]) -> None:
    """Write the copies of a release beside it."""
    for copy in copies:
        size = {"width": copy.width, "height": copy.height, "bytes": len(copy.content)}
        tx.execute(_KEEP, {"release_id": release_id, "name": copy.name, "sha256": copy.sha256, **size})
