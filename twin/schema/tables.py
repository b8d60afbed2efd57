"""The tables of the twin domain: people, consents, licences, shoots, renders and jobs.

Ids are text that sorts by time (ULID) but for the fixtures of the demo; times are ISO text in UTC with
microseconds; money is INTEGER minor units. `licence_window` is the one place that says when a licence holds.
"""

from twin.schema.painters import MIGRATIONS as PAINTERS
from twin.schema.rights import MIGRATIONS as RIGHTS

REGISTRY = """
CREATE TABLE agency (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, commission_bp INTEGER NOT NULL CHECK (commission_bp BETWEEN 0 AND 2000)
) STRICT;
CREATE TABLE brand (id TEXT PRIMARY KEY, name TEXT NOT NULL) STRICT;
CREATE TABLE person (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, agency_id TEXT REFERENCES agency(id),
    fictional INTEGER NOT NULL CHECK (fictional IN (0, 1)), created_at TEXT NOT NULL
) STRICT;
CREATE TABLE twin (
    id TEXT PRIMARY KEY, person_id TEXT NOT NULL REFERENCES person(id), name TEXT NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 0, created_at TEXT NOT NULL
) STRICT;
CREATE TABLE reference (
    id TEXT PRIMARY KEY, twin_id TEXT NOT NULL REFERENCES twin(id), file TEXT NOT NULL,
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64), source TEXT NOT NULL, pose TEXT NOT NULL, created_at TEXT NOT NULL,
    UNIQUE (twin_id, sha256)
) STRICT;
CREATE TABLE consent (
    id TEXT PRIMARY KEY, twin_id TEXT NOT NULL REFERENCES twin(id), version INTEGER NOT NULL CHECK (version >= 1),
    scope TEXT NOT NULL CHECK (length(scope) >= 10), purpose TEXT NOT NULL CHECK (length(purpose) >= 10),
    pay_minor INTEGER NOT NULL CHECK (pay_minor >= 0), currency TEXT NOT NULL CHECK (length(currency) = 3),
    pay_basis TEXT NOT NULL CHECK (pay_basis IN ('image', 'variant', 'buyout')),
    uses TEXT NOT NULL CHECK (json_valid(uses)), content_limits TEXT NOT NULL CHECK (json_valid(content_limits)),
    disclosure_text TEXT NOT NULL CHECK (length(disclosure_text) >= 10),
    training_allowed INTEGER NOT NULL DEFAULT 0 CHECK (training_allowed IN (0, 1)),
    counsel_or_union TEXT, starts_at TEXT NOT NULL, ends_at TEXT NOT NULL, signed_at TEXT NOT NULL,
    CHECK (starts_at < ends_at), UNIQUE (twin_id, version)
) STRICT;
CREATE TABLE licence (
    id TEXT PRIMARY KEY, consent_id TEXT NOT NULL REFERENCES consent(id), twin_id TEXT NOT NULL REFERENCES twin(id),
    brand_id TEXT NOT NULL REFERENCES brand(id), campaign TEXT NOT NULL, advertiser TEXT NOT NULL,
    product_line TEXT NOT NULL, uses TEXT NOT NULL CHECK (json_valid(uses)), media TEXT NOT NULL CHECK (json_valid(media)),
    territory TEXT NOT NULL, fee_minor INTEGER NOT NULL CHECK (fee_minor >= 0), currency TEXT NOT NULL,
    payment_days INTEGER NOT NULL CHECK (payment_days BETWEEN 0 AND 90),
    max_images INTEGER NOT NULL CHECK (max_images > 0), epoch INTEGER NOT NULL DEFAULT 0,
    starts_at TEXT NOT NULL, ends_at TEXT NOT NULL, created_at TEXT NOT NULL, CHECK (starts_at < ends_at)
) STRICT;
CREATE TRIGGER licence_keeps_terms BEFORE UPDATE OF id, consent_id, twin_id, brand_id, campaign, advertiser, product_line,
    uses, media, territory, fee_minor, currency, payment_days, max_images, starts_at, ends_at, created_at ON licence
BEGIN SELECT RAISE(ABORT, 'the terms of a licence are never changed'); END;
CREATE TRIGGER licence_keeps_delete BEFORE DELETE ON licence
BEGIN SELECT RAISE(ABORT, 'a licence is never deleted'); END;
CREATE TABLE revocation (
    id TEXT PRIMARY KEY, scope TEXT NOT NULL CHECK (scope IN ('consent', 'licence')), subject_id TEXT NOT NULL,
    requested_at TEXT NOT NULL, effective_at TEXT NOT NULL, account_id TEXT NOT NULL, reason TEXT NOT NULL,
    CHECK (requested_at <= effective_at)
) STRICT;
CREATE VIEW licence_window AS
SELECT l.id AS licence_id, l.twin_id, l.brand_id, l.consent_id, t.epoch AS twin_epoch, l.epoch AS licence_epoch,
    max(l.starts_at, c.starts_at) AS starts_at, min(l.ends_at, c.ends_at) AS ends_at,
    (SELECT min(r.requested_at) FROM revocation r
        WHERE (r.scope = 'licence' AND r.subject_id = l.id) OR (r.scope = 'consent' AND r.subject_id = c.id)) AS requested_at,
    (SELECT min(r.effective_at) FROM revocation r
        WHERE (r.scope = 'licence' AND r.subject_id = l.id) OR (r.scope = 'consent' AND r.subject_id = c.id)) AS effective_at
FROM licence l JOIN consent c ON c.id = l.consent_id JOIN twin t ON t.id = l.twin_id;
CREATE TABLE shoot (
    id TEXT PRIMARY KEY, brand_id TEXT NOT NULL REFERENCES brand(id), title TEXT NOT NULL CHECK (length(title) BETWEEN 1 AND 120),
    account_id TEXT NOT NULL, created_at TEXT NOT NULL
) STRICT;
"""

STUDIO = """
CREATE TABLE render (
    id TEXT PRIMARY KEY, shoot_id TEXT NOT NULL REFERENCES shoot(id), twin_id TEXT NOT NULL REFERENCES twin(id),
    licence_id TEXT NOT NULL REFERENCES licence(id), brand_id TEXT NOT NULL REFERENCES brand(id), maker_id TEXT NOT NULL,
    parent_id TEXT REFERENCES render(id), painter TEXT NOT NULL, look TEXT NOT NULL CHECK (json_valid(look)),
    seed INTEGER NOT NULL CHECK (seed BETWEEN 0 AND 4294967295), state TEXT NOT NULL CHECK (state IN ('queued', 'painting',
        'examining', 'blocked', 'in review', 'her turn', 'refused', 'change asked', 'approved', 'released', 'recalled',
        'failed', 'cancelled', 'withdrawn')),
    version INTEGER NOT NULL DEFAULT 0, twin_epoch INTEGER NOT NULL, licence_epoch INTEGER NOT NULL,
    failure TEXT, created_at TEXT NOT NULL, moved_at TEXT NOT NULL
) STRICT;
CREATE INDEX render_by_state ON render (state, created_at);
CREATE INDEX render_by_shoot ON render (shoot_id, created_at);
CREATE INDEX render_by_twin ON render (twin_id, state);
CREATE TABLE job (
    id TEXT PRIMARY KEY, render_id TEXT NOT NULL REFERENCES render(id), kind TEXT NOT NULL CHECK (kind IN ('paint', 'examine')),
    state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'stopped', 'failed')),
    attempt INTEGER NOT NULL DEFAULT 0 CHECK (attempt BETWEEN 0 AND 3), worker TEXT, lease_until TEXT, not_before TEXT NOT NULL,
    step INTEGER NOT NULL DEFAULT 0, steps INTEGER NOT NULL DEFAULT 0, error TEXT, created_at TEXT NOT NULL, ended_at TEXT
) STRICT;
CREATE UNIQUE INDEX job_one_open ON job (render_id, kind) WHERE state IN ('waiting', 'running');
CREATE INDEX job_waiting ON job (state, not_before);
CREATE TABLE recipe (
    render_id TEXT PRIMARY KEY REFERENCES render(id), recipe TEXT NOT NULL CHECK (json_valid(recipe)), created_at TEXT NOT NULL
) STRICT;
"""

TURNS = """
CREATE INDEX job_ended ON job (kind, ended_at);
"""
"""What ended lately tells whose turn it is."""

KEPT = ("consent", "revocation", "recipe", "reference")
"""Tables whose rows are never changed; the migration adds their triggers."""

MIGRATIONS = (("twin-001-registry", REGISTRY), ("twin-002-studio", STUDIO), *RIGHTS, *PAINTERS, ("twin-turns", TURNS))
