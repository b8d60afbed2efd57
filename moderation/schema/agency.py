"""The table of an agency's dealings: whether she lets her agency say no for her."""

from moderation.database import Migration, append_only

AGENCY = """
CREATE TABLE refusal_permission (
    seq INTEGER PRIMARY KEY, person_id TEXT NOT NULL REFERENCES person(id), agency_id TEXT NOT NULL REFERENCES agency(id),
    allowed INTEGER NOT NULL CHECK (allowed IN (0, 1)), account_id TEXT NOT NULL REFERENCES account(id),
    signature_id TEXT REFERENCES signature(id), said_at TEXT NOT NULL, CHECK (allowed = 0 OR signature_id IS NOT NULL)
) STRICT;
CREATE INDEX refusal_permission_by_person ON refusal_permission (person_id, seq);
CREATE VIEW refusal_allowed AS
SELECT p.id AS person_id, q.agency_id, q.seq, q.said_at FROM person p JOIN refusal_permission q ON q.person_id = p.id
WHERE q.agency_id = p.agency_id AND q.allowed = 1
AND q.seq = (SELECT max(n.seq) FROM refusal_permission n WHERE n.person_id = p.id);
CREATE TRIGGER decision_is_hers BEFORE INSERT ON decision WHEN NEW.kind IN ('signoff', 'undo') AND NOT EXISTS (
    SELECT 1 FROM account a JOIN render r ON r.id = NEW.render_id JOIN twin t ON t.id = r.twin_id
    WHERE a.id = NEW.account_id AND a.person_id = t.person_id)
BEGIN
    SELECT RAISE(ABORT, 'she decides herself; her agency may say no for her where she allows it')
    WHERE NEW.kind <> 'signoff' OR NEW.choice <> 'refuse' OR NOT EXISTS (
        SELECT 1 FROM account a JOIN render r ON r.id = NEW.render_id JOIN twin t ON t.id = r.twin_id
        JOIN refusal_allowed f ON f.person_id = t.person_id AND f.agency_id = a.agency_id WHERE a.id = NEW.account_id);
END;
""" + append_only("refusal_permission")
"""The newest permission of a person counts, for the agency she is
with now, and the database itself takes no decision in her place but a no that she allowed.
"""

MIGRATIONS: tuple[Migration, ...] = (("moderation-agency", AGENCY),)
