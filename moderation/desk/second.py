"""Second thoughts and second eyes at the desk: a moderator takes her decision back, or leaves an image to another moderator."""

from moderation.access.account import Account
from moderation.desk.claims import STANDS, eligible, use_up
from moderation.desk.decisions import new_id, not_found, note_of, record_decision
from moderation.desk.moves import Row, Writing, insist_possible, move
from moderation.desk.signoff import Mover, State
from moderation.errors import Gone, IllegalMove, NotYours, ReasonMissing

LEANINGS = {"pass": "would pass it on", "refuse": "would refuse it", "unsure": "cannot tell"}
"""What the first reviewer thinks, in words that follow her name."""

UNDOABLE = """
SELECT d.id, d.render_id, d.choice, d.decided_at, r.version, t.name AS twin_name, b.name AS brand_name
FROM decision d JOIN render r ON r.id = d.render_id JOIN twin t ON t.id = r.twin_id JOIN brand b ON b.id = r.brand_id
WHERE d.account_id = :account_id AND d.kind = 'review' AND d.choice IN ('pass', 'refuse')
AND r.state = CASE d.choice WHEN 'pass' THEN 'her turn' ELSE 'refused' END
AND NOT EXISTS (SELECT 1 FROM decision n WHERE n.render_id = d.render_id AND n.rowid > d.rowid)
AND NOT EXISTS (SELECT 1 FROM removed_picture g WHERE g.render_id = d.render_id)
ORDER BY d.decided_at DESC, d.rowid DESC LIMIT :limit
"""
"""The moderator's own decisions after which nobody has decided anything about the image yet, the newest first."""

_LAST = """
SELECT d.* FROM decision d JOIN submission s ON s.render_id = d.render_id WHERE d.render_id = ? ORDER BY d.rowid DESC LIMIT 1
"""
_STANDING = f"SELECT 1 FROM escalation e WHERE e.render_id = ? AND {STANDS}"
_ANOTHER = f"""
SELECT 1 FROM render r JOIN account a ON a.role = 'moderator' AND a.disabled_at IS NULL AND a.id <> :me
WHERE r.id = :render_id AND {eligible("r", "a.id")} LIMIT 1
"""
_CLOSER_LOOK = f"""
SELECT 1 WHERE EXISTS (SELECT 1 FROM escalation e WHERE e.render_id = :id AND {STANDS})
OR EXISTS (SELECT 1 FROM decision d WHERE d.render_id = :id AND d.kind = 'appeal')
"""


def take_back(tx: Writing, account: Account, render_id: str, version: int | None) -> Row:
    """Supersede the moderator's own decision, so that the image is in review again; the new `decision` row.

    Raises NotFound, NotYours when the last word on the image is another's, IllegalMove when there is nothing to take back,
    Gone without pixels, and what `move` raises: her decision, if she took it first, stands.
    """
    found = tx.execute(_LAST, [render_id])
    if not found:
        raise not_found()
    last = found[0]
    if last["kind"] != "review" or last["account_id"] != account.id:
        raise NotYours("The last word on this image is not yours, so it is not yours to take back.")
    if last["choice"] == "undo":
        raise IllegalMove("You took that back already.")
    if tx.execute("SELECT 1 FROM removed_picture WHERE render_id = ?", [render_id]):
        raise Gone("Its pixels were removed when their time was over; nobody can look at it a second time.")
    new = new_id(tx)
    move(tx, render_id, State.IN_REVIEW, Mover.MODERATOR, version=version, decision_id=new, supersedes_id=last["id"])
    return record_decision(tx, account, render_id, "review", "undo", decision_id=new, supersedes_id=last["id"])


def ask_another(tx: Writing, account: Account, render_id: str, version: int, leaning: str, note: str, token: str) -> Row:
    """Leave a held image to another moderator, telling what one thinks; the `escalation` row. The state stays.

    From now on whoever asked does not decide it. Raises ReasonMissing without a known leaning and a note, NotFound,
    AlreadyDecided, IllegalMove when it is not in review or was left to another before, ClaimHeld, NotYours when nobody else
    could decide it.
    """
    if leaning not in LEANINGS:
        raise ReasonMissing("Say what you think of it yourself: pass it on, refuse it, or cannot tell.")
    why = note_of(note, needed="Say in the note what the other moderator should look at.")
    if not tx.execute("SELECT 1 FROM submission WHERE render_id = ?", [render_id]):
        raise not_found()
    insist_possible(tx, render_id, State.REFUSED, Mover.MODERATOR, version=version)
    if tx.execute(_STANDING, [render_id]):
        raise IllegalMove("A second pair of eyes was asked for already, and they are yours: decide it.")
    use_up(tx, account, render_id, token)
    if not tx.execute(_ANOTHER, {"me": account.id, "render_id": render_id}):
        raise NotYours("There is no other moderator here who could decide it.")
    rows = tx.execute(
        "INSERT INTO escalation (id, render_id, account_id, version, leaning, note, raised_at)"
        " SELECT ?, ?, a.id, ?, ?, ?, ? FROM account a WHERE a.id = ? AND a.role = 'moderator' AND a.disabled_at IS NULL"
        " RETURNING *",
        [new_id(tx), render_id, version, leaning, why, tx.now, account.id],
    )
    if not rows:
        raise NotYours("This account may not take this decision.")
    tx.record("review.escalated", render_id, escalation_id=rows[0]["id"], version=version, leaning=leaning)
    return rows[0]


def insist_on_a_look(tx: Writing, render_id: str) -> None:
    """Raise IllegalMove for an image about which somebody wrote why it should be looked at: it is not refused unseen."""
    if tx.execute(_CLOSER_LOOK, {"id": render_id}):
        raise IllegalMove("Somebody asked for a closer look at this image: open it to decide.")
