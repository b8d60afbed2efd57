"""Taking permission back: a consent, a licence or one image, told beforehand and effective at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from moderation.access.account import Account, Role
from moderation.database import Database
from moderation.desk_decisions import new_id, not_found, note_of, require
from moderation.desk_moves import Row, Writing, move
from moderation.errors import AlreadyDecided, NotFound
from moderation.reach import Reach, unreached
from moderation.signoff import Mover, State, sources_of

FAULTS: tuple[str, ...] = ("revoke.recorded", "revoke.fenced", "revoke.moved", "revoke.committed")

SCOPES = ("consent", "licence")
_HERS_ALONE = "Only she herself takes back what she agreed to, from her own account."

_WAITING = tuple(state.value for state in sources_of(State.WITHDRAWN, Mover.RIGHTS))

# Every test of who may and whether it was done before is in the INSERT, so of two calls one takes it back.
_REVOKE = """
INSERT INTO revocation (id, scope, subject_id, requested_at, effective_at, account_id, reason)
SELECT :id, :scope, subject.id, :now, :now, a.id, :reason
FROM (SELECT 'consent' AS scope, id, twin_id FROM consent UNION ALL SELECT 'licence', id, twin_id FROM licence) subject
JOIN twin t ON t.id = subject.twin_id
JOIN account a ON a.id = :account_id AND a.disabled_at IS NULL AND a.role = 'model' AND a.person_id = t.person_id
WHERE subject.scope = :scope AND subject.id = :subject_id
AND NOT EXISTS (SELECT 1 FROM revocation r WHERE r.scope = :scope AND r.subject_id = :subject_id)
RETURNING *
"""

_LICENCES = """
SELECT w.licence_id, l.campaign, b.name AS brand_name, w.ends_at, w.effective_at, t.person_id FROM licence_window w
JOIN licence l ON l.id = w.licence_id JOIN brand b ON b.id = w.brand_id JOIN twin t ON t.id = w.twin_id
WHERE CASE :scope WHEN 'consent' THEN w.consent_id ELSE w.licence_id END = :subject_id
ORDER BY w.ends_at, w.licence_id
"""

_IMAGES = """
SELECT r.id, r.state FROM render r JOIN licence l ON l.id = r.licence_id
WHERE CASE :scope WHEN 'consent' THEN l.consent_id ELSE l.id END = :subject_id ORDER BY r.created_at, r.id
"""

_FENCE_LICENCES = """
UPDATE licence SET epoch = epoch + 1 WHERE CASE :scope WHEN 'consent' THEN consent_id ELSE id END = :subject_id
"""

# Work under another consent of hers that still stands goes on: then only the licences of this consent are fenced.
_FENCE_TWIN = """
UPDATE twin SET epoch = epoch + 1 WHERE :scope = 'consent' AND id = (SELECT twin_id FROM consent WHERE id = :subject_id)
AND NOT EXISTS (SELECT 1 FROM consent c WHERE c.twin_id = twin.id AND c.id <> :subject_id AND :now < c.ends_at
    AND NOT EXISTS (SELECT 1 FROM revocation r WHERE r.scope = 'consent' AND r.subject_id = c.id))
"""


@dataclass(frozen=True)
class EndingLicence:
    """A licence that would end now instead of at `ends_at` (ISO text, UTC)."""

    licence_id: str
    campaign: str
    brand_name: str
    ends_at: str


@dataclass(frozen=True)
class Foreseen:
    """What taking back would do: images that disappear, licences that end, released files that are recalled."""

    waiting: int
    files: int
    licences: tuple[EndingLicence, ...]


@dataclass(frozen=True)
class TakenBack:
    """What was taken back, since when (ISO text, UTC), and the ids of the images it moved."""

    revocation_id: str
    effective_at: str
    withdrawn: tuple[str, ...]
    recalled: tuple[str, ...]


class Rights:
    """Revocation by the person herself; `reach` is called at the points in `FAULTS`."""

    def __init__(self, database: Database, reach: Reach = unreached) -> None:
        self._database = database
        self._reach = reach

    def foresee(self, account: Account, scope: str, subject_id: str) -> Foreseen:
        """What `revoke` would do at this moment; raises NotYours, NotFound."""
        require(account, Role.MODEL, _HERS_ALONE)
        subject = {"scope": _scope(scope), "subject_id": subject_id}
        if not self._database.rows(_SUBJECT[scope], [subject_id, account.person_id]):
            raise _nothing()
        now = self._database.clock().isoformat(timespec="microseconds")
        licences = self._database.rows(_LICENCES, subject)
        states = [row["state"] for row in self._database.rows(_IMAGES, subject)]
        return Foreseen(
            waiting=sum(state in _WAITING for state in states),
            files=states.count(State.RELEASED),
            licences=tuple(
                EndingLicence(row["licence_id"], row["campaign"], row["brand_name"], row["ends_at"])
                for row in licences
                if now < row["ends_at"] and (row["effective_at"] is None or now < row["effective_at"])
            ),
        )

    def revoke(self, account: Account, scope: str, subject_id: str, reason: str) -> TakenBack:
        """Take a consent or a licence back at once, in one transaction; what it touched.

        Nothing is painted, decided, released or downloaded under it from this moment. Raises NotYours, NotFound,
        AlreadyDecided (taken back before), ReasonMissing (a reason longer than a note).
        """
        require(account, Role.MODEL, _HERS_ALONE)
        subject = {"scope": _scope(scope), "subject_id": subject_id}
        why = note_of(reason)
        with self._database.write(account.id) as tx:
            values = {**subject, "id": new_id(tx), "now": tx.now, "account_id": account.id, "reason": why}
            rows = tx.execute(_REVOKE, values)
            if not rows:
                raise _not_revoked(tx, account, scope, subject_id)
            self._reach("revoke.recorded")
            tx.execute(_FENCE_LICENCES, subject)
            tx.execute(_FENCE_TWIN, {**subject, "now": tx.now})
            self._reach("revoke.fenced")
            withdrawn, recalled = _move_all(tx, tx.execute(_IMAGES, subject), rows[0]["id"])
            tx.record(f"{scope}.revoked", subject_id, revocation_id=rows[0]["id"], withdrawn=withdrawn, recalled=recalled)
            self._reach("revoke.moved")
        self._reach("revoke.committed")
        return TakenBack(rows[0]["id"], rows[0]["effective_at"], tuple(withdrawn), tuple(recalled))

    def withdraw_image(self, account: Account, render_id: str, reason: str = "") -> Row:
        """Take one image back: a waiting one is withdrawn, a released one recalled; the moved `render` row.

        Raises NotYours, NotFound, IllegalMove (nothing of it is left to take back), ReasonMissing.
        """
        require(account, Role.MODEL, _HERS_ALONE)
        why = note_of(reason)
        with self._database.write(account.id) as tx:
            rows = tx.execute(
                "SELECT r.state FROM render r JOIN twin t ON t.id = r.twin_id WHERE r.id = ? AND t.person_id = ?",
                [render_id, account.person_id],
            )
            if not rows:
                raise not_found()
            target = State.RECALLED if rows[0]["state"] == State.RELEASED else State.WITHDRAWN
            return move(tx, render_id, target, Mover.RIGHTS, why=why)


_SUBJECT = {
    scope: f"SELECT 1 FROM {scope} s JOIN twin t ON t.id = s.twin_id WHERE s.id = ? AND t.person_id = ?" for scope in SCOPES
}


def _scope(scope: str) -> str:
    if scope not in SCOPES:
        raise _nothing()
    return scope


def _nothing() -> NotFound:
    return NotFound("There is no such consent or licence of yours.")


def _not_revoked(tx: Writing, account: Account, scope: str, subject_id: str) -> NotFound | AlreadyDecided:
    if tx.execute(_SUBJECT[scope], [subject_id, account.person_id]):
        return AlreadyDecided("You have taken this back already.")
    return _nothing()


def _move_all(tx: Writing, images: Sequence[Row], revocation_id: str) -> tuple[list[str], list[str]]:
    withdrawn, recalled = [], []
    for image in images:
        if image["state"] in _WAITING:
            move(tx, image["id"], State.WITHDRAWN, Mover.RIGHTS, revocation_id=revocation_id)
            withdrawn.append(image["id"])
        elif image["state"] == State.RELEASED:
            move(tx, image["id"], State.RECALLED, Mover.RIGHTS, revocation_id=revocation_id)
            recalled.append(image["id"])
    return withdrawn, recalled
