"""Recalled images: each brand is told, says that it knows, and attests that every copy is deleted, or is overdue."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from moderation.access.account import Account, Role
from moderation.database import Database
from moderation.desk.decisions import new_id, require
from moderation.desk.moves import Row
from moderation.errors import AlreadyDecided, BadRequest, IllegalMove, NotFound, NotYours

_BRANDS_ONLY = "Only the brand that was told of a recall answers it."
MOST = 1000
"""How many recalls one answer covers at most."""

_RECALLS = """
SELECT c.*, r.state, t.name AS twin_name, b.name AS brand_name, l.campaign, h.title AS shoot_title,
    k.answered_at AS acknowledged_at, k.name AS acknowledged_by, d.answered_at AS deleted_at, d.name AS deleted_by,
    (SELECT max(m.reminded_at) FROM recall_reminder m WHERE m.recall_id = c.id) AS reminded_at
FROM recall c JOIN render r ON r.id = c.render_id JOIN twin t ON t.id = r.twin_id JOIN brand b ON b.id = c.brand_id
JOIN licence l ON l.id = r.licence_id JOIN shoot h ON h.id = r.shoot_id
LEFT JOIN recall_answer k ON k.recall_id = c.id AND k.kind = 'acknowledged'
LEFT JOIN recall_answer d ON d.recall_id = c.id AND d.kind = 'deleted'
"""
TO_DELETE = """
SELECT count(*) AS n FROM recall c WHERE c.brand_id = ?
AND NOT EXISTS (SELECT 1 FROM recall_answer d WHERE d.recall_id = c.id AND d.kind = 'deleted')
"""
"""How many recalled images a brand has not yet said to have deleted."""
# The account is read again here, so that one disabled or moved since its page was opened answers nothing.
_ANSWER = """
INSERT INTO recall_answer (id, recall_id, kind, account_id, name, answered_at)
SELECT :id, c.id, :kind, a.id, :name, :now FROM recall c
JOIN account a ON a.id = :account_id AND a.disabled_at IS NULL AND a.role = 'creative' AND a.brand_id = c.brand_id
WHERE c.id = :recall_id AND (:kind <> 'deleted' OR c.use_ends_at <= :now)
AND NOT EXISTS (SELECT 1 FROM recall_answer x WHERE x.recall_id = c.id AND x.kind IN (:kind, 'deleted'))
RETURNING *
"""


class Standing(StrEnum):
    """How far a brand is with a recall; the value is the word on its chip."""

    TOLD = "told"
    KNOWN = "acknowledged"
    OVERDUE = "overdue"
    DELETED = "deleted"


@dataclass(frozen=True)
class Recalled:
    """One released image that was recalled, as brand and person see it; times are ISO text in UTC."""

    recall_id: str
    render_id: str
    taking_back_id: str | None
    cause: str
    twin_name: str
    brand_name: str
    campaign: str
    shoot_title: str
    file_sha256: str
    noticed_at: str
    use_ends_at: str
    acknowledge_by: str
    delete_by: str
    acknowledged_at: str | None
    acknowledged_by: str | None
    deleted_at: str | None
    deleted_by: str | None
    reminded_at: str | None

    def standing(self, now: str) -> Standing:
        """How far its brand is at `now` (ISO text, UTC)."""
        if self.deleted_at is not None:
            return Standing.DELETED
        if now >= self.delete_by or (self.acknowledged_at is None and now >= self.acknowledge_by):
            return Standing.OVERDUE
        return Standing.TOLD if self.acknowledged_at is None else Standing.KNOWN


class Recalls:
    """Reads and answers of recalls, each limited to whom they concern."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_brand(self, account: Account) -> tuple[Recalled, ...]:
        """What the creative's brand was told, what still wants an answer first. NotYours for other roles."""
        require(account, Role.CREATIVE, _BRANDS_ONLY)
        return self._read("c.brand_id = ? ORDER BY d.id IS NOT NULL, c.delete_by, c.id", [account.brand_id])

    def open_of(self, account: Account) -> int:
        """How many recalls the account's brand has to answer; 0 for whoever is no creative."""
        if account.role is not Role.CREATIVE:
            return 0
        return int(self._database.rows(TO_DELETE, [account.brand_id])[0]["n"])

    def of_her(self, account: Account) -> tuple[Recalled, ...]:
        """Every recall of images of her, the newest first. NotYours for other roles."""
        require(account, Role.MODEL, "These are images of somebody else.")
        return self._read("t.person_id = ? ORDER BY c.noticed_at DESC, c.id", [account.person_id])

    def acknowledge(self, account: Account, recalls: Sequence[str]) -> int:
        """Say that the brand knows of these recalls; of how many that was new. All or none.

        Raises NotYours, NotFound (none, or another brand's), BadRequest, AlreadyDecided when all were answered before.
        """
        return self._answer(account, recalls, "acknowledged", account.name)

    def attest(self, account: Account, recalls: Sequence[str], name: str) -> int:
        """State in one's own full name that every copy of these files is deleted; of how many that was new.

        Raises what `acknowledge` raises, and IllegalMove while an image may still be used.
        """
        signed = name.strip()
        if not 2 <= len(signed) <= 120 or not signed.isprintable():
            raise BadRequest("Whoever says that the copies are deleted gives a full name, on one line.")
        return self._answer(account, recalls, "deleted", signed)

    def _answer(self, account: Account, recalls: Sequence[str], kind: str, name: str) -> int:
        require(account, Role.CREATIVE, _BRANDS_ONLY)
        if not 1 <= len(set(recalls)) == len(recalls) <= MOST:
            raise BadRequest(f"Choose the images that you answer for, each once and at most {MOST}.")
        new = 0
        with self._database.write(account.id) as tx:
            for recall_id in recalls:
                values = {"id": new_id(tx), "recall_id": recall_id, "kind": kind, "account_id": account.id, "name": name}
                rows = tx.execute(_ANSWER, {**values, "now": tx.now})
                if not rows:
                    _insist_answered(tx, account, recall_id, kind)
                    continue
                new += 1
                found = tx.execute("SELECT render_id FROM recall WHERE id = ?", [recall_id])
                tx.record(f"recall.{kind}", found[0]["render_id"], recall_id=recall_id, answer_id=rows[0]["id"])
            if not new:
                raise AlreadyDecided("These recalls were answered already.")
        return new

    def _read(self, test: str, values: Sequence[Any]) -> tuple[Recalled, ...]:
        return tuple(recalled(row) for row in self._database.rows(f"{_RECALLS} WHERE {test}", values))


RECALLS_OF_ACT = f"{_RECALLS} WHERE c.taking_back_id = :id ORDER BY b.name, c.id"


def recalled(row: Row) -> Recalled:
    """A row of the recalls' SELECT as a value."""
    return Recalled(**{"recall_id": row["id"], **{name: row[name] for name in Recalled.__dataclass_fields__ if name in row}})


def _insist_answered(tx: Any, account: Account, recall_id: str, kind: str) -> None:
    """Why there was nothing to answer: it was answered before, which is fine, or it may not be."""
    rows = tx.execute("SELECT * FROM recall WHERE id = ? AND brand_id = ?", [recall_id, account.brand_id])
    if not rows:
        raise NotFound("There is no such recall of your brand.")
    if kind == "deleted" and tx.now < rows[0]["use_ends_at"]:
        until = f"{rows[0]['use_ends_at'][:16].replace('T', ' ')} UTC"
        raise IllegalMove(f"This image may be used until {until}; say that it is deleted when its use has ended.")
    if not tx.execute("SELECT 1 FROM recall_answer WHERE recall_id = ? AND kind IN (?, 'deleted')", [recall_id, kind]):
        raise NotYours(_BRANDS_ONLY)
