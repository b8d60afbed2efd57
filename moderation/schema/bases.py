"""Tables of the pictures that creatives hand in to have a part of them repainted."""

from moderation.database import Migration, append_only

BASES = """
CREATE TABLE restricted_object_next (
    id TEXT PRIMARY KEY, twin_id TEXT NOT NULL REFERENCES twin(id),
    kind TEXT NOT NULL CHECK (kind IN ('reference', 'weights', 'base')),
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64), bytes INTEGER NOT NULL CHECK (bytes > 0), kept_at TEXT NOT NULL,
    destroyed_at TEXT CHECK (destroyed_at >= kept_at)
) STRICT;
INSERT INTO restricted_object_next SELECT id, twin_id, kind, sha256, bytes, kept_at, destroyed_at FROM restricted_object;
DROP TABLE restricted_object;
ALTER TABLE restricted_object_next RENAME TO restricted_object;
CREATE INDEX restricted_object_by_twin ON restricted_object (twin_id, kind);
CREATE TRIGGER restricted_object_keeps_facts BEFORE UPDATE OF id, twin_id, kind, sha256, bytes, kept_at ON restricted_object
BEGIN SELECT RAISE(ABORT, 'what is known of a restricted object is never changed'); END;
CREATE TRIGGER restricted_object_stays_destroyed BEFORE UPDATE OF destroyed_at ON restricted_object
WHEN OLD.destroyed_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'what was destroyed stays so'); END;
CREATE TRIGGER restricted_object_keeps_delete BEFORE DELETE ON restricted_object
BEGIN SELECT RAISE(ABORT, 'a restricted object stays on record'); END;
CREATE TABLE base_picture (
    id TEXT PRIMARY KEY REFERENCES restricted_object(id), brand_id TEXT NOT NULL REFERENCES brand(id),
    account_id TEXT NOT NULL REFERENCES account(id), name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    file_sha256 TEXT NOT NULL CHECK (length(file_sha256) = 64), pixels_sha256 TEXT NOT NULL CHECK (length(pixels_sha256) = 64),
    width INTEGER NOT NULL CHECK (width > 0), height INTEGER NOT NULL CHECK (height > 0), source_type TEXT NOT NULL,
    faces TEXT NOT NULL CHECK (json_valid(faces)), findings TEXT NOT NULL CHECK (json_valid(findings)), handed_in_at TEXT NOT NULL
) STRICT;
CREATE INDEX base_picture_by_brand ON base_picture (brand_id, handed_in_at);
""" + append_only("base_picture")
"""The table of restricted objects is made anew, for one more kind; what stands in it stays."""

MIGRATIONS: tuple[Migration, ...] = (("moderation-bases", BASES),)
