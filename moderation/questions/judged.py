"""Is it ethical at scale: who decided about images, how fast, why not, what safeguards said, what each licence gave."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from moderation.questions.reader import Reader, Told, coarse

HERS = ("her yes", "her no", "her change")
FATES: Mapping[str, str] = {
    "her yes": "she said yes",
    "her no": "she said no",
    "her change": "she asked for a change",
    "agency no": "her agency said no for her, as she allows",
    "moderator": "a moderator refused",
    "blocked": "a safeguard stopped it",
    "waiting": "not decided yet",
    "ended": "ended before anybody decided",
}
"""What became of an examined image, as it is called on the page."""
OUTCOMES = ("clear", "refer", "unexamined", "block")

# Waiting time is from the last move into the state until the decision; her undo moves an image back in the same moment.
_SINCE = (
    """(SELECT max(u.at) FROM audit u WHERE u.subject = d.render_id AND u.event = 'render.{state}' AND u.at <= d.decided_at)"""
)
_TOOK = "CAST(round((julianday(d.decided_at) - julianday({since})) * 86400) AS INTEGER)"

JUDGED = f"""
WITH image AS (
    SELECT r.id, r.state, r.licence_id, p.fictional, p.name FROM render r JOIN twin t ON t.id = r.twin_id
    JOIN person p ON p.id = t.person_id WHERE :agency_id IS NULL OR p.agency_id = :agency_id
), examined AS (
    SELECT v.render_id AS id, v.outcome, v.attempt, i.state FROM verdict v JOIN image i ON i.id = v.render_id
    WHERE v.attempt = (SELECT max(w.attempt) FROM verdict w WHERE w.render_id = v.render_id)
), word AS (
    SELECT d.render_id, CASE WHEN d.kind = 'signoff' AND a.role = 'agency' THEN 'agency' ELSE d.kind END AS kind, d.choice,
        d.reason_code, d.decided_at FROM decision d JOIN image i ON i.id = d.render_id JOIN account a ON a.id = d.account_id
    WHERE NOT EXISTS (SELECT 1 FROM decision n WHERE n.supersedes_id = d.id)
), fate AS (
    SELECT CASE
        WHEN EXISTS (SELECT 1 FROM word d WHERE d.render_id = e.id AND d.kind = 'signoff' AND d.choice = 'approve') THEN 'her yes'
        WHEN EXISTS (SELECT 1 FROM word d WHERE d.render_id = e.id AND d.kind = 'signoff' AND d.choice = 'refuse') THEN 'her no'
        WHEN EXISTS (SELECT 1 FROM word d WHERE d.render_id = e.id AND d.kind = 'signoff' AND d.choice = 'change')
            THEN 'her change'
        WHEN EXISTS (SELECT 1 FROM word d WHERE d.render_id = e.id AND d.kind = 'agency') THEN 'agency no'
        WHEN e.state = 'refused' THEN 'moderator' WHEN e.state = 'blocked' THEN 'blocked'
        WHEN e.state IN ('withdrawn', 'recalled') THEN 'ended' ELSE 'waiting' END AS name, e.state
    FROM examined e
)
SELECT 'fate' AS topic, name, '' AS part, count(*) AS n, NULL AS facts FROM fate GROUP BY name
UNION ALL SELECT 'released', CASE name WHEN 'her yes' THEN 'signed' ELSE 'unsigned' END, '', count(*), NULL
    FROM fate WHERE state IN ('released', 'recalled') GROUP BY 2
UNION ALL SELECT 'verdict', outcome, '', count(*), NULL FROM examined GROUP BY outcome
UNION ALL SELECT 'safeguard', f.safeguard, f.outcome, count(*), NULL FROM finding f
    JOIN examined e ON e.id = f.render_id AND e.attempt = f.attempt GROUP BY f.safeguard, f.outcome
UNION ALL SELECT 'reason', d.kind, d.reason_code, count(*), NULL FROM word d
    WHERE d.choice = 'refuse' AND d.kind IN ('review', 'signoff') GROUP BY d.kind, d.reason_code
UNION ALL SELECT 'time', d.kind, '', count(*), json_group_array(CASE d.kind
    WHEN 'signoff' THEN {_TOOK.format(since=_SINCE.format(state="her turn"))}
    ELSE {_TOOK.format(since=_SINCE.format(state="in review"))} END)
    FROM decision d JOIN image i ON i.id = d.render_id JOIN account a ON a.id = d.account_id
    WHERE d.kind IN ('review', 'signoff') AND d.choice <> 'undo' AND a.role <> 'agency' GROUP BY d.kind
UNION ALL SELECT 'licence', l.id, b.name || ', ' || l.campaign, count(*), json_object('person', min(i.name),
    'fictional', min(i.fictional), 'released', sum(i.state IN ('released', 'recalled')), 'currency', l.currency,
    'gross_minor', coalesce((SELECT -sum(n.amount_minor) FROM ledger_line n JOIN release e ON e.id = n.release_id
        JOIN render r ON r.id = e.render_id WHERE r.licence_id = l.id AND n.party = 'brand'), 0))
    FROM image i JOIN licence l ON l.id = i.licence_id JOIN brand b ON b.id = l.brand_id GROUP BY l.id
"""
"""One row for each thing counted: its topic, its name, a part of it, how many, and facts as JSON."""


@dataclass(frozen=True)
class Count:
    """So many of one kind."""

    label: str
    n: int

    @property
    def size(self) -> int:
        """Of how many it tells."""
        return self.n

    def __add__(self, other: "Count") -> "Count":
        return Count("others", self.n + other.n)


@dataclass(frozen=True)
class Times:
    """How long decisions took, in seconds: half of them took `median` or less, nine of ten `p90` or less; None for too few."""

    n: int
    median: int | None
    p90: int | None


@dataclass(frozen=True)
class Licence:
    """Images made and released under one licence, and what its brand paid, refunds taken off, in minor units."""

    label: str
    person: str
    images: int
    released: int
    gross_minor: int
    currency: str


@dataclass(frozen=True)
class Judged:
    """The whole answer; `reasons`, `times` have the keys "signoff" (hers) and "review" (moderators')."""

    fates: Told[Count]
    decided: int | None
    by_her: int | None
    signed: int
    released: int
    verdicts: Told[Count]
    safeguards: Mapping[str, Told[Count]]
    reasons: Mapping[str, Told[Count]]
    times: Mapping[str, Times]
    licences: tuple[Licence, ...] | None
    images: int


def judged(rows: Sequence[dict[str, Any]], reader: Reader) -> Judged:
    """The rows of `JUDGED` as this reader may see them."""
    fates = _counts(rows, "fate", FATES)
    decided = sum(fates.get(name, 0) for name in (*HERS, "agency no", "moderator", "blocked"))
    others = decided - sum(fates.get(name, 0) for name in HERS)
    told = _told(fates, reader)
    # Beside kinds that had to be put together, a sum across them would tell them apart again.
    tells = told.together is None and not told.hidden
    out = dict.fromkeys(("signed", "unsigned"), 0) if reader.is_outside else _counts(rows, "released", ("signed", "unsigned"))
    licences = None if reader.is_outside else tuple(_licence(row, reader) for row in rows if row["topic"] == "licence")
    safeguards = [] if reader.is_outside else sorted({row["name"] for row in rows if row["topic"] == "safeguard"})
    return Judged(
        fates=told,
        decided=decided if tells else None,
        by_her=decided - others if tells else None,
        signed=out["signed"],
        released=sum(out.values()),
        verdicts=_told(_counts(rows, "verdict", OUTCOMES), reader),
        safeguards={name: _told(_parts(rows, "safeguard", name, OUTCOMES), reader) for name in safeguards},
        reasons={kind: _told(_parts(rows, "reason", kind), reader) for kind in ("signoff", "review")},
        times={kind: _times(rows, kind, reader) for kind in ("signoff", "review")},
        licences=licences,
        images=sum(one.n for one in told.shown),
    )


def quantile(sorted_values: Sequence[int], part: float) -> int:
    """The smallest value that at least this part of all values do not exceed (nearest rank); raises ValueError for none."""
    if not sorted_values or not 0 < part <= 1:
        raise ValueError("A quantile is a part of at least one value.")
    return sorted_values[max(0, -int(-part * len(sorted_values) // 1) - 1)]


def _counts(rows: Sequence[dict[str, Any]], topic: str, order: Sequence[str] | Mapping[str, str]) -> dict[str, int]:
    found = {row["name"]: int(row["n"]) for row in rows if row["topic"] == topic}
    return {name: found.get(name, 0) for name in order}


def _parts(rows: Sequence[dict[str, Any]], topic: str, name: str, order: Sequence[str] = ()) -> dict[str, int]:
    mine = {row["part"]: int(row["n"]) for row in rows if row["topic"] == topic and row["name"] == name}
    return {part: mine.get(part, 0) for part in order or sorted(mine, key=lambda part: -mine[part])}


def _told(counts: Mapping[str, int], reader: Reader) -> Told[Count]:
    return coarse([Count(label, n) for label, n in counts.items()], reader.fewest)


def _times(rows: Sequence[dict[str, Any]], kind: str, reader: Reader) -> Times:
    listed = [row["facts"] for row in rows if row["topic"] == "time" and row["name"] == kind]
    took = sorted(max(0, one) for one in json.loads(listed[0]) if one is not None) if listed else []
    if len(took) < reader.fewest or not took:
        return Times(len(took) if reader.fewest == 1 else 0, None, None)
    return Times(len(took), quantile(took, 0.5), quantile(took, 0.9))


def _licence(row: dict[str, Any], reader: Reader) -> Licence:
    told = json.loads(row["facts"])
    person = reader.name(told["person"], told["fictional"])
    return Licence(row["part"], person, int(row["n"]), told["released"], told["gross_minor"], told["currency"])
