"""What became of a taking back, told to her, her agency and the administrator, and signed: every image, when, by whom."""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from moderation.access.account import Account, Role
from moderation.audit.chain import canonical
from moderation.database import Database, Transaction
from moderation.desk.moves import Row
from moderation.errors import NotFound
from moderation.reach import Reach, unreached
from moderation.rights.recall import RECALLS_OF_ACT, Recalled, recalled

FAULTS: tuple[str, ...] = ("revoke.receipt-committed",)

KIND = "revocation-receipt"
ACTOR = "rights"

_SEES = {
    Role.MODEL: "p.id = :person_id",
    Role.AGENCY: "p.agency_id = :agency_id",
    Role.ADMINISTRATOR: "1",
}
_ACTS = """
SELECT k.*, t.name AS twin_name, p.id AS person_id, p.name AS person_name, a.name AS by_name
FROM taking_back k JOIN twin t ON t.id = k.twin_id JOIN person p ON p.id = t.person_id JOIN account a ON a.id = k.account_id
"""
# What ended by her act: the consents, and every licence that rested on them or that she named, each with its own times.
_RIGHTS = """
SELECT r.scope, r.subject_id, r.requested_at, r.effective_at, c.version, NULL AS campaign, NULL AS brand_name
FROM taking_back_part p JOIN revocation r ON r.id = p.revocation_id AND r.scope <> 'licence'
LEFT JOIN consent c ON r.scope = 'consent' AND c.id = r.subject_id WHERE p.taking_back_id = :id
UNION ALL
SELECT 'licence', l.id, w.requested_at, min(w.effective_at, w.ends_at), NULL, l.campaign, b.name
FROM licence l JOIN licence_window w ON w.licence_id = l.id JOIN brand b ON b.id = l.brand_id
WHERE w.requested_at < w.ends_at AND EXISTS (SELECT 1 FROM taking_back_part p JOIN revocation r ON r.id = p.revocation_id
    WHERE p.taking_back_id = :id AND ((r.scope = 'licence' AND r.subject_id = l.id)
        OR (r.scope = 'consent' AND r.subject_id = l.consent_id)))
ORDER BY 1, 2
"""
_IMAGES = """
SELECT r.id AS render_id, r.state, e.was, e.became, e.ended_at, e.actor, coalesce(a.name, e.actor) AS actor_name,
    b.name AS brand_name, l.campaign, s.sealed_sha256, s.preview_sha256, x.file_sha256 AS released_sha256, x.released_at
FROM render r JOIN licence l ON l.id = r.licence_id JOIN brand b ON b.id = r.brand_id
LEFT JOIN ended_image e ON e.render_id = r.id AND e.taking_back_id = :id LEFT JOIN account a ON a.id = e.actor
LEFT JOIN submission s ON s.render_id = r.id LEFT JOIN release x ON x.render_id = r.id
WHERE e.render_id IS NOT NULL OR EXISTS (SELECT 1 FROM recall c WHERE c.render_id = r.id AND c.taking_back_id = :id)
ORDER BY b.name, r.created_at, r.id
"""
# A receipt is out of date when an image has ended, or a brand has been told or has answered, since the last one.
_VERSION = """
1 + (SELECT count(*) FROM ended_image e WHERE e.taking_back_id = k.id)
+ (SELECT count(*) FROM recall c WHERE c.taking_back_id = k.id)
+ (SELECT count(*) FROM recall c JOIN recall_answer w ON w.recall_id = c.id WHERE c.taking_back_id = k.id)
+ (SELECT count(*) FROM recall c JOIN recall_reminder m ON m.recall_id = c.id WHERE c.taking_back_id = k.id)
"""
_STALE = f"""
SELECT k.id, {_VERSION} AS version FROM taking_back k
WHERE {_VERSION} > coalesce((SELECT max(q.version) FROM receipt q WHERE q.taking_back_id = k.id), 0) ORDER BY k.id
"""


@dataclass(frozen=True)
class Seal:
    """The line of the signed audit head, and who signs with it: the fingerprint of the key and its signature of bytes."""

    line: str
    fingerprint: str
    sign: Callable[[bytes], bytes]


SealHead = Callable[[Transaction], Seal]
"""Signs the audit head within a transaction."""


@dataclass(frozen=True)
class Timeline:
    """One taking back as it stands: the act, the rights it ended, every image it touched, and what brands answered.

    `act`, `rights` and `images` are rows with names and ISO times; `images` without `ended_at` may still be used.
    """

    act: Mapping[str, Any]
    rights: tuple[Row, ...]
    images: tuple[Row, ...]
    recalls: tuple[Recalled, ...]


@dataclass(frozen=True)
class Receipt:
    """A statement (canonical JSON) about a taking back, its SHA-256, and the studio's signature (64 bytes), if any."""

    taking_back_id: str
    version: int
    statement: bytes
    sha256: str
    signature: bytes | None
    key_fingerprint: str | None
    issued_at: str

    @property
    def said(self) -> dict[str, Any]:
        """What the statement says."""
        return dict(json.loads(self.statement))

    def as_file(self) -> bytes:
        """The receipt as a file to keep: the statement byte for byte as a text, and its signature in base64."""
        signature = base64.b64encode(self.signature).decode() if self.signature else None
        told = {"statement": self.statement.decode(), "sha256": self.sha256, "signature": signature}
        return canonical({"kind": f"signed-{KIND}", **told, "key_fingerprint": self.key_fingerprint})


class Receipts:
    """Reads what was taken back, and issues a receipt whenever something about it has changed."""

    def __init__(self, database: Database, seal: SealHead | None = None, reach: Reach = unreached) -> None:
        """Without `seal` receipts are not signed, and say so."""
        self._database = database
        self._seal = seal
        self._reach = reach

    def of_her(self, account: Account) -> tuple[Row, ...]:
        """Everything that this account may know was taken back, the newest first; nothing for other roles."""
        if account.role not in _SEES:
            return ()
        return tuple(
            self._database.rows(f"{_ACTS} WHERE {_SEES[account.role]} ORDER BY k.requested_at DESC, k.id", _own(account))
        )

    def timeline(self, account: Account, taking_back_id: str) -> Timeline:
        """How a taking back stands now. Raises NotFound for whoever is not she, her agency or an administrator."""
        with self._database.read(account.id) as tx:
            return _timeline(tx, self._act(tx, account, taking_back_id))

    def receipt(self, account: Account, taking_back_id: str) -> Receipt:
        """The newest receipt. Raises NotFound as `timeline` does, and while none is issued yet."""
        with self._database.read(account.id) as tx:
            self._act(tx, account, taking_back_id)
            rows = tx.execute("SELECT * FROM receipt WHERE taking_back_id = ? ORDER BY version DESC LIMIT 1", [taking_back_id])
        if not rows:
            raise NotFound("The receipt is being made; look again in a moment.")
        return Receipt(**rows[0])

    def issue(self) -> int:
        """Issue the receipts that are due; how many. A taking back never waits for this and never fails by it.

        Raises what signing raises; the receipts are then due at the next call.
        """
        due = self._database.rows(_STALE)
        for stale in due:
            with self._database.write(ACTOR) as tx:
                self._issue(tx, stale["id"])
            self._reach("revoke.receipt-committed")
        return len(due)

    def _issue(self, tx: Transaction, taking_back_id: str) -> None:
        found = tx.execute(f"SELECT * FROM ({_STALE}) WHERE id = ?", [taking_back_id])
        if not found:
            return
        (act,) = tx.execute(f"{_ACTS} WHERE k.id = ?", [taking_back_id])
        seal = self._seal(tx) if self._seal else None
        said = _statement(_timeline(tx, act), found[0]["version"], tx.now, seal.line if seal else _plain_head(tx))
        values = {
            "id": taking_back_id,
            "version": found[0]["version"],
            "statement": said,
            "sha256": hashlib.sha256(said).hexdigest(),
            "signature": seal.sign(said) if seal else None,
            "fingerprint": seal.fingerprint if seal else None,
            "now": tx.now,
        }
        tx.execute("INSERT INTO receipt VALUES (:id, :version, :statement, :sha256, :signature, :fingerprint, :now)", values)
        tx.record("receipt.issued", taking_back_id, version=values["version"], sha256=values["sha256"])

    def _act(self, tx: Transaction, account: Account, taking_back_id: str) -> Row:
        if account.role in _SEES:
            values = {**_own(account), "id": taking_back_id}
            for act in tx.execute(f"{_ACTS} WHERE k.id = :id AND {_SEES[account.role]}", values):
                return act
        raise NotFound("There is no such taking back.")


def _own(account: Account) -> dict[str, Any]:
    return {"person_id": account.person_id, "agency_id": account.agency_id}


def _timeline(tx: Transaction, act: Row) -> Timeline:
    asked = {"id": act["id"]}
    return Timeline(
        act,
        tuple(tx.execute(_RIGHTS, asked)),
        tuple(tx.execute(_IMAGES, asked)),
        tuple(recalled(row) for row in tx.execute(RECALLS_OF_ACT, asked)),
    )


def _plain_head(tx: Transaction) -> str:
    rows = tx.execute("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")
    return f"audit-head {rows[0]['seq']} {rows[0]['hash']}" if rows else ""


_ACT_SAYS = ("id", "scope", "subject_id", "twin_id", "twin_name", "person_id", "person_name", "account_id", "signature_id")
_RECALL_SAYS = ("recall_id", "render_id", "brand_name", "file_sha256", "noticed_at", "use_ends_at", "acknowledge_by", "delete_by")
_ANSWER_SAYS = ("acknowledged_at", "acknowledged_by", "deleted_at", "deleted_by", "reminded_at")


def _statement(timeline: Timeline, version: int, now: str, head: str) -> bytes:
    """The canonical bytes that are signed: nothing in them that the timeline does not show."""
    act = timeline.act
    return canonical(
        {
            "kind": KIND,
            "at": now,
            "version": version,
            "head": head,
            **{name: act[name] for name in _ACT_SAYS},
            "requested_at": act["requested_at"],
            "effective_at": act["effective_at"],
            "rights": list(timeline.rights),
            "images": list(timeline.images),
            "recalls": [{name: getattr(one, name) for name in (*_RECALL_SAYS, *_ANSWER_SAYS)} for one in timeline.recalls],
        }
    )
