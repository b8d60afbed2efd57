"""The link in a message: signed, for one use, for some days; it leads to a page and does nothing else."""

from collections.abc import Callable
from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeSerializer

from moderation.access.account import Account
from moderation.database import Database
from moderation.desk.moves import Row
from moderation.errors import NotFound
from moderation.notices.words import place, sentence

USED_UP = "This link has been used or has run out; your notices are in your inbox."
_READ = """
SELECT n.id, n.account_id, n.kind, n.subject_id, n.n, a.role FROM delivery d JOIN notice n ON n.id = d.notice_id
JOIN account a ON a.id = n.account_id AND a.disabled_at IS NULL
WHERE d.id = :id AND d.link_used_at IS NULL AND :now < d.link_ends_at
"""
_USE = """
UPDATE delivery SET link_used_at = :now WHERE id = :id AND link_used_at IS NULL AND :now < link_ends_at RETURNING id
"""


@dataclass(frozen=True)
class Led:
    """Where a link leads: the sentence of its message, and the page's address."""

    words: str
    address: str


class Links:
    """Makes and redeems links; `secret` is read when one is made or redeemed."""

    def __init__(self, database: Database, secret: Callable[[], str]) -> None:
        self._database = database
        self._secret = secret

    def token(self, delivery_id: str) -> str:
        """The signed name of a delivery."""
        token = self._signer().dumps(delivery_id)
        return token if isinstance(token, str) else token.decode()

    def look(self, token: str) -> Led:
        """What a link would lead to; this uses nothing up, for mail programs follow links by themselves. Raises NotFound."""
        row = self._row(self._opened(token))
        return Led(sentence(row["kind"], row["n"]), place(row["kind"], row["subject_id"], row["role"]))

    def use(self, token: str, account: Account | None) -> Led:
        """Use a link up; whose notice it is and signed in has read it now. Raises NotFound when used before or run out."""
        delivery_id = self._opened(token)
        row = self._row(delivery_id)
        with self._database.write(account.id if account else "notice link") as tx:
            if not tx.execute(_USE, {"id": delivery_id, "now": tx.now}):
                raise NotFound(USED_UP)
            if account is not None and account.id == row["account_id"]:
                tx.execute("UPDATE notice SET read_at = coalesce(read_at, ?) WHERE id = ?", [tx.now, row["id"]])
        return Led(sentence(row["kind"], row["n"]), place(row["kind"], row["subject_id"], row["role"]))

    def _row(self, delivery_id: str) -> Row:
        now = self._database.clock().isoformat(timespec="microseconds")
        rows = self._database.rows(_READ, {"id": delivery_id, "now": now})
        if not rows:
            raise NotFound(USED_UP)
        return rows[0]

    def _opened(self, token: str) -> str:
        try:
            name = self._signer().loads(token)
        except BadSignature as error:
            raise NotFound(USED_UP) from error
        if not isinstance(name, str):
            raise NotFound(USED_UP)
        return name

    def _signer(self) -> URLSafeSerializer:
        return URLSafeSerializer(self._secret(), salt="the link in a notice")
