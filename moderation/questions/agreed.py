"""What is agreed before anything happens: the licences in force, what one image of each would pay, and how each would end."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from moderation.money.fees import WHOLE
from moderation.questions.reader import Reader

AGREED = """
SELECT l.id, b.name || ', ' || l.campaign AS label, p.id AS person_id, p.name, p.fictional, l.fee_minor, l.currency, l.fee_model,
    CASE WHEN p.agency_id IS NULL THEN 0 ELSE l.commission_bp END AS commission_bp, coalesce(s.share_bp, 0) AS share_bp,
    l.payment_days, l.revocation_notice_hours, l.max_images, n.taken, w.ends_at
FROM licence l JOIN licence_window w ON w.licence_id = l.id JOIN licence_taken n ON n.licence_id = l.id
JOIN brand b ON b.id = l.brand_id JOIN twin t ON t.id = l.twin_id JOIN person p ON p.id = t.person_id
LEFT JOIN creative_share s ON s.licence_id = l.id
WHERE w.starts_at <= :now AND :now < w.ends_at AND w.requested_at IS NULL AND (:agency_id IS NULL OR p.agency_id = :agency_id)
ORDER BY b.name, p.name, l.id
"""
"""One row for each licence in force."""


@dataclass(frozen=True)
class Terms:
    """One licence in force: amounts in minor units of `currency` for one image, or for all of them with the model "buyout"."""

    label: str
    person: str
    fee_minor: int
    commission_minor: int
    share_minor: int
    currency: str
    fee_model: str
    payment_days: int
    notice_hours: int
    max_images: int
    taken: int
    ends_at: str

    @property
    def net_minor(self) -> int:
        """What reaches the model."""
        return self.fee_minor - self.commission_minor


@dataclass(frozen=True)
class Agreed:
    """Licences in force and people behind them (None: too few to tell), and each licence's terms, where they are told."""

    licences: int | None
    people: int | None
    terms: tuple[Terms, ...] | None


def agreed(rows: Sequence[dict[str, Any]], reader: Reader) -> Agreed:
    """The rows of `AGREED` as this reader may see them."""
    licences, people = len(rows), len({row["person_id"] for row in rows})
    return Agreed(
        licences=licences if licences == 0 or licences >= reader.fewest else None,
        people=people if people == 0 or people >= reader.fewest else None,
        terms=None if reader.is_outside else tuple(_terms(row, reader) for row in rows),
    )


def _terms(row: dict[str, Any], reader: Reader) -> Terms:
    return Terms(
        person=reader.name(row["name"], row["fictional"]),
        commission_minor=row["fee_minor"] * row["commission_bp"] // WHOLE,
        share_minor=row["fee_minor"] * row["share_bp"] // WHOLE,
        notice_hours=row["revocation_notice_hours"],
        **{name: row[name] for name in ("label", "fee_minor", "currency", "fee_model", "payment_days", "max_images", "taken")},
        ends_at=row["ends_at"],
    )
