"""What an administrator sees: accounts, failures, what runs by itself and the state of the chain; of people no picture."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moderation.access.account import Account, Role
from moderation.access.accounts import Accounts
from moderation.access.invitation import Invitations
from moderation.database import Database, Row
from moderation.errors import AccountRefused, NotFound
from moderation.safeguards.protected import LARGEST

NEWEST = 30
"""How many rows of each kind one page shows."""
_FAILED = """
SELECT j.render_id, j.kind, j.attempt, coalesce(j.error, '') AS error, j.ended_at FROM job j WHERE j.state = 'failed'
ORDER BY j.ended_at DESC, j.id DESC LIMIT ?
"""
_UNEXAMINED = """
SELECT f.safeguard, f.reason, count(*) AS images, max(f.examined_at) AS last_at FROM finding f WHERE f.outcome = 'unexamined'
GROUP BY f.safeguard, f.reason ORDER BY last_at DESC LIMIT ?
"""
_COUNTS = """
SELECT (SELECT count(*) FROM job WHERE state = 'failed') AS failed, (SELECT count(*) FROM job WHERE state = 'waiting') AS waiting,
    (SELECT count(*) FROM job WHERE state = 'running') AS running, (SELECT count(*) FROM protected_person) AS protected,
    (SELECT count(*) FROM audit) AS audit_rows
"""
_BELONGING = """
SELECT 'brand_id' AS kind, id, name FROM brand UNION ALL SELECT 'agency_id', id, name FROM agency
UNION ALL SELECT 'person_id', id, name FROM person
"""
_KEYS = """
SELECT p.name, k.person_id, k.fingerprint, k.asked_at FROM key_request k JOIN person p ON p.id = k.person_id
WHERE k.settled_at IS NULL ORDER BY k.asked_at
"""


@dataclass(frozen=True)
class Overview:
    """The page's facts; times are ISO text in UTC, `backups` the newest first, `protected_most` how long that list should be."""

    accounts: tuple[Row, ...]
    counts: Mapping[str, int]
    failed: tuple[Row, ...]
    unexamined: tuple[Row, ...]
    backups: tuple[Row, ...]
    keys: tuple[Row, ...]
    protected_most: int = LARGEST


class Administration:
    """Whoever is no administrator gets NotFound from everything here. Nothing sets anybody's password or key."""

    def __init__(self, database: Database, accounts: Accounts, *, demo: bool) -> None:
        self._database = database
        self._accounts = accounts
        self._demo = demo

    def overview(self, account: Account) -> Overview:
        """Everything the page shows of the database."""
        insist(account)
        rows = self._database.rows
        names = {(row["kind"], row["id"]): row["name"] for row in rows(_BELONGING)}
        backups = rows("SELECT at, subject FROM audit WHERE event = 'backup.made' ORDER BY seq DESC LIMIT 5")
        return Overview(
            tuple({**row, "of": _of(row, names)} for row in self._accounts.listing()),
            rows(_COUNTS)[0],
            tuple(rows(_FAILED, [NEWEST])),
            tuple(rows(_UNEXAMINED, [NEWEST])),
            tuple(backups),
            tuple(rows(_KEYS)),
        )

    def disable(self, account: Account, login: str) -> None:
        """Let nobody in by this account any more. Raises NotFound, AccountRefused for one's own."""
        insist(account)
        if login.casefold() == account.login.casefold():
            raise AccountRefused("You cannot disable the account you are using: another administrator can.")
        self._accounts.disable(login, account.id)

    def invite(self, account: Account, login: str) -> str:
        """The token of a link by which the owner of an account sets her password, once; the one before is void.

        Raises NotFound, AccountRefused for an account that has a password or is disabled, and in a demo.
        """
        insist(account)
        if self._demo:
            raise AccountRefused("In a demo nobody has a password, so nobody is invited to set one.")
        return Invitations(self._accounts).make(login, account.id)


def insist(account: Account) -> None:
    """Raises NotFound for anybody but an administrator."""
    if account.role is not Role.ADMINISTRATOR:
        raise NotFound("There is nothing here.")


def _of(row: Row, names: Mapping[tuple[str, Any], str]) -> str:
    return next((names[kind, row[kind]] for kind in ("brand_id", "agency_id", "person_id") if (kind, row[kind]) in names), "")
