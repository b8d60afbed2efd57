"""The gate: an approved image is released once, paid for in the same transaction, and leaves only by a fresh grant."""

import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from moderation.access.account import Account, Role
from moderation.audit.attempts import watched
from moderation.database import Database
from moderation.desk.decisions import STANDING_APPROVAL, new_id, not_found, require
from moderation.desk.moves import Row, Writing, in_force, move, rights_sentence
from moderation.desk.signoff import Mover, State, Window
from moderation.errors import Erased, IllegalMove, NotFound, RightsLapsed, SealBroken
from moderation.keys.approval import insist_on_signed_approval
from moderation.keys.person_keys import ERASED
from moderation.money import ledger
from moderation.reach import Reach, unreached
from moderation.rights.copies import SHELVES, Copy, allowed, copies_of, enter
from moderation.vault.seal import pixels_sha256_of
from moderation.vault.vault import Shelf, Vault

FAULTS: tuple[str, ...] = (
    "release.verified",
    "release.copied",
    "release.moved",
    "release.recorded",
    "release.posted",
    "release.committed",
    "release.grant-recorded",
    "release.granted",
)

GRANT_LASTS = timedelta(minutes=5)
_BRANDS_ONLY = "Only the brand that ordered an image releases and downloads it."

# What she approved is compared with what would leave: file, pixels, preview, licence, fee, fence, and that it was she.
_RECORD = f"""
INSERT INTO release (id, render_id, decision_id, file_sha256, account_id, released_at)
SELECT :id, r.id, d.id, :file_sha256, :account_id, :now
FROM render r
JOIN submission s ON s.render_id = r.id AND s.sealed_sha256 = :file_sha256 AND s.pixels_sha256 = :pixels_sha256
JOIN decision d ON d.id = ({STANDING_APPROVAL})
    AND d.sealed_sha256 = s.sealed_sha256 AND d.pixels_sha256 = s.pixels_sha256 AND d.preview_sha256 = s.preview_sha256
    AND d.licence_id = r.licence_id AND d.twin_epoch = r.twin_epoch AND d.licence_epoch = r.licence_epoch
JOIN image_fee l ON l.render_id = r.id AND l.fee_minor = d.fee_minor AND l.currency = d.currency
JOIN twin t ON t.id = r.twin_id
JOIN account she ON she.id = d.account_id AND she.person_id = t.person_id
WHERE r.id = :render_id
RETURNING *
"""

_SHE_IS_ERASED = "EXISTS (SELECT 1 FROM erasure x JOIN twin o ON o.person_id = x.person_id WHERE o.id = render.twin_id)"

_GRANT = f"""
INSERT INTO download_grant (id, release_id, account_id, token_sha256, twin_epoch, licence_epoch, granted_at, expires_at, copy)
SELECT :id, e.id, a.id, :token_sha256, render.twin_epoch, render.licence_epoch, :now, :until, :copy
FROM render JOIN release e ON e.render_id = render.id
JOIN account a ON a.id = :account_id AND a.disabled_at IS NULL AND a.role = 'creative' AND a.brand_id = render.brand_id
WHERE render.id = :render_id AND render.state = 'released' AND {in_force(Window.USE)} AND NOT {_SHE_IS_ERASED}
AND (:copy IS NULL OR EXISTS (SELECT 1 FROM release_copy c WHERE c.release_id = e.id AND c.name = :copy))
RETURNING *
"""

_OPEN = f"""
SELECT render.*, coalesce(c.file_sha256, e.file_sha256) AS file_sha256, g.copy, t.name AS twin_name,
    g.twin_epoch = render.twin_epoch AND g.licence_epoch = render.licence_epoch
    AND render.state = 'released' AND {in_force(Window.USE)} AS still_allowed
FROM download_grant g JOIN release e ON e.id = g.release_id JOIN render ON render.id = e.render_id
LEFT JOIN release_copy c ON c.release_id = e.id AND c.name = g.copy
JOIN twin t ON t.id = render.twin_id
JOIN account a ON a.id = g.account_id AND a.disabled_at IS NULL AND a.role = 'creative' AND a.brand_id = render.brand_id
    AND a.session_version = :session_version
WHERE g.token_sha256 = :token_sha256 AND g.account_id = :account_id AND :now < g.expires_at
"""


@dataclass(frozen=True)
class Download:
    """A released file that may leave now: its bytes, the name to offer, and its hash."""

    content: bytes
    filename: str
    sha256: str


class Releases:
    """Release, grant and download for the creatives of the brand that ordered the image.

    `draw` gives an unguessable token per grant; `reach` is called at the points in `FAULTS`.
    """

    def __init__(
        self,
        database: Database,
        vault: Vault,
        reach: Reach = unreached,
        *,
        draw: Callable[[], str] = secrets.token_urlsafe,
    ) -> None:
        self._database = database
        self._vault = vault
        self._reach = reach
        self._draw = draw

    @watched("release")
    def release(self, account: Account, render_id: str, version: int | None = None) -> Row:
        """Release an approved image: state, release, pay and audit in one transaction; the `release` row.

        Raises NotYours, NotFound, AlreadyDecided, IllegalMove, RightsLapsed; SealBroken when the file at rest, its
        pixels, or the terms are not those she approved; SignatureRefused when her key did not sign that approval.
        """
        require(account, Role.CREATIVE, _BRANDS_ONLY)
        file_sha256, pixels_sha256, content = self._file_as_it_is(account, render_id)
        self._reach("release.verified")
        copies = self._copied(render_id, content)
        self._reach("release.copied")
        with self._database.write(account.id) as tx:
            new = new_id(tx)
            copies = copies if allowed(tx.execute, render_id) else ()
            told = {"file_sha256": file_sha256, "copies": {copy.name: copy.sha256 for copy in copies}}
            move(tx, render_id, State.RELEASED, Mover.CREATIVE, version=version, release_id=new, **told)
            self._reach("release.moved")
            release = _record(tx, account, render_id, new, file_sha256, pixels_sha256)
            insist_on_signed_approval(tx, release["decision_id"])
            enter(tx, new, copies)
            self._reach("release.recorded")
            ledger.post(tx, release["id"])
            self._reach("release.posted")
        self._reach("release.committed")
        return release

    @watched("download")
    def grant(self, account: Account, render_id: str, copy: str = "") -> str:
        """A token with which this account may fetch the released file for five minutes; only its hash is kept.

        `copy` names one of the smaller copies instead. Raises NotYours, NotFound, IllegalMove (not released, recalled, or no
        such copy), RightsLapsed, Erased.
        """
        require(account, Role.CREATIVE, _BRANDS_ONLY)
        token = self._draw()
        with self._database.write(account.id) as tx:
            values = {
                "id": new_id(tx),
                "account_id": account.id,
                "render_id": render_id,
                "token_sha256": _hash(token),
                "now": tx.now,
                "until": (tx.at + GRANT_LASTS).isoformat(timespec="microseconds"),
                "copy": copy or None,
            }
            rows = tx.execute(_GRANT, values)
            if not rows:
                raise _no_grant(tx, account, render_id, copy)
            told = {"grant_id": rows[0]["id"], "until": rows[0]["expires_at"], "copy": rows[0]["copy"]}
            tx.record("release.granted", render_id, **told)
            self._reach("release.grant-recorded")
        self._reach("release.granted")
        return token

    def open_download(self, account: Account, token: str) -> Download:
        """The file behind a grant, everything tested anew; changes nothing, so a request may be repeated until expiry.

        Raises NotFound (no such grant, expired, or somebody else's), RightsLapsed (recalled, or rights over),
        SealBroken.
        """
        now = self._database.clock().isoformat(timespec="microseconds")
        values = {
            "token_sha256": _hash(token),
            "account_id": account.id,
            "session_version": account.session_version,
            "now": now,
        }
        rows = self._database.rows(_OPEN, values)
        if not rows:
            raise NotFound("This download has expired or is not yours: ask for it again on the image's page.")
        image = rows[0]
        if not image["still_allowed"]:
            raise RightsLapsed("This image may no longer be used: it was recalled, or its licence is over.")
        shelf = SHELVES[image["copy"]] if image["copy"] else Shelf.ORIGINAL
        content = self._vault.read(shelf, image["id"], image["file_sha256"])
        return Download(content, _filename(image["twin_name"], image["id"], image["copy"]), image["file_sha256"])

    def _copied(self, render_id: str, content: bytes) -> tuple[Copy, ...]:
        """The copies that she allowed, in the vault before any row tells of them."""
        if not allowed(self._database.rows, render_id):
            return ()
        copies = copies_of(content)
        for copy in copies:
            self._vault.keep(SHELVES[copy.name], render_id, copy.content)
        return copies

    def _file_as_it_is(self, account: Account, render_id: str) -> tuple[str, str, bytes]:
        """Hashes of file and pixels as they lie in the vault, and the file; decoded before the write lock is taken."""
        rows = self._database.rows(
            "SELECT r.state, s.sealed_sha256 FROM render r LEFT JOIN submission s ON s.render_id = r.id"
            " WHERE r.id = ? AND r.brand_id = ?",
            [render_id, account.brand_id],
        )
        if not rows:
            raise not_found()
        if rows[0]["sealed_sha256"] is None:
            raise IllegalMove(f"This image is “{rows[0]['state']}”: there is no file of it yet.")
        content = self._vault.read(Shelf.ORIGINAL, render_id, rows[0]["sealed_sha256"])
        return rows[0]["sealed_sha256"], pixels_sha256_of(content), content


def _record(tx: Writing, account: Account, render_id: str, release_id: str, file_sha256: str, pixels_sha256: str) -> Row:
    rows = tx.execute(
        _RECORD,
        {
            "id": release_id,
            "file_sha256": file_sha256,
            "pixels_sha256": pixels_sha256,
            "account_id": account.id,
            "render_id": render_id,
            "now": tx.now,
        },
    )
    if not rows:
        raise SealBroken("Her approval does not cover this file under these terms: ask her to decide again.")
    return rows[0]


def _no_grant(tx: Writing, account: Account, render_id: str, copy: str) -> NotFound | IllegalMove | RightsLapsed:
    sql = f"SELECT *, {_SHE_IS_ERASED} AS erased FROM render WHERE id = ? AND brand_id = ?"
    rows = tx.execute(sql, [render_id, account.brand_id])
    if not rows:
        return not_found()
    if rows[0]["erased"]:
        return Erased(ERASED)
    if rows[0]["state"] != State.RELEASED:
        return IllegalMove(f"This image is “{rows[0]['state']}”: only a released image can be downloaded.")
    there = "SELECT 1 FROM release_copy c JOIN release e ON e.id = c.release_id WHERE e.render_id = ? AND c.name = ?"
    if copy and not tx.execute(there, [render_id, copy]):
        return IllegalMove("There is no such copy of this image: she allowed none, or it was released before there were any.")
    return RightsLapsed(rights_sentence(tx, rows[0], Window.USE))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _filename(twin_name: str, render_id: str, copy: str | None) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", twin_name.casefold()).strip("-") or "twin"
    return f"{slug}-{render_id}-{copy}.jpg" if copy else f"{slug}-{render_id}.png"
