"""Consents on their way: an agency drafts one, the person reads it and signs it or declines; until she signs it is nothing."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from twin.consents.consent import Consent
from twin.consents.documents import keep_document
from twin.consents.own_consent import Apart, OwnConsent
from twin.consents.text import text_of_consent, text_of_own, text_sha256
from twin.errors import AlreadyEnded, BadValue, NotFound
from twin.ports import Row, Store, Transaction
from twin.registry import registry
from twin.registry.entries import new_id
from twin.registry.written import consent_row, own_consent_row, read_consent, read_own_consent

PAINTING = "painting"
Terms = Consent | OwnConsent
Word = Any
"""How she stands behind it, as the other side of the house took it from her browser: password, signature."""


class Party(Protocol):
    """Who drafts, signs or withdraws: an account as it is at this moment."""

    @property
    def id(self) -> str:
        """The account's id."""
        ...

    @property
    def person_id(self) -> str | None:
        """The person whose own account it is; None for everybody else."""
        ...

    @property
    def agency_id(self) -> str | None:
        """Its agency; None for everybody else."""
        ...


class Signature(Protocol):
    """Her signature as the other side keeps it; all None where a demo's fictional cast gives none."""

    @property
    def signature_id(self) -> str | None:
        """Its row."""
        ...

    @property
    def key_fingerprint(self) -> str | None:
        """The key that made it, hex."""
        ...

    @property
    def statement(self) -> bytes | None:
        """What was signed."""
        ...


Sign = Callable[[Transaction, Any, str, Mapping[str, Any], Word], Signature]
"""`(tx, account, draft_id, facts, word)`: proves her password and her signature over the statement of these facts, or raises."""


@dataclass(frozen=True)
class Draft:
    """A draft that waits for her; `text` is what she reads, `agency_name` who wrote it, empty where she did herself."""

    id: str
    kind: str
    person_id: str
    person_name: str
    twin_id: str | None
    version: int
    agency_name: str
    language: str
    text: str
    text_sha256: str
    drafted_at: datetime


_OPEN = """
SELECT d.*, p.name AS person_name, coalesce(a.name, '') AS agency_name FROM consent_draft d JOIN person p ON p.id = d.person_id
LEFT JOIN agency a ON a.id = d.agency_id WHERE d.ended_at IS NULL AND (d.person_id = :person_id OR p.agency_id = :agency_id)
"""


class Drafts:
    """Drafting, signing, declining and withdrawing, each one transaction with its audit row."""

    def __init__(self, store: Store, sign: Sign) -> None:
        self._store = store
        self._sign = sign

    def draft(self, account: Party, terms: Terms) -> str:
        """Lay a text before the person; the draft's id. An earlier draft of the same kind that still waits is replaced.

        `terms.version` must be the next one. Raises NotFound for somebody the account does not act for, BadValue.
        """
        with self._store.write(account.id) as tx:
            return lay_before_her(tx, account, terms)

    def waiting(self, account: Party) -> tuple[Draft, ...]:
        """The drafts that wait for this person, or for people of this agency; the oldest first."""
        rows = self._store.rows(_OPEN + "ORDER BY d.drafted_at, d.id", _whoever(account))
        return tuple(_draft(row) for row in rows)

    def read(self, account: Party, draft_id: str) -> Draft:
        """One draft that waits. Raises NotFound for others'."""
        rows = self._store.rows(_OPEN + "AND d.id = :id", {**_whoever(account), "id": draft_id})
        if not rows:
            raise NotFound("There is no such draft.")
        return _draft(rows[0])

    def facts(self, account: Party, draft_id: str) -> dict[str, Any]:
        """What her statement about a draft says, beside when and by which key. Raises NotFound, AlreadyEnded."""
        with self._store.read(account.id) as tx:
            return _facts(_hers(tx, account, draft_id))

    def sign(self, account: Party, draft_id: str, seen_sha256: str, word: Word) -> str:
        """Sign a draft, by the person herself alone; the id of the consent that exists from now.

        `seen_sha256` is that of the text her page showed. Raises NotFound, AlreadyEnded, BadValue (another text, or its start
        has passed), and whatever the proof of password and signature raises.
        """
        with self._store.write(account.id) as tx:
            row = _hers(tx, account, draft_id)
            terms = replace(_terms(row), signed_at=tx.at)
            if not row["text_sha256"] == seen_sha256 == text_sha256(row["text"]) == text_sha256(_text(_terms(row))):
                raise BadValue("The text on your page is not the text that waits for you: load the page again, then sign.")
            signature = self._sign(tx, account, draft_id, _facts(row), word)
            if isinstance(terms, Consent):
                new = registry.add_consent(tx, terms)
            else:
                new = registry.add_own_consent(tx, terms, signature_id=signature.signature_id)
            tx.execute("UPDATE consent_draft SET ended_at = ?, ending = 'signed' WHERE id = ?", [tx.now, draft_id])
            keep_document(tx, new, row, signature.signature_id, signature.key_fingerprint, signature.statement)
            told = {"text_sha256": row["text_sha256"], "signature_id": signature.signature_id}
            tx.record("consent.signed", new, kind=row["kind"], version=row["version"], draft_id=draft_id, **told)
            return new

    def decline(self, account: Party, draft_id: str) -> None:
        """Say no to a draft, by the person herself. Raises NotFound, AlreadyEnded."""
        with self._store.write(account.id) as tx:
            row = _hers(tx, account, draft_id)
            tx.execute("UPDATE consent_draft SET ended_at = ?, ending = 'declined' WHERE id = ?", [tx.now, draft_id])
            tx.record("consent.declined", draft_id, kind=row["kind"], version=row["version"])

    def withdraw(self, account: Party, draft_id: str) -> None:
        """Take back a draft that nobody signed, by the agency that acts for the person. Raises NotFound."""
        with self._store.write(account.id) as tx:
            mine = _OPEN + "AND d.id = :id AND d.agency_id = :agency_id"
            if not tx.execute(mine, {**_whoever(account), "id": draft_id}):
                raise NotFound("There is no such draft.")
            tx.execute("UPDATE consent_draft SET ended_at = ?, ending = 'withdrawn' WHERE id = ?", [tx.now, draft_id])
            tx.record("consent.withdrawn", draft_id)


def lay_before_her(tx: Transaction, account: Party, terms: Terms) -> str:
    """What `Drafts.draft` does, within the caller's transaction."""
    person_id = _acted_for(tx, account, terms)
    kind, twin_id, whose = _kind(terms), getattr(terms, "twin_id", None), _whose(terms)
    wanted = registry.next_version(tx, kind, whose)
    if terms.version != wanted:
        raise BadValue(f"The next version of this consent is {wanted}, not {terms.version}.")
    if terms.starts_at <= tx.at:
        raise BadValue("A consent is signed before it starts: let it start later, so that she has time to read.")
    _replace(tx, person_id, kind, twin_id)
    return _enter(tx, account, terms, person_id)


def _whoever(account: Party) -> dict[str, str | None]:
    return {"person_id": account.person_id, "agency_id": account.agency_id}


def _kind(terms: Terms) -> str:
    return PAINTING if isinstance(terms, Consent) else Apart(terms.kind).value


def _whose(terms: Terms) -> str:
    return terms.twin_id if isinstance(terms, Consent) else terms.person_id


def _text(terms: Terms) -> str:
    return text_of_consent(terms) if isinstance(terms, Consent) else text_of_own(terms)


def _acted_for(tx: Transaction, account: Party, terms: Terms) -> str:
    """The person behind the terms, for her own account and her agency's. Raises NotFound."""
    by = "t.id" if isinstance(terms, Consent) else "p.id"
    rows = tx.execute(
        f"SELECT p.id FROM person p LEFT JOIN twin t ON t.person_id = p.id WHERE {by} = :whose"
        " AND (p.id = :person_id OR p.agency_id = :agency_id)",
        {**_whoever(account), "whose": _whose(terms)},
    )
    if not rows:
        raise NotFound("There is no such person.")
    return str(rows[0]["id"])


def _hers(tx: Transaction, account: Party, draft_id: str) -> Row:
    rows = tx.execute("SELECT * FROM consent_draft WHERE id = ? AND person_id = ?", [draft_id, account.person_id])
    if not rows:
        raise NotFound("There is no such draft.")
    if rows[0]["ended_at"] is not None:
        raise AlreadyEnded(f"This draft was {rows[0]['ending']} already.")
    return rows[0]


def _replace(tx: Transaction, person_id: str, kind: str, twin_id: str | None) -> None:
    ended = tx.execute(
        "UPDATE consent_draft SET ended_at = ?, ending = 'replaced'"
        " WHERE ended_at IS NULL AND person_id = ? AND kind = ? AND twin_id IS ? RETURNING id",
        [tx.now, person_id, kind, twin_id],
    )
    for row in ended:
        tx.record("consent.replaced", row["id"])


def _enter(tx: Transaction, account: Party, terms: Terms, person_id: str) -> str:
    text = _text(terms)
    values = {
        "id": new_id(None),
        "kind": _kind(terms),
        "person_id": person_id,
        "twin_id": getattr(terms, "twin_id", None),
        "version": terms.version,
        "agency_id": account.agency_id,
        "account_id": account.id,
        "language": terms.language,
        "terms": json.dumps(consent_row(terms) if isinstance(terms, Consent) else own_consent_row(terms), ensure_ascii=False),
        "text": text,
        "text_sha256": text_sha256(text),
        "drafted_at": tx.now,
    }
    columns = ", ".join(values)
    tx.execute(f"INSERT INTO consent_draft ({columns}) VALUES ({', '.join(f':{name}' for name in values)})", values)
    told = {name: values[name] for name in ("kind", "person_id", "version", "agency_id", "text_sha256")}
    tx.record("consent.drafted", str(values["id"]), **told)
    return str(values["id"])


def _terms(row: Row) -> Terms:
    told = json.loads(row["terms"])
    return read_consent(told) if row["kind"] == PAINTING else read_own_consent(Apart(row["kind"]), told)


def _facts(row: Row) -> dict[str, Any]:
    """What her statement says beside when and by which key."""
    return {name: row[name] for name in ("kind", "person_id", "twin_id", "version", "language", "text_sha256")}


def _draft(row: Row) -> Draft:
    kept = {name: row[name] for name in Draft.__dataclass_fields__ if name != "drafted_at"}
    return Draft(**kept, drafted_at=datetime.fromisoformat(row["drafted_at"]))
