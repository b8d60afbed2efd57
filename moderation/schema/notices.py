"""The tables of notices: what concerns whom, how she hears of it, what was sent; and who opened the figures to everybody."""

from moderation.database import Migration, append_only

FIGURES = """
CREATE TABLE figures_opening (
    seq INTEGER PRIMARY KEY, opened INTEGER NOT NULL CHECK (opened IN (0, 1)),
    account_id TEXT NOT NULL REFERENCES account (id), at TEXT NOT NULL
) STRICT;
""" + append_only("figures_opening")
"""The last row says whether everybody may read the coarse figures of a studio."""

NOTICES = """
CREATE TABLE notice (
    id TEXT PRIMARY KEY, account_id TEXT NOT NULL REFERENCES account (id), kind TEXT NOT NULL CHECK (length(kind) > 0),
    event TEXT NOT NULL, subject_id TEXT NOT NULL, n INTEGER NOT NULL CHECK (n >= 1), happened_at TEXT NOT NULL,
    made_at TEXT NOT NULL, read_at TEXT, UNIQUE (account_id, kind, event)
) STRICT;
CREATE INDEX notice_by_account ON notice (account_id, happened_at);
CREATE INDEX notice_unread ON notice (account_id) WHERE read_at IS NULL;
CREATE TRIGGER notice_keeps_facts BEFORE UPDATE OF id, account_id, kind, event, subject_id, n, happened_at, made_at ON notice
BEGIN SELECT RAISE(ABORT, 'what a notice tells is never changed'); END;
CREATE TABLE notice_mark (
    one INTEGER PRIMARY KEY CHECK (one = 1), audit_seq INTEGER NOT NULL, month TEXT NOT NULL CHECK (length(month) = 7)
) STRICT;
INSERT INTO notice_mark SELECT 1, coalesce((SELECT max(seq) FROM audit), 0), strftime('%Y-%m', 'now');
CREATE TABLE post_office (
    one INTEGER PRIMARY KEY CHECK (one = 1), host TEXT NOT NULL, port INTEGER NOT NULL CHECK (port BETWEEN 1 AND 65535),
    security TEXT NOT NULL CHECK (security IN ('tls', 'starttls')), sender TEXT NOT NULL, login TEXT NOT NULL,
    sealed_password BLOB, address TEXT NOT NULL, account_id TEXT NOT NULL REFERENCES account (id), set_at TEXT NOT NULL
) STRICT;
CREATE TABLE notice_way (
    id TEXT PRIMARY KEY, account_id TEXT NOT NULL REFERENCES account (id), kind TEXT NOT NULL CHECK (kind IN ('mail', 'webhook')),
    sealed_target BLOB NOT NULL, sealed_secret BLOB, added_by TEXT NOT NULL REFERENCES account (id), added_at TEXT NOT NULL,
    ended_at TEXT, CHECK ((kind = 'webhook') = (sealed_secret IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX notice_way_one ON notice_way (account_id, kind) WHERE ended_at IS NULL;
CREATE TABLE delivery (
    id TEXT PRIMARY KEY, notice_id TEXT NOT NULL REFERENCES notice (id), way_id TEXT NOT NULL REFERENCES notice_way (id),
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'given up')), attempts INTEGER NOT NULL DEFAULT 0,
    not_before TEXT NOT NULL, problem TEXT NOT NULL DEFAULT '', made_at TEXT NOT NULL, sent_at TEXT,
    link_ends_at TEXT NOT NULL, link_used_at TEXT, UNIQUE (notice_id, way_id), CHECK ((state = 'sent') = (sent_at IS NOT NULL))
) STRICT;
CREATE INDEX delivery_waiting ON delivery (not_before) WHERE state = 'waiting';
"""
"""A notice says what happened by ids alone, so that no name outlives its erasure here; targets and secrets are sealed."""

OUTBOX = """
DROP TABLE post_office;
CREATE TABLE post_office (
    one INTEGER PRIMARY KEY CHECK (one = 1), host TEXT NOT NULL, port INTEGER NOT NULL CHECK (port BETWEEN 1 AND 65535),
    security TEXT NOT NULL CHECK (security IN ('tls', 'starttls')), sender TEXT NOT NULL, login TEXT NOT NULL,
    sealed_password BLOB, CHECK ((login = '') = (sealed_password IS NULL))
) STRICT;
CREATE TABLE outbox_switch (one INTEGER PRIMARY KEY CHECK (one = 1), site TEXT) STRICT;
"""
"""Where mail is handed in; and the address under which messages link to this site, which is there only while sending is on."""

CLOSING = """
CREATE TRIGGER account_closed_hears_nothing AFTER UPDATE OF disabled_at ON account WHEN NEW.disabled_at IS NOT NULL
BEGIN
    UPDATE notice_way SET ended_at = NEW.disabled_at, sealed_target = x'', sealed_secret = CASE kind WHEN 'webhook' THEN x'' END
    WHERE account_id = NEW.id AND ended_at IS NULL;
END;
"""
"""Whose account is closed, by an erasure or otherwise, has no address here any more, whoever closed it."""

MIGRATIONS: tuple[Migration, ...] = (
    ("moderation-figures", FIGURES),
    ("moderation-notices", NOTICES),
    ("moderation-outbox", OUTBOX),
    ("moderation-outbox-closing", CLOSING),
)
