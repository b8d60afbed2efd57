"""How each moderator likes to look at images: blurred or grey, so that a hard day's work can be borne; kept per account."""

from dataclasses import dataclass

from moderation.access.account import Account, Role
from moderation.database import Database
from moderation.desk.decisions import require
from moderation.errors import NotYours

_ONLY = "Only a moderator sets how the desk shows images."
_KEEP = """
INSERT INTO desk_wish (account_id, blur, grey, wished_at)
SELECT a.id, :blur, :grey, :now FROM account a WHERE a.id = :account_id AND a.role = 'moderator' AND a.disabled_at IS NULL
ON CONFLICT (account_id) DO UPDATE SET blur = excluded.blur, grey = excluded.grey, wished_at = excluded.wished_at RETURNING blur
"""


@dataclass(frozen=True)
class Wish:
    """Blurred, grey, both or neither."""

    blur: bool = False
    grey: bool = False


class DeskWishes:
    """Keeps what each moderator wishes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, account: Account) -> Wish:
        """What this moderator wished last. Raises NotYours for other roles."""
        require(account, Role.MODERATOR, _ONLY)
        rows = self._database.rows("SELECT blur, grey FROM desk_wish WHERE account_id = ?", [account.id])
        return Wish(bool(rows[0]["blur"]), bool(rows[0]["grey"])) if rows else Wish()

    def keep(self, account: Account, wish: Wish) -> None:
        """Keep it. Raises NotYours for other roles and closed accounts."""
        require(account, Role.MODERATOR, _ONLY)
        with self._database.write(account.id) as tx:
            values = {"account_id": account.id, "blur": int(wish.blur), "grey": int(wish.grey), "now": tx.now}
            if not tx.execute(_KEEP, values):
                raise NotYours(_ONLY)
