"""Her key: which public key is hers since when, how a new one takes its place, and whether it signed what is claimed."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from moderation.access.account import Account, Role
from moderation.audit.attempts import watched
from moderation.audit.chain import canonical
from moderation.database import Database
from moderation.desk.decisions import new_id, require
from moderation.desk.moves import Row, Writing
from moderation.errors import NotFound, NotYours, SignatureRefused
from moderation.keys.p256 import canonical_key, fingerprint_of, insist_signed
from moderation.keys.succession import facts_of

FRESH = timedelta(hours=1)
"""How old a statement may be when its signature arrives."""
NEW_KEY = "person-key"
"""The kind of the statement by which a key says that it is hers, and an older one that this one follows it."""
Tombstone = Callable[[Writing, str, dict[str, Any]], object]
_HERS_ALONE = "Only she herself makes her key, from her own account."
_COLUMNS = "id, person_id, public_key, fingerprint, made_at, origin, replaces_id, witnessed_by, replaced_at"


@dataclass(frozen=True)
class PersonKey:
    """One public key of a person (`public_key` as SPKI DER); times are ISO text, `replaced_at` is None for the present one.

    `origin`: `first`, `endorsed` (the key before signed for it), `witnessed` (by the account `witnessed_by`) or `demo`.
    """

    id: str
    person_id: str
    public_key: bytes
    fingerprint: str
    made_at: str
    origin: str
    replaces_id: str | None
    witnessed_by: str | None
    replaced_at: str | None


@dataclass(frozen=True)
class NewKey:
    """A key that asks to become hers: its own signature over `statement`, and the present key's over the same, if she has it."""

    public_key: bytes
    statement: bytes
    signature: bytes
    endorsement: bytes | None = None


@dataclass(frozen=True)
class KeyStanding:
    """How it stands with somebody's key: the present one, the fingerprint of one that waits for a witness, and whether the
    account is `open` to anybody, as in a demo.
    """

    key: PersonKey | None
    waiting: str | None
    open: bool


class HerKeys:
    """Every person's keys. In a demo (`demo`) an account without a password replaces its key without proof.

    `spend(tx, account, token)` uses up the proof that this account gave its password just now, or raises SignatureRefused;
    `is_open(account)` says whether no password guards the account; `tombstone(tx, person, facts)` keeps the end of a key.
    """

    def __init__(
        self,
        database: Database,
        spend: Callable[[Writing, Account, str], None],
        is_open: Callable[[Account], bool],
        *,
        demo: bool,
        tombstone: Tombstone = lambda *_: None,
    ) -> None:
        self._database = database
        self._tombstone = tombstone
        self.spend = spend
        self._is_open = is_open
        self._demo = demo

    def needs_no_password(self, account: Account) -> bool:
        """Whether this is one of a demo's people, whom anybody can be."""
        return self._demo and self._is_open(account)

    def current(self, person_id: str) -> PersonKey | None:
        """The key that signs for this person now."""
        rows = self._database.rows(f"SELECT {_COLUMNS} FROM person_key WHERE person_id = ? AND replaced_at IS NULL", [person_id])
        return PersonKey(**rows[0]) if rows else None

    def of(self, person_id: str) -> tuple[PersonKey, ...]:
        """Every key this person ever had, the oldest first."""
        rows = self._database.rows(f"SELECT {_COLUMNS} FROM person_key WHERE person_id = ? ORDER BY made_at, rowid", [person_id])
        return tuple(PersonKey(**row) for row in rows)

    def waiting(self, person_id: str) -> str | None:
        """The fingerprint of a key that waits for a witness."""
        rows = self._database.rows("SELECT fingerprint FROM key_request WHERE person_id = ? AND settled_at IS NULL", [person_id])
        return str(rows[0]["fingerprint"]) if rows else None

    def standing(self, account: Account) -> KeyStanding:
        """How it stands with her key. Raises NotYours for other roles."""
        require(account, Role.MODEL, _HERS_ALONE)
        person_id = str(account.person_id)
        return KeyStanding(self.current(person_id), self.waiting(person_id), self.needs_no_password(account))

    @watched("make her key")
    def draft(self, account: Account, public_key: bytes) -> bytes:
        """The statement that a new key signs, and the present one too if she has it. Raises NotYours, SignatureRefused."""
        require(account, Role.MODEL, _HERS_ALONE)
        at = self._database.clock().isoformat(timespec="microseconds")
        present = self.current(str(account.person_id))
        return _new_key_statement(account, fingerprint_of(public_key), present.fingerprint if present else None, at)

    @watched("make her key")
    def register(self, account: Account, new: NewKey, proof: str) -> PersonKey | None:
        """Make a key hers; None when it has to wait for a witness, because she has a key that did not sign for this one.

        `proof` is that of her password. Raises NotYours, SignatureRefused.
        """
        require(account, Role.MODEL, _HERS_ALONE)
        public_key = canonical_key(new.public_key)
        with self._database.write(account.id) as tx:
            _insist_on_account(tx, account)
            free = self.needs_no_password(account)
            if not free:
                self.spend(tx, account, proof)
            present = _present(tx, str(account.person_id))
            said = fresh_statement(tx, NEW_KEY, new.statement)
            wanted = _new_key_statement(
                account, fingerprint_of(public_key), present.fingerprint if present else None, str(said["at"])
            )
            if wanted != new.statement:
                raise SignatureRefused("What the new key signed is not what was asked of it: load the page again.")
            insist_signed(public_key, new.statement, new.signature)
            if tx.execute("SELECT 1 FROM person_key WHERE fingerprint = ?", [fingerprint_of(public_key)]):
                raise SignatureRefused("This key was somebody's before: make a new one.")
            if present is not None and new.endorsement is not None:
                return self._endorsed(tx, account, present, new)
            if free:
                return _enter(tx, account, public_key, "demo", present)
            if not tx.execute("SELECT 1 FROM person_key WHERE person_id = ?", [account.person_id]):
                return _enter(tx, account, public_key, "first", None)
            _ask_witness(tx, account, public_key)
            return None

    def _endorsed(self, tx: Writing, account: Account, present: PersonKey, new: NewKey) -> PersonKey:
        """The new key, which the present one signed for."""
        assert new.endorsement is not None
        insist_signed(present.public_key, new.statement, new.endorsement)
        made = _enter(tx, account, canonical_key(new.public_key), "endorsed", present)
        keep_signature(tx, present, NEW_KEY, made.id, new.statement, new.endorsement)
        self._tombstone(tx, made.person_id, facts_of(tx, made.id))
        return made

    @watched("witness a key")
    def witness(self, witness: Account, person_id: str, fingerprint: str) -> PersonKey:
        """Let a waiting key become hers, as a person who saw that it is she; `fingerprint` is what the witness read on her page.

        Raises NotYours for anybody but an administrator or her own agency, NotFound when no such key waits.
        """
        with self._database.write(witness.id) as tx:
            _insist_on_witness(tx, witness, person_id)
            found = tx.execute("SELECT * FROM key_request WHERE person_id = ? AND settled_at IS NULL", [person_id])
            if not found or found[0]["fingerprint"] != fingerprint.replace(" ", "").casefold():
                raise NotFound("No key of this person with this fingerprint waits for a witness.")
            asked = found[0]
            present = _present(tx, person_id)
            her = tx.execute("SELECT * FROM account WHERE id = ? AND disabled_at IS NULL", [asked["account_id"]])
            if not her or her[0]["person_id"] != person_id:
                raise NotFound("The account that asked for this key is hers no longer.")
            account = Account(her[0]["id"], her[0]["login"], her[0]["name"], Role.MODEL, person_id=person_id)
            made = _enter(tx, account, asked["public_key"], "witnessed", present, witness)
            self._tombstone(tx, person_id, facts_of(tx, made.id))
            return made

    def check(self, tx: Writing, person_id: str, kind: str, subject_id: str, statement: bytes, signature: bytes) -> str:
        """Verify a signature by her present key and keep it, once; the id of its row.

        The caller has derived `statement` from its own rows. Raises SignatureRefused when she has no key, the signature is
        not by it, or the statement is not canonical, of another kind, not fresh, or was signed before.
        """
        key = _present(tx, person_id)
        if key is None:
            raise SignatureRefused("No key of hers is known here yet: make it on the page “My twin”.")
        said = fresh_statement(tx, kind, statement)
        if said.get("key", key.fingerprint) != key.fingerprint:
            raise SignatureRefused("This was signed for another key than the one that is hers now: load the page again.")
        insist_signed(key.public_key, statement, signature)
        return keep_signature(tx, key, kind, subject_id, statement, signature)


def fresh_statement(tx: Writing, kind: str, statement: bytes) -> dict[str, Any]:
    """What a canonical statement of this kind says, made within the last hour. Raises SignatureRefused."""
    try:
        said = json.loads(statement)
        at = datetime.fromisoformat(said["at"])
        whole = canonical(said) == statement and said["kind"] == kind and at.isoformat(timespec="microseconds") == said["at"]
        old, early = tx.at - at > FRESH, at > tx.at
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise SignatureRefused("What was signed is no statement of this studio's.") from error
    if not whole:
        raise SignatureRefused("What was signed is no statement of this studio's.")
    if old or early:
        raise SignatureRefused("What was signed is more than an hour old: load the page again and decide anew.")
    return dict(said)


def keep_signature(tx: Writing, key: PersonKey, kind: str, subject_id: str, statement: bytes, signature: bytes) -> str:
    """Write the row of a verified signature; its id. Raises SignatureRefused when the statement was signed before."""
    if tx.execute("SELECT 1 FROM signature WHERE statement = ?", [statement]):
        raise SignatureRefused("This statement was signed and counted already: load the page again and decide anew.")
    new = new_id(tx)
    values = [new, key.id, kind, subject_id, statement, signature, tx.now]
    tx.execute(
        "INSERT INTO signature (id, key_id, kind, subject_id, statement, signature, at) VALUES (?, ?, ?, ?, ?, ?, ?)", values
    )
    return new


def _new_key_statement(account: Account, fingerprint: str, replaces: str | None, at: str) -> bytes:
    return canonical(
        {"kind": NEW_KEY, "at": at, "person_id": account.person_id, "fingerprint": fingerprint, "replaces": replaces}
    )


def _present(tx: Writing, person_id: str) -> PersonKey | None:
    rows = tx.execute(f"SELECT {_COLUMNS} FROM person_key WHERE person_id = ? AND replaced_at IS NULL", [person_id])
    return PersonKey(**rows[0]) if rows else None


def _insist_on_account(tx: Writing, account: Account) -> None:
    if not tx.execute(
        "SELECT 1 FROM account WHERE id = ? AND disabled_at IS NULL AND role = 'model' AND person_id = ?",
        [account.id, account.person_id],
    ):
        raise NotYours(_HERS_ALONE)


def _insist_on_witness(tx: Writing, witness: Account, person_id: str) -> None:
    if not tx.execute(
        "SELECT 1 FROM account a JOIN person p ON p.id = ? WHERE a.id = ? AND a.disabled_at IS NULL"
        " AND (a.role = 'administrator' OR (a.role = 'agency' AND a.agency_id = p.agency_id))",
        [person_id, witness.id],
    ):
        raise NotYours("Only an administrator or her own agency can be witness to her new key.")


def _enter(
    tx: Writing, her: Account, public_key: bytes, origin: str, present: PersonKey | None, witness: Account | None = None
) -> PersonKey:
    """Write the key, end the one before, settle whatever waited, and say all of it in the audit chain."""
    if present is not None:
        tx.execute("UPDATE person_key SET replaced_at = ? WHERE id = ?", [tx.now, present.id])
    tx.execute("UPDATE key_request SET settled_at = ? WHERE person_id = ? AND settled_at IS NULL", [tx.now, her.person_id])
    fingerprint = fingerprint_of(public_key)
    values: Row = {
        "id": new_id(tx),
        "person_id": her.person_id,
        "public_key": public_key,
        "fingerprint": fingerprint,
        "made_at": tx.now,
        "origin": origin,
        "replaces_id": present.id if present else None,
        "witnessed_by": witness.id if witness else None,
    }
    tx.execute(f"INSERT INTO person_key ({', '.join(values)}) VALUES ({', '.join(f':{name}' for name in values)})", values)
    tx.record(
        "key.registered",
        str(her.person_id),
        fingerprint=fingerprint,
        origin=origin,
        replaces=present.fingerprint if present else None,
        asked_by=her.id,
        witnessed_by=witness.id if witness else None,
    )
    return PersonKey(**values, replaced_at=None)


def _ask_witness(tx: Writing, account: Account, public_key: bytes) -> None:
    tx.execute("UPDATE key_request SET settled_at = ? WHERE person_id = ? AND settled_at IS NULL", [tx.now, account.person_id])
    fingerprint = fingerprint_of(public_key)
    tx.execute(
        "INSERT INTO key_request (id, person_id, account_id, public_key, fingerprint, asked_at) VALUES (?, ?, ?, ?, ?, ?)",
        [new_id(tx), account.person_id, account.id, public_key, fingerprint, tx.now],
    )
    tx.record("key.asked", str(account.person_id), fingerprint=fingerprint)
