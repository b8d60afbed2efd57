"""What an image earns the person in it: her share before she decides, and what was posted when it was released."""

from collections import Counter
from dataclasses import dataclass

from moderation.access.account import Account, Role
from moderation.database import Database
from moderation.desk.decisions import not_found, require
from moderation.money.fees import due_at
from moderation.money.settlement import open_amounts

_HERS_ALONE = "Only she herself sees what she earns."

_SHARE = """
SELECT CASE WHEN b.id IS NULL THEN f.fee_minor ELSE 0 END AS fee_minor, f.currency, l.payment_days, l.fee_model AS basis,
    CASE WHEN a.id IS NULL THEN 0 ELSE l.commission_bp END AS commission_bp, coalesce(a.name, '') AS agency_name
FROM render r JOIN licence l ON l.id = r.licence_id JOIN image_fee f ON f.render_id = r.id
JOIN twin t ON t.id = r.twin_id JOIN person p ON p.id = t.person_id LEFT JOIN agency a ON a.id = p.agency_id
LEFT JOIN ledger_batch b ON b.buyout_of = l.id WHERE r.id = ? AND t.person_id = ?
"""
_PAYMENTS = """
SELECT r.id AS render_id, b.name AS brand_name, l.campaign, min(n.posted_at) AS posted_at, n.currency, l.payment_days,
    sum(CASE n.party WHEN 'person' THEN n.amount_minor ELSE 0 END) AS hers_minor,
    sum(CASE n.party WHEN 'agency' THEN n.amount_minor ELSE 0 END) AS agency_minor,
    -sum(CASE WHEN n.party = 'brand' AND n.kind IN ('creation_fee', 'usage_fee') THEN n.amount_minor ELSE 0 END) AS fee_minor,
    max(n.kind = 'refund') AS refunded, e.id AS release_id
FROM ledger_line n JOIN release e ON e.id = n.release_id JOIN render r ON r.id = e.render_id
JOIN licence l ON l.id = r.licence_id JOIN brand b ON b.id = r.brand_id JOIN twin t ON t.id = r.twin_id
WHERE t.person_id = ? GROUP BY e.id ORDER BY posted_at DESC, e.id DESC
"""
_HERS = "SELECT * FROM ledger_line WHERE party = 'person' AND party_id = ? ORDER BY posted_at, batch_id, position"


@dataclass(frozen=True)
class Share:
    """What one image pays if it is released: minor units of `currency`; a broken unit goes to the person.

    `basis` is image, variant or buyout; a buyout pays with the first image released and nothing afterwards.
    """

    fee_minor: int
    commission_bp: int
    currency: str
    payment_days: int
    agency_name: str
    basis: str = "image"

    def __post_init__(self) -> None:
        """Raises ValueError for a negative fee or a commission outside 0 to 100 %."""
        if self.fee_minor < 0 or not 0 <= self.commission_bp <= 10_000:
            raise ValueError("A share has a fee of zero or more and a commission of 0 to 100 %.")

    @property
    def agency_minor(self) -> int:
        """What the agency keeps."""
        return self.fee_minor * self.commission_bp // 10_000

    @property
    def hers_minor(self) -> int:
        """What reaches her."""
        return self.fee_minor - self.agency_minor


@dataclass(frozen=True)
class Payment:
    """What one release posted, refunds taken off: minor units of `currency`, times as ISO text in UTC.

    `open_minor` is what of hers has not reached her yet, which is due at `due_at`.
    """

    render_id: str
    brand_name: str
    campaign: str
    posted_at: str
    currency: str
    hers_minor: int
    agency_minor: int
    fee_minor: int
    refunded: bool
    open_minor: int
    due_at: str


class Earnings:
    """Reads the person's money; nothing here writes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def share(self, account: Account, render_id: str) -> Share:
        """What this image would pay her. Raises NotYours for other roles, NotFound for an image that is not hers."""
        require(account, Role.MODEL, _HERS_ALONE)
        rows = self._database.rows(_SHARE, [render_id, account.person_id])
        if not rows:
            raise not_found()
        return Share(**rows[0])

    def payments(self, account: Account) -> tuple[Payment, ...]:
        """Every release of hers that paid, newest first. Raises NotYours for other roles."""
        require(account, Role.MODEL, _HERS_ALONE)
        hers = self._database.rows(_HERS, [account.person_id])
        left, unpaid = open_amounts(hers), Counter[str]()
        for line in hers:
            unpaid[line["release_id"]] += left.get(line["id"], 0)
        found = []
        for row in self._database.rows(_PAYMENTS, [account.person_id]):
            days, release_id = row.pop("payment_days"), row.pop("release_id")
            due = due_at(row["posted_at"], days)
            found.append(Payment(**{**row, "refunded": bool(row["refunded"])}, open_minor=unpaid[release_id], due_at=due))
        return tuple(found)
