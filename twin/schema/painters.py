"""The tables of painters: what was pinned, whose licence was accepted, what is installed, and which part an image repaints."""

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

EDITS = """
CREATE TABLE edit_mask (
    render_id TEXT PRIMARY KEY REFERENCES render(id), base_id TEXT NOT NULL REFERENCES render(id),
    mask BLOB NOT NULL CHECK (length(mask) BETWEEN 1 AND 1000000), created_at TEXT NOT NULL, CHECK (render_id <> base_id)
) STRICT;
CREATE TRIGGER edit_mask_keeps_update BEFORE UPDATE ON edit_mask
BEGIN SELECT RAISE(ABORT, 'rows of edit_mask are never changed'); END;
CREATE TRIGGER edit_mask_keeps_delete BEFORE DELETE ON edit_mask
BEGIN SELECT RAISE(ABORT, 'rows of edit_mask are never changed'); END;
"""
"""Images that repaint a part of an earlier one: which, and the marked part as a PNG of black and white."""

UPLOADS = """
CREATE TABLE edit_upload (
    render_id TEXT PRIMARY KEY REFERENCES render(id), base_id TEXT NOT NULL,
    mask BLOB NOT NULL CHECK (length(mask) BETWEEN 1 AND 1000000), created_at TEXT NOT NULL
) STRICT;
CREATE TRIGGER edit_upload_keeps_update BEFORE UPDATE ON edit_upload
BEGIN SELECT RAISE(ABORT, 'rows of edit_upload are never changed'); END;
CREATE TRIGGER edit_upload_keeps_delete BEFORE DELETE ON edit_upload
BEGIN SELECT RAISE(ABORT, 'rows of edit_upload are never changed'); END;
"""
"""Images that repaint a part of a picture from outside: which one, and the marked part as a PNG of black and white."""

FEES = """
DROP VIEW image_fee;
CREATE VIEW image_fee AS
SELECT r.id AS render_id, l.currency, l.fee_model = 'variant' AND v.id IS NOT NULL AS variant,
    CASE WHEN l.fee_model = 'variant' AND v.id IS NOT NULL THEN l.variant_minor ELSE l.fee_minor END AS fee_minor
FROM render r JOIN licence l ON l.id = r.licence_id LEFT JOIN render v ON v.id = r.parent_id AND v.seed = r.seed
    AND NOT EXISTS (SELECT 1 FROM edit_mask e WHERE e.render_id = r.id);
"""
"""Another garment is another image, not the same one in another light, with whatever seed it was painted."""

MASKS = """
CREATE TABLE mask_in_clear (render_id TEXT PRIMARY KEY, mask BLOB NOT NULL) STRICT;
INSERT INTO mask_in_clear SELECT render_id, mask FROM edit_mask UNION ALL SELECT render_id, mask FROM edit_upload;
DROP VIEW image_fee;
CREATE TABLE edit_mask_next (
    render_id TEXT PRIMARY KEY REFERENCES render(id), base_id TEXT NOT NULL REFERENCES render(id), created_at TEXT NOT NULL,
    CHECK (render_id <> base_id)
) STRICT;
INSERT INTO edit_mask_next SELECT render_id, base_id, created_at FROM edit_mask;
DROP TABLE edit_mask;
ALTER TABLE edit_mask_next RENAME TO edit_mask;
CREATE TRIGGER edit_mask_keeps_update BEFORE UPDATE ON edit_mask
BEGIN SELECT RAISE(ABORT, 'rows of edit_mask are never changed'); END;
CREATE TRIGGER edit_mask_keeps_delete BEFORE DELETE ON edit_mask
BEGIN SELECT RAISE(ABORT, 'rows of edit_mask are never changed'); END;
CREATE TABLE edit_upload_next (
    render_id TEXT PRIMARY KEY REFERENCES render(id), base_id TEXT NOT NULL, created_at TEXT NOT NULL
) STRICT;
INSERT INTO edit_upload_next SELECT render_id, base_id, created_at FROM edit_upload;
DROP TABLE edit_upload;
ALTER TABLE edit_upload_next RENAME TO edit_upload;
CREATE TRIGGER edit_upload_keeps_update BEFORE UPDATE ON edit_upload
BEGIN SELECT RAISE(ABORT, 'rows of edit_upload are never changed'); END;
CREATE TRIGGER edit_upload_keeps_delete BEFORE DELETE ON edit_upload
BEGIN SELECT RAISE(ABORT, 'rows of edit_upload are never changed'); END;
""" + FEES.replace("DROP VIEW image_fee;", "")
"""Masks leave the database: those that lie in it wait in `mask_in_clear` until the next start has sealed them in the vault."""

MIGRATIONS = (
    ("twin-painters", PAINTERS),
    ("twin-edits", EDITS),
    ("twin-edits-of-uploads", UPLOADS),
    ("twin-fees-of-edits", FEES),
    ("twin-masks-sealed", MASKS),
)
