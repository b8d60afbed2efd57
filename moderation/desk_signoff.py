"""The person's own decision about each image of her twin: nobody else's account can take it."""

from moderation.access.account import Account, Role
from moderation.database import Database
from moderation.desk_decisions import new_id, not_found, note_of, reason_for, record_decision, require
from moderation.desk_moves import Row, Writing, move
from moderation.errors import AlreadyDecided
from moderation.reach import Reach, unreached
from moderation.signoff import Mover, State
from moderation.vault import Shelf, Vault

FAULTS: tuple[str, ...] = (
    "decide.signoff-moved",
    "decide.signoff-recorded",
    "decide.signoff-committed",
    "decide.undo-recorded",
)

_HERS_ALONE = "Only she herself decides about images of her twin, from her own account."
_HERS = """
SELECT r.id, r.state, r.version, s.sealed_sha256, s.preview_sha256 FROM render r
JOIN twin t ON t.id = r.twin_id LEFT JOIN submission s ON s.render_id = r.id
WHERE r.id = ? AND t.person_id = ?
"""


class SignOff:
    """Approve, refuse, ask for a change, or take an approval back; each one decision row, one move, one audit row.

    Every method raises NotYours for another role, NotFound for an image that is not of her twin, AlreadyDecided
    when the `version` her page showed is no longer the present one, and IllegalMove when it is not her turn.
    """

    def __init__(self, database: Database, vault: Vault, reach: Reach = unreached) -> None:
        self._database = database
        self._vault = vault
        self._reach = reach

    def approve(self, account: Account, render_id: str, sealed_sha256: str, version: int | None = None) -> Row:
        """Approve exactly the image she saw; the `decision` row.

        `sealed_sha256` is what her page carried. Raises SealBroken when another image waits, or when the files at
        rest are not the sealed ones; RightsLapsed when consent or licence is over.
        """
        self._see_files(account, render_id)
        return self._decide(account, render_id, State.APPROVED, "approve", version, seen=sealed_sha256)

    def refuse(self, account: Account, render_id: str, reason_code: str, note: str = "", version: int | None = None) -> Row:
        """Say no, with one of the listed reasons; final. ReasonMissing without one."""
        return self._decide(account, render_id, State.REFUSED, "refuse", version, reason_code=reason_code, note=note)

    def ask_change(self, account: Account, render_id: str, note: str, version: int | None = None) -> Row:
        """Ask for another image instead of this one; ReasonMissing without a note on what should change."""
        require(account, Role.MODEL, _HERS_ALONE)
        wish = note_of(note, needed="Say what should be different.")
        return self._decide(account, render_id, State.CHANGE_ASKED, "change", version, note=wish)

    def undo(self, account: Account, render_id: str, version: int | None = None) -> Row:
        """Take her approval back while the image is not released; the superseding `decision` row."""
        require(account, Role.MODEL, _HERS_ALONE)
        with self._database.write(account.id) as tx:
            hers = _hers(tx, account, render_id)
            if hers["state"] == State.RELEASED:
                raise AlreadyDecided("This image is released already: take it back instead, and its files are recalled.")
            new = new_id(tx)
            move(tx, render_id, State.HER_TURN, Mover.PERSON, version=version, decision_id=new)
            decision = record_decision(tx, account, render_id, "undo", "undo", decision_id=new)
            self._reach("decide.undo-recorded")
            return decision

    def _decide(
        self,
        account: Account,
        render_id: str,
        target: State,
        choice: str,
        version: int | None,
        *,
        reason_code: str | None = None,
        note: str = "",
        seen: str | None = None,
    ) -> Row:
        require(account, Role.MODEL, _HERS_ALONE)
        reason = reason_for(reason_code, note) if choice == "refuse" else None
        with self._database.write(account.id) as tx:
            _hers(tx, account, render_id)
            new = new_id(tx)
            move(tx, render_id, target, Mover.PERSON, version=version, decision_id=new, reason=reason, sealed_sha256=seen)
            self._reach("decide.signoff-moved")
            decision = record_decision(
                tx, account, render_id, "signoff", choice, decision_id=new, reason=reason, note=note_of(note), seen=seen
            )
            self._reach("decide.signoff-recorded")
        self._reach("decide.signoff-committed")
        return decision

    def _see_files(self, account: Account, render_id: str) -> None:
        """Prove, before the write transaction, that what she looked at and what would be released are as sealed."""
        require(account, Role.MODEL, _HERS_ALONE)
        rows = self._database.rows(_HERS, [render_id, account.person_id])
        if not rows:
            raise not_found()
        if rows[0]["sealed_sha256"] is not None:
            self._vault.read(Shelf.ORIGINAL, render_id, rows[0]["sealed_sha256"])
            self._vault.read(Shelf.PREVIEW, render_id, rows[0]["preview_sha256"])


def _hers(tx: Writing, account: Account, render_id: str) -> Row:
    rows = tx.execute(_HERS, [render_id, account.person_id])
    if not rows:
        raise not_found()
    return rows[0]
