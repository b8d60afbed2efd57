"""Accounts in SQLite: made, looked up, given a password, changed, disabled."""

import re
import secrets
from dataclasses import dataclass
from hashlib import sha256
from threading import BoundedSemaphore
from typing import Any

from pwdlib import PasswordHash
from ulid import ULID

from moderation.access.account import BELONGS_TO, NO_PASSWORD, Account, Role
from moderation.access.account_ends import disabled, password_left, role_left
from moderation.access.throttle import count_attempt, forgive
from moderation.backups.tombstones import Bury
from moderation.database import Database, Transaction
from moderation.errors import AccountRefused, NotFound, NotYours

LOGIN = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,63}")
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 256
HASHES_AT_ONCE = 2
"""One argon2 hash takes 64 MiB, so a crowd at the door waits in line."""
FIELDS = "id, login, name, role, brand_id, person_id, agency_id, session_version"
WRONG = "Login or password is wrong."
HERS = "Only the model herself sets her password: she gets a link for it when her account is made."


@dataclass(frozen=True)
class NewAccount:
    """An account to be made; `belongs_to` is the id of its brand, person or agency, if its role has one."""

    login: str
    name: str
    role: Role
    belongs_to: str | None = None

    def __post_init__(self) -> None:
        """Raises AccountRefused when the login is unusable or role and belonging do not fit."""
        if not LOGIN.fullmatch(self.login):
            raise AccountRefused("A login has 2 to 64 small letters, digits, or the signs . _ @ + -.")
        if self.name != self.name.strip() or not 1 <= len(self.name) <= 120:
            raise AccountRefused("A name has 1 to 120 characters, and no blanks around it.")
        self.account("new")

    def account(self, account_id: str) -> Account:
        """The account this becomes under `account_id`."""
        column = BELONGS_TO.get(Role(self.role))
        if column is None and self.belongs_to is not None:
            raise AccountRefused(f"A {Role(self.role)} account belongs to no brand, person or agency.")
        brand_id, person_id, agency_id = (
            self.belongs_to if column == mine else None for mine in ("brand_id", "person_id", "agency_id")
        )
        return Account(account_id, self.login, self.name, Role(self.role), brand_id, person_id, agency_id)


def account_of(row: dict[str, Any]) -> Account:
    """The account in a row that has at least FIELDS."""
    return Account(**{name: row[name] for name in FIELDS.split(", ")})


def checked_password(password: str, login: str) -> str:
    """The password, if it may be one; raises AccountRefused."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise AccountRefused(f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.")
    if login.casefold() in password.casefold():
        raise AccountRefused("A password does not contain the login.")
    return password


class Accounts:
    """Every account of the studio; `hasher` is pwdlib's (argon2), and `tombstone` keeps what ends beside the keys."""

    def __init__(self, database: Database, hasher: PasswordHash, tombstone: Bury = lambda *_: None) -> None:
        self.database = database
        self._tombstone = tombstone
        self._hasher = hasher
        self._turn = BoundedSemaphore(HASHES_AT_ONCE)
        self._dummy = hasher.hash(secrets.token_urlsafe())

    def hash(self, password: str) -> str:
        """The argon2 hash of a password."""
        with self._turn:
            return self._hasher.hash(password)

    def create(self, new: NewAccount, password: str | None, actor: str, account_id: str | None = None) -> Account:
        """Make an account; with `password` None nobody can sign in to it with one.

        Raises AccountRefused when the login is taken, what it belongs to is absent, the person has an account
        already, or the password is unfit, and NotYours for a model's password, which nobody sets but herself.
        """
        account = new.account(account_id or str(ULID()))
        if account.role is Role.MODEL and password is not None:
            raise NotYours(HERS)
        hashed = NO_PASSWORD if password is None else self.hash(checked_password(password, new.login))
        with self.database.write(actor) as tx:
            if tx.execute("SELECT 1 FROM account WHERE login = ?", [new.login]):
                raise AccountRefused(f"The login {new.login} is taken.")
            _insist_on_belonging(tx, account, new.belongs_to)
            tx.execute(
                f"INSERT INTO account ({FIELDS}, password_hash, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [*(getattr(account, name) for name in FIELDS.split(", ")), hashed, tx.now],
            )
            tx.record("account.created", account.id, role=account.role, belongs_to=new.belongs_to)
        return account

    def authenticate(self, login: str, password: str, address: str) -> Account:
        """The account that login and password open.

        Unknown and disabled logins cost the same hash. Raises TooManyAttempts, AccountRefused.
        """
        with self.database.write("sign-in") as tx:
            count_attempt(tx, login, address)
        rows = self.database.rows(
            f"SELECT {FIELDS}, password_hash FROM account WHERE login = ? AND disabled_at IS NULL AND password_hash <> ?",
            [login, NO_PASSWORD],
        )
        with self._turn:
            right = self._hasher.verify(password[: LONGEST_PASSWORD + 1], rows[0]["password_hash"] if rows else self._dummy)
        if not (rows and right):
            raise AccountRefused(WRONG)
        with self.database.write(rows[0]["id"]) as tx:
            forgive(tx, login)
        return account_of(rows[0])

    def by_login(self, login: str) -> Account:
        """The account of a login, disabled or not; raises NotFound."""
        rows = self.database.rows(f"SELECT {FIELDS} FROM account WHERE login = ?", [login])
        if not rows:
            raise NotFound(f"There is no account {login}.")
        return account_of(rows[0])

    def without_password(self) -> list[Account]:
        """The accounts in use that no password opens, oldest first: in a demo, its cast."""
        return [
            account_of(row)
            for row in self.database.rows(
                f"SELECT {FIELDS} FROM account WHERE password_hash = ? AND disabled_at IS NULL ORDER BY created_at, rowid",
                [NO_PASSWORD],
            )
        ]

    def listing(self) -> list[dict[str, Any]]:
        """Every account with `has_password` (0, 1), `disabled_at` and `created_at`, oldest first; never a hash."""
        return self.database.rows(
            f"SELECT {FIELDS}, password_hash <> ? AS has_password, disabled_at, created_at"
            " FROM account ORDER BY created_at, rowid",
            [NO_PASSWORD],
        )

    def change_role(self, login: str, role: Role, belongs_to: str | None, actor: str) -> Account:
        """Give an account another role; its sessions end.

        Raises NotFound, AccountRefused, and NotYours to or from a model: whoever knows the old password would sign for her.
        """
        old = self.by_login(login)
        if Role.MODEL in (old.role, role):
            raise NotYours("A model's account is made for her and stays hers: disable the one and make another.")
        account = NewAccount(old.login, old.name, role, belongs_to).account(old.id)
        with self.database.write(actor) as tx:
            _insist_on_belonging(tx, account, belongs_to)
            rows = tx.execute(
                "UPDATE account SET role = ?, brand_id = ?, person_id = ?, agency_id = ?, session_version = session_version + 1"
                f" WHERE id = ? RETURNING {FIELDS}",
                [account.role, account.brand_id, account.person_id, account.agency_id, account.id],
            )
            tx.record("account.role_changed", account.id, was=old.role, role=account.role, belongs_to=belongs_to)
            self._tombstone(tx, account.id, role_left(account))
        return account_of(rows[0])

    def disable(self, login: str, actor: str) -> None:
        """Let nobody in by this account any more; its sessions end. Raises NotFound, AccountRefused when it is disabled."""
        account = self.by_login(login)
        with self.database.write(actor) as tx:
            if not tx.execute(
                "UPDATE account SET disabled_at = ?, session_version = session_version + 1"
                " WHERE id = ? AND disabled_at IS NULL RETURNING id",
                [tx.now, account.id],
            ):
                raise AccountRefused(f"The account {login} is disabled already.")
            tx.record("account.disabled", account.id)
            self._tombstone(tx, account.id, disabled(tx.now))

    def set_password(self, login: str, password: str, actor: str) -> None:
        """Set the password of an account that is not a model's; its sessions end.

        Raises NotFound, AccountRefused, and NotYours for a model: her account is opened by nobody but herself.
        """
        account = self.by_login(login)
        if account.role is Role.MODEL:
            raise NotYours(HERS)
        hashed = self.hash(checked_password(password, account.login))
        with self.database.write(actor) as tx:
            write_password(tx, account.id, hashed)
            self._tombstone(tx, account.id, password_left())

    def change_own(self, account: Account, present: str, new: str, address: str) -> Account:
        """Change one's own password, whatever one's role; the account as it then is. All its sessions end.

        Guesses at the present password are counted as at the door. Raises TooManyAttempts, AccountRefused.
        """
        if self.authenticate(account.login, present, address).id != account.id:
            raise AccountRefused(WRONG)
        if new == present:
            raise AccountRefused("The new password is the one you have.")
        hashed = self.hash(checked_password(new, account.login))
        with self.database.write(account.id) as tx:
            tx.execute("UPDATE password_proof SET used_at = ? WHERE account_id = ? AND used_at IS NULL", [tx.now, account.id])
            changed = write_password(tx, account.id, hashed)
            self._tombstone(tx, account.id, password_left())
        return changed


def write_password(tx: Transaction, account_id: str, hashed: str) -> Account:
    """Put a hash in place and end the account's sessions; the account as it then is."""
    rows = tx.execute(
        f"UPDATE account SET password_hash = ?, session_version = session_version + 1 WHERE id = ? RETURNING {FIELDS}",
        [hashed, account_id],
    )
    tx.record("account.password_set", account_id)
    return account_of(rows[0])


def token_sha256(token: str) -> str:
    """What the database keeps of a token, so that a copy of it opens nothing."""
    return sha256(token.encode()).hexdigest()


def _insist_on_belonging(tx: Transaction, account: Account, belongs_to: str | None) -> None:
    column = BELONGS_TO.get(account.role)
    if column is None:
        return
    table = column.removesuffix("_id")
    if not tx.execute(f"SELECT 1 FROM {table} WHERE id = ?", [belongs_to]):
        raise AccountRefused(f"There is no {table} {belongs_to}.")
    if account.role is Role.MODEL and tx.execute("SELECT 1 FROM account WHERE person_id = ?", [belongs_to]):
        raise AccountRefused("This person has an account already.")
