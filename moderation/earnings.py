"""What an image earns the person in it: her share before she decides, and what was posted when it was released."""

from dataclasses import dataclass

from moderation.access.account import Account, Role
from moderation.database import Database
from moderation.desk_decisions import not_found, require

_HERS_ALONE = "Only she herself sees what she earns."

_SHARE = """
SELECT l.fee_minor, l.currency, l.payment_days, coalesce(a.commission_bp, 0) AS commission_bp, coalesce(a.name, '') AS agency_name
FROM render r JOIN licence l ON l.id = r.licence_id JOIN twin t ON t.id = r.twin_id JOIN person p ON p.id = t.person_id
LEFT JOIN agency a ON a.id = p.agency_id WHERE r.id = ? AND t.person_id = ?
"""
_PAYMENTS = """
SELECT r.id AS render_id, b.name AS brand_name, l.campaign, n.posted_at, n.currency,
    sum(CASE n.party WHEN 'person' THEN n.amount_minor ELSE 0 END) AS hers_minor,
    sum(CASE n.party WHEN 'agency' THEN n.amount_minor ELSE 0 END) AS agency_minor,
    -sum(CASE n.party WHEN 'brand' THEN n.amount_minor ELSE 0 END) AS fee_minor, l.payment_days
FROM ledger_line n JOIN release e ON e.id = n.release_id JOIN render r ON r.id = e.render_id
JOIN licence l ON l.id = r.licence_id JOIN brand b ON b.id = r.brand_id JOIN twin t ON t.id = r.twin_id
WHERE t.person_id = ? GROUP BY e.id ORDER BY n.posted_at DESC, e.id DESC
"""


@dataclass(frozen=True)
class Share:
    """What one image pays if it is released: minor units of `currency`; a broken unit goes to the person."""

    fee_minor: int
    commission_bp: int
    currency: str
    payment_days: int
    agency_name: str

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
    """What one release posted: minor units of `currency`, the time as ISO text in UTC."""

    render_id: str
    brand_name: str
    campaign: str
    posted_at: str
    currency: str
    hers_minor: int
    agency_minor: int
    fee_minor: int
    payment_days: int


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
        return tuple(Payment(**row) for row in self._database.rows(_PAYMENTS, [account.person_id]))
