"""The table of what was made of a released file, and which of it a grant is for."""

from moderation.database import Migration, append_only

COPIES = """
CREATE TABLE release_copy (
    release_id TEXT NOT NULL REFERENCES release (id), name TEXT NOT NULL CHECK (name IN ('web', 'small')),
    file_sha256 TEXT NOT NULL CHECK (length(file_sha256) = 64), width INTEGER NOT NULL CHECK (width > 0),
    height INTEGER NOT NULL CHECK (height > 0), bytes INTEGER NOT NULL CHECK (bytes > 0), PRIMARY KEY (release_id, name)
) STRICT;
ALTER TABLE download_grant ADD COLUMN copy TEXT;
CREATE TRIGGER download_grant_copy_is_there BEFORE INSERT ON download_grant WHEN NEW.copy IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM release_copy c WHERE c.release_id = NEW.release_id AND c.name = NEW.copy)
BEGIN SELECT RAISE(ABORT, 'no such copy was released'); END;
""" + append_only("release_copy")
"""Without a name a grant is for the sealed file itself."""

MIGRATIONS: tuple[Migration, ...] = (("moderation-release-copies", COPIES),)
