"""The tables that make the audit chain provable to others: its signed heads, and the marks of the tombstone file."""

from moderation.database import append_only

HEADS = """
CREATE TABLE audit_head (
    id INTEGER PRIMARY KEY CHECK (id >= 1), seq INTEGER NOT NULL REFERENCES audit (seq),
    hash TEXT NOT NULL CHECK (length(hash) = 64), at TEXT NOT NULL, tombstones INTEGER NOT NULL CHECK (tombstones >= 0),
    tombstones_hash TEXT NOT NULL CHECK (length(tombstones_hash) = 64),
    public_key BLOB NOT NULL CHECK (length(public_key) = 32), signature BLOB NOT NULL CHECK (length(signature) = 64)
) STRICT;
CREATE INDEX audit_head_by_row ON audit_head (seq);
""" + append_only("audit_head")
"""What was signed of the chain, so that who kept such a head can tell whether anything before it was changed since."""

TOMBSTONES = """
CREATE TABLE tombstone (
    seq INTEGER PRIMARY KEY CHECK (seq >= 1), at TEXT NOT NULL, actor TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL,
    facts TEXT NOT NULL CHECK (json_valid(facts)), prev_hash TEXT NOT NULL CHECK (length(prev_hash) = 64) UNIQUE,
    hash TEXT NOT NULL CHECK (length(hash) = 64) UNIQUE
) STRICT;
""" + append_only("tombstone")
"""The lines of the tombstone file that this database has carried out."""
