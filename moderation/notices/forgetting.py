"""How long a notice is kept: what it tells stays elsewhere, so it goes some time after it was read, and in the end unread."""

from datetime import timedelta

from moderation.desk.moves import Writing

AFTER_READING = timedelta(days=90)
UNREAD = timedelta(days=365)
"""From the moment that a notice was made."""

_OVER = "SELECT id FROM notice WHERE read_at <= :read OR made_at <= :made"
# A way that ended has no address any more; its row goes with the last delivery that it had.
_WAYS = """
DELETE FROM notice_way WHERE ended_at <= :read AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.way_id = notice_way.id)
"""


def forget_notices(tx: Writing) -> int:
    """Delete the notices whose time is over, with all that is known of their sending; how many."""
    read, made = ((tx.at - period).isoformat(timespec="microseconds") for period in (AFTER_READING, UNREAD))
    limits = {"read": read, "made": made}
    tx.execute(f"DELETE FROM delivery WHERE notice_id IN ({_OVER})", limits)
    gone = tx.execute(f"DELETE FROM notice WHERE id IN ({_OVER}) RETURNING 1", limits)
    tx.execute(_WAYS, limits)
    return len(gone)
