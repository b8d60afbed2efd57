"""Somebody's own notices: read, opened, marked; nobody else's can be named."""

from dataclasses import dataclass

from moderation.access.account import Account
from moderation.database import Database
from moderation.errors import NotFound
from moderation.notices.words import place, sentence

SHOWN = 100
"""How many the inbox lists, the newest first."""
_READ = """
SELECT o.*, coalesce(t.name || coalesce(' for ' || b.name, ''), d.kind, '') AS about FROM notice o
LEFT JOIN render r ON r.id = o.subject_id LEFT JOIN taking_back k ON k.id = o.subject_id
LEFT JOIN consent_draft d ON d.id = o.subject_id
LEFT JOIN twin t ON t.id = coalesce(r.twin_id, k.twin_id) LEFT JOIN brand b ON b.id = r.brand_id
WHERE o.account_id = :account_id ORDER BY o.happened_at DESC, o.id DESC LIMIT :most
"""
_MARK = """
UPDATE notice SET read_at = CASE WHEN :read THEN coalesce(read_at, :now) END WHERE account_id = :account_id
AND (:id IS NULL OR id = :id) RETURNING kind, subject_id
"""


@dataclass(frozen=True)
class Notice:
    """One notice: what happened, about whom (names as they stand now), where to see to it, when (ISO text, UTC), whether read."""

    id: str
    kind: str
    words: str
    about: str
    address: str
    happened_at: str
    read: bool


class Inbox:
    """Everybody's notices, each account's for itself."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, account: Account) -> tuple[Notice, ...]:
        """The newest notices of this account."""
        rows = self._database.rows(_READ, {"account_id": account.id, "most": SHOWN})
        return tuple(
            Notice(
                row["id"],
                row["kind"],
                sentence(row["kind"], row["n"]),
                row["about"] if row["n"] == 1 else "",
                place(row["kind"], row["subject_id"], account.role),
                row["happened_at"],
                row["read_at"] is not None,
            )
            for row in rows
        )

    def unread(self, account: Account) -> int:
        """How many this account has not read."""
        rows = self._database.rows("SELECT count(*) AS n FROM notice WHERE account_id = ? AND read_at IS NULL", [account.id])
        return int(rows[0]["n"])

    def mark(self, account: Account, notice_id: str | None, *, read: bool) -> str:
        """Mark one notice of this account, or with None all of them; where the one leads. Raises NotFound."""
        with self._database.write(account.id) as tx:
            values = {"account_id": account.id, "id": notice_id, "read": int(read), "now": tx.now}
            rows = tx.execute(_MARK, values)
        if notice_id is None:
            return "/notices"
        if not rows:
            raise NotFound("There is no such notice.")
        return place(rows[0]["kind"], rows[0]["subject_id"], account.role)
