"""Who gets paid: what brands paid, and how it was split, by month and by person, from the lines of the books."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from moderation.questions.reader import Reader, Told, coarse

PAID = """
SELECT substr(n.posted_at, 1, 7) AS month, coalesce(t.person_id, n.party_id) AS person_id, p.name, p.fictional, n.currency,
    count(DISTINCT CASE WHEN b.kind = 'release' THEN n.release_id END) AS images,
    count(DISTINCT CASE WHEN b.kind = 'refund' THEN n.release_id END) AS refunds,
    -sum(CASE WHEN n.party = 'brand' THEN n.amount_minor ELSE 0 END) AS gross_minor,
    sum(CASE WHEN n.party = 'agency' THEN n.amount_minor ELSE 0 END) AS commission_minor,
    sum(CASE WHEN n.party = 'author' THEN n.amount_minor ELSE 0 END) AS share_minor,
    sum(CASE WHEN n.party = 'person' AND b.kind <> 'payout' THEN n.amount_minor ELSE 0 END) AS net_minor,
    -sum(CASE WHEN b.kind = 'payout' THEN n.amount_minor ELSE 0 END) AS paid_minor
FROM ledger_line n JOIN ledger_batch b ON b.id = n.batch_id LEFT JOIN release e ON e.id = n.release_id
LEFT JOIN render r ON r.id = e.render_id LEFT JOIN twin t ON t.id = r.twin_id
JOIN person p ON p.id = coalesce(t.person_id, n.party_id)
WHERE (b.kind <> 'payout' OR n.party = 'person') AND (:agency_id IS NULL OR p.agency_id = :agency_id)
GROUP BY month, p.id, n.currency ORDER BY month, p.name, p.id
"""
"""One row a month, person and currency; what an agency or an author was paid out is not the models' money and left out."""


@dataclass(frozen=True)
class Split:
    """How what brands paid was split: minor units of `currency`; gross = commission + share + net, refunds taken off.

    `paid_minor` is what of the net has reached the models by now; `images` is how many releases paid.
    """

    label: str
    currency: str
    people: frozenset[str]
    images: int
    refunds: int
    gross_minor: int
    commission_minor: int
    share_minor: int
    net_minor: int
    paid_minor: int

    @property
    def size(self) -> int:
        """A sum over few images, or over few people, would tell what one of them earned."""
        return min(self.images + self.refunds or bool(self.paid_minor), len(self.people))

    def __add__(self, other: "Split") -> "Split":
        names = ("images", "refunds", "gross_minor", "commission_minor", "share_minor", "net_minor", "paid_minor")
        sums = {name: getattr(self, name) + getattr(other, name) for name in names}
        return replace(self, people=self.people | other.people, **sums)


@dataclass(frozen=True)
class Paid:
    """The answer in one currency: everything shown together, by month, and by person (None where nobody is told apart)."""

    currency: str
    total: Split | None
    months: Told[Split]
    people: tuple[Split, ...] | None


def paid(rows: Sequence[dict[str, Any]], reader: Reader) -> tuple[Paid, ...]:
    """The rows of `PAID` as this reader may see them, a currency after the other."""
    found = []
    for currency in sorted({row["currency"] for row in rows}):
        mine = [row for row in rows if row["currency"] == currency]
        months = coarse(_by(mine, lambda row: row["month"], lambda row: row["month"]), reader.fewest)
        total = None
        for month in months.shown:
            total = replace(month, label="all") if total is None else total + month
        people = None
        if not reader.is_outside:
            people = _by(mine, lambda row: row["person_id"], lambda row: reader.name(row["name"], row["fictional"]))
            people.sort(key=lambda one: -one.net_minor)
        found.append(Paid(currency, total, months, None if people is None else tuple(people)))
    return tuple(found)


Reads = Callable[[dict[str, Any]], str]


def _by(rows: Sequence[dict[str, Any]], key: Reads, label: Reads) -> list[Split]:
    """One split for each value of `key`, in the order in which they come."""
    found: dict[str, Split] = {}
    for row in rows:
        amounts = {name: row[name] for name in Split.__dataclass_fields__ if name in row}
        split = Split(label=label(row), people=frozenset({row["person_id"]}), **amounts)
        found[key(row)] = found[key(row)] + split if key(row) in found else split
    return list(found.values())
