"""Being witness to a person's new key: her agency or an administrator compares its fingerprint with her page, and lets it in."""

from collections.abc import Callable
from dataclasses import dataclass

from moderation.access.account import Account, Role
from moderation.audit.attempts import watched
from moderation.database import Database
from moderation.errors import BadRequest, NotFound
from moderation.keys.her_keys import HerKeys, PersonKey

NOTHING = "There is nothing here."
OTHER = "These are not the numbers of the key that waits. Compare them once more, group by group, with her."
_ASKED = """
SELECT p.id AS person_id, p.name, k.fingerprint, k.asked_at,
    EXISTS (SELECT 1 FROM person_key h WHERE h.person_id = p.id AND h.replaced_at IS NULL) AS has_key
FROM key_request k JOIN person p ON p.id = k.person_id
WHERE k.settled_at IS NULL AND p.id = :person_id AND (:admin OR p.agency_id = :agency_id)
"""


@dataclass(frozen=True)
class Asked:
    """A key that waits: whose, since when (ISO text, UTC), and whether it will take another key's place.

    Its fingerprint is not told: the witness has it from her and nobody else.
    """

    person_id: str
    name: str
    asked_at: str
    replaces: bool


class KeyWitness:
    """What a witness sees and does; whoever may not be one to this person's key finds nothing."""

    def __init__(self, database: Database, keys: HerKeys) -> None:
        self._database = database
        self._keys = keys

    def asked(self, account: Account, person_id: str) -> Asked:
        """The key of this person that waits for a witness. Raises NotFound."""
        return self._waiting(account, person_id)[0]

    @watched("witness a key")
    def let_in(self, account: Account, person_id: str, fingerprint: str, prove: Callable[[], object]) -> PersonKey:
        """Let the waiting key be hers, if it is the one whose fingerprint she told; `prove` asks for the witness's password.

        Raises NotFound, BadRequest for another fingerprint, and what `prove` raises.
        """
        _, waits = self._waiting(account, person_id)
        told = "".join(fingerprint.split()).replace(":", "").casefold()
        if told != waits:
            raise BadRequest(OTHER)
        prove()
        return self._keys.witness(account, person_id, told)

    def _waiting(self, account: Account, person_id: str) -> tuple[Asked, str]:
        if account.role not in (Role.AGENCY, Role.ADMINISTRATOR):
            raise NotFound(NOTHING)
        admin = account.role is Role.ADMINISTRATOR
        rows = self._database.rows(_ASKED, {"person_id": person_id, "admin": admin, "agency_id": account.agency_id})
        if not rows:
            raise NotFound("No key of this person waits for a witness.")
        row = rows[0]
        return Asked(row["person_id"], row["name"], row["asked_at"], bool(row["has_key"])), str(row["fingerprint"])
