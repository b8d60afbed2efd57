"""A person has herself erased: everything is taken back, her key is destroyed, and nothing kept of her opens again."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from moderation.access.account import NO_PASSWORD, Account, Role
from moderation.audit.attempts import watched
from moderation.audit.chain import canonical
from moderation.database import Database, Transaction
from moderation.desk.decisions import new_id
from moderation.desk.moves import Row, Writing
from moderation.enrolment.forgetting import forget_photographs
from moderation.errors import AlreadyDecided, BadRequest, NotFound, NotYours
from moderation.keys.her_word import HerWord, Said, Word
from moderation.keys.person_keys import PersonKeys
from moderation.reach import Reach, unreached
from moderation.rights import erasure_words as words
from moderation.rights import foresight
from moderation.rights.rights import Rights
from moderation.vault.restricted import SHELVES, destroy_objects, drop_files
from moderation.vault.vault import OF_IMAGES, Vault

FAULTS: tuple[str, ...] = ("erase.taken-back", "erase.recorded", "erase.committed", "erase.key-destroyed", "erase.files-dropped")
KIND = "erasure"
"""What the audit chain's tombstone file and her signed statement call it."""
FEWEST_WORDS = 4
Tombstone = Callable[[Writing, str, dict[str, Any]], object]
"""Keeps an erasure (person, and all that is needed to do it again) beside the keys, within its transaction."""

_HERS = "SELECT p.*, EXISTS (SELECT 1 FROM erasure e WHERE e.person_id = p.id) AS erased FROM person p WHERE p.id = ?"
_STANDING = """
SELECT t.id FROM twin t WHERE t.person_id = ? AND EXISTS (SELECT 1 FROM consent c WHERE c.twin_id = t.id
    AND NOT EXISTS (SELECT 1 FROM revocation r WHERE r.scope = 'consent' AND r.subject_id = c.id)) ORDER BY t.id
"""
_COUNTS = """
SELECT (SELECT count(*) FROM submission s JOIN render r ON r.id = s.render_id JOIN twin t ON t.id = r.twin_id
        WHERE t.person_id = :person) AS images,
    (SELECT count(*) FROM template m JOIN twin t ON t.id = m.twin_id WHERE t.person_id = :person) AS templates,
    (SELECT count(*) FROM restricted_object o JOIN twin t ON t.id = o.twin_id
        WHERE t.person_id = :person AND o.kind = 'reference' AND o.destroyed_at IS NULL) AS photographs,
    (SELECT count(*) FROM restricted_object o JOIN twin t ON t.id = o.twin_id
        WHERE t.person_id = :person AND o.kind = 'weights' AND o.destroyed_at IS NULL) AS weights,
    (SELECT count(*) FROM restricted_object o JOIN twin t ON t.id = o.twin_id
        WHERE t.person_id = :person AND o.kind = 'base' AND o.destroyed_at IS NULL) AS bases,
    (SELECT count(*) FROM (SELECT render_id FROM edit_mask UNION SELECT render_id FROM edit_upload) e
        JOIN render r ON r.id = e.render_id JOIN twin t ON t.id = r.twin_id WHERE t.person_id = :person) AS masks
"""
_ENTER = "INSERT INTO erasure VALUES (:id, :person_id, :actor, :wish, :words, :facts, :erased_at) ON CONFLICT DO NOTHING"


@dataclass(frozen=True)
class Foreseen:
    """What an erasure would do now: what is kept of her, and what taking back each twin does."""

    person_name: str
    counts: Mapping[str, int]
    twins: tuple[foresight.Foreseen, ...]

    def sentences(self) -> tuple[str, ...]:
        """The whole of it in plain words: what goes, what stays, and what no studio can promise."""
        waiting, files = sum(one.waiting for one in self.twins), sum(one.files for one in self.twins)
        delete_by = max((one.delete_by for one in self.twins if one.delete_by), default=None)
        return words.foretold(self.counts, waiting, files, delete_by)


@dataclass(frozen=True)
class Receipt:
    """That somebody was erased: when (ISO text, UTC), what went by number, and the audit head that followed."""

    erasure_id: str
    person_id: str
    erased_at: str
    facts: Mapping[str, int]
    head: str
    signed: bool

    def sentences(self) -> tuple[str, ...]:
        """The receipt in words."""
        return words.receipt(self.erasure_id, self.erased_at, self.facts, self.head, signed=self.signed)


class Erasure:
    """Erasing people; `reach` is called at the points in `FAULTS`. `word` and `tombstone` are as in `Rights`."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        keys: PersonKeys,
        rights: Rights,
        reach: Reach = unreached,
        *,
        word: HerWord | None = None,
        tombstone: Tombstone = lambda *_: None,
        head: Callable[[Transaction], str] | None = None,
    ) -> None:
        """`head` signs the audit head for the receipt, as a line; without it the receipt names the plain one."""
        self._head = head or _plain_head
        self._database = database
        self._vault = vault
        self._keys = keys
        self._rights = rights
        self._reach = reach
        self._word = word
        self._tombstone = tombstone

    def foresee(self, account: Account, person_id: str | None = None) -> Foreseen:
        """What `erase` would do at this moment. Raises NotYours, NotFound, AlreadyDecided."""
        with self._database.read(account.id) as tx:
            person = _person(tx, account, person_id or account.person_id)
            twins = [row["id"] for row in tx.execute("SELECT id FROM twin WHERE person_id = ? ORDER BY id", [person["id"]])]
            counts = tx.execute(_COUNTS, {"person": person["id"]})[0]
            return Foreseen(person["name"], counts, tuple(foresight.foresee(tx, "twin", twin_id) for twin_id in twins))

    def statement(self, account: Account, key: str) -> bytes:
        """What her key signs to be erased now; `key` is its fingerprint. Raises NotYours."""
        if account.role is not Role.MODEL:
            raise NotYours(words.HERS_ALONE)
        now = self._database.clock().isoformat(timespec="microseconds")
        return _statement(account, {"at": now, "key": key})

    @watched("erase")
    def erase(self, account: Account, person_id: str | None = None, *, asked: str = "", word: Word = None) -> Receipt:
        """Erase the person: herself from her own account, or an administrator for whom `asked` tells how she wished it.

        Everything she allowed is taken back, faces, photographs and weights are destroyed and her sign-in is closed in one
        transaction; then her key and the files that it opened go, also after a crash. Raises NotYours, NotFound, AlreadyDecided,
        BadRequest without words of how she asked, SignatureRefused, TombstonesBroken.
        """
        hers = account.role is Role.MODEL
        if not hers and len(asked.split()) < FEWEST_WORDS:
            raise BadRequest("Say in words how and when she asked to be erased.")
        with self._database.write(account.id) as tx:
            person = _person(tx, account, person_id or account.person_id)
            signature_id = None
            if hers and self._word is not None:
                signature_id = self._word.given(tx, account, KIND, person["id"], partial(_statement, account), word)
            facts = self._end(tx, account, person["id"], signature_id)
            self._reach("erase.taken-back")
            row = {
                "id": new_id(tx),
                "person_id": person["id"],
                "actor": account.id,
                "wish": "hers" if hers else "asked for her",
                "words": "" if hers else asked.strip(),
                "facts": json.dumps(facts),
                "erased_at": tx.now,
                "signature_id": signature_id,
            }
            _carry_out(tx, row)
            self._tombstone(tx, person["id"], {"erasure": row})
            head = self._head(tx)
            self._reach("erase.recorded")
        self._reach("erase.committed")
        self._destroy(person["id"])
        return Receipt(row["id"], person["id"], row["erased_at"], facts, head, signature_id is not None)

    def again(self, tx: Writing, facts: Mapping[str, Any]) -> None:
        """Do an erasure again in an older copy of the database; key and files follow with `resume`."""
        _carry_out(tx, facts["erasure"])

    def resume(self) -> None:
        """Destroy whatever of erased people is still there: after a crash, or after a backup brought it back."""
        for row in self._database.rows("SELECT person_id FROM erasure"):
            self._destroy(row["person_id"])

    def _end(self, tx: Transaction, account: Account, person_id: str, signature_id: str | None) -> dict[str, int]:
        facts = dict(tx.execute(_COUNTS, {"person": person_id})[0])
        facts |= dict.fromkeys(("withdrawn", "recalled", "noticed"), 0)
        for twin in tx.execute(_STANDING, [person_id]):
            taken = self._rights.take_back(tx, account, "twin", twin["id"], "She is erased.", signature_id)
            for name in ("withdrawn", "recalled", "noticed"):
                facts[name] += len(getattr(taken, name))
        return facts

    def _destroy(self, person_id: str) -> None:
        self._keys.destroy(person_id)
        self._reach("erase.key-destroyed")
        rows = self._database.rows
        images = rows("SELECT r.id FROM render r JOIN twin t ON t.id = r.twin_id WHERE t.person_id = ?", [person_id])
        for image in images:
            for shelf in OF_IMAGES:
                self._vault.drop(shelf, image["id"])
        objects = "SELECT o.id, o.kind FROM restricted_object o JOIN twin t ON t.id = o.twin_id WHERE t.person_id = ?"
        for one in rows(objects, [person_id]):
            drop_files(self._vault, one["kind"], one["id"])
        self._reach("erase.files-dropped")


def _person(tx: Transaction, account: Account, person_id: str | None) -> Row:
    if account.role not in (Role.MODEL, Role.ADMINISTRATOR):
        raise NotYours(words.HERS_ALONE)
    rows = tx.execute(_HERS, [person_id])
    if not rows or (account.role is Role.MODEL and person_id != account.person_id):
        raise NotFound("There is nobody of that id.")
    if rows[0]["erased"]:
        raise AlreadyDecided(words.ALREADY)
    standing = "SELECT 1 FROM account WHERE id = ? AND role = ? AND disabled_at IS NULL"
    if not tx.execute(standing, [account.id, account.role.value]):
        raise NotYours("This account is closed.")
    return rows[0]


def _carry_out(tx: Writing, row: Mapping[str, Any]) -> None:
    """What an erasure does to the rows; again it changes nothing."""
    person_id = row["person_id"]
    twins = [one["id"] for one in tx.execute("SELECT id FROM twin WHERE person_id = ?", [person_id])]
    for twin_id in twins:
        for table in ("template", "outline", "calibration"):
            tx.execute(f"DELETE FROM {table} WHERE twin_id = ?", [twin_id])
        for kind in SHELVES:
            destroy_objects(tx, kind, twin_id)
        forget_photographs(tx, twin_id)
    accounts = tx.execute("SELECT id FROM account WHERE person_id = ?", [person_id])
    for account in accounts:
        tx.execute("DELETE FROM sign_in WHERE account_id = ?", [account["id"]])
        tx.execute(
            "UPDATE account SET disabled_at = coalesce(disabled_at, ?), password_hash = ?, session_version = session_version + 1"
            " WHERE id = ?",
            [tx.now, NO_PASSWORD, account["id"]],
        )
    if tx.execute("SELECT 1 FROM person WHERE id = ?", [person_id]):  # an older copy may not know her yet
        tx.execute(_ENTER, row)
    tx.record("person.erased", person_id, wish=row["wish"], signature_id=row.get("signature_id"), **json.loads(row["facts"]))


def _plain_head(tx: Transaction) -> str:
    head = tx.execute("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")[0]
    return f"audit-head {head['seq']} {head['hash']}"


def _statement(account: Account, said: Said) -> bytes:
    return canonical({"kind": KIND, "at": said["at"], "key": said.get("key"), "person_id": account.person_id})
