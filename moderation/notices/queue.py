"""What waits to be sent: enqueued with its notice, taken by one worker at a time, tried again later and later, then given up."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from moderation.database import Database, Transaction
from moderation.desk.decisions import new_id
from moderation.desk.moves import Row

PAUSES = (60, 300, 1800, 7200, 28_800)
"""Seconds until the next attempt; after the last of them one more is made."""
LINK_LASTS = timedelta(days=7)
"""How long the link in a message can be used; what could not be sent by then is given up."""
ACTOR = "notices"

_ENQUEUE = """
INSERT INTO delivery (id, notice_id, way_id, state, not_before, made_at, link_ends_at)
SELECT :id, :notice_id, w.id, 'waiting', :now, :now, :link_ends_at FROM notice_way w
WHERE w.id = :way_id ON CONFLICT DO NOTHING
"""
# The attempt is counted before it is made, so that a crash while sending never sends without end.
_TAKE = """
UPDATE delivery SET attempts = attempts + 1, not_before = :later WHERE id = (
    SELECT d.id FROM delivery d WHERE d.state = 'waiting' AND d.not_before <= :now ORDER BY d.not_before, d.id LIMIT 1)
RETURNING id
"""
_WHOLE = """
SELECT d.*, n.kind AS notice_kind, n.n, n.subject_id, n.happened_at, w.kind AS way, w.sealed_target, w.sealed_secret,
    w.ended_at, a.disabled_at, a.role FROM delivery d JOIN notice n ON n.id = d.notice_id JOIN notice_way w ON w.id = d.way_id
JOIN account a ON a.id = n.account_id WHERE d.id = ?
"""
_POSTPONE = """
UPDATE delivery SET not_before = max(not_before, :later) WHERE state = 'waiting'
AND way_id IN (SELECT id FROM notice_way WHERE kind = :way AND (:way = 'mail' OR id = :way_id))
"""


def enqueue(tx: Transaction, notices: Sequence[Row]) -> None:
    """Let these new notices go the ways that their accounts have, if sending is switched on."""
    if not notices or not tx.execute("SELECT 1 FROM outbox_switch WHERE one = 1 AND site IS NOT NULL"):
        return
    ends = (tx.at + LINK_LASTS).isoformat(timespec="microseconds")
    for notice in notices:
        for way in tx.execute("SELECT id FROM notice_way WHERE account_id = ? AND ended_at IS NULL", [notice["account_id"]]):
            values = {"id": new_id(tx), "notice_id": notice["id"], "way_id": way["id"], "now": tx.now, "link_ends_at": ends}
            tx.execute(_ENQUEUE, values)


class Queue:
    """The table of deliveries."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self) -> Row | None:
        """The next delivery that is due, with its way and notice; its next attempt is put off already. None when none is due."""
        now = self._database.clock().isoformat(timespec="microseconds")
        due = "SELECT 1 FROM delivery WHERE state = 'waiting' AND not_before <= ? LIMIT 1"
        if not self._database.rows(due, [now]):
            return None
        with self._database.write(ACTOR) as tx:
            taken = tx.execute(_TAKE, {"now": tx.now, "later": _after(tx, PAUSES[0])})
            if not taken:
                return None
            (whole,) = tx.execute(_WHOLE, [taken[0]["id"]])
            pause = PAUSES[min(whole["attempts"], len(PAUSES)) - 1]
            tx.execute("UPDATE delivery SET not_before = ? WHERE id = ?", [_after(tx, pause), whole["id"]])
            return whole

    def sent(self, delivery: Row) -> None:
        """It has arrived."""
        self._settle(delivery, "sent", "")

    def failed(self, delivery: Row, problem: str, *, final: bool) -> None:
        """It has not: say why, and try again later unless that is of no use. Others that go the same way wait too."""
        if final or delivery["attempts"] > len(PAUSES):
            self._settle(delivery, "given up", problem)
            return
        with self._database.write(ACTOR) as tx:
            tx.execute("UPDATE delivery SET problem = ? WHERE id = ?", [problem, delivery["id"]])
            later = {"later": _after(tx, PAUSES[0]), "way": delivery["way"], "way_id": delivery["way_id"]}
            tx.execute(_POSTPONE, later)

    def _settle(self, delivery: Row, state: str, problem: str) -> None:
        with self._database.write(ACTOR) as tx:
            tx.execute(
                "UPDATE delivery SET state = :state, problem = :problem, sent_at = CASE :state WHEN 'sent' THEN :now END"
                " WHERE id = :id AND state = 'waiting'",
                {"state": state, "problem": problem, "now": tx.now, "id": delivery["id"]},
            )
            event = "notice.sent" if state == "sent" else "notice.given up"
            tx.record(
                event, delivery["notice_id"], delivery_id=delivery["id"], way=delivery["way"], attempts=delivery["attempts"]
            )

    def counts(self) -> dict[str, int]:
        """How many deliveries are in which state."""
        return {row["state"]: row["n"] for row in self._database.rows("SELECT state, count(*) AS n FROM delivery GROUP BY state")}


def _after(tx: Any, seconds: int) -> str:
    later: str = (tx.at + timedelta(seconds=seconds)).isoformat(timespec="microseconds")
    return later
