"""The consents of a person as documents: the text word for word, who signed it and with which key, and who may read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from twin.consents.consent import Consent
from twin.consents.own_consent import Apart
from twin.consents.text import binding_text, text_of_consent, text_of_own, text_sha256
from twin.errors import NotFound
from twin.ports import Row, Store, Transaction
from twin.registry.written import read_consent, read_own_consent

_ALL = """
WITH every AS (
    SELECT 'painting' AS kind, c.id, t.person_id, c.twin_id, c.version, c.language, c.starts_at, c.ends_at, c.signed_at
    FROM consent c JOIN twin t ON t.id = c.twin_id
    UNION ALL SELECT 'biometric', id, person_id, NULL, version, language, starts_at, ends_at, signed_at FROM biometric_consent
    UNION ALL SELECT 'training', id, person_id, NULL, version, language, starts_at, ends_at, signed_at FROM training_consent
)
SELECT e.*, p.name AS person_name, p.agency_id, p.fictional, d.text, d.text_sha256, d.signature_id, d.key_fingerprint,
    (SELECT min(r.effective_at) FROM revocation r WHERE r.subject_id = e.id
        AND r.scope = CASE e.kind WHEN 'painting' THEN 'consent' ELSE e.kind END) AS taken_back_at
FROM every e JOIN person p ON p.id = e.person_id LEFT JOIN consent_document d ON d.subject_id = e.id
"""
_HERS = "(e.person_id = :person_id OR p.agency_id = :agency_id)"
_LICENSED = "(e.kind = 'painting' AND EXISTS (SELECT 1 FROM licence l WHERE l.consent_id = e.id AND l.brand_id = :brand_id))"


class Reader(Protocol):
    """Who asks: an account as it is at this moment."""

    @property
    def person_id(self) -> str | None:
        """The person whose own account it is."""
        ...

    @property
    def agency_id(self) -> str | None:
        """Its agency."""
        ...

    @property
    def brand_id(self) -> str | None:
        """Its brand."""
        ...


@dataclass(frozen=True)
class Document:
    """One version of a consent; `whole` is False for a brand, whose `text` is then only what binds it.

    `unsigned` says that nobody's key stands behind it: it is a demo's, of somebody fictional. `key_fingerprint` is hex,
    `text_sha256` that of the whole text.
    """

    id: str
    kind: str
    person_id: str
    person_name: str
    twin_id: str | None
    version: int
    language: str
    text: str
    text_sha256: str
    whole: bool
    starts_at: datetime
    ends_at: datetime
    signed_at: datetime
    taken_back_at: datetime | None
    signature_id: str | None
    key_fingerprint: str | None
    fictional: bool

    @property
    def unsigned(self) -> bool:
        """Whether no key of hers signed it."""
        return self.signature_id is None


class Documents:
    """Reads; nothing here writes. Whoever may not read a document is told that there is none."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def read(self, account: Reader, document_id: str) -> Document:
        """One document: whole for herself and her agency, for a brand licensed under it what binds the brand. Raises NotFound."""
        asked = {"id": document_id, **_whoever(account)}
        with self._store.read("reader") as tx:
            rows = tx.execute(f"{_ALL} WHERE e.id = :id AND ({_HERS} OR {_LICENSED})", asked)
            if not rows:
                raise NotFound("There is no such document.")
            row = rows[0]
            hers = account.person_id == row["person_id"] or (account.agency_id or "") == row["agency_id"]
            return _document(tx, row, whole=hers)

    def of(self, account: Reader) -> tuple[Document, ...]:
        """Every document of this person, or of this agency's people, the newest first."""
        with self._store.read("reader") as tx:
            rows = tx.execute(f"{_ALL} WHERE {_HERS} ORDER BY e.signed_at DESC, e.kind, e.id", _whoever(account))
            return tuple(_document(tx, row, whole=True) for row in rows)


def keep_document(
    tx: Transaction,
    subject_id: str,
    draft: Row,
    signature_id: str | None,
    key_fingerprint: str | None,
    statement: bytes | None,
) -> None:
    """Keep the text of a consent as it was signed; `draft` has its columns."""
    values = {name: draft[name] for name in ("kind", "person_id", "text", "text_sha256")}
    values |= {"subject_id": subject_id, "draft_id": draft["id"], "account_id": tx.actor, "recorded_at": tx.now}
    values |= {"signature_id": signature_id, "key_fingerprint": key_fingerprint, "statement": statement}
    columns = ", ".join(values)
    tx.execute(f"INSERT INTO consent_document ({columns}) VALUES ({', '.join(f':{name}' for name in values)})", values)


def _whoever(account: Reader) -> dict[str, str | None]:
    return {"person_id": account.person_id, "agency_id": account.agency_id, "brand_id": account.brand_id}


def _document(tx: Transaction, row: Mapping[str, Any], *, whole: bool) -> Document:
    """The document of a row; a consent that was recorded without its text is set from its terms, which never change."""
    consent = _consent(tx, row) if row["kind"] == "painting" else None
    text = row["text"] or (text_of_consent(consent) if consent else _own_text(tx, row))
    kept = {name: row[name] for name in Document.__dataclass_fields__ if name in row}
    moments = {name: datetime.fromisoformat(row[name]) for name in ("starts_at", "ends_at", "signed_at")}
    back = row["taken_back_at"]
    return Document(
        **kept
        | moments
        | {"text": text if whole or consent is None else binding_text(consent), "text_sha256": text_sha256(text), "whole": whole}
        | {"taken_back_at": datetime.fromisoformat(back) if back else None, "fictional": bool(row["fictional"])}
    )


def _consent(tx: Transaction, row: Mapping[str, Any]) -> Consent:
    return read_consent(tx.execute("SELECT * FROM consent WHERE id = ?", [row["id"]])[0])


def _own_text(tx: Transaction, row: Mapping[str, Any]) -> str:
    kind = Apart(row["kind"])
    return text_of_own(read_own_consent(kind, tx.execute(f"SELECT * FROM {kind.value}_consent WHERE id = ?", [row["id"]])[0]))
