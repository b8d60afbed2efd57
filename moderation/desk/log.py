"""The log of decisions: who decided what about which image, when, why, and how long it had waited; to read and to take along."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from moderation.access.account import Account, Role
from moderation.database import Database
from moderation.desk.decisions import not_found
from moderation.desk.figures import CAME, seconds_between
from moderation.desk.moves import Row
from moderation.desk.signoff import Reason
from moderation.errors import BadRequest
from moderation.money.spreadsheet import csv_text

READERS = frozenset({Role.MODERATOR, Role.ADMINISTRATOR})
PAGE = 200
"""How many of the newest a page shows; a file holds all."""
KINDS = {
    "pass": "passed on",
    "refuse": "refused",
    "undo": "taken back",
    "escalate": "left to another moderator",
    "appeal": "second look asked for",
    "her": "her own decision",
}
"""What can be asked for, and how it is told."""
HEAD = (
    *("id", "decided_at", "what", "choice", "reason", "note", "by", "role", "image", "twin", "brand"),
    *("waited_seconds", "taken_back"),
)

_A_DAY = "A day is written as 2026-05-03."
_ROWS = f"""
SELECT d.id, d.decided_at,
    CASE d.kind WHEN 'review' THEN d.choice WHEN 'appeal' THEN 'appeal' ELSE 'her' END AS what, d.choice, d.reason_code, d.note,
    d.account_id, d.render_id, CASE WHEN d.kind = 'review' AND d.choice IN ('pass', 'refuse') THEN {CAME} END AS came_at,
    EXISTS (SELECT 1 FROM decision n WHERE n.supersedes_id = d.id) AS taken_back
FROM decision d WHERE d.decided_at >= :since AND d.decided_at < :until
UNION ALL
SELECT e.id, e.raised_at, 'escalate', e.leaning, NULL, e.note, e.account_id, e.render_id, NULL, 0
FROM escalation e WHERE e.raised_at >= :since AND e.raised_at < :until
"""
_LOG = f"""
SELECT l.*, a.name AS by_name, a.role AS by_role, t.name AS twin_name, b.name AS brand_name FROM ({_ROWS}) AS l
JOIN account a ON a.id = l.account_id JOIN render r ON r.id = l.render_id
JOIN twin t ON t.id = r.twin_id JOIN brand b ON b.id = r.brand_id
WHERE (:what = '' OR l.what = :what) AND (:reason = '' OR l.reason_code = :reason) AND (:by = '' OR l.account_id = :by)
AND (:image = '' OR l.render_id = :image) ORDER BY l.decided_at DESC, l.id DESC LIMIT :limit
"""
_PEOPLE = """
SELECT a.id, a.name, a.role FROM account a WHERE EXISTS (SELECT 1 FROM decision d WHERE d.account_id = a.id)
OR EXISTS (SELECT 1 FROM escalation e WHERE e.account_id = a.id) ORDER BY a.name, a.id
"""


@dataclass(frozen=True)
class Asked:
    """Which decisions: `what` of `KINDS`, `reason` of `Reason`, `by` an account's id, days as YYYY-MM-DD, `image` an id.

    An empty text leaves that open; `until` counts the whole day. Raises BadRequest for what cannot be.
    """

    what: str = ""
    reason: str = ""
    by: str = ""
    since: str = ""
    until: str = ""
    image: str = ""

    def __post_init__(self) -> None:
        if self.what and self.what not in KINDS:
            raise BadRequest("There are no such decisions.")
        if self.reason and self.reason not in {reason.value for reason in Reason}:
            raise BadRequest("There is no such reason.")
        for day in (self.since, self.until):
            _day(day)

    def values(self) -> dict[str, Any]:
        """What the SQL compares with."""
        last = _day(self.until)
        until = (last + timedelta(days=1)).isoformat() if last and last < date.max else "9999-12-31T"
        return {**asdict(self), "since": self.since, "until": until}


class DecisionLog:
    """For moderators and administrators; everybody else is told that there is no such page."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def rows(self, account: Account, asked: Asked, limit: int = PAGE) -> tuple[Row, ...]:
        """The newest decisions first, with `waited` seconds where a moderator decided. Raises NotFound."""
        if account.role not in READERS:
            raise not_found()
        rows = self._database.rows(_LOG, {**asked.values(), "limit": limit})
        return tuple({**row, "waited": _waited(row)} for row in rows)

    def people(self, account: Account) -> Sequence[Row]:
        """Who ever decided anything: id, name and role. Raises NotFound."""
        if account.role not in READERS:
            raise not_found()
        return self._database.rows(_PEOPLE)

    def csv(self, account: Account, asked: Asked) -> tuple[str, str]:
        """All of them as CSV, and the file's name; that it was taken is in the audit. Raises NotFound."""
        rows = self.rows(account, asked, limit=-1)
        with self._database.write(account.id) as tx:
            tx.record("decisions.exported", account.id, rows=len(rows), **{k: v for k, v in asdict(asked).items() if v})
            name = f"decisions-{tx.now[:10]}.csv"
        return csv_text([HEAD, *(_line(row) for row in rows)]), name


def _line(row: Row) -> list[str | int]:
    waited = row["waited"]
    return [
        *(row["id"], row["decided_at"], row["what"], row["choice"], row["reason_code"] or "", row["note"]),
        *(row["by_name"], row["by_role"], row["render_id"], row["twin_name"], row["brand_name"]),
        *("" if waited is None else round(waited), "yes" if row["taken_back"] else ""),
    ]


def _waited(row: Row) -> float | None:
    return seconds_between(row["came_at"], row["decided_at"]) if row["came_at"] else None


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise BadRequest(_A_DAY) from error
    if day.isoformat() != text:
        raise BadRequest(_A_DAY)
    return day
