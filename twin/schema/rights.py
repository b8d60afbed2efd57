"""The tables of rights: drafts and documents of consent, rate cards, what a licence says beyond its first columns.

`licence_window` says when a licence holds, `licence_taken` how many of its images are given, `image_fee` what one image pays.
"""

SPENT = ("blocked", "refused", "change asked", "failed", "cancelled", "withdrawn")
"""States of images that do not count against a licence's number: nobody can use them."""
_SPENT = ", ".join(f"'{state}'" for state in SPENT)
GIVEN = "'released', 'recalled'"
_ADDED = "exclusivity, category, notice_hours, earliest_use_at, fee_model, variant_minor, commission_bp, rate"


def _kept(*tables: str) -> str:
    """Triggers that let no row of these tables be changed or removed."""
    return "".join(
        f"CREATE TRIGGER {table}_keeps_{verb.lower()} BEFORE {verb} ON {table}\n"
        f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are never changed'); END;\n"
        for table in tables
        for verb in ("UPDATE", "DELETE")
    )


FICTIONAL_PURPOSE = "Measuring the face in the reference pictures, to tell whether an image shows this person and nobody else."
"""Why the faces of a demo's fictional cast are measured."""
_OWN_CONSENT = """
    id TEXT PRIMARY KEY, person_id TEXT NOT NULL REFERENCES person(id), version INTEGER NOT NULL CHECK (version >= 1),
    purpose TEXT NOT NULL CHECK (length(purpose) >= 10), language TEXT NOT NULL DEFAULT 'en',
    starts_at TEXT NOT NULL, ends_at TEXT NOT NULL, signed_at TEXT NOT NULL, signature_id TEXT,
    CHECK (signed_at <= starts_at AND starts_at < ends_at), CHECK (julianday(ends_at) - julianday(starts_at) <= 1096),
    UNIQUE (person_id, version)
"""

DOCUMENTS = f"""
ALTER TABLE consent ADD COLUMN language TEXT NOT NULL DEFAULT 'en' CHECK (length(language) BETWEEN 2 AND 35);
CREATE TABLE biometric_consent ({_OWN_CONSENT}) STRICT;
CREATE TABLE training_consent ({_OWN_CONSENT}) STRICT;
CREATE TABLE consent_draft (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ('painting', 'biometric', 'training')),
    person_id TEXT NOT NULL REFERENCES person(id), twin_id TEXT REFERENCES twin(id), version INTEGER NOT NULL,
    agency_id TEXT REFERENCES agency(id), account_id TEXT NOT NULL, language TEXT NOT NULL,
    terms TEXT NOT NULL CHECK (json_valid(terms)), text TEXT NOT NULL,
    text_sha256 TEXT NOT NULL CHECK (length(text_sha256) = 64), drafted_at TEXT NOT NULL, ended_at TEXT,
    ending TEXT CHECK (ending IN ('signed', 'declined', 'withdrawn', 'replaced')),
    CHECK ((kind = 'painting') = (twin_id IS NOT NULL)), CHECK ((ended_at IS NULL) = (ending IS NULL))
) STRICT;
CREATE UNIQUE INDEX consent_draft_one_open ON consent_draft (person_id, kind, coalesce(twin_id, '')) WHERE ended_at IS NULL;
CREATE TRIGGER consent_draft_keeps_text BEFORE UPDATE OF id, kind, person_id, twin_id, version, agency_id, account_id, language,
    terms, text, text_sha256, drafted_at ON consent_draft
BEGIN SELECT RAISE(ABORT, 'the text of a draft is never changed'); END;
CREATE TRIGGER consent_draft_ends_once BEFORE UPDATE ON consent_draft WHEN OLD.ended_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a draft ends once'); END;
CREATE TRIGGER consent_draft_keeps_delete BEFORE DELETE ON consent_draft
BEGIN SELECT RAISE(ABORT, 'a draft is never deleted'); END;
CREATE TABLE consent_document (
    subject_id TEXT PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ('painting', 'biometric', 'training')),
    person_id TEXT NOT NULL REFERENCES person(id), draft_id TEXT UNIQUE REFERENCES consent_draft(id), text TEXT NOT NULL,
    text_sha256 TEXT NOT NULL CHECK (length(text_sha256) = 64), statement BLOB, signature_id TEXT, key_fingerprint TEXT,
    account_id TEXT NOT NULL, recorded_at TEXT NOT NULL, CHECK ((signature_id IS NULL) = (key_fingerprint IS NULL))
) STRICT;
{_kept("biometric_consent", "training_consent", "consent_document")}
INSERT INTO biometric_consent (id, person_id, version, purpose, starts_at, ends_at, signed_at)
SELECT p.id || '-biometric-1', p.id, 1, '{FICTIONAL_PURPOSE}',
    min(c.starts_at), max(c.starts_at, min(c.ends_at)), min(c.signed_at)
FROM person p JOIN twin t ON t.person_id = p.id JOIN consent c ON c.twin_id = t.id
WHERE p.fictional = 1 GROUP BY p.id HAVING min(c.ends_at) > min(c.starts_at);
CREATE VIEW biometric_window AS
SELECT b.id AS consent_id, b.person_id, b.version, b.starts_at, b.ends_at,
    (SELECT min(r.requested_at) FROM revocation r WHERE r.scope = 'biometric' AND r.subject_id = b.id) AS requested_at,
    (SELECT min(r.effective_at) FROM revocation r WHERE r.scope = 'biometric' AND r.subject_id = b.id) AS effective_at
FROM biometric_consent b;
"""
"""Consent as documents: what an agency drafts counts for nothing, what she signed is kept word for word."""

LICENSING = f"""
CREATE TABLE rate_card (
    id TEXT PRIMARY KEY, agency_id TEXT NOT NULL REFERENCES agency(id), version INTEGER NOT NULL CHECK (version >= 1),
    currency TEXT NOT NULL CHECK (length(currency) = 3), card TEXT NOT NULL CHECK (json_valid(card)), account_id TEXT NOT NULL,
    made_at TEXT NOT NULL, UNIQUE (agency_id, version)
) STRICT;
{_kept("rate_card")}
ALTER TABLE licence ADD COLUMN exclusivity TEXT NOT NULL DEFAULT 'none' CHECK (exclusivity IN ('none', 'category'));
ALTER TABLE licence ADD COLUMN category TEXT NOT NULL DEFAULT '' CHECK (exclusivity = 'none' OR length(category) > 0);
ALTER TABLE licence ADD COLUMN notice_hours INTEGER NOT NULL DEFAULT 0 CHECK (notice_hours BETWEEN 0 AND 2160);
ALTER TABLE licence ADD COLUMN earliest_use_at TEXT;
ALTER TABLE licence ADD COLUMN fee_model TEXT NOT NULL DEFAULT 'image' CHECK (fee_model IN ('image', 'variant', 'buyout'));
ALTER TABLE licence ADD COLUMN variant_minor INTEGER
    CHECK ((fee_model = 'variant') = (variant_minor IS NOT NULL) AND coalesce(variant_minor, 0) >= 0);
ALTER TABLE licence ADD COLUMN commission_bp INTEGER NOT NULL DEFAULT 0 CHECK (commission_bp BETWEEN 0 AND 2000);
ALTER TABLE licence ADD COLUMN revocation_notice_hours INTEGER NOT NULL DEFAULT 0
    CHECK (revocation_notice_hours BETWEEN 0 AND 720);
ALTER TABLE licence ADD COLUMN rate TEXT NOT NULL DEFAULT '{{}}' CHECK (json_valid(rate));
UPDATE licence SET category = lower(product_line), commission_bp = coalesce((SELECT a.commission_bp
    FROM twin t JOIN person p ON p.id = t.person_id JOIN agency a ON a.id = p.agency_id WHERE t.id = licence.twin_id), 0);
CREATE TRIGGER licence_keeps_price BEFORE UPDATE OF {_ADDED}, revocation_notice_hours ON licence
BEGIN SELECT RAISE(ABORT, 'the terms of a licence are never changed'); END;
CREATE INDEX render_by_licence ON render (licence_id, state);
CREATE VIEW licence_taken AS
SELECT l.id AS licence_id, l.max_images,
    (SELECT count(*) FROM render r WHERE r.licence_id = l.id AND r.state NOT IN ({_SPENT})) AS taken,
    (SELECT count(*) FROM render r WHERE r.licence_id = l.id AND r.state IN ({GIVEN})) AS given
FROM licence l;
CREATE TRIGGER licence_number_insert BEFORE INSERT ON render WHEN NEW.state NOT IN ({_SPENT})
    AND EXISTS (SELECT 1 FROM licence_taken n WHERE n.licence_id = NEW.licence_id AND n.taken >= n.max_images)
BEGIN SELECT RAISE(ABORT, 'the licence allows no further image'); END;
CREATE TRIGGER licence_number_update BEFORE UPDATE OF state ON render WHEN OLD.state IN ({_SPENT}) AND NEW.state NOT IN ({_SPENT})
    AND EXISTS (SELECT 1 FROM licence_taken n WHERE n.licence_id = NEW.licence_id AND n.taken >= n.max_images)
BEGIN SELECT RAISE(ABORT, 'the licence allows no further image'); END;
CREATE TRIGGER licence_number_release BEFORE UPDATE OF state ON render WHEN NEW.state = 'released' AND OLD.state <> 'released'
    AND EXISTS (SELECT 1 FROM licence_taken n WHERE n.licence_id = NEW.licence_id AND n.given >= n.max_images)
BEGIN SELECT RAISE(ABORT, 'the licence allows no further release'); END;
CREATE VIEW image_fee AS
SELECT r.id AS render_id, l.currency, l.fee_model = 'variant' AND v.id IS NOT NULL AS variant,
    CASE WHEN l.fee_model = 'variant' AND v.id IS NOT NULL THEN l.variant_minor ELSE l.fee_minor END AS fee_minor
FROM render r JOIN licence l ON l.id = r.licence_id LEFT JOIN render v ON v.id = r.parent_id AND v.seed = r.seed;
DROP VIEW licence_window;
CREATE VIEW licence_window AS
SELECT l.id AS licence_id, l.twin_id, l.brand_id, l.consent_id, t.epoch AS twin_epoch, l.epoch AS licence_epoch,
    max(l.starts_at, c.starts_at) AS starts_at, min(l.ends_at, c.ends_at) AS ends_at,
    max(l.starts_at, c.starts_at, coalesce(l.earliest_use_at, l.starts_at)) AS use_starts_at,
    (SELECT min(r.requested_at) FROM revocation r
        WHERE (r.scope = 'licence' AND r.subject_id = l.id) OR (r.scope = 'consent' AND r.subject_id = c.id)) AS requested_at,
    (SELECT min(r.effective_at) FROM revocation r
        WHERE (r.scope = 'licence' AND r.subject_id = l.id) OR (r.scope = 'consent' AND r.subject_id = c.id)) AS effective_at
FROM licence l JOIN consent c ON c.id = l.consent_id JOIN twin t ON t.id = l.twin_id;
"""
"""What a licence costs, excludes and waits for; its number of images is kept by the table itself."""

SHARES = f"""
CREATE TABLE creative_share (
    licence_id TEXT PRIMARY KEY REFERENCES licence(id), share_bp INTEGER NOT NULL CHECK (share_bp BETWEEN 1 AND 5000),
    agreed_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER creative_share_comes_first BEFORE INSERT ON creative_share
BEGIN
    SELECT RAISE(ABORT, 'the share of the authors is agreed once, before the first image')
    WHERE EXISTS (SELECT 1 FROM creative_share s WHERE s.licence_id = NEW.licence_id)
    OR EXISTS (SELECT 1 FROM render r WHERE r.licence_id = NEW.licence_id);
END;
{_kept("creative_share")}
"""
"""What the brand of a licence pays the people behind a look beside her fee, in basis points of it."""

MIGRATIONS = (("twin-documents", DOCUMENTS), ("twin-licensing", LICENSING), ("twin-shares", SHARES))
