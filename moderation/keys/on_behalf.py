"""Her agency's no in her place: only while she allows it, signed by her key, and never a yes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moderation.access.account import Account, Role
from moderation.audit.attempts import watched
from moderation.audit.chain import canonical
from moderation.backups import noes
from moderation.backups.tombstones import Bury
from moderation.database import Database
from moderation.desk.decisions import new_id, not_found, note_of, reason_for, record_decision, require
from moderation.desk.moves import Row, Writing, insist_possible, move
from moderation.desk.signoff import Mover, State
from moderation.errors import AlreadyDecided, BadRequest, NotYours
from moderation.keys.her_word import HerWord, Said, Word

PERMISSION = "refusal on her behalf"
"""The kind of the statement by which she gives the permission and takes it back."""
KIND = "permission"
"""What the tombstone file calls its end."""
_HERS_ALONE = "Only she herself says what her agency may do in her place."
_NOT_ALLOWED = "She has not allowed her agency to say no for her."
_OF_HERS = """
SELECT p.id AS person_id, p.agency_id, a.name AS agency_name, f.said_at FROM person p JOIN agency a ON a.id = p.agency_id
LEFT JOIN refusal_allowed f ON f.person_id = p.id WHERE p.id = ?
"""
_IMAGE = """
SELECT r.id, EXISTS (SELECT 1 FROM refusal_allowed f WHERE f.person_id = p.id AND f.agency_id = p.agency_id) AS allowed,
    (SELECT f.seq FROM refusal_allowed f WHERE f.person_id = p.id) AS seq
FROM render r JOIN twin t ON t.id = r.twin_id JOIN person p ON p.id = t.person_id WHERE r.id = ? AND p.agency_id = ?
"""
_END = """
INSERT INTO refusal_permission (person_id, agency_id, allowed, account_id, signature_id, said_at)
SELECT f.person_id, f.agency_id, 0, a.id, NULL, :at FROM refusal_allowed f JOIN account a ON a.id = :account_id
WHERE f.person_id = :person_id AND f.agency_id = :agency_id AND f.said_at <= :at
"""


@dataclass(frozen=True)
class Allowance:
    """Whether her agency may say no for her, and since when (ISO text, UTC); off unless she turned it on."""

    agency_id: str
    agency_name: str
    since: str | None

    @property
    def allowed(self) -> bool:
        """Whether it may."""
        return self.since is not None


class OnBehalf:
    """The permission, and what an agency does with it; nothing here can approve, undo or release."""

    def __init__(
        self,
        database: Database,
        word: HerWord,
        *,
        tombstone: Bury = lambda *_: None,
        tombstone_of_no: Bury = lambda *_: None,
    ) -> None:
        """`tombstone` keeps the end of a permission beside the keys, `tombstone_of_no` each refusal."""
        self._database = database
        self._word = word
        self._tombstone = tombstone
        self._tombstone_of_no = tombstone_of_no

    def standing(self, account: Account) -> Allowance | None:
        """How it stands with her own agency; None without one. Raises NotYours for other roles."""
        require(account, Role.MODEL, _HERS_ALONE)
        rows = self._database.rows(_OF_HERS, [account.person_id])
        return Allowance(rows[0]["agency_id"], rows[0]["agency_name"], rows[0]["said_at"]) if rows else None

    def statement(self, account: Account, key: str, *, allowed: bool) -> bytes:
        """What her key signs to give the permission, or to take it back. Raises NotYours, BadRequest without an agency."""
        require(account, Role.MODEL, _HERS_ALONE)
        with self._database.read(account.id) as tx:
            return _statement(account, _agency_of(tx, account), allowed, {"at": tx.now, "key": key})

    @watched("let an agency refuse")
    def allow(self, account: Account, *, allowed: bool, word: Word = None) -> None:
        """Give the permission, which only her signature does, or take it back, for which her password is enough.

        Raises NotYours, BadRequest without an agency, AlreadyDecided when it stands so, SignatureRefused.
        """
        require(account, Role.MODEL, _HERS_ALONE)
        with self._database.write(account.id) as tx:
            agency_id = _agency_of(tx, account)
            stands = tx.execute("SELECT 1 FROM refusal_allowed WHERE person_id = ?", [account.person_id])
            if bool(stands) is allowed:
                raise AlreadyDecided("Your agency may do that already." if allowed else "Your agency may not do that anyway.")
            signature_id = self._word.given(
                tx,
                account,
                PERMISSION,
                str(account.person_id),
                lambda said: _statement(account, agency_id, allowed, said),
                word,
                must_sign=allowed,
            )
            tx.execute(
                "INSERT INTO refusal_permission (person_id, agency_id, allowed, account_id, signature_id, said_at)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                [account.person_id, agency_id, int(allowed), account.id, signature_id, tx.now],
            )
            event = "refusal.allowed" if allowed else "refusal.disallowed"
            tx.record(event, str(account.person_id), agency_id=agency_id, signature_id=signature_id)
            if not allowed:
                self._tombstone(tx, str(account.person_id), {"agency_id": agency_id, "account_id": account.id, "at": tx.now})

    def may_refuse(self, account: Account, render_id: str) -> bool:
        """Whether this agency may say no to this image for her. Raises NotFound for images of other agencies' people."""
        with self._database.read(account.id) as tx:
            return bool(_image(tx, account, render_id)["allowed"])

    @watched("refuse for her")
    def refuse(self, account: Account, render_id: str, reason_code: str, note: str = "", version: int | None = None) -> Row:
        """Say no for her to an image that waits for her; the `decision` row. As final as her own.

        Raises NotYours for other roles and without her permission, NotFound for images of other agencies' people,
        ReasonMissing, and what `move` raises.
        """
        require(account, Role.AGENCY, "Only her agency says no for her, where she allows it.")
        reason, told = reason_for(reason_code, note), note_of(note)
        with self._database.write(account.id) as tx:
            image = _image(tx, account, render_id)
            if not image["allowed"]:
                raise NotYours(_NOT_ALLOWED)
            insist_possible(tx, render_id, State.REFUSED, Mover.AGENCY, version=version)
            new = new_id(tx)
            facts = {"decision_id": new, "reason": reason, "permission": image["seq"], "agency_id": account.agency_id}
            move(tx, render_id, State.REFUSED, Mover.AGENCY, version=version, **facts)
            decision = record_decision(tx, account, render_id, "signoff", "refuse", decision_id=new, reason=reason, note=told)
            self._tombstone_of_no(tx, render_id, noes.facts_of(tx, decision, Mover.AGENCY))
            return decision


def end_again(tx: Writing, person_id: str, facts: Mapping[str, Any]) -> None:
    """End the permission again in an older copy of the database; nothing where she gave none there."""
    tx.execute(_END, {"person_id": person_id, **facts})


def _agency_of(tx: Writing, account: Account) -> str:
    rows = tx.execute("SELECT agency_id FROM person WHERE id = ?", [account.person_id])
    if not rows or rows[0]["agency_id"] is None:
        raise BadRequest("You have no agency here that could say no for you.")
    return str(rows[0]["agency_id"])


def _image(tx: Writing, account: Account, render_id: str) -> Row:
    rows = tx.execute(_IMAGE, [render_id, account.agency_id])
    if not rows:
        raise not_found()
    return rows[0]


def _statement(account: Account, agency_id: str, allowed: bool, said: Said) -> bytes:
    told = {"kind": PERMISSION, "at": said["at"], "key": said.get("key"), "person_id": account.person_id}
    return canonical({**told, "agency_id": agency_id, "allowed": allowed})
