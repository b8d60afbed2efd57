"""What the command line does with accounts: values in, sentences out; prompting is app.py's part."""

from argparse import Namespace
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from moderation.access.account import BELONGS_TO, Account, Role
from moderation.access.accounts import HERS, Accounts, NewAccount
from moderation.access.invitation import LASTS, Invitations
from moderation.errors import AccountRefused, NotYours

FIRST = "admin"
"""The login of the administrator that the first start makes."""
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
        return made if self.link is None else f"{made}\n{self.link_sentence()}"

    def link_sentence(self) -> str:
        """What the link does, and the link."""
        hours = int(LASTS.total_seconds()) // 3600
        return f"This link sets the password, once, within {hours} hours; hand it to nobody else:\n{self.link}"


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


def insist_on_administrator(accounts: Accounts, ask_password: Callable[[str], str], tell: Callable[[str], None]) -> None:
    """Make the first administrator of a studio that has none, asking for a password; raises what `ask_password` raises."""
    if lacks_administrator(accounts):
        tell(f"This studio has no administrator yet; the first is called {FIRST}.")
        first_administrator(accounts, FIRST, "Administrator", ask_password(FIRST))


def creative_for(accounts: Accounts, login: str | None, brand_ids: Sequence[str]) -> Account:
    """The creative in whose name the command line orders: the one asked for, or in a demo the first whose brand may.

    Raises NotFound, AccountRefused.
    """
    if login is not None:
        account = accounts.by_login(login)
        if account.role is not Role.CREATIVE:
            raise AccountRefused(f"{login} is a {account.role}; images are ordered by a creative.")
        return account
    for account in accounts.without_password():
        if account.role is Role.CREATIVE and account.brand_id in brand_ids:
            return account
    raise AccountRefused("Say in whose name to order, with --as LOGIN.")


def users(accounts: Accounts, asked: Namespace, ask_password: Callable[[str], str], address: str) -> str:
    """What `users` answers: `asked.act` on `asked.login`; `address` is where a browser finds the studio.

    Raises NotFound, AccountRefused, NotYours, and what `ask_password` raises.
    """
    match asked.act:
        case "list":
            return "\n".join(listing(accounts)) or "There are no accounts yet."
        case "add":
            return _added(accounts, asked, ask_password, address)
        case "disable":
            return disable(accounts, asked.login)
        case "invite":
            account = accounts.by_login(asked.login)
            return Added(account, invite(accounts, asked.login, address)).link_sentence()
        case "role":
            changed = accounts.change_role(asked.login, Role(asked.role), _belonging(asked), CONSOLE)
            return f"{changed.login} has the role {changed.role} from now on, and is signed out everywhere."
        case _:
            if accounts.by_login(asked.login).role is Role.MODEL:
                raise NotYours(HERS)  # before anybody types a password that is not hers to set
            return set_password(accounts, asked.login, ask_password(asked.login))


def _added(accounts: Accounts, asked: Namespace, ask_password: Callable[[str], str], address: str) -> str:
    """Make the account; whatever can be refused without a password is refused before one is asked for."""
    new = NewAccount(asked.login, asked.name or asked.login, Role(asked.role), _belonging(asked))
    if any(row["login"] == new.login for row in accounts.listing()):
        raise AccountRefused(f"The login {new.login} is taken.")
    by_link = new.role is Role.MODEL
    return add(accounts, new, None if by_link else ask_password(new.login), address).sentence()


def _belonging(asked: Namespace) -> str | None:
    """The id after --of; AccountRefused, saying where ids are told, when the role needs one."""
    column = BELONGS_TO.get(Role(asked.role))
    if column is not None and not asked.of:
        whose = column.removesuffix("_id")
        raise AccountRefused(f"Say which {whose} with --of ID; twin-studio people list tells the ids.")
    return str(asked.of) if asked.of else None


def let_in(accounts: Accounts, cast: Iterable[tuple[str, str, str, str, str | None]]) -> None:
    """Make those accounts of a demo that are not there yet, which no password opens.

    Each is (id, login, name, role, the id of what it belongs to). Raises AccountRefused.
    """
    there = {row["id"] for row in accounts.listing()}
    for account_id, login, name, role, belongs_to in cast:
        if account_id not in there:
            accounts.create(NewAccount(login, name, Role(role), belongs_to), None, "demo", account_id=account_id)
