"""How long images wait at the desk and how long decisions take; and what counts as waiting too long."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from moderation.access.account import Account, Role
from moderation.database import Database
from moderation.desk.decisions import require

DUE = timedelta(hours=1)
"""After an hour a shoot stands still: whoever waits for the image has gone on to other work."""
LATE = timedelta(hours=4)
"""After half a working day what came in the morning is not decided that day, and her turn is still to come."""
URGENCIES = ("fresh", "due", "late")
WINDOW = timedelta(days=7)
"""Over how long decisions are counted: long enough for a weekend, short enough to show a change."""

CAME = "(SELECT max(u.at) FROM audit u WHERE u.subject = d.render_id AND u.event = 'render.in review' AND u.at < d.decided_at)"
"""The SQL of when the image of the decision `d` had come to the desk."""
_DECIDED = f"""
SELECT d.account_id = :me AS mine, d.choice, d.decided_at, {CAME} AS came_at FROM decision d
WHERE d.kind = 'review' AND d.choice IN ('pass', 'refuse') AND d.decided_at > :since ORDER BY d.decided_at
"""


@dataclass(frozen=True)
class Figures:
    """Of the last `WINDOW`: decisions by all and by this moderator, how many were refusals, and the median seconds they took."""

    decided: int
    mine: int
    refused: int
    median_seconds: float | None


def urgency(since: str, now: datetime) -> str:
    """How long something has waited since an ISO time, as one of `URGENCIES`."""
    waited = now - datetime.fromisoformat(since)
    return "late" if waited >= LATE else "due" if waited >= DUE else "fresh"


class DeskFigures:
    """Reads of how the desk keeps up."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, account: Account) -> Figures:
        """The figures as this moderator sees them. Raises NotYours for other roles."""
        require(account, Role.MODERATOR, "Only a moderator reviews images.")
        since = (self._database.clock() - WINDOW).isoformat(timespec="microseconds")
        rows = self._database.rows(_DECIDED, {"me": account.id, "since": since})
        took = [seconds_between(row["came_at"], row["decided_at"]) for row in rows if row["came_at"]]
        return Figures(
            decided=len(rows),
            mine=sum(row["mine"] for row in rows),
            refused=sum(row["choice"] == "refuse" for row in rows),
            median_seconds=_median(took),
        )


def seconds_between(came: str, decided: str) -> float:
    """From one ISO time to another."""
    return (datetime.fromisoformat(decided) - datetime.fromisoformat(came)).total_seconds()


def _median(values: Sequence[float]) -> float | None:
    return median(values) if values else None
