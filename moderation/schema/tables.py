"""The tables of the moderation domain: accounts, submissions, findings, decisions, releases, money and the audit chain.

`render` (state, version, fence) and the view `licence_window` stand in the same file and are read here by name.
"""

from moderation.audit.attempts import MIGRATIONS as ATTEMPTS
from moderation.database import Migration, append_only
from moderation.schema.agency import MIGRATIONS as AGENCY
from moderation.schema.audit import HEADS, TOMBSTONES
from moderation.schema.bases import MIGRATIONS as BASES
from moderation.schema.desk import MIGRATIONS as DESK
from moderation.schema.enrolment import CHANGES as ENROLMENT_CHANGES
from moderation.schema.enrolment import MIGRATIONS as ENROLMENT
from moderation.schema.keys import HER_KEYS
from moderation.schema.notices import MIGRATIONS as NOTICES
from moderation.schema.pay import PAY
from moderation.schema.release import MIGRATIONS as RELEASE
from moderation.schema.revocation import MIGRATIONS as REVOCATION
from moderation.schema.sealed import MIGRATIONS as SEALED

AUDIT = """
CREATE TABLE audit (
    seq INTEGER PRIMARY KEY, at TEXT NOT NULL, actor TEXT NOT NULL, event TEXT NOT NULL, subject TEXT NOT NULL,
    facts TEXT NOT NULL CHECK (json_valid(facts)), prev_hash TEXT NOT NULL UNIQUE, hash TEXT NOT NULL UNIQUE
) STRICT;
CREATE INDEX audit_by_subject ON audit (subject, seq);
""" + append_only("audit")

ACCESS = """
CREATE TABLE account (
    id TEXT PRIMARY KEY, login TEXT NOT NULL UNIQUE COLLATE NOCASE, name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('creative', 'moderator', 'model', 'agency', 'administrator')),
    brand_id TEXT, person_id TEXT, agency_id TEXT, password_hash TEXT NOT NULL,
    session_version INTEGER NOT NULL DEFAULT 0, disabled_at TEXT, created_at TEXT NOT NULL,
    CHECK ((role = 'creative') = (brand_id IS NOT NULL)),
    CHECK ((role = 'model') = (person_id IS NOT NULL)),
    CHECK ((role = 'agency') = (agency_id IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX account_one_per_person ON account (person_id) WHERE person_id IS NOT NULL;
CREATE TABLE sign_in_attempt (id INTEGER PRIMARY KEY, key TEXT NOT NULL, at TEXT NOT NULL) STRICT;
CREATE INDEX sign_in_attempt_by_key ON sign_in_attempt (key, at);
"""

JUDGING = """
CREATE TABLE submission (
    render_id TEXT PRIMARY KEY REFERENCES render(id), sealed_sha256 TEXT NOT NULL CHECK (length(sealed_sha256) = 64),
    pixels_sha256 TEXT NOT NULL CHECK (length(pixels_sha256) = 64),
    preview_sha256 TEXT NOT NULL CHECK (length(preview_sha256) = 64),
    width INTEGER NOT NULL, height INTEGER NOT NULL, bytes INTEGER NOT NULL, source_type TEXT NOT NULL,
    disclosure_text TEXT NOT NULL, sealed_at TEXT NOT NULL
) STRICT;
CREATE TABLE finding (
    id TEXT PRIMARY KEY, render_id TEXT NOT NULL REFERENCES render(id), attempt INTEGER NOT NULL, position INTEGER NOT NULL,
    safeguard TEXT NOT NULL, outcome TEXT NOT NULL CHECK (outcome IN ('clear', 'refer', 'block', 'unexamined')),
    score REAL, threshold REAL, model TEXT, model_sha256 TEXT, reason TEXT NOT NULL CHECK (length(reason) > 0),
    evidence TEXT NOT NULL CHECK (json_valid(evidence)), examined_at TEXT NOT NULL, UNIQUE (render_id, attempt, safeguard)
) STRICT;
CREATE TABLE verdict (
    render_id TEXT NOT NULL REFERENCES render(id), attempt INTEGER NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('clear', 'refer', 'block', 'unexamined')), examined_at TEXT NOT NULL,
    PRIMARY KEY (render_id, attempt)
) STRICT;
CREATE TABLE claim (
    render_id TEXT PRIMARY KEY REFERENCES render(id), account_id TEXT NOT NULL REFERENCES account(id),
    token TEXT NOT NULL, lease_until TEXT NOT NULL
) STRICT;
CREATE TABLE decision (
    id TEXT PRIMARY KEY, render_id TEXT NOT NULL REFERENCES render(id),
    kind TEXT NOT NULL CHECK (kind IN ('review', 'signoff', 'undo', 'appeal')), account_id TEXT NOT NULL REFERENCES account(id),
    choice TEXT NOT NULL CHECK (choice IN ('pass', 'approve', 'refuse', 'change', 'undo', 'appeal')),
    reason_code TEXT, note TEXT NOT NULL DEFAULT '', sealed_sha256 TEXT NOT NULL, pixels_sha256 TEXT NOT NULL,
    preview_sha256 TEXT NOT NULL, licence_id TEXT NOT NULL, fee_minor INTEGER NOT NULL, currency TEXT NOT NULL,
    twin_epoch INTEGER NOT NULL, licence_epoch INTEGER NOT NULL, decided_at TEXT NOT NULL,
    supersedes_id TEXT UNIQUE REFERENCES decision(id), CHECK (choice <> 'refuse' OR reason_code IS NOT NULL)
) STRICT;
CREATE INDEX decision_by_render ON decision (render_id, decided_at);
CREATE TABLE release (
    id TEXT PRIMARY KEY, render_id TEXT NOT NULL UNIQUE REFERENCES render(id), decision_id TEXT NOT NULL REFERENCES decision(id),
    file_sha256 TEXT NOT NULL CHECK (length(file_sha256) = 64), account_id TEXT NOT NULL REFERENCES account(id),
    released_at TEXT NOT NULL
) STRICT;
CREATE TABLE download_grant (
    id TEXT PRIMARY KEY, release_id TEXT NOT NULL REFERENCES release(id), account_id TEXT NOT NULL REFERENCES account(id),
    token_sha256 TEXT NOT NULL UNIQUE, twin_epoch INTEGER NOT NULL, licence_epoch INTEGER NOT NULL,
    granted_at TEXT NOT NULL, expires_at TEXT NOT NULL
) STRICT;
CREATE TABLE ledger_line (
    id TEXT PRIMARY KEY, release_id TEXT NOT NULL REFERENCES release(id), position INTEGER NOT NULL,
    party TEXT NOT NULL CHECK (party IN ('brand', 'agency', 'person')), party_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('usage_fee', 'commission')), amount_minor INTEGER NOT NULL, currency TEXT NOT NULL,
    inputs TEXT NOT NULL CHECK (json_valid(inputs)), posted_at TEXT NOT NULL, UNIQUE (release_id, position)
) STRICT;
""" + append_only("submission", "finding", "verdict", "decision", "release", "download_grant", "ledger_line")

FACES = """
CREATE TABLE template (
    reference_id TEXT NOT NULL, twin_id TEXT NOT NULL, pack_sha256 TEXT NOT NULL, light TEXT NOT NULL,
    embedding BLOB NOT NULL, measured_at TEXT NOT NULL, PRIMARY KEY (reference_id, pack_sha256, light)
) STRICT;
CREATE TABLE calibration (
    twin_id TEXT NOT NULL, pack_sha256 TEXT NOT NULL, calibration TEXT NOT NULL CHECK (json_valid(calibration)),
    measured_at TEXT NOT NULL, PRIMARY KEY (twin_id, pack_sha256)
) STRICT;
CREATE TABLE protected_template (
    id TEXT PRIMARY KEY, pack_sha256 TEXT NOT NULL, embedding BLOB NOT NULL, consent_note TEXT NOT NULL, created_at TEXT NOT NULL
) STRICT;
"""

SIGN_IN = """
CREATE TABLE sign_in (
    token_sha256 TEXT PRIMARY KEY CHECK (length(token_sha256) = 64), account_id TEXT NOT NULL REFERENCES account(id),
    session_version INTEGER NOT NULL, begun_at TEXT NOT NULL, ends_at TEXT NOT NULL, CHECK (begun_at < ends_at)
) STRICT;
CREATE INDEX sign_in_by_end ON sign_in (ends_at);
CREATE TABLE invitation (
    token_sha256 TEXT PRIMARY KEY CHECK (length(token_sha256) = 64), account_id TEXT NOT NULL REFERENCES account(id),
    made_at TEXT NOT NULL, ends_at TEXT NOT NULL, used_at TEXT, CHECK (made_at < ends_at)
) STRICT;
"""

OUTLINES = """
CREATE TABLE outline (
    reference_id TEXT NOT NULL, twin_id TEXT NOT NULL, pack_sha256 TEXT NOT NULL, canvas BLOB NOT NULL, measured_at TEXT NOT NULL,
    PRIMARY KEY (reference_id, pack_sha256)
) STRICT;
"""

NEGATIVES = """
CREATE TABLE negative (
    render_id TEXT PRIMARY KEY REFERENCES render(id), sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    bytes INTEGER NOT NULL CHECK (bytes > 0), kept_at TEXT NOT NULL
) STRICT;
""" + append_only("negative")

PACKS = """
CREATE TABLE pack_pin (
    pack TEXT NOT NULL, file TEXT NOT NULL, sha256 TEXT NOT NULL, bytes INTEGER NOT NULL,
    account_id TEXT NOT NULL REFERENCES account (id), pinned_at TEXT NOT NULL, PRIMARY KEY (pack, file)
) STRICT;
CREATE TABLE pack_acceptance (
    pack TEXT PRIMARY KEY, licence TEXT NOT NULL, words TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES account (id), accepted_at TEXT NOT NULL
) STRICT;
CREATE TABLE pack_install (pack TEXT PRIMARY KEY, sha256 TEXT NOT NULL, installed_at TEXT NOT NULL) STRICT;
CREATE TABLE pack_choice (slot TEXT PRIMARY KEY, pack TEXT NOT NULL, chosen_at TEXT NOT NULL) STRICT;
"""
"""Hashes that were pinned here, licences that were accepted, packs that were installed, and which answers which question."""

PROTECTED = """
DROP TABLE protected_template;
CREATE TABLE protected_person (
    id TEXT PRIMARY KEY, sealed_name BLOB NOT NULL, sealed_consent BLOB NOT NULL, asked_at TEXT NOT NULL, ends_at TEXT NOT NULL,
    CHECK (asked_at < ends_at)
) STRICT;
CREATE TABLE protected_template (
    id TEXT PRIMARY KEY, person_id TEXT NOT NULL REFERENCES protected_person (id), pack_sha256 TEXT NOT NULL,
    sealed BLOB NOT NULL, measured_at TEXT NOT NULL
) STRICT;
CREATE INDEX protected_template_by_person ON protected_template (person_id, pack_sha256);
"""
"""Who asked never to be painted, sealed; the table that was there before never held anything."""

MIGRATIONS: tuple[Migration, ...] = (
    ("moderation-001-access", ACCESS),
    ("moderation-002-judging", JUDGING),
    ("moderation-003-faces", FACES),
    ("moderation-004-sign-in", SIGN_IN),
    ("moderation-005-outlines", OUTLINES),
    ("moderation-006-negatives", NEGATIVES),
    ("moderation-packs", PACKS),
    ("moderation-protected", PROTECTED),
    ("moderation-her-keys", HER_KEYS),
    ("moderation-pay", PAY),
    ("moderation-audit-heads", HEADS),
    ("moderation-tombstones", TOMBSTONES),
    *REVOCATION,
    *SEALED,
    *DESK,
    *AGENCY,
    *NOTICES,
    *ATTEMPTS,
    *ENROLMENT,
    *BASES,
    *RELEASE,
    *ENROLMENT_CHANGES,
)
"""Run after `AUDIT` and the twin domain's tables, to which these refer."""
