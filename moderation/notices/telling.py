"""Makes the notices: each event once for each whom it concerns, whoever comes by first and however often."""

from moderation.database import Database, Transaction
from moderation.desk.decisions import new_id
from moderation.desk.moves import Row
from moderation.notices.events import EVENTS, STATEMENTS, Kind
from moderation.notices.queue import enqueue

ACTOR = "notices"
_MARK = "SELECT m.audit_seq, m.month, coalesce((SELECT max(seq) FROM audit), 0) AS head FROM notice_mark m"
_TELL = """
INSERT INTO notice (id, account_id, kind, event, subject_id, n, happened_at, made_at)
VALUES (:id, :account_id, :kind, :event, :subject_id, :n, :at, :now) ON CONFLICT DO NOTHING RETURNING *
"""


class Telling:
    """Looks what the audit chain gained since the last look; `sends` says whether notices leave the studio at all."""

    def __init__(self, database: Database, *, sends: bool) -> None:
        self._database = database
        self._sends = sends

    def tell(self) -> int:
        """Make what is due; how many notices that were. One read when there is nothing. Raises ReadOnly."""
        month = self._database.clock().isoformat()[:7]
        mark = self._database.rows(_MARK)[0]
        if mark["head"] <= mark["audit_seq"] and mark["month"] >= month:
            return 0
        with self._database.write(ACTOR) as tx:
            mark = tx.execute(_MARK)[0]
            made = [notice for kind, sql in EVENTS.items() for notice in _told(tx, kind, sql, mark)]
            if mark["month"] < tx.now[:7]:
                asked = {"first": mark["month"], "month": tx.now[:7], "at": tx.now}
                made += [notice for row in tx.execute(STATEMENTS, asked) for notice in _tell(tx, Kind.STATEMENT, row)]
            if self._sends:
                enqueue(tx, made)
            values = [mark["head"], max(mark["month"], tx.now[:7])]
            tx.execute("UPDATE notice_mark SET audit_seq = ?, month = ?", values)
        return len(made)


def _told(tx: Transaction, kind: Kind, sql: str, mark: Row) -> list[Row]:
    asked = {"after": mark["audit_seq"], "until": mark["head"]}
    return [notice for row in tx.execute(sql, asked) for notice in _tell(tx, kind, row)]


def _tell(tx: Transaction, kind: Kind, row: Row) -> list[Row]:
    """One notice, unless it was made before."""
    return tx.execute(_TELL, {**row, "event": str(row["event"]), "id": new_id(tx), "kind": kind.value, "now": tx.now})
