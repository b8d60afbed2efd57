"""How one key of a person follows another, kept beside the keys of the server so that no older database revives a lost one."""

from collections.abc import Mapping
from typing import Any

from moderation.desk.moves import Row, Writing

KIND = "key"
"""What the tombstone file calls the end of a key."""
_KEYS = "id, person_id, public_key, fingerprint, made_at, origin, replaces_id, witnessed_by, replaced_at"
_SIGNATURES = "id, key_id, kind, subject_id, statement, signature, at"
_BLOBS = ("public_key", "statement", "signature")
_END = """
UPDATE person_key SET replaced_at = :made_at
WHERE person_id = :person_id AND replaced_at IS NULL AND made_at <= :made_at AND fingerprint <> :fingerprint
"""
# An older copy may lack the person, or whoever was witness; then no key of hers stands, which is the safe side.
_ADD = """
INSERT INTO person_key (id, person_id, public_key, fingerprint, made_at, origin, replaces_id, witnessed_by, replaced_at)
SELECT :id, p.id, :public_key, :fingerprint, :made_at, :origin, :replaces_id, :witnessed_by, :replaced_at FROM person p
WHERE p.id = :person_id AND (:witnessed_by IS NULL OR EXISTS (SELECT 1 FROM account a WHERE a.id = :witnessed_by))
AND (:replaces_id IS NULL OR EXISTS (SELECT 1 FROM person_key k WHERE k.id = :replaces_id))
AND NOT EXISTS (SELECT 1 FROM person_key k WHERE k.id = :id OR (k.person_id = p.id AND k.made_at > :made_at))
ON CONFLICT DO NOTHING
"""
_SIGN = f"""
INSERT INTO signature ({_SIGNATURES}) SELECT :id, k.id, :kind, :subject_id, :statement, :signature, :at
FROM person_key k WHERE k.id = :key_id AND NOT EXISTS (SELECT 1 FROM signature g WHERE g.statement = :statement)
ON CONFLICT DO NOTHING
"""


def facts_of(tx: Writing, key_id: str) -> dict[str, Any]:
    """All that is needed to let this key follow the one before it again, as JSON values."""
    made = tx.execute(f"SELECT {_KEYS} FROM person_key WHERE id = ?", [key_id])[0]
    before = tx.execute(f"SELECT {_KEYS} FROM person_key WHERE id = ?", [made["replaces_id"]])
    signed = tx.execute(f"SELECT {_SIGNATURES} FROM signature WHERE kind = 'person-key' AND subject_id = ?", [key_id])
    return {"keys": [_told(row) for row in (*before, made)], "signatures": [_told(row) for row in signed]}


def follow_again(tx: Writing, facts: Mapping[str, Any]) -> None:
    """End the key that was replaced, and let the one that followed stand in its place; nothing where that holds already."""
    keys = [_read(told) for told in facts["keys"]]
    tx.execute(_END, keys[-1])
    for row in keys:
        tx.execute(_ADD, row)
    for told in facts["signatures"]:
        enter_signature(tx, told)


def signature_of(tx: Writing, signature_id: str | None) -> dict[str, Any] | None:
    """A signature as JSON values; None where there is none."""
    rows = tx.execute(f"SELECT {_SIGNATURES} FROM signature WHERE id = ?", [signature_id])
    return _told(rows[0]) if rows else None


def enter_signature(tx: Writing, told: Mapping[str, Any]) -> None:
    """Keep a signature again, unless its key is not known here."""
    tx.execute(_SIGN, _read(told))


def _told(row: Row) -> Row:
    return {name: value.hex() if name in _BLOBS else value for name, value in row.items()}


def _read(told: Mapping[str, Any]) -> Row:
    return {name: bytes.fromhex(value) if name in _BLOBS else value for name, value in told.items()}
