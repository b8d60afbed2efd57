"""The tables of painters whose weights are fetched: what was pinned, whose licence was accepted, and what is installed."""

PAINTERS = """
CREATE TABLE painter_pin (
    painter TEXT NOT NULL, file TEXT NOT NULL, sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    bytes INTEGER NOT NULL CHECK (bytes > 0), account_id TEXT NOT NULL, pinned_at TEXT NOT NULL, PRIMARY KEY (painter, file)
) STRICT;
CREATE TRIGGER painter_pin_keeps_update BEFORE UPDATE ON painter_pin
BEGIN SELECT RAISE(ABORT, 'rows of painter_pin are never changed'); END;
CREATE TRIGGER painter_pin_keeps_delete BEFORE DELETE ON painter_pin
BEGIN SELECT RAISE(ABORT, 'rows of painter_pin are never changed'); END;
CREATE TABLE painter_acceptance (
    painter TEXT PRIMARY KEY, licence TEXT NOT NULL, words TEXT NOT NULL CHECK (length(words) >= 40),
    account_id TEXT NOT NULL, accepted_at TEXT NOT NULL
) STRICT;
CREATE TRIGGER painter_acceptance_keeps_update BEFORE UPDATE ON painter_acceptance
BEGIN SELECT RAISE(ABORT, 'rows of painter_acceptance are never changed'); END;
CREATE TRIGGER painter_acceptance_keeps_delete BEFORE DELETE ON painter_acceptance
BEGIN SELECT RAISE(ABORT, 'rows of painter_acceptance are never changed'); END;
CREATE TABLE painter_install (
    painter TEXT PRIMARY KEY, revision TEXT, files TEXT NOT NULL CHECK (json_valid(files)),
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64), installed_at TEXT NOT NULL
) STRICT;
"""
"""`files` maps each file to its SHA-256; `sha256` is one hash over all of them."""

MIGRATIONS = (("twin-painters", PAINTERS),)
