"""Tables of what is kept sealed, of what was destroyed, and of who had herself erased."""

from moderation.database import Migration, append_only

SEALED = """
DROP TABLE template;
DROP TABLE outline;
CREATE TABLE template (
    reference_id TEXT NOT NULL, twin_id TEXT NOT NULL, pack_sha256 TEXT NOT NULL, light TEXT NOT NULL,
    sealed BLOB NOT NULL, measured_at TEXT NOT NULL, PRIMARY KEY (reference_id, pack_sha256, light)
) STRICT;
CREATE INDEX template_by_twin ON template (twin_id);
CREATE TABLE outline (
    reference_id TEXT NOT NULL, twin_id TEXT NOT NULL, pack_sha256 TEXT NOT NULL, sealed BLOB NOT NULL, measured_at TEXT NOT NULL,
    PRIMARY KEY (reference_id, pack_sha256)
) STRICT;
CREATE INDEX outline_by_twin ON outline (twin_id);
CREATE TABLE restricted_object (
    id TEXT PRIMARY KEY, twin_id TEXT NOT NULL REFERENCES twin(id), kind TEXT NOT NULL CHECK (kind IN ('reference', 'weights')),
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64), bytes INTEGER NOT NULL CHECK (bytes > 0), kept_at TEXT NOT NULL,
    destroyed_at TEXT CHECK (destroyed_at >= kept_at)
) STRICT;
CREATE INDEX restricted_object_by_twin ON restricted_object (twin_id, kind);
CREATE TRIGGER restricted_object_keeps_facts BEFORE UPDATE OF id, twin_id, kind, sha256, bytes, kept_at ON restricted_object
BEGIN SELECT RAISE(ABORT, 'what is known of a restricted object is never changed'); END;
CREATE TRIGGER restricted_object_stays_destroyed BEFORE UPDATE OF destroyed_at ON restricted_object
WHEN OLD.destroyed_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'what was destroyed stays so'); END;
CREATE TRIGGER restricted_object_keeps_delete BEFORE DELETE ON restricted_object
BEGIN SELECT RAISE(ABORT, 'a restricted object stays on record'); END;
CREATE TABLE erasure (
    id TEXT PRIMARY KEY, person_id TEXT NOT NULL UNIQUE REFERENCES person(id), actor TEXT NOT NULL,
    wish TEXT NOT NULL CHECK (wish IN ('hers', 'asked for her', 'restored')), words TEXT NOT NULL,
    facts TEXT NOT NULL CHECK (json_valid(facts)), erased_at TEXT NOT NULL,
    CHECK (wish <> 'asked for her' OR length(words) >= 10)
) STRICT;
CREATE TABLE retention_run (
    id TEXT PRIMARY KEY, ran_at TEXT NOT NULL, facts TEXT NOT NULL CHECK (json_valid(facts))
) STRICT;
CREATE TABLE removed_picture (
    render_id TEXT PRIMARY KEY REFERENCES render(id), run_id TEXT NOT NULL REFERENCES retention_run(id), removed_at TEXT NOT NULL
) STRICT;
""" + append_only("erasure", "retention_run", "removed_picture")
"""Templates and outlines that lay in the clear are dropped and measured again from their references."""

DEALINGS = "CREATE INDEX audit_by_actor ON audit (actor, at);"
"""When somebody last had to do with the studio is asked of the audit."""

MIGRATIONS: tuple[Migration, ...] = (("moderation-sealed", SEALED), ("moderation-sealed-dealings", DEALINGS))
