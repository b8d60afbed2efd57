"""What an agency sees of its people: what each allowed and until when, what waits for her, what she is owed and was paid."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moderation.access.account import Account, Role
from moderation.database import Database, Row
from moderation.errors import NotFound

IMAGES = 60
"""How many images of a person one page shows."""
_PEOPLE = """
SELECT p.id AS person_id, p.name, p.fictional, t.id AS twin_id, t.name AS twin_name,
    (SELECT max(c.ends_at) FROM consent c JOIN twin n ON n.id = c.twin_id WHERE n.person_id = p.id AND c.starts_at <= :now
        AND :now < c.ends_at AND NOT EXISTS (SELECT 1 FROM revocation r WHERE r.scope = 'consent' AND r.subject_id = c.id
            AND r.requested_at <= :now)) AS consent_until,
    (SELECT count(*) FROM licence_window w JOIN twin n ON n.id = w.twin_id WHERE n.person_id = p.id AND w.starts_at <= :now
        AND :now < min(w.ends_at, coalesce(w.effective_at, w.ends_at))) AS licences,
    (SELECT count(*) FROM render r JOIN twin n ON n.id = r.twin_id WHERE n.person_id = p.id AND r.state = 'her turn') AS waiting,
    (SELECT count(*) FROM consent_draft d WHERE d.person_id = p.id AND d.ended_at IS NULL) AS drafts,
    EXISTS (SELECT 1 FROM key_request k WHERE k.person_id = p.id AND k.settled_at IS NULL) AS key_waits,
    EXISTS (SELECT 1 FROM refusal_allowed f WHERE f.person_id = p.id) AS may_refuse
FROM person p LEFT JOIN twin t ON t.id = (SELECT id FROM twin WHERE person_id = p.id ORDER BY created_at, id LIMIT 1)
WHERE p.agency_id = :agency_id AND NOT EXISTS (SELECT 1 FROM erasure x WHERE x.person_id = p.id)
"""
_MONEY = """
SELECT n.party_id, n.currency, sum(n.amount_minor) AS owed_minor,
    -sum(CASE WHEN n.kind = 'payout' THEN n.amount_minor ELSE 0 END) AS paid_minor
FROM ledger_line n JOIN person p ON p.id = n.party_id WHERE n.party = 'person' AND p.agency_id = ?
GROUP BY n.party_id, n.currency ORDER BY n.currency
"""
_LICENCES = """
SELECT l.*, b.name AS brand_name, c.version AS consent_version, w.starts_at AS from_at, w.ends_at AS until_at, w.use_starts_at,
    w.effective_at AS taken_back_at, n.taken, n.given, coalesce(s.share_bp, 0) AS share_bp
FROM licence l JOIN brand b ON b.id = l.brand_id JOIN consent c ON c.id = l.consent_id JOIN twin t ON t.id = l.twin_id
JOIN licence_window w ON w.licence_id = l.id JOIN licence_taken n ON n.licence_id = l.id
LEFT JOIN creative_share s ON s.licence_id = l.id WHERE t.person_id = ? ORDER BY w.ends_at DESC, l.id
"""
_CONSENTS = """
SELECT c.id, c.version, c.starts_at, c.ends_at,
    (SELECT min(r.effective_at) FROM revocation r WHERE r.scope = 'consent' AND r.subject_id = c.id) AS taken_back_at
FROM consent c JOIN twin t ON t.id = c.twin_id WHERE t.person_id = ? ORDER BY c.version DESC
"""
_DRAFTS = (
    "SELECT id, kind, version, drafted_at, agency_id FROM consent_draft WHERE person_id = ? AND ended_at IS NULL ORDER BY id"
)
_IMAGES = """
SELECT r.id, r.state, r.moved_at, b.name AS brand_name, s.preview_sha256,
    (SELECT count(*) FROM comment m WHERE m.render_id = r.id AND m.audience IN ('hers', 'brand'))
        AS comments,
    g.render_id IS NOT NULL AS removed
FROM render r JOIN twin t ON t.id = r.twin_id JOIN brand b ON b.id = r.brand_id JOIN submission s ON s.render_id = r.id
LEFT JOIN removed_picture g ON g.render_id = r.id
WHERE t.person_id = ? ORDER BY r.state <> 'her turn', r.moved_at DESC, r.id LIMIT ?
"""
_TAKEN_BACK = """
SELECT k.id, k.scope, k.requested_at, b.name AS brand_name FROM taking_back k JOIN twin t ON t.id = k.twin_id
LEFT JOIN render r ON k.scope = 'image' AND r.id = k.subject_id LEFT JOIN licence l ON k.scope = 'licence' AND l.id = k.subject_id
LEFT JOIN brand b ON b.id = coalesce(r.brand_id, l.brand_id) WHERE t.person_id = ? ORDER BY k.id DESC
"""


@dataclass(frozen=True)
class Owed:
    """One currency of a person's money, in minor units: what she is owed now, and what was paid to her."""

    currency: str
    owed_minor: int
    paid_minor: int


@dataclass(frozen=True)
class Represented:
    """One of an agency's people; times are ISO text in UTC, `consent_until` None where nothing may be painted of her now."""

    person_id: str
    name: str
    fictional: bool
    twin_id: str | None
    twin_name: str | None
    consent_until: str | None
    licences: int
    waiting: int
    drafts: int
    key_waits: bool
    may_refuse: bool
    money: tuple[Owed, ...]


@dataclass(frozen=True)
class Folder:
    """Everything about one of them: consents, drafts, licences, images (those that wait first) and what she took back."""

    person: Represented
    consents: tuple[Row, ...]
    drafts: tuple[Row, ...]
    licences: tuple[Row, ...]
    images: tuple[Row, ...]
    taken_back: tuple[Row, ...]


class AgencyView:
    """Reads for an agency; nothing here writes. Whoever is no agency, or asks about another's people, gets NotFound."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def name(self, account: Account) -> str:
        """The agency's name."""
        return str(self._database.rows("SELECT name FROM agency WHERE id = ?", [_agency(account)])[0]["name"])

    def people(self, account: Account) -> tuple[Represented, ...]:
        """Its people by name; those who had themselves erased are not among them."""
        return self._people(account, "ORDER BY p.name, p.id")

    def folder(self, account: Account, person_id: str) -> Folder:
        """One of them."""
        found = self._people(account, "AND p.id = :person_id", person_id=person_id)
        if not found:
            raise NotFound("There is no such person.")

        def rows(sql: str, *more: object) -> tuple[Row, ...]:
            return tuple(self._database.rows(sql, [person_id, *more]))

        licences = tuple({**row, **{name: json.loads(row[name]) for name in ("uses", "media")}} for row in rows(_LICENCES))
        return Folder(found[0], rows(_CONSENTS), rows(_DRAFTS), licences, rows(_IMAGES, IMAGES), rows(_TAKEN_BACK))

    def _people(self, account: Account, rest: str, **values: Any) -> tuple[Represented, ...]:
        agency_id = _agency(account)
        now = self._database.clock().isoformat(timespec="microseconds")
        rows = self._database.rows(_PEOPLE + rest, {"agency_id": agency_id, "now": now, **values})
        owed: dict[str, list[Owed]] = {}
        for row in self._database.rows(_MONEY, [agency_id]):
            owed.setdefault(row["party_id"], []).append(Owed(row["currency"], row["owed_minor"], row["paid_minor"]))
        return tuple(_represented(row, tuple(owed.get(row["person_id"], ()))) for row in rows)


def _agency(account: Account) -> str:
    if account.role is not Role.AGENCY or account.agency_id is None:
        raise NotFound("There is nothing here.")
    return account.agency_id


def _represented(row: Mapping[str, Any], money: tuple[Owed, ...]) -> Represented:
    told = {name: bool(row[name]) for name in ("fictional", "key_waits", "may_refuse")}
    return Represented(**{**row, **told}, money=money)
