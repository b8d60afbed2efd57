"""Taking permission back: everything, a consent, a licence or one image, told beforehand, by the person herself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from moderation.access.account import Account, Role
from moderation.audit.attempts import watched
from moderation.database import Database
from moderation.desk.decisions import new_id, not_found, note_of, require
from moderation.desk.moves import Row, Writing, move
from moderation.desk.signoff import Mover, State
from moderation.errors import AlreadyDecided, ModerationError, NotFound
from moderation.keys.her_word import REVOCATION, HerWord, Word, revocation_statement
from moderation.reach import Reach, unreached
from moderation.rights import foresight
from moderation.rights.ending import WAITING, Cause, Ended, end_image, end_licences, images_of, licence_list, notice
from moderation.rights.foresight import SCOPES, Foreseen

FAULTS: tuple[str, ...] = ("revoke.recorded", "revoke.fenced", "revoke.moved", "revoke.committed")

_COLUMNS = "id, scope, subject_id, requested_at, effective_at, account_id, reason"
_HERS_ALONE = "Only she herself takes back what she agreed to, from her own account."

_SUBJECTS = """
SELECT 'twin' AS scope, id, id AS twin_id FROM twin UNION ALL SELECT 'consent', id, twin_id FROM consent
UNION ALL SELECT 'licence', id, twin_id FROM licence UNION ALL SELECT 'image', id, twin_id FROM render
"""
_HERS = f"SELECT s.* FROM ({_SUBJECTS}) s JOIN twin t ON t.id = s.twin_id WHERE s.scope = ? AND s.id = ? AND t.person_id = ?"

# What still stands of a subject; an image stands with its licence.
_STANDING = """
CASE subject.scope
WHEN 'twin' THEN EXISTS (SELECT 1 FROM consent c WHERE c.twin_id = subject.id
    AND NOT EXISTS (SELECT 1 FROM revocation r WHERE r.scope = 'consent' AND r.subject_id = c.id))
WHEN 'consent' THEN NOT EXISTS (SELECT 1 FROM revocation r WHERE r.scope = 'consent' AND r.subject_id = subject.id)
WHEN 'licence' THEN EXISTS (SELECT 1 FROM licence_window w WHERE w.licence_id = subject.id AND w.requested_at IS NULL)
ELSE EXISTS (SELECT 1 FROM render r JOIN licence_window w ON w.licence_id = r.licence_id
    WHERE r.id = subject.id AND w.requested_at IS NULL)
    AND NOT EXISTS (SELECT 1 FROM taking_back k WHERE k.scope = 'image' AND k.subject_id = subject.id) END
"""
# Every test of who may and whether it was done before is in the INSERT, so of two calls one takes it back.
_TAKE_BACK = f"""
INSERT INTO taking_back (id, scope, subject_id, twin_id, account_id, reason, signature_id, requested_at, effective_at)
SELECT :id, :scope, subject.id, subject.twin_id, a.id, :reason, :signature_id, :now, :effective_at
FROM ({_SUBJECTS}) subject JOIN twin t ON t.id = subject.twin_id
JOIN account a ON a.id = :account_id AND a.disabled_at IS NULL
    AND ((a.role = 'model' AND a.person_id = t.person_id) OR (a.role = 'administrator' AND subject.scope = 'twin'))
WHERE subject.scope = :scope AND subject.id = :subject_id AND {_STANDING}
RETURNING *
"""
_CONSENTS = """
SELECT c.id FROM consent c WHERE CASE :scope WHEN 'twin' THEN c.twin_id WHEN 'consent' THEN c.id END = :subject_id
AND NOT EXISTS (SELECT 1 FROM revocation r WHERE r.scope = 'consent' AND r.subject_id = c.id) ORDER BY c.version
"""
# What she allowed beside the twin ends with the last of her twins.
_BESIDE = """
SELECT kind AS scope, b.id FROM (SELECT 'biometric' AS kind, id, person_id, ends_at FROM biometric_consent
    UNION ALL SELECT 'training', id, person_id, ends_at FROM training_consent) b
JOIN twin t ON t.id = :twin_id AND t.person_id = b.person_id
WHERE :now < b.ends_at AND NOT EXISTS (SELECT 1 FROM revocation r WHERE r.scope = b.kind AND r.subject_id = b.id)
AND NOT EXISTS (SELECT 1 FROM consent c JOIN twin o ON o.id = c.twin_id AND o.person_id = b.person_id
    WHERE :now < c.ends_at AND NOT EXISTS (SELECT 1 FROM revocation r WHERE r.scope = 'consent' AND r.subject_id = c.id))
"""

Tombstone = Callable[[Writing, str, dict[str, Any]], object]
"""Keeps a taking back (its subject, and all that is needed to do it again) beside the keys, within its transaction."""


@dataclass(frozen=True)
class TakenBack:
    """What was taken back, since when (ISO text, UTC), and the ids of the images it moved.

    Released images in `noticed` are recalled when their licence's notice has passed.
    """

    revocation_id: str
    requested_at: str
    effective_at: str
    withdrawn: tuple[str, ...]
    recalled: tuple[str, ...]
    noticed: tuple[str, ...]


class Rights:
    """Revocation by the person herself; `reach` is called at the points in `FAULTS`.

    `word` asks how she stands behind it, within the transaction; without it nobody is asked. `tombstone` is called there
    too: when it fails, nothing was taken back and she is told.
    """

    def __init__(
        self,
        database: Database,
        reach: Reach = unreached,
        *,
        word: HerWord | None = None,
        tombstone: Tombstone = lambda *_: None,
    ) -> None:
        self._database = database
        self._word = word
        self._reach = reach
        self._tombstone = tombstone

    def foresee(self, account: Account, scope: str, subject_id: str) -> Foreseen:
        """What `revoke` would do at this moment; raises NotYours, NotFound."""
        require(account, Role.MODEL, _HERS_ALONE)
        with self._database.read(account.id) as tx:
            if not tx.execute(_HERS, [_scope(scope), subject_id, account.person_id]):
                raise _nothing()
            return foresight.foresee(tx, scope, subject_id)

    @watched("sign a taking back", on=1)
    def statement(self, account: Account, scope: str, subject_id: str, key: str, *, reason: str = "") -> bytes:
        """What her key signs for taking this back now; `key` is its fingerprint. Raises NotYours, NotFound, ReasonMissing."""
        require(account, Role.MODEL, _HERS_ALONE)
        with self._database.read(account.id) as tx:
            if not tx.execute(_HERS, [_scope(scope), subject_id, account.person_id]):
                raise _nothing()
            return revocation_statement(account, scope, subject_id, note_of(reason), {"at": tx.now, "key": key})

    @watched("take back", on=1)
    def revoke(
        self,
        account: Account,
        scope: str,
        subject_id: str,
        reason: str,
        *,
        word: Word = None,
        signature_id: str | None = None,
    ) -> TakenBack:
        """Take back everything (`twin`), a `consent`, a `licence` or an `image`, in one transaction; what it touched.

        Nothing is painted or decided under it from this moment, and what was not released is withdrawn. Released images may
        be used for as long as their licence says, then they are recalled. `word` is how she stands behind it: her signature of
        `statement`, or the proof of her password; `signature_id` is for callers that have verified one already. Raises
        SignatureRefused, NotYours, NotFound, AlreadyDecided
        (taken back before), ReasonMissing (a reason longer than a note), IllegalMove for an image of which nothing is left.
        """
        require(account, Role.MODEL, _HERS_ALONE)
        why = note_of(reason)
        with self._database.write(account.id) as tx:
            if self._word is not None and signature_id is None:
                derive = partial(revocation_statement, account, scope, subject_id, why)
                signature_id = self._word.given(tx, account, REVOCATION, subject_id, derive, word)
            taken = self.take_back(tx, account, scope, subject_id, why, signature_id)
        self._reach("revoke.committed")
        return taken

    def take_back(
        self, tx: Writing, account: Account, scope: str, subject_id: str, why: str, signature_id: str | None
    ) -> TakenBack:
        """What `revoke` does, within a transaction in which it was settled that she wishes it, or that she asked in writing.

        `account` is her own, or an administrator's for somebody who asked. Raises what `revoke` raises but SignatureRefused.
        """
        asked = foresight.keyed(tx, _scope(scope), subject_id)
        licences = tx.execute(foresight.LICENCES, asked)
        act = self._record(tx, account, asked, licences, {"reason": why, "signature_id": signature_id})
        self._reach("revoke.recorded")
        parts = [] if scope == "image" else _part(tx, act, licences)
        self._reach("revoke.fenced")
        ended = _end_image(tx, act) if scope == "image" else end_licences(tx, licence_list(licences), act["twin_id"])
        moved = {"withdrawn": ended.withdrawn, "recalled": ended.recalled, "noticed": ended.noticed}
        tx.record(f"{scope}.revoked", subject_id, revocation_id=act["id"], signature_id=signature_id, **moved)
        self._tombstone(tx, subject_id, {"act": act, "parts": parts})
        self._reach("revoke.moved")
        return TakenBack(act["id"], act["requested_at"], act["effective_at"], *(tuple(ids) for ids in moved.values()))

    def withdraw_image(self, account: Account, render_id: str, reason: str = "", *, word: Word = None) -> Row:
        """Take one image back, as `revoke` does; its `render` row afterwards."""
        self.revoke(account, "image", render_id, reason, word=word)
        return self._database.rows("SELECT * FROM render WHERE id = ?", [render_id])[0]

    def _record(
        self, tx: Writing, account: Account, asked: Mapping[str, str], licences: list[Row], told: Mapping[str, str | None]
    ) -> Row:
        """The row of what she does; it takes effect when the last of what it ends does."""
        at = [foresight.stops_at(row, tx.at) for row in licences if foresight.is_open(row, tx.now)]
        if asked["scope"] == "image" and _state(tx, asked["subject_id"]) != State.RELEASED:
            at = []
        values = {
            **{name: asked[name] for name in ("scope", "subject_id")},
            **told,
            "id": new_id(tx),
            "account_id": account.id,
            "now": tx.now,
            "effective_at": max(at, default=tx.now),
        }
        rows = tx.execute(_TAKE_BACK, values)
        if not rows:
            raise _not_taken(tx, account, asked["scope"], asked["subject_id"])
        return rows[0]


def _part(tx: Writing, act: Row, licences: list[Row]) -> list[Row]:
    """End the rights that the act ends, consents with everything under them, each licence when it says; the revocations."""
    if act["scope"] == "licence":
        return [_revoke(tx, act, "licence", act["subject_id"], act["effective_at"])]
    parts = []
    for consent in tx.execute(_CONSENTS, {"scope": act["scope"], "subject_id": act["subject_id"]}):
        under = [row for row in licences if row["consent_id"] == consent["id"] and foresight.is_open(row, tx.now)]
        last = max((foresight.stops_at(row, tx.at) for row in under), default=tx.now)
        parts.append(_revoke(tx, act, "consent", consent["id"], last))
        for row in under:
            stop = foresight.stops_at(row, tx.at)
            if row["requested_at"] is None and stop < last:
                parts.append(_revoke(tx, act, "licence", row["licence_id"], stop))
    if act["scope"] == "twin":
        beside = tx.execute(_BESIDE, {"twin_id": act["twin_id"], "now": tx.now})
        parts += [_revoke(tx, act, own["scope"], own["id"], tx.now) for own in beside]
    return parts


def _revoke(tx: Writing, act: Row, scope: str, subject_id: str, effective_at: str) -> Row:
    """One right ends; the revocation of what she named bears the id of her act."""
    same = (scope, subject_id) == (act["scope"], act["subject_id"])
    values = [act["id"] if same else new_id(tx), scope, subject_id, tx.now, effective_at, act["account_id"], act["reason"]]
    rows = tx.execute(f"INSERT INTO revocation ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING *", values)
    tx.execute("INSERT INTO taking_back_part VALUES (?, ?)", [rows[0]["id"], act["id"]])
    return rows[0]


def _end_image(tx: Writing, act: Row) -> Ended:
    ended, cause = Ended(), Cause("revocation", act["id"], act["effective_at"])
    (image,) = images_of(tx, act["subject_id"])
    if image["state"] not in (*WAITING, State.RELEASED):
        move(tx, image["id"], State.WITHDRAWN, Mover.RIGHTS)  # which says why it cannot
    if act["effective_at"] <= tx.now:
        end_image(tx, image["id"], cause, ended)
    else:
        notice(tx, image, cause, ended)
    return ended


def _state(tx: Writing, render_id: str) -> str | None:
    rows = tx.execute("SELECT state FROM render WHERE id = ?", [render_id])
    return rows[0]["state"] if rows else None


def _scope(scope: str) -> str:
    if scope not in SCOPES:
        raise _nothing()
    return scope


def _nothing() -> NotFound:
    return NotFound("There is no such consent or licence of yours.")


def _not_taken(tx: Writing, account: Account, scope: str, subject_id: str) -> ModerationError:
    if tx.execute(_HERS, [scope, subject_id, account.person_id]):
        return AlreadyDecided("You have taken this back already.")
    return not_found() if scope == "image" else _nothing()
