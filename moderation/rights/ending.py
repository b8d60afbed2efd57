"""What has ended is stopped: waiting images are withdrawn and released ones recalled, once, by whoever comes by first.

Nothing is guarded by this: every guarded UPDATE tests the rights itself. This brings the states after them, also
when the program was off at the moment something ended.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from moderation.database import Database
from moderation.desk.decisions import new_id
from moderation.desk.moves import Row, Writing, move
from moderation.desk.signoff import Mover, State, sources_of
from moderation.errors import ModerationError
from moderation.reach import Reach, unreached

FAULTS: tuple[str, ...] = ("revoke.sweep-moved", "revoke.sweep-committed")

ACTOR = "rights"
WAITING = tuple(state.value for state in sources_of(State.WITHDRAWN, Mover.RIGHTS))
"""States of images that nobody uses yet."""
ACKNOWLEDGE_WITHIN = timedelta(days=2)
"""How long a brand has to say that it knows of a recall."""
DELETE_WITHIN = timedelta(days=7)
"""How long a brand has, from the end of use, to delete every copy and say so."""

# She took it back if she did so before it ended by itself; each step is due when the first of both comes.
_STEP = """
SELECT w.licence_id, w.twin_id, '{step}' AS step, min(coalesce(w.{stop}, w.ends_at), w.ends_at) AS due_at, w.ends_at,
    coalesce(w.effective_at, w.ends_at) AS stops_at,
    CASE WHEN w.requested_at < w.ends_at THEN 'revocation' ELSE 'expiry' END AS cause,
    (SELECT p.taking_back_id FROM revocation r JOIN taking_back_part p ON p.revocation_id = r.id
        WHERE (r.scope = 'licence' AND r.subject_id = w.licence_id) OR (r.scope = 'consent' AND r.subject_id = w.consent_id)
        ORDER BY r.requested_at, r.id LIMIT 1) AS taking_back_id
FROM licence_window w
WHERE (w.{stop} <= :now OR w.ends_at <= :now)
AND NOT EXISTS (SELECT 1 FROM rights_end e WHERE e.licence_id = w.licence_id AND e.step = '{step}')
AND (:licences IS NULL OR w.licence_id IN (SELECT value FROM json_each(:licences)))
"""
_PAINTING, _USE = _STEP.format(step="painting", stop="requested_at"), _STEP.format(step="use", stop="effective_at")
_PICTURES_DUE = """
SELECT k.id AS taking_back_id, k.subject_id, k.effective_at FROM taking_back k JOIN render r ON r.id = k.subject_id
WHERE k.scope = 'image' AND k.effective_at <= :now AND r.state = 'released'
"""
_OVERDUE = """
SELECT c.id, c.render_id, d.kind, d.due_at FROM recall c
JOIN (SELECT id, 'acknowledged' AS kind, acknowledge_by AS due_at FROM recall
    UNION ALL SELECT id, 'deleted', delete_by FROM recall) d ON d.id = c.id
WHERE d.due_at <= :now
AND NOT EXISTS (SELECT 1 FROM recall_answer a WHERE a.recall_id = c.id AND a.kind IN (d.kind, 'deleted'))
AND NOT EXISTS (SELECT 1 FROM recall_reminder m WHERE m.recall_id = c.id AND m.kind = d.kind)
"""
_ANYTHING = (
    f"SELECT EXISTS ({_PAINTING}) OR EXISTS ({_USE}) OR EXISTS ({_PICTURES_DUE}) OR EXISTS ({_OVERDUE}) AS due"  # one look
)
_IMAGES = """
SELECT r.id, r.state, r.licence_id, r.brand_id, s.sealed_sha256, e.id AS release_id, e.file_sha256
FROM render r LEFT JOIN submission s ON s.render_id = r.id LEFT JOIN release e ON e.render_id = r.id
"""

# Work under another consent of hers that still stands goes on: then only the licences that ended are fenced.
_FENCE_TWIN = """
UPDATE twin SET epoch = epoch + 1 WHERE id = :twin_id AND NOT EXISTS (
    SELECT 1 FROM consent c WHERE c.twin_id = twin.id AND :now < c.ends_at AND NOT EXISTS (
        SELECT 1 FROM revocation r WHERE r.scope = 'consent' AND r.subject_id = c.id AND r.effective_at <= :now))
"""


@dataclass
class Ended:
    """The ids of the images that were moved, and of those whose brand was told."""

    withdrawn: list[str] = field(default_factory=list)
    recalled: list[str] = field(default_factory=list)
    noticed: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Cause:
    """Why images end: her own act, if it was one, and when their use ends (ISO text, UTC)."""

    cause: str
    taking_back_id: str | None
    use_ends_at: str


class Endings:
    """Brings states after rights; `reach` is called at the points in `FAULTS`."""

    def __init__(self, database: Database, reach: Reach = unreached) -> None:
        self._database = database
        self._reach = reach

    def sweep(self) -> Ended:
        """Do whatever is due by now and was not done; a second call does nothing. One read when nothing is due."""
        now = self._database.clock().isoformat(timespec="microseconds")
        if not self._database.rows(_ANYTHING, {"now": now, "licences": None})[0]["due"]:
            return Ended()
        with self._database.write(ACTOR) as tx:
            ended = end_licences(tx)
            for act in tx.execute(_PICTURES_DUE, {"now": tx.now}):
                end_image(tx, act["subject_id"], Cause("revocation", act["taking_back_id"], act["effective_at"]), ended)
            _remind(tx)
            self._reach("revoke.sweep-moved")
        self._reach("revoke.sweep-committed")
        return ended


def end_licences(tx: Writing, licences: str | None = None, twin_id: str | None = None) -> Ended:
    """Stop what ended by `tx.now` under all licences, or those of a JSON list of ids, each step once.

    A twin is fenced when her last consent has ended: she whose licence ends, and `twin_id`, whose licences may have ended before.
    """
    ended, asked = Ended(), {"now": tx.now, "licences": licences}
    for step in tx.execute(_PAINTING, asked):
        cause = _cause_of(step)
        _done(tx, step, "licence.closed")
        for image in _under(tx, step["licence_id"], WAITING):
            _move(tx, image, State.WITHDRAWN, cause, ended)
        if step["cause"] == "revocation":
            for image in _under(tx, step["licence_id"], (State.RELEASED,)):
                notice(tx, image, cause, ended)
    twins = {twin_id} if twin_id else set()
    for step in tx.execute(_USE, asked):
        _done(tx, step, "licence.ended")
        tx.execute("UPDATE licence SET epoch = epoch + 1 WHERE id = ?", [step["licence_id"]])
        twins.add(step["twin_id"])
        for image in _under(tx, step["licence_id"], (State.RELEASED,)):
            _recall(tx, image, _cause_of(step), ended)
    for twin_id in sorted(twins):
        tx.execute(_FENCE_TWIN, {"twin_id": twin_id, "now": tx.now})
    return ended


def end_image(tx: Writing, render_id: str, cause: Cause, ended: Ended) -> None:
    """Withdraw or recall one image by her own word, if something of it is left."""
    for image in images_of(tx, render_id):
        if image["state"] in WAITING:
            _move(tx, image, State.WITHDRAWN, cause, ended)
        elif image["state"] == State.RELEASED:
            _recall(tx, image, cause, ended)


def images_of(tx: Writing, render_id: str) -> list[Row]:
    """The image with the hashes of its sealed and released file; empty when there is none."""
    return tx.execute(f"{_IMAGES} WHERE r.id = ?", [render_id])


def licence_list(licences: Sequence[Row]) -> str:
    """The ids of rows that have a `licence_id`, as `end_licences` takes them."""
    return json.dumps([row["licence_id"] for row in licences])


def notice(tx: Writing, image: Row, cause: Cause, ended: Ended) -> None:
    """Tell a released image's brand, once, until when it may use the file, and by when to answer."""
    values = {
        "id": new_id(tx),
        "render_id": image["id"],
        "release_id": image["release_id"],
        "brand_id": image["brand_id"],
        "taking_back_id": cause.taking_back_id,
        "cause": cause.cause,
        "file_sha256": image["file_sha256"],
        "now": tx.now,
        "use_ends_at": cause.use_ends_at,
        "acknowledge_by": acknowledge_by(tx.at),
        "delete_by": delete_by(tx.at, cause.use_ends_at),
    }
    told = tx.execute(
        "INSERT INTO recall SELECT :id, :render_id, :release_id, :brand_id, :taking_back_id, :cause, :file_sha256, :now,"
        " :use_ends_at, :acknowledge_by, :delete_by WHERE NOT EXISTS (SELECT 1 FROM recall WHERE render_id = :render_id)"
        " RETURNING id",
        values,
    )
    if told:
        tx.record("recall.noticed", image["id"], **{name: values[name] for name in ("id", "use_ends_at", "delete_by")})
        ended.noticed.append(image["id"])


def acknowledge_by(at: datetime) -> str:
    """By when a recall of this moment is acknowledged."""
    return (at + ACKNOWLEDGE_WITHIN).isoformat(timespec="microseconds")


def delete_by(at: datetime, use_ends_at: str) -> str:
    """By when a recall of this moment, whose use ends then, is answered with the deletion of every copy."""
    return (max(at, datetime.fromisoformat(use_ends_at)) + DELETE_WITHIN).isoformat(timespec="microseconds")


def _cause_of(step: Row) -> Cause:
    taken = step["cause"] == "revocation"
    return Cause(step["cause"], step["taking_back_id"] if taken else None, min(step["stops_at"], step["ends_at"]))


def _done(tx: Writing, step: Row, event: str) -> None:
    values = {name: step[name] for name in ("licence_id", "step", "cause", "due_at")}
    tx.execute("INSERT INTO rights_end VALUES (:licence_id, :step, :cause, :due_at, :now)", {**values, "now": tx.now})
    tx.record(event, step["licence_id"], cause=step["cause"], due_at=step["due_at"])


def _under(tx: Writing, licence_id: str, states: Sequence[str]) -> list[Row]:
    marks = ", ".join("?" for _ in states)
    return tx.execute(
        f"{_IMAGES} WHERE r.licence_id = ? AND r.state IN ({marks}) ORDER BY r.created_at, r.id", [licence_id, *states]
    )


def _recall(tx: Writing, image: Row, cause: Cause, ended: Ended) -> None:
    notice(tx, image, cause, ended)
    _move(tx, image, State.RECALLED, cause, ended)


def _move(tx: Writing, image: Row, target: State, cause: Cause, ended: Ended) -> None:
    move(tx, image["id"], target, Mover.RIGHTS, cause=cause.cause, taking_back_id=cause.taking_back_id)
    tx.execute(
        "INSERT INTO ended_image VALUES (:id, :taking_back_id, :cause, :was, :became, :sha256, :actor, :now)",
        {
            "id": image["id"],
            "taking_back_id": cause.taking_back_id,
            "cause": cause.cause,
            "was": image["state"],
            "became": target.value,
            "sha256": image["sealed_sha256"],
            "actor": tx.actor,
            "now": tx.now,
        },
    )
    (ended.recalled if target is State.RECALLED else ended.withdrawn).append(image["id"])


def _remind(tx: Writing) -> None:
    for late in tx.execute(_OVERDUE, {"now": tx.now}):
        values = {**late, "now": tx.now}
        tx.execute("INSERT INTO recall_reminder VALUES (:id, :kind, :due_at, :now)", values)
        tx.record("recall.overdue", late["render_id"], recall_id=late["id"], lacks=late["kind"], due_at=late["due_at"])


class Settling:
    """Sweep, then receipts: what is called at start, by the worker, and before pages read what depends on it."""

    def __init__(self, steps: Sequence[Callable[[], object]], note: Callable[[str], object] = lambda _: None) -> None:
        self._steps = steps
        self._note = note

    def __call__(self) -> None:
        """Do whatever is due. A refusal is noted and left for the next call: no guard rests on this."""
        for step in self._steps:
            try:
                step()
            except ModerationError as refusal:
                self._note(str(refusal))
