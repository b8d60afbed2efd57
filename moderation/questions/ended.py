"""What happens when control is taken away: each taking back and each end of a licence, from asked for to copies deleted."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from moderation.questions.judged import Count, quantile
from moderation.questions.reader import Reader, Told, coarse

ENDED = """
WITH act AS (
    SELECT k.id, k.scope, k.requested_at, k.effective_at, p.name, p.fictional FROM taking_back k
    JOIN twin t ON t.id = k.twin_id JOIN person p ON p.id = t.person_id WHERE :agency_id IS NULL OR p.agency_id = :agency_id
    UNION ALL SELECT l.id, 'expiry', e.due_at, e.due_at, p.name, p.fictional FROM rights_end e
    JOIN licence l ON l.id = e.licence_id JOIN twin t ON t.id = l.twin_id JOIN person p ON p.id = t.person_id
    WHERE e.step = 'use' AND e.cause = 'expiry' AND (:agency_id IS NULL OR p.agency_id = :agency_id)
), stopped AS (
    SELECT coalesce(x.taking_back_id, CASE x.cause WHEN 'expiry' THEN r.licence_id END) AS act_id, x.became, x.ended_at,
        c.use_ends_at FROM ended_image x JOIN render r ON r.id = x.render_id LEFT JOIN recall c ON c.render_id = r.id
), told AS (
    SELECT coalesce(c.taking_back_id, CASE c.cause WHEN 'expiry' THEN r.licence_id END) AS act_id, c.id, c.acknowledge_by,
        c.delete_by, (SELECT min(a.answered_at) FROM recall_answer a WHERE a.recall_id = c.id) AS known_at,
        (SELECT a.answered_at FROM recall_answer a WHERE a.recall_id = c.id AND a.kind = 'deleted') AS deleted_at
    FROM recall c JOIN render r ON r.id = c.render_id
)
SELECT act.*, (SELECT count(*) FROM stopped s WHERE s.act_id = act.id AND s.became = 'withdrawn') AS withdrawn,
    (SELECT count(*) FROM stopped s WHERE s.act_id = act.id AND s.became = 'recalled') AS recalled,
    (SELECT max(s.ended_at) FROM stopped s WHERE s.act_id = act.id) AS stopped_at,
    (SELECT json_group_array(CAST(round((julianday(s.ended_at) - julianday(CASE s.became WHEN 'withdrawn'
        THEN act.requested_at ELSE coalesce(s.use_ends_at, act.effective_at) END)) * 86400) AS INTEGER))
        FROM stopped s WHERE s.act_id = act.id) AS lags,
    count(told.id) AS told, count(told.known_at) AS known, count(told.deleted_at) AS deleted,
    max(told.known_at) AS known_at, max(told.deleted_at) AS deleted_at,
    coalesce(sum(told.deleted_at IS NULL
        AND (told.delete_by <= :now OR (told.known_at IS NULL AND told.acknowledge_by <= :now))), 0) AS overdue
FROM act LEFT JOIN told ON told.act_id = act.id
GROUP BY act.id ORDER BY act.requested_at DESC, act.id DESC
"""
"""One row for each act; a lag is how many seconds after its right had ended an image's state followed."""
STAGES = ("requested", "effective", "stopped", "acknowledged", "deleted")


@dataclass(frozen=True)
class Act:
    """One taking back, or one licence that ran out: when each stage was reached (ISO text, UTC; None: not yet, or not needed).

    Stages about brands count only when every brand answered for every file.
    """

    scope: str
    person: str
    requested_at: str
    effective_at: str
    stopped_at: str | None
    acknowledged_at: str | None
    deleted_at: str | None
    withdrawn: int
    recalled: int
    told: int
    known: int
    deleted: int
    overdue: int

    def moments(self) -> dict[str, str | None]:
        """When each stage was reached."""
        return {stage: getattr(self, f"{stage}_at") for stage in STAGES}


@dataclass(frozen=True)
class Lag:
    """How long after the end of a right the images' states followed, in seconds, over `n` images; None for too few."""

    n: int
    median: int | None
    longest: int | None


@dataclass(frozen=True)
class Ended:
    """The whole answer; `acts` is None where single acts are not told."""

    scopes: Told[Count]
    acts: tuple[Act, ...] | None
    withdrawn: int | None
    recalled: int | None
    deleted: int | None
    overdue: int | None
    lag: Lag


def ended(rows: Sequence[dict[str, Any]], reader: Reader) -> Ended:
    """The rows of `ENDED` as this reader may see them."""
    found: dict[str, int] = {}
    for row in rows:
        found[row["scope"]] = found.get(row["scope"], 0) + 1
    lags = sorted(max(0, lag) for row in rows for lag in json.loads(row["lags"]) if lag is not None)
    enough = bool(lags) and len(lags) >= reader.fewest
    lag = Lag(len(lags), quantile(lags, 0.5), lags[-1]) if enough else Lag(0, None, None)
    sums = {name: sum(row[name] for row in rows) for name in ("withdrawn", "recalled", "deleted", "overdue")}
    safe = {name: n if n == 0 or (n >= reader.fewest and len(rows) >= reader.fewest) else None for name, n in sums.items()}
    return Ended(
        scopes=coarse([Count(scope, n) for scope, n in sorted(found.items())], reader.fewest),
        acts=None if reader.is_outside else tuple(_act(row, reader) for row in rows),
        lag=lag,
        **safe,
    )


def _act(row: dict[str, Any], reader: Reader) -> Act:
    return Act(
        person=reader.name(row["name"], row["fictional"]),
        acknowledged_at=row["known_at"] if row["told"] and row["known"] == row["told"] else None,
        deleted_at=row["deleted_at"] if row["told"] and row["deleted"] == row["told"] else None,
        **{name: row[name] for name in ("scope", "requested_at", "effective_at", "stopped_at")},
        **{name: row[name] for name in ("withdrawn", "recalled", "told", "known", "deleted", "overdue")},
    )
