"""What was measured of photographs goes when she is erased, when her consent ends, or when nobody goes on with an enrolment."""

from datetime import datetime, timedelta

from moderation.desk.moves import Row, Writing

LEFT_ALONE = timedelta(days=30)
"""After so long without a photograph handed in, an enrolment that was not finished is given up."""
NAMELESS = "photograph"
_OPEN = """
SELECT e.id, e.twin_id FROM enrolment e WHERE e.ended_at IS NULL
AND max(e.opened_at, coalesce((SELECT max(p.added_at) FROM photograph p WHERE p.enrolment_id = e.id), '')) <= ?
"""


def forget_photographs(tx: Writing, twin_id: str) -> None:
    """End what is open of a twin's enrolment, and keep nothing of what was measured, nor what her files were called."""
    for row in tx.execute("SELECT id FROM enrolment WHERE twin_id = ? AND ended_at IS NULL", [twin_id]):
        end(tx, row["id"], "given up")
    sql = "UPDATE photograph SET name = ?, sealed = NULL WHERE enrolment_id IN (SELECT id FROM enrolment WHERE twin_id = ?)"
    tx.execute(sql, [NAMELESS, twin_id])


def left_alone(tx: Writing, at: datetime) -> list[Row]:
    """The enrolments (id, twin_id) that nobody has gone on with for so long that they are to be given up."""
    return tx.execute(_OPEN, [(at - LEFT_ALONE).isoformat(timespec="microseconds")])


def end(tx: Writing, enrolment_id: str, ending: str) -> None:
    """End an enrolment, or a change of one; what was measured for it goes, and what it would have taken out stays."""
    tx.execute("UPDATE photograph SET sealed = NULL WHERE enrolment_id = ? AND sealed IS NOT NULL", [enrolment_id])
    tx.execute("UPDATE photograph SET leaving_with = NULL WHERE leaving_with = ? AND removed_at IS NULL", [enrolment_id])
    tx.execute("UPDATE enrolment SET ended_at = ?, ending = ? WHERE id = ?", [tx.now, ending, enrolment_id])
