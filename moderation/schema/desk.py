"""The tables of the review desk: comments, second pairs of eyes, and how each moderator likes to look."""

from moderation.database import Migration, append_only

DESK = """
CREATE TABLE comment (
    id TEXT PRIMARY KEY, render_id TEXT NOT NULL REFERENCES render(id), account_id TEXT NOT NULL REFERENCES account(id),
    audience TEXT NOT NULL CHECK (audience IN ('desk', 'maker', 'hers', 'brand')),
    sealed BLOB NOT NULL CHECK (length(sealed) > 0), said_at TEXT NOT NULL
) STRICT;
CREATE INDEX comment_by_image ON comment (render_id, said_at);
CREATE TABLE escalation (
    id TEXT PRIMARY KEY, render_id TEXT NOT NULL REFERENCES render(id), account_id TEXT NOT NULL REFERENCES account(id),
    version INTEGER NOT NULL, leaning TEXT NOT NULL CHECK (leaning IN ('pass', 'refuse', 'unsure')),
    note TEXT NOT NULL CHECK (length(trim(note)) BETWEEN 1 AND 2000), raised_at TEXT NOT NULL, UNIQUE (render_id, version)
) STRICT;
CREATE TABLE desk_wish (
    account_id TEXT PRIMARY KEY REFERENCES account(id), blur INTEGER NOT NULL CHECK (blur IN (0, 1)),
    grey INTEGER NOT NULL CHECK (grey IN (0, 1)), wished_at TEXT NOT NULL
) STRICT;
CREATE INDEX render_in_review ON render (moved_at, id) WHERE state = 'in review';
CREATE INDEX decision_by_time ON decision (decided_at);
""" + append_only("comment", "escalation")
"""Comments are sealed with the key of the person in the image. Their audience: desk (moderators), maker (moderators and whoever
made the image), hers (she, her agency and moderators), brand (everybody who may see the image). Whoever escalated an image does
not decide it, until an appeal begins it anew.
"""

WAITING = """
DROP INDEX render_in_review;
CREATE INDEX render_waiting ON render (state, moved_at, id, maker_id);
"""
"""In the order in which images wait, whatever they wait for; without statistics SQLite passed the narrower index over."""

APPEALED = """
CREATE INDEX decision_appealed ON decision (render_id) WHERE kind = 'appeal';
CREATE INDEX escalation_by_account ON escalation (account_id, render_id);
"""
"""Among a hundred thousand images in review, the few that a moderator may not judge are found without a look at the others."""

MIGRATIONS: tuple[Migration, ...] = (
    ("moderation-desk", DESK),
    ("moderation-waiting", WAITING),
    ("moderation-appealed", APPEALED),
)
