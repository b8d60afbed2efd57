"""The row of a decision: who said what about exactly which pixels, under which licence, fee and fence."""

from ulid import ULID

from moderation.access.account import Account, Role
from moderation.desk.moves import Row, Writing
from moderation.desk.signoff import Reason
from moderation.errors import NotFound, NotYours, ReasonMissing, SealBroken

NOTE_LIMIT = 2000

_SUPERSEDED = "EXISTS (SELECT 1 FROM decision newer WHERE newer.supersedes_id = d.id)"

STANDING_APPROVAL = f"""
SELECT d.id FROM decision d WHERE d.render_id = r.id AND d.kind = 'signoff' AND d.choice = 'approve' AND NOT {_SUPERSEDED}
"""
"""The id of the person's approval of the outer `render r` that nothing has superseded; at most one row."""

# The account is read again here, so that one disabled or changed since the page was opened decides nothing.
_RECORD = f"""
INSERT INTO decision (id, render_id, kind, account_id, choice, reason_code, note, sealed_sha256, pixels_sha256, preview_sha256,
    licence_id, fee_minor, currency, twin_epoch, licence_epoch, decided_at, supersedes_id, signature_id)
SELECT :id, r.id, :kind, a.id, :choice, :reason_code, :note, s.sealed_sha256, s.pixels_sha256, s.preview_sha256,
    r.licence_id, l.fee_minor, l.currency, r.twin_epoch, r.licence_epoch, :now,
    CASE WHEN :kind = 'undo' THEN ({STANDING_APPROVAL}) ELSE :supersedes_id END, :signature_id
FROM render r
JOIN submission s ON s.render_id = r.id
JOIN image_fee l ON l.render_id = r.id
JOIN twin t ON t.id = r.twin_id
JOIN account a ON a.id = :account_id AND a.disabled_at IS NULL AND a.role = :role
WHERE r.id = :render_id AND (:seen IS NULL OR s.sealed_sha256 = :seen)
AND (a.role <> 'model' OR a.person_id = t.person_id)
AND (a.role <> 'creative' OR (a.brand_id = r.brand_id AND a.id = r.maker_id))
AND (:kind <> 'undo' OR EXISTS ({STANDING_APPROVAL}))
RETURNING *
"""


def new_id(tx: Writing) -> str:
    """An id that sorts by the transaction's moment."""
    return str(ULID.from_datetime(tx.at))


def record_decision(
    tx: Writing,
    account: Account,
    render_id: str,
    kind: str,
    choice: str,
    *,
    decision_id: str,
    reason: Reason | None = None,
    note: str = "",
    seen: str | None = None,
    signature_id: str | None = None,
    supersedes_id: str | None = None,
) -> Row:
    """Write one decision, bound to hashes, licence, fee and fence as they are now; the new row.

    `decision_id` is the one that the move's audit row names.
    `seen` is the `sealed_sha256` that the deciding page showed, `signature_id` that of the person's own signature over the
    decision, `supersedes_id` the moderator's decision that it takes back.

    Raises SealBroken when it is another image, NotYours when the account as the database holds it may not decide this.
    """
    values = {
        "id": decision_id,
        "render_id": render_id,
        "account_id": account.id,
        "role": account.role.value,
        "reason_code": None if reason is None else reason.value,
        "now": tx.now,
        **{"kind": kind, "choice": choice, "note": note, "seen": seen},
        **{"signature_id": signature_id, "supersedes_id": supersedes_id},
    }
    rows = tx.execute(_RECORD, values)
    if rows:
        return rows[0]
    sealed = tx.execute("SELECT sealed_sha256 FROM submission WHERE render_id = ?", [render_id])
    if sealed and seen is not None and sealed[0]["sealed_sha256"] != seen:
        raise SealBroken("The image on your page is not the image that waits for you: load the page again, then decide.")
    raise NotYours("This account may not take this decision.")


def reason_for(code: str | None, note: str) -> Reason:
    """The reason with this code; ReasonMissing when there is none, or `other` comes without a note."""
    try:
        reason = Reason(code or "")
    except ValueError as error:
        raise ReasonMissing("A no needs one of the listed reasons: choose the one that fits.") from error
    if reason is Reason.OTHER and not note.strip():
        raise ReasonMissing("Say in the note what the other reason is.")
    return reason


def note_of(text: str, *, needed: str | None = None) -> str:
    """The note without outer blanks; ReasonMissing with the sentence `needed` when that is given and the note empty."""
    note = text.strip()
    if len(note) > NOTE_LIMIT:
        raise ReasonMissing(f"A note has at most {NOTE_LIMIT} characters; this one has {len(note)}.")
    if needed is not None and not note:
        raise ReasonMissing(needed)
    return note


def require(account: Account, role: Role, sentence: str) -> None:
    """Raise NotYours with `sentence` unless the account has this role."""
    if account.role is not role:
        raise NotYours(sentence)


def not_found() -> NotFound:
    """The one answer for an image that does not exist and for one that is somebody else's."""
    return NotFound("There is no such image.")
