"""How somebody wishes to hear of things outside the studio: addresses and secrets, sealed, entered by an administrator."""

import re
import secrets
from typing import Any
from urllib.parse import urlsplit

from moderation.access.account import Account, Role
from moderation.database import Database
from moderation.desk.decisions import new_id
from moderation.desk.moves import Row
from moderation.errors import BadRequest, NotFound, NotYours
from moderation.keys.keyring import Key, Keyring
from moderation.notices.webhook import checked_url

KEY = "outbox"
ADDRESS = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
LOCALS = ("localhost", "127.0.0.1", "[::1]")


class Ways:
    """Where notices go; `demo` sends nothing and takes no address."""

    def __init__(self, database: Database, keyring: Keyring, *, demo: bool) -> None:
        self._database = database
        self._keyring = keyring
        self._demo = demo

    def site(self) -> str | None:
        """Under which address messages link to this site; None while nothing is sent."""
        if self._demo:
            return None
        rows = self._database.rows("SELECT site FROM outbox_switch WHERE one = 1")
        return rows[0]["site"] if rows else None

    def switch(self, account: Account, site: str | None) -> None:
        """Send from now on, with links to `site`, or (None) send nothing more. Raises NotYours, BadRequest."""
        self._insist(account)
        if site is not None:
            site = checked_site(site)
        with self._database.write(account.id) as tx:
            tx.execute("INSERT INTO outbox_switch VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET site = excluded.site", [site])
            if site is None:
                gone = "Sending was switched off."
                tx.execute("UPDATE delivery SET state = 'given up', problem = ? WHERE state = 'waiting'", [gone])
            tx.record("notices.on" if site else "notices.off", "notices")

    def add_mail(self, account: Account, to: Account, address: str) -> None:
        """Send `to`'s notices to an e-mail address too, in place of one before. Raises NotYours, BadRequest."""
        if not ADDRESS.fullmatch(address) or ".." in address:
            raise BadRequest("This is no e-mail address.")
        self._add(account, to, "mail", address, None)

    def add_webhook(self, account: Account, to: Account, url: str) -> str:
        """Send `to`'s notices to a webhook too; the secret of its signatures, told this once. Raises what `add_mail` does."""
        secret = secrets.token_urlsafe(32)
        self._add(account, to, "webhook", checked_url(url).geturl(), secret)
        return secret

    def remove(self, account: Account, to: Account, kind: str) -> None:
        """End one way; what waited for it is given up, and its address is forgotten. Raises NotYours, NotFound."""
        self._insist(account)
        with self._database.write(account.id) as tx:
            if not _end(tx, to.id, kind):
                raise NotFound(f"No {kind} is entered for {to.login}.")
            tx.record("notices.way ended", to.id, kind=kind)

    def listing(self) -> list[Row]:
        """Every way there is, without its address."""
        return self._database.rows(
            "SELECT a.login, w.kind, w.added_at FROM notice_way w JOIN account a ON a.id = w.account_id"
            " WHERE w.ended_at IS NULL ORDER BY a.login, w.kind"
        )

    def target(self, delivery: Row) -> str:
        """The address a delivery goes to. Raises KeyUnusable."""
        return self.key().open(delivery["sealed_target"], f"target/{delivery['way_id']}").decode()

    def secret(self, delivery: Row) -> bytes:
        """What a webhook's signature is made with; empty for mail. Raises KeyUnusable."""
        sealed = delivery["sealed_secret"]
        return self.key().open(sealed, f"secret/{delivery['way_id']}") if sealed is not None else b""

    def key(self) -> Key:
        """The key that seals addresses and secrets, made when it is first needed. Raises KeyUnusable."""
        return self._keyring.key(KEY) if self._keyring.has(KEY) else self._keyring.make(KEY)

    def _add(self, account: Account, to: Account, kind: str, target: str, secret: str | None) -> None:
        self._insist(account)
        key = self.key()
        with self._database.write(account.id) as tx:
            _end(tx, to.id, kind)
            way = new_id(tx)
            sealed = key.seal(target.encode(), f"target/{way}")
            kept = None if secret is None else key.seal(secret.encode(), f"secret/{way}")
            tx.execute(
                "INSERT INTO notice_way VALUES (?, ?, ?, ?, ?, ?, ?, NULL)", [way, to.id, kind, sealed, kept, account.id, tx.now]
            )
            tx.record("notices.way added", to.id, kind=kind)

    def _insist(self, account: Account) -> None:
        if self._demo:
            raise NotYours("A demo sends nothing, so it takes no address.")
        if account.role is not Role.ADMINISTRATOR:
            raise NotYours("Only an administrator says where notices are sent.")


def checked_site(site: str) -> str:
    """The address under which browsers reach this site, without a slash at its end. Raises BadRequest."""
    try:
        parts = urlsplit(site.strip())
        parts.port  # noqa: B018 - reading it raises ValueError for a port that is none
    except ValueError as error:
        raise BadRequest("This is no address of a site.") from error
    local = parts.hostname in LOCALS or parts.hostname == "::1"
    plain = not (parts.path.strip("/") or parts.query or parts.fragment or parts.username or parts.password)
    if not parts.hostname or not plain or not (parts.scheme == "https" or (parts.scheme == "http" and local)):
        raise BadRequest("Give the address of this site alone, like https://studio.example.")
    return f"{parts.scheme}://{parts.netloc}"


def _end(tx: Any, account_id: str, kind: str) -> bool:
    """End the way of this kind: the sealed address is overwritten, and what waited for it is given up."""
    ended = tx.execute(
        "UPDATE notice_way SET ended_at = ?, sealed_target = x'', sealed_secret = CASE kind WHEN 'webhook' THEN x'' END"
        " WHERE account_id = ? AND kind = ? AND ended_at IS NULL RETURNING id",
        [tx.now, account_id, kind],
    )
    gone = "This way was given up."
    for way in ended:
        tx.execute(
            "UPDATE delivery SET state = 'given up', problem = ? WHERE state = 'waiting' AND way_id = ?", [gone, way["id"]]
        )
    return bool(ended)
