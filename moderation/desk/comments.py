"""What her agency, she and the moderators say to each other beside an image; a brand reads only what is said to it."""

import json
from dataclasses import dataclass

from moderation.access.account import Account, Role
from moderation.database import Database
from moderation.desk.decisions import new_id, not_found
from moderation.desk.insight_scope import sees
from moderation.errors import BadRequest, NotYours
from moderation.keys.person_keys import PersonKeys

SPEAKERS = frozenset({Role.AGENCY, Role.MODEL, Role.MODERATOR})
READERS = SPEAKERS | {Role.CREATIVE}
LONGEST = 2000
AUDIENCES = ("desk", "maker", "hers", "brand")
"""Who reads a remark: moderators; they and the maker; she, her agency and moderators; all these and the brand."""
SPOKEN_TO = {Role.MODERATOR: AUDIENCES, Role.AGENCY: ("hers", "brand"), Role.MODEL: ("hers", "brand")}
HEARD = {
    Role.MODERATOR: AUDIENCES,
    Role.AGENCY: ("hers", "brand"),
    Role.MODEL: ("hers", "brand"),
    Role.CREATIVE: ("brand",),
}
"""What each role reads of what others said; a maker also what is said to her."""

_KNOWN = """
SELECT t.id AS twin_id, EXISTS (SELECT 1 FROM erasure x WHERE x.person_id = t.person_id) AS erased
FROM render JOIN twin t ON t.id = render.twin_id JOIN person p ON p.id = t.person_id
LEFT JOIN submission s ON s.render_id = render.id WHERE render.id = :render_id AND {scope}
"""
_SAID = """
SELECT c.*, a.name, a.role FROM comment c JOIN account a ON a.id = c.account_id
WHERE c.render_id = :render_id AND (c.account_id = :account_id OR c.audience IN (SELECT value FROM json_each(:audiences))
    OR (c.audience = 'maker' AND EXISTS (SELECT 1 FROM render r WHERE r.id = c.render_id AND r.maker_id = :account_id)))
ORDER BY c.said_at, c.id
"""


@dataclass(frozen=True)
class Comment:
    """One remark; `said_at` is ISO text in UTC, `audience` who reads it, in the words of `AUDIENCES`."""

    name: str
    role: str
    text: str
    audience: str
    said_at: str

    @property
    def to_brand(self) -> bool:
        """Whether the brand reads it too."""
        return self.audience == "brand"


class Comments:
    """Remarks on images, sealed with the key of the person in them; they cannot be taken back, only added to."""

    def __init__(self, database: Database, keys: PersonKeys) -> None:
        self._database = database
        self._keys = keys

    def of(self, account: Account, render_id: str) -> tuple[Comment, ...]:
        """What this account may read beside an image, the oldest first; nothing once the person is erased.

        Raises NotFound for an image that it may not know of, KeyUnusable.
        """
        twin_id, erased = self._image(account, render_id)
        heard = json.dumps(sorted(HEARD[account.role]))
        rows = self._database.rows(_SAID, {"render_id": render_id, "account_id": account.id, "audiences": heard})
        if erased or not rows:
            return ()
        key = self._keys.to_open_twin(twin_id)
        opened = (key.open(row["sealed"], _purpose(row["id"], render_id)).decode() for row in rows)
        return tuple(
            Comment(row["name"], row["role"], text, row["audience"], row["said_at"])
            for row, text in zip(rows, opened, strict=True)
        )

    def say(self, account: Account, render_id: str, text: str, *, audience: str = "hers") -> None:
        """Add a remark that `audience` reads. Raises NotFound, NotYours for roles that only read or may not speak to that
        audience, BadRequest for an empty or overlong one, Erased.
        """
        if account.role not in SPEAKERS:
            raise NotYours("Only she, her agency and moderators comment on an image.")
        if audience not in SPOKEN_TO[account.role]:
            raise NotYours("This account cannot speak to those people here.")
        twin_id, _ = self._image(account, render_id)
        said = text.strip()
        if not 1 <= len(said) <= LONGEST:
            raise BadRequest(f"A comment has 1 to {LONGEST} characters.")
        key = self._keys.to_seal_twin(twin_id)
        with self._database.write(account.id) as tx:
            if not tx.execute(
                "SELECT 1 FROM account WHERE id = ? AND role = ? AND disabled_at IS NULL", [account.id, account.role]
            ):
                raise NotYours("This account is closed.")
            comment_id = new_id(tx)
            sealed = key.seal(said.encode(), _purpose(comment_id, render_id))
            values = [comment_id, render_id, account.id, audience, sealed, tx.now]
            tx.execute("INSERT INTO comment VALUES (?, ?, ?, ?, ?, ?)", values)
            tx.record("image.commented", render_id, comment_id=comment_id, role=account.role.value, audience=audience)

    def _image(self, account: Account, render_id: str) -> tuple[str, bool]:
        if account.role not in READERS:
            raise not_found()
        scope, values = sees(account)
        rows = self._database.rows(_KNOWN.format(scope=scope), {**values, "render_id": render_id})
        if not rows:
            raise not_found()
        return rows[0]["twin_id"], bool(rows[0]["erased"])


def _purpose(comment_id: str, render_id: str) -> str:
    return f"comment {comment_id} on {render_id}"
