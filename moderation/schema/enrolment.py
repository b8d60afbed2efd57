"""Tables of enrolments and of the photographs handed in for them; what was measured of a face is sealed with her key."""

from moderation.database import Migration

ENROLMENT = """
CREATE TABLE enrolment (
    id TEXT PRIMARY KEY, twin_id TEXT NOT NULL REFERENCES twin(id), account_id TEXT NOT NULL REFERENCES account(id),
    opened_at TEXT NOT NULL, ended_at TEXT, ending TEXT CHECK (ending IN ('enrolled', 'given up')),
    CHECK ((ended_at IS NULL) = (ending IS NULL)), CHECK (ended_at >= opened_at)
) STRICT;
CREATE UNIQUE INDEX enrolment_one_open ON enrolment (twin_id) WHERE ended_at IS NULL;
CREATE TRIGGER enrolment_ends_once BEFORE UPDATE ON enrolment WHEN OLD.ended_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'an enrolment ends once'); END;
CREATE TRIGGER enrolment_keeps_delete BEFORE DELETE ON enrolment
BEGIN SELECT RAISE(ABORT, 'an enrolment stays on record'); END;
CREATE TABLE photograph (
    id TEXT PRIMARY KEY, enrolment_id TEXT NOT NULL REFERENCES enrolment(id),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    refused TEXT CHECK (length(refused) > 0), sha256 TEXT CHECK (length(sha256) = 64), sealed BLOB, added_at TEXT NOT NULL,
    vouched_by TEXT REFERENCES account(id), removed_at TEXT, CHECK ((refused IS NULL) = (sha256 IS NOT NULL)),
    CHECK (sealed IS NULL OR (refused IS NULL AND removed_at IS NULL)), CHECK (vouched_by IS NULL OR refused IS NULL)
) STRICT;
CREATE INDEX photograph_by_enrolment ON photograph (enrolment_id, added_at);
CREATE UNIQUE INDEX photograph_once ON photograph (enrolment_id, sha256) WHERE removed_at IS NULL AND sha256 IS NOT NULL;
CREATE TRIGGER photograph_at_most BEFORE INSERT ON photograph WHEN NEW.refused IS NULL
    AND (SELECT count(*) FROM photograph p
        WHERE p.enrolment_id = NEW.enrolment_id AND p.removed_at IS NULL AND p.refused IS NULL) >= 30
BEGIN SELECT RAISE(ABORT, 'an enrolment takes at most 30 photographs'); END;
CREATE TRIGGER photograph_stays_removed BEFORE UPDATE OF removed_at ON photograph WHEN OLD.removed_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'what was removed stays so'); END;
CREATE TRIGGER photograph_keeps_delete BEFORE DELETE ON photograph
BEGIN SELECT RAISE(ABORT, 'a photograph stays on record'); END;
"""

CHANGED = """
CREATE TABLE reference_next (
    id TEXT PRIMARY KEY, twin_id TEXT NOT NULL REFERENCES twin(id), file TEXT NOT NULL,
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64), source TEXT NOT NULL, pose TEXT NOT NULL, created_at TEXT NOT NULL
) STRICT;
INSERT INTO reference_next SELECT id, twin_id, file, sha256, source, pose, created_at FROM reference;
DROP TABLE reference;
ALTER TABLE reference_next RENAME TO reference;
CREATE INDEX reference_of_twin ON reference (twin_id, sha256);
CREATE VIEW standing_reference AS SELECT f.* FROM reference f WHERE f.source <> 'photographed'
    OR EXISTS (SELECT 1 FROM restricted_object o WHERE o.id = f.id AND o.destroyed_at IS NULL);
CREATE TRIGGER reference_stays_as_it_is BEFORE UPDATE ON reference
BEGIN SELECT RAISE(ABORT, 'rows of reference are never changed'); END;
CREATE TRIGGER reference_stays_on_record BEFORE DELETE ON reference
BEGIN SELECT RAISE(ABORT, 'rows of reference are never changed'); END;
CREATE TRIGGER reference_once BEFORE INSERT ON reference
WHEN EXISTS (SELECT 1 FROM standing_reference s WHERE s.twin_id = NEW.twin_id AND s.sha256 = NEW.sha256)
BEGIN SELECT RAISE(ABORT, 'this picture is a reference already'); END;
ALTER TABLE photograph ADD COLUMN leaving_with TEXT REFERENCES enrolment(id);
"""
"""A photograph that was destroyed is no reference any more, and the same file may become one again; its row stays on record.
`leaving_with` is the change that takes a standing photograph out when it is finished."""

MIGRATIONS: tuple[Migration, ...] = (("moderation-enrolment", ENROLMENT),)
CHANGES: tuple[Migration, ...] = (("moderation-enrolment-changed", CHANGED),)
"""After the restricted objects have their last shape."""
