"""The one function that changes where an image stands: one guarded UPDATE and one audit row."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from moderation.desk.signoff import Mover, State, Window, sources_of
from moderation.errors import AlreadyDecided, IllegalMove, NotFound, RightsLapsed

Row = dict[str, Any]


class Writing(Protocol):
    """What a move needs of an open write transaction (`moderation.database.Transaction` is one)."""

    at: datetime
    now: str
    actor: str

    def execute(self, sql: str, values: Mapping[str, Any] | Sequence[Any] = ()) -> list[Row]:
        """Run one statement; its rows."""
        ...

    def record(self, event: str, subject: str, **facts: Any) -> None:
        """Append one audit row."""
        ...


_STARTS = {Window.PAINT: "starts_at", Window.RELEASE: "starts_at", Window.USE: "use_starts_at"}
_STOPS = {Window.PAINT: "requested_at", Window.RELEASE: "effective_at", Window.USE: "effective_at"}


def in_force(window: Window) -> str:
    """The SQL test that the rights behind the row `render` hold at `:now`; KeyError for `Window.NONE`.

    New painting stops when a revocation is requested, release and download when it takes effect; these also wait for the
    licence's earliest use.
    """
    start, stop = _STARTS[window], _STOPS[window]
    return (
        "EXISTS (SELECT 1 FROM licence_window w WHERE w.licence_id = render.licence_id"
        f" AND w.{start} <= :now AND :now < w.ends_at"
        f" AND (w.{stop} IS NULL OR :now < w.{stop})"
        " AND w.twin_epoch = render.twin_epoch AND w.licence_epoch = render.licence_epoch)"
        " AND NOT EXISTS (SELECT 1 FROM taking_back k WHERE k.scope = 'image' AND k.subject_id = render.id"
        f" AND k.{stop} <= :now)"
    )


HER_NO = "SELECT 1 FROM decision d WHERE d.render_id = render.id AND d.kind = 'signoff' AND d.choice = 'refuse'"
"""Rows exist when the person herself refused the image of the outer `render` row."""

_ROOM = "EXISTS (SELECT 1 FROM licence_taken n WHERE n.licence_id = render.licence_id AND n.{} < n.max_images)"
"""The SQL test that one more image may be taken, or given, under the licence of the row `render`."""

# Appeal is the one move out of `refused` towards people, and her own no has no way out. An image that comes back by appeal,
# and one that is released, must have room in the number of images that the licence allows.
_UPDATE = f"""
UPDATE render SET state = :target, version = version + 1, moved_at = :now
WHERE id = :id AND (:version IS NULL OR version = :version)
AND (state IN (SELECT value FROM json_each(:unguarded))
    OR (state IN (SELECT value FROM json_each(:paint)) AND {in_force(Window.PAINT)})
    OR (state IN (SELECT value FROM json_each(:release)) AND {in_force(Window.RELEASE)})
    OR (state IN (SELECT value FROM json_each(:use)) AND {in_force(Window.USE)}))
AND (state NOT IN ('blocked', 'refused') OR :target <> 'in review' OR {_ROOM.format("taken")})
AND (:target <> 'released' OR {_ROOM.format("given")})
AND NOT (state = 'refused' AND :target = 'in review' AND EXISTS ({HER_NO}))
RETURNING *
"""


def move(tx: Writing, render_id: str, target: str, mover: str, *, version: int | None = None, **facts: Any) -> Row:
    """Move an image to `target`, acting as `mover`; the moved `render` row.

    State, version (when given), rights window, fence and her own no are all tested by the UPDATE itself, so
    of any number of callers one wins. The audit row is `render.<target>` with `facts`.

    Raises NotFound, AlreadyDecided (another version, or there already), IllegalMove, RightsLapsed;
    nothing has changed then. ValueError when `target` or `mover` is no word of `moderation.desk.signoff`.
    """
    goal, hand = State(target), Mover(mover)
    sources = sources_of(goal, hand)
    lists = {window: json.dumps([s for s, w in sources.items() if w is window]) for window in Window}
    values = {
        "id": render_id,
        "target": goal.value,
        "version": version,
        "now": tx.now,
        "unguarded": lists[Window.NONE],
        "paint": lists[Window.PAINT],
        "release": lists[Window.RELEASE],
        "use": lists[Window.USE],
    }
    moved = tx.execute(_UPDATE, values)
    if not moved:
        raise _refusal(tx, render_id, goal, sources, version)
    tx.record(f"render.{goal.value}", render_id, mover=hand.value, version=moved[0]["version"], **facts)
    return moved[0]


def insist_possible(tx: Writing, render_id: str, target: str, mover: str, *, version: int | None = None) -> None:
    """Raise what `move` would for the image's state and version, so that it is said before anything else is asked for.

    The rights behind the image only `move` itself tests.
    """
    goal = State(target)
    sources = sources_of(goal, Mover(mover))
    rows = tx.execute("SELECT state, version FROM render WHERE id = ?", [render_id])
    if not rows or rows[0]["state"] not in sources or version not in (None, rows[0]["version"]):
        raise _refusal(tx, render_id, goal, sources, version)


def _refusal(
    tx: Writing, render_id: str, goal: State, sources: Mapping[State, Window], version: int | None
) -> NotFound | AlreadyDecided | IllegalMove | RightsLapsed:
    """Why the UPDATE found no row, from a second look within the same transaction."""
    found = tx.execute(f"SELECT render.*, EXISTS ({HER_NO}) AS her_no FROM render WHERE id = ?", [render_id])
    if not found:
        return NotFound("There is no such image.")
    row = found[0]
    state = State(row["state"])
    if version is not None and row["version"] != version:
        return AlreadyDecided(f"Somebody moved this image first: it is now “{state}”. Load it again to see why.")
    if state is goal:
        return AlreadyDecided(f"This image is “{state}” already.")
    if state not in sources:
        return IllegalMove(f"This image is “{state}” and cannot become “{goal}” by this step.")
    if state is State.REFUSED and goal is State.IN_REVIEW and row["her_no"]:
        return IllegalMove("She said no to this image herself, and her no is final.")
    return RightsLapsed(_number_sentence(tx, row, goal) or rights_sentence(tx, row, sources[state]))


def _number_sentence(tx: Writing, render: Row, goal: State) -> str:
    """Why the licence's number of images leaves no room for this one; empty when it does."""
    counted = {State.IN_REVIEW: "taken", State.RELEASED: "given"}.get(goal, "")
    found = tx.execute("SELECT * FROM licence_taken WHERE licence_id = ?", [render["licence_id"]]) if counted else []
    if not found or found[0][counted] < found[0]["max_images"]:
        return ""
    return f"All {found[0]['max_images']} images that the licence allows are taken."


def rights_sentence(tx: Writing, render: Row, window: Window) -> str:
    """One sentence on why consent and licence of a `render` row do not cover `tx.now`."""
    found = tx.execute("SELECT * FROM licence_window WHERE licence_id = ?", [render["licence_id"]])
    if not found:
        return "No consent and licence stand behind this image."
    rights = found[0]
    stop = rights[_STOPS.get(window, "effective_at")]
    if stop is not None and stop <= tx.now:
        return f"Her permission for this image was taken back on {stop[:10]}."
    if tx.now < rights["starts_at"]:
        return f"The licence for this image begins on {rights['starts_at'][:10]}."
    if window is Window.USE and tx.now < rights["use_starts_at"] and tx.now < rights["ends_at"]:
        return f"This image may be used from {rights['use_starts_at'][:16].replace('T', ' ')} UTC on, not earlier."
    if rights["ends_at"] <= tx.now:
        return f"The licence for this image ended on {rights['ends_at'][:10]}."
    return "Her permission has changed since this image was ordered; order it again under the present terms."
