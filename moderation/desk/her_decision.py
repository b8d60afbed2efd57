"""The person's own decision about each image of her twin: nobody else's account can take it, and her key signs it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from moderation.access.account import Account, Role
from moderation.audit.attempts import watched
from moderation.backups import noes
from moderation.backups.tombstones import Bury
from moderation.database import Database
from moderation.desk.decisions import new_id, not_found, note_of, reason_for, record_decision, require
from moderation.desk.moves import Row, Writing, insist_possible, move
from moderation.desk.signoff import Mover, Reason, State
from moderation.errors import AlreadyDecided, SignatureRefused
from moderation.keys.her_word import SIGNOFF, HerWord, Word, image_statement
from moderation.reach import Reach, unreached
from moderation.vault.vault import Shelf, Vault

FAULTS: tuple[str, ...] = (
    "decide.signoff-signed",
    "decide.signoff-moved",
    "decide.signoff-recorded",
    "decide.no-noted",
    "decide.signoff-committed",
    "decide.undo-recorded",
)

_HERS_ALONE = "Only she herself decides about images of her twin, from her own account."
_HERS = """
SELECT r.id, r.state, r.version, s.sealed_sha256, s.preview_sha256 FROM render r
JOIN twin t ON t.id = r.twin_id LEFT JOIN submission s ON s.render_id = r.id
WHERE r.id = ? AND t.person_id = ?
"""


@dataclass(frozen=True)
class _Choice:
    """What she decided, in the words of a decision row."""

    target: State
    kind: str
    choice: str
    reason: Reason | None = None
    note: str = ""
    seen: str | None = None


class SignOff:
    """Approve, refuse, ask for a change, or take an approval back; each one decision row, one move, one audit row.

    `word` is how she stands behind it: her key's signature over exactly this decision, which an approval cannot do without,
    or the proof of her password. The signature is verified and kept before anything moves, in the same transaction.

    Every method raises NotYours for another role, NotFound for an image that is not of her twin, AlreadyDecided
    when the `version` her page showed is no longer the present one, IllegalMove when it is not her turn, and
    SignatureRefused when her word does not stand behind it.
    """

    def __init__(
        self, database: Database, vault: Vault, word: HerWord, reach: Reach = unreached, *, tombstone: Bury = lambda *_: None
    ) -> None:
        """`tombstone` keeps each of her noes beside the keys."""
        self._database = database
        self._tombstone = tombstone
        self._vault = vault
        self._word = word
        self._reach = reach

    @watched("sign")
    def statement(
        self,
        account: Account,
        render_id: str,
        choice: str,
        key: str,
        *,
        reason_code: str | None = None,
        note: str = "",
        renditions: Sequence[str] = (),
    ) -> bytes:
        """What the key with this fingerprint signs for a choice (approve, refuse, change, undo) on an image as it stands now."""
        require(account, Role.MODEL, _HERS_ALONE)
        if choice not in ("approve", "refuse", "change", "undo"):
            raise SignatureRefused("There is no such decision to sign.")
        with self._database.read(account.id) as tx:
            said = {"at": tx.now, "key": key, "renditions": list(renditions)}
            reason = reason_for(reason_code, note).value if choice == "refuse" else None
            return image_statement(tx, account, render_id, choice, said, reason_code=reason, note=note_of(note))

    @watched("approve")
    def approve(
        self, account: Account, render_id: str, sealed_sha256: str, version: int | None = None, *, word: Word = None
    ) -> Row:
        """Approve exactly the image she saw; the `decision` row.

        `sealed_sha256` is what her page carried. Raises SealBroken when another image waits, or when the files at
        rest are not the sealed ones; RightsLapsed when consent or licence is over.
        """
        self._see_files(account, render_id)
        choice = _Choice(State.APPROVED, "signoff", "approve", seen=sealed_sha256)
        return self._decide(account, render_id, choice, version, word)

    @watched("refuse")
    def refuse(
        self, account: Account, render_id: str, reason_code: str, note: str = "", version: int | None = None, *, word: Word = None
    ) -> Row:
        """Say no, with one of the listed reasons; final. ReasonMissing without one."""
        require(account, Role.MODEL, _HERS_ALONE)
        choice = _Choice(State.REFUSED, "signoff", "refuse", reason_for(reason_code, note), note_of(note))
        return self._decide(account, render_id, choice, version, word)

    @watched("ask for a change")
    def ask_change(self, account: Account, render_id: str, note: str, version: int | None = None, *, word: Word = None) -> Row:
        """Ask for another image instead of this one; ReasonMissing without a note on what should change."""
        require(account, Role.MODEL, _HERS_ALONE)
        wish = note_of(note, needed="Say what should be different.")
        return self._decide(account, render_id, _Choice(State.CHANGE_ASKED, "signoff", "change", note=wish), version, word)

    @watched("take an approval back")
    def undo(self, account: Account, render_id: str, version: int | None = None, *, word: Word = None) -> Row:
        """Take her approval back while the image is not released; the superseding `decision` row."""
        return self._decide(account, render_id, _Choice(State.HER_TURN, "undo", "undo"), version, word)

    def _decide(self, account: Account, render_id: str, what: _Choice, version: int | None, word: Word) -> Row:
        require(account, Role.MODEL, _HERS_ALONE)
        with self._database.write(account.id) as tx:
            hers = _hers(tx, account, render_id)
            if what.choice == "undo" and hers["state"] == State.RELEASED:
                raise AlreadyDecided("This image is released already: take it back instead, and its files are recalled.")
            insist_possible(tx, render_id, what.target, Mover.PERSON, version=version)
            signature_id = self._signed(tx, account, render_id, what, word)
            self._reach("decide.signoff-signed")
            new = new_id(tx)
            told = {"decision_id": new, "signature_id": signature_id, "reason": what.reason, "sealed_sha256": what.seen}
            move(tx, render_id, what.target, Mover.PERSON, version=version, **told)
            self._reach("decide.signoff-moved")
            decision = record_decision(
                tx,
                account,
                render_id,
                what.kind,
                what.choice,
                decision_id=new,
                reason=what.reason,
                note=what.note,
                seen=what.seen,
                signature_id=signature_id,
            )
            self._reach("decide.undo-recorded" if what.choice == "undo" else "decide.signoff-recorded")
            if what.choice in noes.TARGETS:
                self._tombstone(tx, render_id, noes.facts_of(tx, decision, Mover.PERSON))
                self._reach("decide.no-noted")
        self._reach("decide.signoff-committed")
        return decision

    def _signed(self, tx: Writing, account: Account, render_id: str, what: _Choice, word: Word) -> str | None:
        reason = what.reason.value if what.reason else None
        derive = partial(image_statement, tx, account, render_id, what.choice, reason_code=reason, note=what.note)
        return self._word.given(tx, account, SIGNOFF, render_id, derive, word, must_sign=what.choice == "approve")

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
