"""Negatives at rest: entered with the hash they were kept under, and opened only for who may develop them again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moderation.access.account import Account, Role
from moderation.database import Database
from moderation.desk.decisions import not_found, require
from moderation.desk.moves import HER_NO, Row, Writing, in_force, rights_sentence
from moderation.desk.signoff import Window
from moderation.errors import IllegalMove, NotFound, RightsLapsed, SealBroken
from moderation.vault.seal import Picture, mark_proof
from moderation.vault.vault import Shelf, Vault

_ENTER = "INSERT INTO negative (render_id, sha256, bytes, kept_at) VALUES (:render_id, :sha256, :bytes, :now)"
_KEPT = f"""
SELECT render.*, t.name AS twin_name, n.sha256, s.disclosure_text, s.source_type,
    {in_force(Window.PAINT)} AS in_force, EXISTS ({HER_NO}) AS her_no
FROM render JOIN twin t ON t.id = render.twin_id
JOIN negative n ON n.render_id = render.id JOIN submission s ON s.render_id = render.id
"""
_STANDING = (
    f"{_KEPT} WHERE render.state NOT IN ('withdrawn', 'recalled')"
    " AND NOT EXISTS (SELECT 1 FROM removed_picture g WHERE g.render_id = render.id)"
)
_MINE = f"{_STANDING} AND render.brand_id = :brand_id"
_CREATIVES_ONLY = "Only a creative of the brand develops its images."


@dataclass(frozen=True)
class Kept:
    """One negative as it was entered: its hash, what its pictures disclose, whose they are, and the row of its image."""

    render_id: str
    sha256: str
    disclosure_text: str
    source_type: str
    twin_name: str
    render: Mapping[str, Any]

    def proof(self, picture: Picture) -> bytes:
        """A small marked JPEG of a development, for the light table; nothing of it is kept."""
        return mark_proof(picture, self.disclosure_text, self.source_type)


class Negatives:
    """Who may develop what again. A foreign, unknown or absent negative is NotFound."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def enter(self, tx: Writing, render_id: str, content: bytes, sha256: str) -> None:
        """Record the hash of a negative that is in the vault already. Raises NotFound, SealBroken when it is not this one."""
        self._vault.read(Shelf.NEGATIVE, render_id, sha256)
        tx.execute(_ENTER, {"render_id": render_id, "sha256": sha256, "bytes": len(content), "now": tx.now})

    def admit(self, tx: Writing, account: Account, render_id: str) -> Kept:
        """The negative of an image of this creative's brand, while her permission for new images holds.

        Raises NotYours for other roles, NotFound, RightsLapsed, and IllegalMove for a picture that she refused herself.
        """
        require(account, Role.CREATIVE, _CREATIVES_ONLY)
        values = {"brand_id": account.brand_id, "id": render_id, "now": tx.now}
        rows = tx.execute(f"{_MINE} AND render.id = :id", values)
        if not rows:
            raise not_found()
        if rows[0]["her_no"]:
            raise IllegalMove("She said no to this picture herself, so its negative stays closed.")
        if not rows[0]["in_force"]:
            raise RightsLapsed(rights_sentence(tx, rows[0], Window.PAINT))
        return _kept(rows[0])

    def open(self, account: Account, render_id: str) -> Kept:
        """`admit`, asked by itself."""
        with self._database.read(account.id) as tx:
            return self.admit(tx, account, render_id)

    def developable(self, account: Account, shoot_id: str) -> frozenset[str]:
        """The images of a shoot that `admit` would let this creative develop now."""
        now = self._database.clock().isoformat(timespec="microseconds")
        values = {"brand_id": account.brand_id, "shoot_id": shoot_id, "now": now}
        rows = self._database.rows(f"{_MINE} AND render.shoot_id = :shoot_id", values)
        return frozenset(row["id"] for row in rows if row["in_force"] and not row["her_no"])

    def content(self, kept: Kept) -> bytes:
        """The file, proven to be the one that was entered. Raises NotFound, SealBroken."""
        return self._vault.read(Shelf.NEGATIVE, kept.render_id, kept.sha256)

    def stored(self, render_id: str) -> tuple[Kept, bytes] | None:
        """For the worker: a negative with its file; None when there is none, or not the one that was entered."""
        with self._database.read("worker") as tx:
            rows = tx.execute(f"{_STANDING} AND render.id = :id", {"id": render_id, "now": tx.now})
        if not rows:
            return None
        kept = _kept(rows[0])
        try:
            return kept, self.content(kept)
        except (NotFound, SealBroken):
            return None


def _kept(row: Row) -> Kept:
    return Kept(row["id"], row["sha256"], row["disclosure_text"], row["source_type"], row["twin_name"], row)
