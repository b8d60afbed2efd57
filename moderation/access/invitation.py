"""A link by which somebody sets her own password, once: an administrator makes it and never learns the password."""

import secrets
from datetime import timedelta

from moderation.access.account import NO_PASSWORD, Account
from moderation.access.accounts import FIELDS, Accounts, account_of, checked_password, token_sha256, write_password
from moderation.errors import AccountRefused, NotFound

LASTS = timedelta(hours=72)
USED_UP = "This link has been used or has run out; ask the studio for a new one."


class Invitations:
    """Every link that is out; the database keeps only hashes of them."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._database = accounts.database

    def make(self, login: str, actor: str) -> str:
        """A token for an account that has no password yet; earlier ones are void.

        Raises NotFound, and AccountRefused once the account has a password or is disabled.
        """
        account = self._accounts.by_login(login)
        token = secrets.token_urlsafe(32)
        with self._database.write(actor) as tx:
            if not tx.execute(
                "SELECT 1 FROM account WHERE id = ? AND password_hash = ? AND disabled_at IS NULL", [account.id, NO_PASSWORD]
            ):
                raise AccountRefused(f"{account.name} has set a password already, or the account is disabled.")
            tx.execute("UPDATE invitation SET used_at = ? WHERE account_id = ? AND used_at IS NULL", [tx.now, account.id])
            tx.execute(
                "INSERT INTO invitation (token_sha256, account_id, made_at, ends_at) VALUES (?, ?, ?, ?)",
                [token_sha256(token), account.id, tx.now, (tx.at + LASTS).isoformat(timespec="microseconds")],
            )
            tx.record("invitation.made", account.id)
        return token

    def invited(self, token: str) -> Account:
        """Whose link this is; raises NotFound with one sentence for absent, used and run out."""
        columns = ", ".join(f"a.{name}" for name in FIELDS.split(", "))
        rows = self._database.rows(
            f"SELECT {columns} FROM invitation i JOIN account a ON a.id = i.account_id"
            " WHERE i.token_sha256 = ? AND i.used_at IS NULL AND i.ends_at > ? AND a.password_hash = ? AND a.disabled_at IS NULL",
            [token_sha256(token), self._database.clock().isoformat(timespec="microseconds"), NO_PASSWORD],
        )
        if not rows:
            raise NotFound(USED_UP)
        return account_of(rows[0])

    def accept(self, token: str, password: str) -> Account:
        """Set the password and use the link up, both or neither; raises NotFound, AccountRefused."""
        account = self.invited(token)
        hashed = self._accounts.hash(checked_password(password, account.login))
        with self._database.write(account.id) as tx:
            if not tx.execute(
                "UPDATE invitation SET used_at = :now WHERE token_sha256 = :token AND used_at IS NULL AND ends_at > :now"
                " AND EXISTS (SELECT 1 FROM account WHERE id = account_id AND password_hash = :none AND disabled_at IS NULL)"
                " RETURNING account_id",
                {"now": tx.now, "token": token_sha256(token), "none": NO_PASSWORD},
            ):
                raise NotFound(USED_UP)
            return write_password(tx, account.id, hashed)
