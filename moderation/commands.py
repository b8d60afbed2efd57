"""What the command line does with accounts and the audit chain: values in, sentences out; prompting is app.py's part."""

from collections.abc import Sequence
from dataclasses import dataclass

from moderation import audit
from moderation.access.account import Account, Role
from moderation.access.accounts import Accounts, NewAccount
from moderation.access.invitation import LASTS, Invitations
from moderation.database import Database
from moderation.errors import AccountRefused

CONSOLE = "console"
"""Who acts in the audit chain when somebody with a shell on the server does."""


@dataclass(frozen=True)
class Added:
    """A new account, and the address of the link by which its owner sets her password, if that is how she comes in."""

    account: Account
    link: str | None

    def sentence(self) -> str:
        """What the command line prints."""
        made = f"{self.account.name} can come in as {self.account.login}, {self.account.role}."
        if self.link is None:
            return made
        hours = int(LASTS.total_seconds()) // 3600
        return f"{made}\nThis link sets the password, once, within {hours} hours; hand it to nobody else:\n{self.link}"


def add(accounts: Accounts, new: NewAccount, password: str | None, address: str) -> Added:
    """Make an account with a password, or (None, and always for a model) with a link under the site's `address`.

    Raises AccountRefused, NotYours.
    """
    account = accounts.create(new, password, CONSOLE)
    return Added(account, invite(accounts, account.login, address) if password is None else None)


def invite(accounts: Accounts, login: str, address: str) -> str:
    """A new link for somebody who has no password yet; the one before is void. Raises NotFound, AccountRefused."""
    return f"{address.rstrip('/')}/invitation/{Invitations(accounts).make(login, CONSOLE)}"


def listing(accounts: Accounts) -> Sequence[str]:
    """One line an account: login, role, what it belongs to, name, and whether it can come in."""
    return [
        f"{row['login']:<20} {row['role']:<14} {_belongs(row):<20} {row['name']}{_standing(row)}" for row in accounts.listing()
    ]


def _belongs(row: dict[str, object]) -> str:
    return str(row["brand_id"] or row["person_id"] or row["agency_id"] or "")


def _standing(row: dict[str, object]) -> str:
    if row["disabled_at"]:
        return " (disabled)"
    return "" if row["has_password"] else " (no password)"


def disable(accounts: Accounts, login: str) -> str:
    """Let nobody in by this account any more. Raises NotFound, AccountRefused."""
    accounts.disable(login, CONSOLE)
    return f"{login} can no longer come in, and is signed out everywhere."


def set_password(accounts: Accounts, login: str, password: str) -> str:
    """Set the password of anybody but a model. Raises NotFound, AccountRefused, NotYours."""
    accounts.set_password(login, password, CONSOLE)
    return f"{login} has a new password, and is signed out everywhere."


def lacks_administrator(accounts: Accounts) -> bool:
    """Whether a studio still needs its first administrator."""
    return not any(row["role"] == Role.ADMINISTRATOR and not row["disabled_at"] for row in accounts.listing())


def first_administrator(accounts: Accounts, login: str, name: str, password: str) -> Account:
    """Make the first administrator. Raises AccountRefused when there is one already."""
    if not lacks_administrator(accounts):
        raise AccountRefused("This studio has an administrator already; use: twin-studio users add")
    return accounts.create(NewAccount(login, name, Role.ADMINISTRATOR), password, CONSOLE)


def verify_audit(database: Database) -> str:
    """Walk the whole chain. Raises AuditBroken naming the first row that does not fit."""
    count, head = audit.verify(database.rows("SELECT * FROM audit ORDER BY seq"))
    return f"{count} audit rows, each behind the one before; the head is {head}."
