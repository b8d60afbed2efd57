"""Giving one's password once more: a proof of it that works once, for a few minutes, for the account that gave it."""

import secrets
from datetime import timedelta
from typing import Any, Protocol

from moderation.access.account import NO_PASSWORD, Account
from moderation.access.accounts import Accounts, token_sha256
from moderation.errors import AccountRefused, SignatureRefused

LASTS = timedelta(minutes=5)


class _Writing(Protocol):
    @property
    def now(self) -> str: ...
    def execute(self, sql: str, values: Any = ()) -> list[dict[str, Any]]: ...


class Confirmations:
    """Proofs that somebody knew her password just now; the database keeps only their hashes."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._database = accounts.database

    def confirm(self, account: Account, password: str, address: str) -> str:
        """A proof, for a right password. Raises AccountRefused for a wrong one, TooManyAttempts."""
        known = self._accounts.authenticate(account.login, password, address)
        if known.id != account.id:
            raise AccountRefused("This password is another account's.")
        token = secrets.token_urlsafe(32)
        with self._database.write(account.id) as tx:
            tx.execute("DELETE FROM password_proof WHERE ends_at <= ?", [tx.now])
            ends_at = (tx.at + LASTS).isoformat(timespec="microseconds")
            tx.execute(
                "INSERT INTO password_proof (token_sha256, account_id, made_at, ends_at) VALUES (?, ?, ?, ?)",
                [token_sha256(token), account.id, tx.now, ends_at],
            )
        return token

    def spend(self, tx: _Writing, account: Account, token: str) -> None:
        """Use a proof up, within the transaction of the act it is for. Raises SignatureRefused when it is none of hers."""
        if not tx.execute(
            "UPDATE password_proof SET used_at = ? WHERE token_sha256 = ? AND account_id = ? AND used_at IS NULL"
            " AND ends_at > ? RETURNING account_id",
            [tx.now, token_sha256(token), account.id, tx.now],
        ):
            raise SignatureRefused("Give your password again: it was not given, or more than five minutes ago.")

    def is_open(self, account: Account) -> bool:
        """Whether no password guards this account, as in a demo."""
        rows = self._database.rows("SELECT 1 FROM account WHERE id = ? AND password_hash = ?", [account.id, NO_PASSWORD])
        return bool(rows)
