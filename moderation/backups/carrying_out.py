"""Does a taking back again in an older copy of the database, from the line that was kept of it beside the keys."""

from collections.abc import Mapping
from typing import Any

from moderation.desk.moves import Writing
from moderation.desk.signoff import State
from moderation.rights.ending import Cause, Ended, end_image, end_licences, notice

KIND = "revocation"
"""What the tombstone file calls a taking back."""

_ACT = """
INSERT INTO taking_back (id, scope, subject_id, twin_id, account_id, reason, signature_id, requested_at, effective_at)
SELECT :id, :scope, :subject_id, t.id, a.id, :reason, :signature_id, :requested_at, :effective_at
FROM twin t JOIN account a ON a.id = :account_id WHERE t.id = :twin_id
AND NOT EXISTS (SELECT 1 FROM taking_back k WHERE k.id = :id)
ON CONFLICT DO NOTHING
"""
_PART = """
INSERT INTO revocation (id, scope, subject_id, requested_at, effective_at, account_id, reason)
VALUES (:id, :scope, :subject_id, :requested_at, :effective_at, :account_id, :reason) ON CONFLICT DO NOTHING
"""
_OF = """
INSERT INTO taking_back_part SELECT r.id, k.id FROM revocation r JOIN taking_back k ON k.id = :act_id WHERE r.id = :id
ON CONFLICT DO NOTHING
"""


def carry_out(tx: Writing, facts: Mapping[str, Any]) -> Ended:
    """Take back again what `facts` say was taken; what stands already stays as it is.

    An older copy may lack the person's account or the licence: every right that it has ends all the same.
    """
    act = facts["act"]
    tx.execute(_ACT, act)
    for part in facts["parts"]:
        tx.execute(_PART, part)
        tx.execute(_OF, {"id": part["id"], "act_id": act["id"]})
    if act["scope"] != "image":
        return end_licences(tx, twin_id=act["twin_id"])
    known = bool(tx.execute("SELECT 1 FROM taking_back WHERE id = ?", [act["id"]]))
    ended, cause = Ended(), Cause("revocation", act["id"] if known else None, act["effective_at"])
    released = tx.execute(
        "SELECT r.id, e.id AS release_id, e.file_sha256, r.brand_id FROM render r JOIN release e ON e.render_id = r.id"
        " WHERE r.id = ? AND r.state = ?",
        [act["subject_id"], State.RELEASED.value],
    )
    if released and known and tx.now < act["effective_at"]:
        notice(tx, released[0], cause, ended)
    else:
        end_image(tx, act["subject_id"], cause, ended)
    return ended
