"""The tables of her key: which key is whose since when, what was signed with it, and what was confirmed by a password instead."""

from moderation.database import append_only

HER_KEYS = """
CREATE TABLE person_key (
    id TEXT PRIMARY KEY, person_id TEXT NOT NULL REFERENCES person(id),
    public_key BLOB NOT NULL CHECK (length(public_key) = 91), fingerprint TEXT NOT NULL UNIQUE CHECK (length(fingerprint) = 64),
    made_at TEXT NOT NULL, origin TEXT NOT NULL CHECK (origin IN ('first', 'endorsed', 'witnessed', 'demo')),
    replaces_id TEXT UNIQUE REFERENCES person_key(id), witnessed_by TEXT REFERENCES account(id), replaced_at TEXT,
    CHECK ((origin = 'witnessed') = (witnessed_by IS NOT NULL)), CHECK (origin <> 'endorsed' OR replaces_id IS NOT NULL),
    CHECK (origin <> 'first' OR replaces_id IS NULL), CHECK (replaced_at IS NULL OR made_at <= replaced_at)
) STRICT;
CREATE UNIQUE INDEX person_key_current ON person_key (person_id) WHERE replaced_at IS NULL;
CREATE TRIGGER person_key_keeps_terms BEFORE UPDATE OF id, person_id, public_key, fingerprint, made_at, origin, replaces_id,
    witnessed_by ON person_key BEGIN SELECT RAISE(ABORT, 'a key is never changed'); END;
CREATE TRIGGER person_key_replaced_once BEFORE UPDATE OF replaced_at ON person_key WHEN OLD.replaced_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a replaced key stays replaced'); END;
CREATE TRIGGER person_key_keeps_delete BEFORE DELETE ON person_key
BEGIN SELECT RAISE(ABORT, 'a key is never forgotten'); END;
CREATE TABLE signature (
    id TEXT PRIMARY KEY, key_id TEXT NOT NULL REFERENCES person_key(id), kind TEXT NOT NULL CHECK (length(kind) > 0),
    subject_id TEXT NOT NULL, statement BLOB NOT NULL UNIQUE, signature BLOB NOT NULL CHECK (length(signature) = 64),
    at TEXT NOT NULL
) STRICT;
CREATE INDEX signature_by_subject ON signature (subject_id, kind);
CREATE TABLE key_request (
    id TEXT PRIMARY KEY, person_id TEXT NOT NULL REFERENCES person(id), account_id TEXT NOT NULL REFERENCES account(id),
    public_key BLOB NOT NULL CHECK (length(public_key) = 91), fingerprint TEXT NOT NULL CHECK (length(fingerprint) = 64),
    asked_at TEXT NOT NULL, settled_at TEXT
) STRICT;
CREATE UNIQUE INDEX key_request_open ON key_request (person_id) WHERE settled_at IS NULL;
CREATE TABLE password_proof (
    token_sha256 TEXT PRIMARY KEY CHECK (length(token_sha256) = 64), account_id TEXT NOT NULL REFERENCES account(id),
    made_at TEXT NOT NULL, ends_at TEXT NOT NULL, used_at TEXT, CHECK (made_at < ends_at)
) STRICT;
ALTER TABLE decision ADD COLUMN signature_id TEXT REFERENCES signature(id);
CREATE TRIGGER decision_approval_is_signed BEFORE INSERT ON decision
WHEN NEW.kind = 'signoff' AND NEW.choice = 'approve' AND NEW.signature_id IS NULL
BEGIN SELECT RAISE(ABORT, 'an approval carries her signature'); END;
""" + append_only("signature")
"""A person has one key at a time; each statement is signed once; no approval is written without a signature."""
