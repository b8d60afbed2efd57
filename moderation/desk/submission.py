"""How a painted picture comes in: sealed, put into the vault, and entered as a submission."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moderation.database import Database
from moderation.desk.decisions import not_found
from moderation.desk.desk import Desk
from moderation.desk.moves import Row, Writing
from moderation.money.credits import credits_of
from moderation.reach import Reach, unreached
from moderation.uploads.uploads import read_upload
from moderation.vault.masks import Masks
from moderation.vault.negatives import Negatives
from moderation.vault.seal import Picture, Sealed, mark_progress, seal
from moderation.vault.vault import Shelf, Vault

_FINDINGS = """
SELECT safeguard, outcome, score, threshold, reason FROM finding WHERE render_id = ?1
AND attempt = (SELECT max(attempt) FROM finding WHERE render_id = ?1) ORDER BY position
"""


@dataclass(frozen=True)
class Sheet:
    """A sealed picture, and the bytes of the negative it was developed from, if its painter made one."""

    sealed: Sealed
    negative: bytes | None


class Submissions:
    """The way from a painter to the desk; `masks` are the marked parts that a painter is asked for."""

    def __init__(self, database: Database, vault: Vault, desk: Desk, reach: Reach = unreached) -> None:
        self._database = database
        self._vault = vault
        self._desk = desk
        self._negatives = Negatives(database, vault)
        self.masks = Masks(vault, reach)

    def seal(
        self,
        picture: Picture,
        negative: bytes | None,
        disclosure_text: str,
        source_type: str,
        look: Mapping[str, Any] | None = None,
    ) -> Sheet:
        """Seal a picture; the authors of its look (decoded JSON) are credited in the file. Raises BadImage."""
        return Sheet(seal(picture, disclosure_text, source_type, credits_of(look or {})), negative)

    def store(self, render_id: str, sheet: Sheet) -> None:
        """Put original, preview and negative where only the vault reads them. Raises VaultFull."""
        self._vault.keep(Shelf.ORIGINAL, render_id, sheet.sealed.content)
        self._vault.keep(Shelf.PREVIEW, render_id, sheet.sealed.preview)
        if sheet.negative is not None:
            self._vault.keep(Shelf.NEGATIVE, render_id, sheet.negative)

    def submit(self, tx: Writing, render_id: str, sheet: Sheet) -> Row:
        """Enter the submission, with the hash of its negative, and move the image to its examination."""
        moved = self._desk.submit(tx, render_id, sheet.sealed)
        if sheet.negative is not None:
            self._negatives.enter(tx, render_id, sheet.negative, hashlib.sha256(sheet.negative).hexdigest())
        return moved

    def show(self, render_id: str, picture: Picture) -> None:
        """Keep a small marked look at an unfinished picture."""
        self._vault.keep(Shelf.PROGRESS, render_id, mark_progress(picture))

    def forget(self, render_id: str) -> None:
        """Remove the look at an unfinished picture."""
        self._vault.drop(Shelf.PROGRESS, render_id)

    def picture(self, render_id: str) -> Picture:
        """The (h, w, 3) sRGB picture as it was sealed. Raises NotFound, SealBroken when the file is another."""
        rows = self._database.rows("SELECT sealed_sha256 FROM submission WHERE render_id = ?", [render_id])
        if not rows:
            raise not_found()
        return read_upload(self._vault.read(Shelf.ORIGINAL, render_id, rows[0]["sealed_sha256"]))

    def outcome(self, render_id: str) -> dict[str, Any]:
        """What became of an image: id, state, its marked preview (JPEG) with its hash (None before there is one), and findings.

        Raises NotFound, SealBroken.
        """
        rows = self._database.rows(
            "SELECT r.state, s.preview_sha256 FROM render r LEFT JOIN submission s ON s.render_id = r.id WHERE r.id = ?",
            [render_id],
        )
        if not rows:
            raise not_found()
        sha256 = rows[0]["preview_sha256"]
        return {
            "id": render_id,
            "state": rows[0]["state"],
            "preview": self._vault.read(Shelf.PREVIEW, render_id, sha256) if sha256 else None,
            "sha256": sha256,
            "findings": self._database.rows(_FINDINGS, [render_id]),
        }
