"""Sessions: the signed cookie, the row behind it that can end it, and the token that forms carry."""

import os
import secrets
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from moderation.access.account import Account
from moderation.access.accounts import FIELDS, account_of, token_sha256
from moderation.audit import attempts
from moderation.database import Database
from moderation.errors import SessionKeyUnsafe

LASTS = timedelta(hours=8)
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1", "[::1]"})
Cookie = MutableMapping[str, Any]
"""What Starlette's SessionMiddleware puts in `request.session`."""


@dataclass(frozen=True)
class CookieRules:
    """How a browser keeps the session cookie."""

    name: str
    same_site: Literal["lax", "none"]
    https_only: bool
    partitioned: bool

    def __post_init__(self) -> None:
        if (self.same_site == "none" or self.partitioned or self.name.startswith("__Host-")) and not self.https_only:
            raise ValueError("A cookie for another site's frame travels over https only.")


def cookie_rules(*, secure: bool, framed: bool) -> CookieRules:
    """The rules for a site reached over https (`secure`) and shown inside another site's page (`framed`)."""
    if framed:
        return CookieRules("__Host-twin_studio", "none", https_only=True, partitioned=True)
    return CookieRules("__Host-twin_studio" if secure else "twin_studio", "lax", https_only=secure, partitioned=False)


def demo_may_bind(host: str, *, said_explicitly: bool) -> bool:
    """Whether a demo may listen on `host`: beyond this machine only when `--demo` was said."""
    return said_explicitly or host.casefold() in LOOPBACK


def session_key(path: Path) -> str:
    """The key that signs cookies, made once; two processes starting together get the same one.

    Raises SessionKeyUnsafe when others than the owner may read the file or it holds no key.
    """
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
    if path.stat().st_mode & 0o077:
        raise SessionKeyUnsafe(f"Others may read {path}; run: chmod 600 {path}")
    key = path.read_text()
    if len(key) < 64:
        raise SessionKeyUnsafe(f"{path} holds no key; remove it and everybody signs in again.")
    return key


class Sessions:
    """Who is signed in: a cookie counts while its row lives and the account has not changed since."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, cookie: Cookie, account: Account) -> None:
        """Sign `account` in; whoever this browser was before is signed out, and its old form token is void."""
        token = secrets.token_urlsafe(32)
        with self._database.write(account.id) as tx:
            tx.execute("DELETE FROM sign_in WHERE ends_at <= ? OR token_sha256 = ?", [tx.now, _hash_in(cookie)])
            tx.execute(
                "INSERT INTO sign_in (token_sha256, account_id, session_version, begun_at, ends_at) VALUES (?, ?, ?, ?, ?)",
                [
                    token_sha256(token),
                    account.id,
                    account.session_version,
                    tx.now,
                    (tx.at + LASTS).isoformat(timespec="microseconds"),
                ],
            )
            tx.record("session.begun", account.id)
        cookie.clear()
        cookie["token"] = token

    def account(self, cookie: Mapping[str, Any]) -> Account | None:
        """Who this cookie stands for at this moment, read from the database."""
        columns = ", ".join(f"a.{name}" for name in FIELDS.split(", "))
        hashed = _hash_in(cookie)
        rows = hashed and self._database.rows(
            f"SELECT {columns} FROM sign_in s JOIN account a ON a.id = s.account_id AND a.session_version = s.session_version"
            " WHERE s.token_sha256 = ? AND s.ends_at > ? AND a.disabled_at IS NULL",
            [hashed, self._database.clock().isoformat(timespec="microseconds")],
        )
        return account_of(rows[0]) if rows else None

    def note_attempt(self, account: Account, act: str) -> None:
        """Put on record that this account tried something on a page that is not for it."""
        attempts.note(self._database, account, act)

    def end(self, cookie: Cookie) -> None:
        """Sign out: every copy of this cookie is void from now on."""
        account = self.account(cookie)
        if account is not None:
            with self._database.write(account.id) as tx:
                tx.execute("DELETE FROM sign_in WHERE token_sha256 = ?", [_hash_in(cookie)])
                tx.record("session.ended", account.id)
        cookie.clear()


def _hash_in(cookie: Mapping[str, Any]) -> str:
    token = cookie.get("token")
    return token_sha256(token) if isinstance(token, str) else ""


def form_token(cookie: Cookie) -> str:
    """The token that this browser's forms carry; another site cannot know it."""
    token = cookie.get("form")
    if not isinstance(token, str):
        token = cookie["form"] = secrets.token_urlsafe(24)
    return token


def form_token_fits(cookie: Mapping[str, Any], given: object) -> bool:
    """Whether a form came from a page of ours."""
    token = cookie.get("form")
    return (
        bool(token)
        and isinstance(token, str)
        and isinstance(given, str)
        and secrets.compare_digest(token.encode(), given.encode())
    )
