"""Says a no again in an older copy of the database, from the line that was kept of it beside the keys.

A no is whatever ends an image's way or sends it back: a refusal by the person, by her agency or by a moderator, her wish for
another image, and her approval taken back.
"""

from collections.abc import Mapping
from typing import Any

from moderation.desk.moves import Row, Writing, move
from moderation.desk.signoff import Mover, State, sources_of
from moderation.keys.succession import enter_signature, signature_of
from moderation.rights.ending import WAITING

KIND = "no"
"""What the tombstone file calls it."""
TARGETS = {"refuse": State.REFUSED, "change": State.CHANGE_ASKED, "undo": State.HER_TURN}
"""By the choice of its decision, where an image goes."""

_COLUMNS = (
    *("id", "render_id", "kind", "account_id", "choice", "reason_code", "note", "sealed_sha256", "pixels_sha256"),
    *("preview_sha256", "licence_id", "fee_minor", "currency", "twin_epoch", "licence_epoch", "decided_at", "supersedes_id"),
)
# An older copy may lack whoever decided, her permission to her agency, or the approval that was taken back.
_ENTER = f"""
INSERT INTO decision ({", ".join(_COLUMNS)}, signature_id)
SELECT {", ".join(f":{name}" for name in _COLUMNS)}, (SELECT g.id FROM signature g WHERE g.id = :signature_id)
FROM render r JOIN submission s ON s.render_id = r.id JOIN twin t ON t.id = r.twin_id JOIN account a ON a.id = :account_id
WHERE r.id = :render_id AND (:kind = 'review' OR a.person_id = t.person_id
    OR EXISTS (SELECT 1 FROM refusal_allowed f WHERE f.person_id = t.person_id AND f.agency_id = a.agency_id))
AND (:supersedes_id IS NULL OR EXISTS (SELECT 1 FROM decision d WHERE d.id = :supersedes_id
    AND NOT EXISTS (SELECT 1 FROM decision n WHERE n.supersedes_id = d.id)))
RETURNING id
"""


def facts_of(tx: Writing, decision: Row, mover: Mover) -> dict[str, Any]:
    """All that is needed to say this no again, as JSON values."""
    signature = signature_of(tx, decision["signature_id"])
    return {"decision": {name: decision[name] for name in _COLUMNS}, "mover": mover.value, "signature": signature}


def say_again(tx: Writing, facts: Mapping[str, Any]) -> None:
    """Let the no stand; nothing where it stands already.

    An image that the copy knows in another state than the one in which the no was said is withdrawn.
    """
    decision, signature = facts["decision"], facts["signature"]
    found = tx.execute("SELECT state FROM render WHERE id = ?", [decision["render_id"]])
    if not found or tx.execute("SELECT 1 FROM decision WHERE id = ?", [decision["id"]]):
        return
    if signature is not None:
        enter_signature(tx, signature)
    state, target, hand = State(found[0]["state"]), TARGETS[decision["choice"]], Mover(facts["mover"])
    entered = tx.execute(_ENTER, {**decision, "signature_id": signature["id"] if signature else None})
    if entered and state in sources_of(target, hand):
        move(tx, decision["render_id"], target, hand, decision_id=decision["id"])
    elif decision["choice"] != "undo" and state in WAITING:
        move(tx, decision["render_id"], State.WITHDRAWN, Mover.RIGHTS, cause=KIND)
