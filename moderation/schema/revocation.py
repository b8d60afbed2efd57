"""The tables of taking back: what she took back, what that ended, which released images were recalled, and who answered.

Everything here is a record of something that happened: rows are added, never changed.
"""

from moderation.database import Migration, append_only

REVOCATION = """
CREATE TABLE revocation_before AS SELECT * FROM revocation;
DROP TABLE revocation;
CREATE TABLE revocation (
    id TEXT PRIMARY KEY, scope TEXT NOT NULL CHECK (scope IN ('consent', 'licence', 'biometric', 'training')),
    subject_id TEXT NOT NULL, requested_at TEXT NOT NULL, effective_at TEXT NOT NULL, account_id TEXT NOT NULL,
    reason TEXT NOT NULL, CHECK (requested_at <= effective_at)
) STRICT;
INSERT INTO revocation SELECT * FROM revocation_before;
DROP TABLE revocation_before;
CREATE UNIQUE INDEX revocation_once ON revocation (scope, subject_id);
CREATE TRIGGER revocation_stays BEFORE UPDATE ON revocation
BEGIN SELECT RAISE(ABORT, 'rows of revocation are never changed'); END;
CREATE TRIGGER revocation_stays_there BEFORE DELETE ON revocation
BEGIN SELECT RAISE(ABORT, 'rows of revocation are never changed'); END;
CREATE TABLE taking_back (
    id TEXT PRIMARY KEY, scope TEXT NOT NULL CHECK (scope IN ('twin', 'consent', 'licence', 'image')), subject_id TEXT NOT NULL,
    twin_id TEXT NOT NULL REFERENCES twin(id), account_id TEXT NOT NULL REFERENCES account(id), reason TEXT NOT NULL,
    signature_id TEXT, requested_at TEXT NOT NULL, effective_at TEXT NOT NULL, CHECK (requested_at <= effective_at)
) STRICT;
CREATE UNIQUE INDEX taking_back_once ON taking_back (scope, subject_id) WHERE scope <> 'twin';
CREATE INDEX taking_back_by_twin ON taking_back (twin_id, requested_at);
CREATE TABLE taking_back_part (
    revocation_id TEXT PRIMARY KEY REFERENCES revocation(id), taking_back_id TEXT NOT NULL REFERENCES taking_back(id)
) STRICT;
CREATE INDEX taking_back_part_by_whole ON taking_back_part (taking_back_id);
CREATE TABLE rights_end (
    licence_id TEXT NOT NULL REFERENCES licence(id), step TEXT NOT NULL CHECK (step IN ('painting', 'use')),
    cause TEXT NOT NULL CHECK (cause IN ('revocation', 'expiry')), due_at TEXT NOT NULL, done_at TEXT NOT NULL,
    PRIMARY KEY (licence_id, step), CHECK (due_at <= done_at)
) STRICT;
CREATE TABLE ended_image (
    render_id TEXT PRIMARY KEY REFERENCES render(id), taking_back_id TEXT REFERENCES taking_back(id),
    cause TEXT NOT NULL CHECK (cause IN ('revocation', 'expiry')), was TEXT NOT NULL,
    became TEXT NOT NULL CHECK (became IN ('withdrawn', 'recalled')), file_sha256 TEXT CHECK (length(file_sha256) = 64),
    actor TEXT NOT NULL, ended_at TEXT NOT NULL, CHECK ((became = 'recalled') = (was = 'released')),
    CHECK (cause = 'revocation' OR taking_back_id IS NULL)
) STRICT;
CREATE INDEX ended_image_by_act ON ended_image (taking_back_id);
CREATE TABLE recall (
    id TEXT PRIMARY KEY, render_id TEXT NOT NULL UNIQUE REFERENCES render(id), release_id TEXT NOT NULL REFERENCES release(id),
    brand_id TEXT NOT NULL REFERENCES brand(id), taking_back_id TEXT REFERENCES taking_back(id),
    cause TEXT NOT NULL CHECK (cause IN ('revocation', 'expiry')), file_sha256 TEXT NOT NULL CHECK (length(file_sha256) = 64),
    noticed_at TEXT NOT NULL, use_ends_at TEXT NOT NULL, acknowledge_by TEXT NOT NULL, delete_by TEXT NOT NULL,
    CHECK (noticed_at < acknowledge_by AND use_ends_at < delete_by), CHECK (cause = 'revocation' OR taking_back_id IS NULL)
) STRICT;
CREATE INDEX recall_by_brand ON recall (brand_id, noticed_at);
CREATE INDEX recall_by_act ON recall (taking_back_id);
CREATE TABLE recall_answer (
    id TEXT PRIMARY KEY, recall_id TEXT NOT NULL REFERENCES recall(id),
    kind TEXT NOT NULL CHECK (kind IN ('acknowledged', 'deleted')), account_id TEXT NOT NULL REFERENCES account(id),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 2 AND 120), answered_at TEXT NOT NULL, UNIQUE (recall_id, kind)
) STRICT;
CREATE TABLE recall_reminder (
    recall_id TEXT NOT NULL REFERENCES recall(id), kind TEXT NOT NULL CHECK (kind IN ('acknowledged', 'deleted')),
    due_at TEXT NOT NULL, reminded_at TEXT NOT NULL, PRIMARY KEY (recall_id, kind), CHECK (due_at <= reminded_at)
) STRICT;
CREATE TABLE receipt (
    taking_back_id TEXT NOT NULL REFERENCES taking_back(id), version INTEGER NOT NULL CHECK (version >= 1),
    statement BLOB NOT NULL, sha256 TEXT NOT NULL CHECK (length(sha256) = 64), signature BLOB, key_fingerprint TEXT,
    issued_at TEXT NOT NULL, PRIMARY KEY (taking_back_id, version), CHECK ((signature IS NULL) = (key_fingerprint IS NULL))
) STRICT;
INSERT INTO taking_back
SELECT r.id, r.scope, r.subject_id, s.twin_id, r.account_id, r.reason, NULL, r.requested_at, r.effective_at
FROM revocation r JOIN account a ON a.id = r.account_id
JOIN (SELECT 'consent' AS scope, id, twin_id FROM consent UNION ALL SELECT 'licence', id, twin_id FROM licence) s
    ON s.scope = r.scope AND s.id = r.subject_id;
INSERT INTO taking_back_part SELECT id, id FROM taking_back;
""" + append_only(
    "taking_back",
    "taking_back_part",
    "rights_end",
    "ended_image",
    "recall",
    "recall_answer",
    "recall_reminder",
    "receipt",
)
"""`revocation` ends a right; `taking_back` is what she did, of which one or many revocations are the parts."""

MIGRATIONS: tuple[Migration, ...] = (("moderation-revocation", REVOCATION),)
