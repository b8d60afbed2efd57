"""What a person has agreed to, in rows a page can read out: her consents and the licences under them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moderation.access.account import Account, Role
from moderation.database import Database
from moderation.desk.decisions import require

_CONSENTS = """
SELECT c.*, t.name AS twin_name,
    (SELECT min(r.effective_at) FROM revocation r WHERE r.scope = 'consent' AND r.subject_id = c.id) AS taken_back_at
FROM consent c JOIN twin t ON t.id = c.twin_id WHERE t.person_id = ? ORDER BY c.starts_at DESC, c.version DESC
"""
_LICENCES = """
SELECT l.*, b.name AS brand_name, w.starts_at AS from_at, w.ends_at AS until_at, w.effective_at AS taken_back_at, w.use_starts_at,
    (SELECT count(*) FROM render r WHERE r.licence_id = l.id AND r.state = 'released') AS released
FROM licence l JOIN brand b ON b.id = l.brand_id JOIN twin t ON t.id = l.twin_id
JOIN licence_window w ON w.licence_id = l.id
WHERE t.person_id = ? ORDER BY w.ends_at DESC, l.id
"""

_UNSIGNED = """
SELECT d.id AS draft_id, d.kind, d.version, coalesce(a.name, '') AS agency_name FROM consent_draft d
LEFT JOIN agency a ON a.id = d.agency_id WHERE d.ended_at IS NULL AND d.person_id = ? ORDER BY d.drafted_at, d.id
"""


@dataclass(frozen=True)
class Granted:
    """One licence under a consent; times are ISO text in UTC, fees are in minor units, for what `fee_model` names.

    `use_starts_at` is when an image may first be used, `revocation_notice_hours` how long after she asks a revocation takes
    effect; `exclusivity` is none, or category: then no other brand may show her in `category` meanwhile.
    """

    licence_id: str
    brand_name: str
    campaign: str
    product_line: str
    uses: Any
    media: Any
    territory: str
    fee_minor: int
    currency: str
    payment_days: int
    max_images: int
    released: int
    advertiser: str
    fee_model: str
    variant_minor: int | None
    exclusivity: str
    category: str
    use_starts_at: str
    revocation_notice_hours: int
    starts_at: str
    ends_at: str
    taken_back_at: str | None


@dataclass(frozen=True)
class Agreement:
    """One version of a consent with its licences; `uses` and `limits` are as the consent holds them."""

    consent_id: str
    twin_id: str
    twin_name: str
    version: int
    scope: str
    purpose: str
    pay_minor: int
    currency: str
    pay_basis: str
    uses: Any
    limits: Any
    disclosure_text: str
    training_allowed: bool
    starts_at: str
    ends_at: str
    taken_back_at: str | None
    licences: tuple[Granted, ...]


@dataclass(frozen=True)
class Unsigned:
    """A text that waits for her to read and sign; `kind` is painting, biometric or training, `agency_name` who wrote it."""

    draft_id: str
    kind: str
    version: int
    agency_name: str


class Agreements:
    """Reads a person's own agreements; nothing here writes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, account: Account) -> tuple[Agreement, ...]:
        """Every consent of the person, the newest first. Raises NotYours for other roles."""
        require(account, Role.MODEL, "These are agreements of somebody else.")
        licences = self._database.rows(_LICENCES, [account.person_id])
        return tuple(
            _agreement(row, tuple(_granted(licence) for licence in licences if licence["consent_id"] == row["id"]))
            for row in self._database.rows(_CONSENTS, [account.person_id])
        )

    def unsigned(self, account: Account) -> tuple[Unsigned, ...]:
        """What waits for the person to read and sign, the oldest first; nothing for other roles."""
        if account.role is not Role.MODEL:
            return ()
        return tuple(Unsigned(**row) for row in self._database.rows(_UNSIGNED, [account.person_id]))


def _agreement(row: Mapping[str, Any], licences: tuple[Granted, ...]) -> Agreement:
    kept = {name: row[name] for name in Agreement.__dataclass_fields__ if name in row}
    told = {
        "consent_id": row["id"],
        "uses": json.loads(row["uses"]),
        "limits": json.loads(row["content_limits"]),
        "training_allowed": bool(row["training_allowed"]),
        "licences": licences,
    }
    return Agreement(**{**kept, **told})


def _granted(row: Mapping[str, Any]) -> Granted:
    kept = {name: row[name] for name in Granted.__dataclass_fields__ if name in row}
    told = {
        "licence_id": row["id"],
        "uses": json.loads(row["uses"]),
        "media": json.loads(row["media"]),
        "starts_at": row["from_at"],
        "ends_at": row["until_at"],
    }
    return Granted(**{**kept, **told})
