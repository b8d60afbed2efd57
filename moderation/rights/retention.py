"""What may not be kept any longer is destroyed: at every start, every day, and each time with a receipt."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from moderation.database import Database, Transaction
from moderation.desk.decisions import new_id
from moderation.desk.moves import Row
from moderation.desk.signoff import State
from moderation.enrolment.forgetting import end, left_alone
from moderation.errors import ModerationError
from moderation.notices.forgetting import forget_notices
from moderation.reach import Reach, unreached
from moderation.rights.biometrics import Keep, keeps
from moderation.vault.masks import drop_unowned_masks
from moderation.vault.restricted import destroy_object, destroy_objects, drop_destroyed
from moderation.vault.vault import OF_IMAGES, Vault

FAULTS: tuple[str, ...] = ("retain.recorded", "retain.committed")
ACTOR = "retention"
EVERY = timedelta(days=1)
AFTER_A_FAULT = timedelta(hours=1)

PIXELS: dict[State, timedelta] = {
    **dict.fromkeys((State.BLOCKED, State.REFUSED, State.CHANGE_ASKED), timedelta(days=90)),
    **dict.fromkeys((State.WITHDRAWN, State.RECALLED, State.CANCELLED, State.FAILED), timedelta(days=30)),
}
"""How long the pixels of an image that nobody may use stay, counted from when it came to stand so."""

BASES_KEPT = timedelta(days=90)
"""How long a picture stays that was handed in to have a part of it repainted."""

_PICTURES = """
SELECT r.id, r.state FROM render r WHERE r.state = :state AND r.moved_at <= :until
AND NOT EXISTS (SELECT 1 FROM removed_picture g WHERE g.render_id = r.id)
AND NOT EXISTS (SELECT 1 FROM recall c WHERE c.render_id = r.id AND c.use_ends_at > :now) ORDER BY r.id
"""
_TEMPLATES = "SELECT DISTINCT twin_id FROM template UNION SELECT DISTINCT twin_id FROM outline"
_OBJECTS = "SELECT DISTINCT twin_id FROM restricted_object WHERE kind = ? AND destroyed_at IS NULL"


@dataclass(frozen=True)
class Run:
    """One run's receipt: its id, when (ISO text, UTC), and `facts`: what was destroyed, of whom, and why."""

    id: str
    ran_at: str
    facts: dict[str, Any]


class Retention:
    """Destroys what has no right to be here; the moment is the database clock's. `also` are further jobs of the same kind."""

    def __init__(
        self, database: Database, vault: Vault, reach: Reach = unreached, also: tuple[Callable[[], object], ...] = ()
    ) -> None:
        self._database = database
        self._vault = vault
        self._reach = reach
        self._also = also
        self._next: datetime | None = None

    def when_due(self) -> Run | None:
        """Run at the first call of this process, then once a day; after a refusal again an hour later, raising it never.

        Costs nothing while nothing is due, so a worker calls it at every turn.
        """
        now = self._database.clock()
        if self._next is not None and now < self._next:
            return None
        self._next = now + EVERY
        try:
            return self.run()
        except ModerationError:
            self._next = now + AFTER_A_FAULT
            return None

    def run(self) -> Run:
        """Destroy what is over, leave a receipt, then drop the files; what a crash leaves, the next run drops."""
        with self._database.write(ACTOR) as tx:
            run = Run(new_id(tx), tx.now, self._destroyed(tx))
            tx.execute("INSERT INTO retention_run VALUES (?, ?, ?)", [run.id, run.ran_at, json.dumps(run.facts, sort_keys=True)])
            for render_id in run.facts["pictures"]:
                tx.execute("INSERT INTO removed_picture VALUES (?, ?, ?)", [render_id, run.id, tx.now])
            tx.record("retention.ran", run.id, **run.facts)
            self._reach("retain.recorded")
        self._reach("retain.committed")
        for row in self._database.rows("SELECT render_id FROM removed_picture"):
            for shelf in OF_IMAGES:
                self._vault.drop(shelf, row["render_id"])
        drop_destroyed(self._database, self._vault)
        drop_unowned_masks(self._database, self._vault)
        for job in self._also:
            job()
        return run

    def runs(self) -> list[Run]:
        """Every receipt, the newest first."""
        rows = self._database.rows("SELECT * FROM retention_run ORDER BY ran_at DESC, id DESC")
        return [Run(row["id"], row["ran_at"], json.loads(row["facts"])) for row in rows]

    def _destroyed(self, tx: Transaction) -> dict[str, Any]:
        over = {one.twin_id: one for one in keeps(tx.execute, tx.now)}
        return {
            "enrolments": _end_enrolments(tx, over),
            "templates": _end_templates(tx, over),
            **{f"{kind}_objects": _end_objects(tx, over, kind, keep) for kind, keep in _KINDS.items()},
            "old_bases": _end_old_bases(tx),
            "pictures": [row["id"] for row in self._old_pictures(tx)],
            "notices": forget_notices(tx),
            "sessions": len(tx.execute("DELETE FROM sign_in WHERE ends_at <= ? RETURNING 1", [tx.now])),
        }

    def _old_pictures(self, tx: Transaction) -> list[Row]:
        found = []
        for state, period in PIXELS.items():
            until = (tx.at - period).isoformat(timespec="microseconds")
            found += tx.execute(_PICTURES, {"state": state.value, "until": until, "now": tx.now})
        return sorted(found, key=lambda row: str(row["id"]))


def _end_enrolments(tx: Transaction, over: dict[str, Keep]) -> list[dict[str, Any]]:
    """Give up the enrolments that nobody goes on with, or that nothing of may be kept any more."""
    alone, ended = {row["id"] for row in left_alone(tx, tx.at)}, []
    for row in tx.execute("SELECT id, twin_id FROM enrolment WHERE ended_at IS NULL ORDER BY id"):
        reason = over[row["twin_id"]].reason("templates", tx.now) or ("left alone" if row["id"] in alone else None)
        if reason is not None:
            sql = "UPDATE photograph SET removed_at = ?, sealed = NULL WHERE enrolment_id = ? AND removed_at IS NULL RETURNING id"
            ids = [one["id"] for one in tx.execute(sql, [tx.now, row["id"]]) if destroy_object(tx, one["id"])]
            end(tx, row["id"], "given up")
            ended.append({"twin": row["twin_id"], "why": reason, "ids": ids})
    return ended


_KINDS = {"reference": "references", "weights": "weights", "base": "bases"}


def _end_old_bases(tx: Transaction) -> list[str]:
    """Destroy the pictures that were handed in to be repainted long ago."""
    until = (tx.at - BASES_KEPT).isoformat(timespec="microseconds")
    sql = "SELECT id FROM restricted_object WHERE kind = 'base' AND kept_at <= ? AND destroyed_at IS NULL ORDER BY id"
    return [row["id"] for row in tx.execute(sql, [until]) if destroy_object(tx, row["id"])]


def _end_templates(tx: Transaction, over: dict[str, Keep]) -> list[dict[str, str | int]]:
    ended: list[dict[str, str | int]] = []
    for row in tx.execute(_TEMPLATES):
        reason = over[row["twin_id"]].reason("templates", tx.now) if row["twin_id"] in over else "nobody's"
        if reason is not None:
            counts = [tx.execute(f"DELETE FROM {table} WHERE twin_id = ? RETURNING 1", [row["twin_id"]]) for table in _FACES]
            ended.append({"twin": row["twin_id"], "why": reason, "count": len(counts[0]) + len(counts[1])})
    return ended


_FACES = ("template", "outline", "calibration")


def _end_objects(tx: Transaction, over: dict[str, Keep], kind: str, keep: str) -> list[dict[str, Any]]:
    ended = []
    for row in tx.execute(_OBJECTS, [kind]):
        reason = over[row["twin_id"]].reason(keep, tx.now)
        if reason is not None:
            ended.append({"twin": row["twin_id"], "why": reason, "ids": destroy_objects(tx, kind, row["twin_id"])})
    return ended
