"""Until when the face of a person may be kept as numbers, her reference photographs, and the weights trained on her.

A template needs an explicit consent of its own and is destroyed when that ends, at the latest three years after the person's
last dealing with the studio (GDPR Art. 9, 740 ILCS 14/15). Nobody stands behind a fictional person's face: where she has no such
document, her consents to be painted count for it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from moderation.desk.moves import Row

LONGEST_UNUSED = timedelta(days=3 * 365)
"""After so long without a dealing of hers nothing of her face is kept, whatever she signed."""
Rows = Callable[..., list[Row]]
"""Reads rows by SQL and values: `Database.rows`, or `execute` of a transaction."""

_ENDED = "coalesce((SELECT min(r.effective_at) FROM revocation r WHERE r.scope = '{scope}' AND r.subject_id = c.id), c.ends_at)"
_PAINTING = f"SELECT max(min(c.ends_at, {_ENDED.format(scope='consent')})) FROM consent c WHERE c.twin_id = t.id"
_OWN = "SELECT max(min(c.ends_at, {ended})) FROM {kind}_consent c WHERE c.person_id = p.id AND c.starts_at <= :now"
_BIOMETRIC = _OWN.format(ended=_ENDED.format(scope="biometric"), kind="biometric")
_TRAINING = _OWN.format(ended=_ENDED.format(scope="training"), kind="training")
_TERMS = f"""
SELECT t.id AS twin_id, t.person_id, p.fictional, ({_PAINTING}) AS painting, ({_BIOMETRIC}) AS biometric,
    ({_TRAINING}) AS training, EXISTS (SELECT 1 FROM erasure e WHERE e.person_id = p.id) AS erased,
    max(p.created_at, t.created_at,
        coalesce((SELECT max(c.signed_at) FROM consent c WHERE c.twin_id = t.id), ''),
        coalesce((SELECT max(c.signed_at) FROM biometric_consent c WHERE c.person_id = p.id), ''),
        coalesce((SELECT max(u.at) FROM account a JOIN audit u ON u.actor = a.id WHERE a.person_id = p.id), '')) AS last_dealing
FROM twin t JOIN person p ON p.id = t.person_id
"""


@dataclass(frozen=True)
class Keep:
    """Until when (ISO text, UTC) each kind of thing about a twin's face may be kept, and why not longer; empty text is never."""

    twin_id: str
    person_id: str
    templates: str
    references: str
    weights: str
    bases: str
    last_dealing: str

    def reason(self, kind: str, now: str) -> str | None:
        """Why nothing of a kind (templates, references, weights, bases) may be kept at `now`; None while it may."""
        if now < getattr(self, kind):
            return None
        return "unused" if _after(self.last_dealing) <= now else "consent ended"


def keeps(rows: Rows, now: str) -> list[Keep]:
    """What may be kept of every twin, as far as is known at `now` (ISO text, UTC)."""
    return [_keep(row) for row in rows(f"{_TERMS} ORDER BY t.id", {"now": now})]


def measurable(rows: Rows, now: str) -> frozenset[str]:
    """The twins whose faces may be measured and kept at `now`."""
    return frozenset(one.twin_id for one in keeps(rows, now) if one.reason("templates", now) is None)


def _keep(row: dict[str, Any]) -> Keep:
    painting, biometric, training = (row[name] or "" for name in ("painting", "biometric", "training"))
    if row["fictional"] and row["biometric"] is None:
        biometric = painting
    latest = "" if row["erased"] else _after(row["last_dealing"])
    return Keep(
        row["twin_id"],
        row["person_id"],
        templates=min(biometric, latest),
        references=min(max(biometric, painting), latest),
        weights=min(training, painting, latest),
        bases=min(painting, latest),
        last_dealing=row["last_dealing"],
    )


def _after(last: str) -> str:
    return (datetime.fromisoformat(last) + LONGEST_UNUSED).isoformat(timespec="microseconds")
