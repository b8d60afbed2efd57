"""What a released image costs and who gets it, refunds and payouts: pure arithmetic in whole minor units that loses nothing."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from moderation.errors import LedgerUnbalanced
from moderation.money.credits import Credit

HIGHEST_COMMISSION_BP = 2000
"""20 % (N.Y. Labor Law §1035)."""
HIGHEST_SHARE_BP = 5000
"""What the people behind a look may get beside the fee, at most."""
WHOLE = 10_000
"""Basis points of the whole."""


@dataclass(frozen=True)
class Line:
    """One party's side of a batch: positive is received, negative is paid, in minor units."""

    party: str
    party_id: str
    kind: str
    amount_minor: int


def apportion(total: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Split `total` by `weights`, in whole units that sum to it again, none further than one unit from its exact part.

    What division leaves over goes to the largest remainders, the first of equals first (Hamilton's method). Raises
    LedgerUnbalanced for a negative total or weight, or when nobody has any weight.
    """
    whole = sum(weights)
    if total < 0 or whole <= 0 or min(weights) < 0:
        raise LedgerUnbalanced("Only an amount of zero or more is split, among shares of which one is more than nothing.")
    parts = [total * weight // whole for weight in weights]
    nearest = sorted(range(len(weights)), key=lambda place: -(total * weights[place] % whole))
    for place in nearest[: total - sum(parts)]:
        parts[place] += 1
    return tuple(parts)


@dataclass(frozen=True)
class Fee:
    """What one release is paid for: amounts in minor units of `currency`, commission and share in basis points.

    `fee_minor` is for the use of this image; `creation_minor` is what a buyout costs, with the first release under its licence
    and never again. `share_bp` is what the people behind the look get beside both. `rate` are the licence's price inputs, as
    JSON. Raises LedgerUnbalanced for a negative fee, a commission above the cap or without an agency, a share above its cap.
    """

    render_id: str
    decision_id: str
    licence_id: str
    brand_id: str
    person_id: str
    agency_id: str | None
    fee_minor: int
    currency: str
    commission_bp: int
    payment_days: int
    model: str = "image"
    creation_minor: int = 0
    share_bp: int = 0
    authors: tuple[Credit, ...] = ()
    rate: str = "{}"

    def __post_init__(self) -> None:
        if self.fee_minor < 0 or self.creation_minor < 0 or len(self.currency) != 3:
            raise LedgerUnbalanced("A fee is zero or more minor units of a currency with three letters.")
        if not 0 <= self.commission_bp <= HIGHEST_COMMISSION_BP:
            raise LedgerUnbalanced("An agency's commission is between 0 % and 20 %.")
        if self.agency_id is None and self.commission_bp:
            raise LedgerUnbalanced("Without an agency there is no commission.")
        if not 0 <= self.share_bp <= HIGHEST_SHARE_BP:
            raise LedgerUnbalanced("The people behind a look share between 0 % and 50 % of the fee.")
        if self.creation_minor and self.model != "buyout":
            raise LedgerUnbalanced("Only a buyout has a creation fee.")

    @property
    def due_minor(self) -> int:
        """What the brand owes for this release, the share of the look's authors aside."""
        return self.creation_minor + self.fee_minor

    @property
    def commission_minor(self) -> int:
        """The agency's part: never more than its basis points, so a broken minor unit goes to the person."""
        return sum(amount * self.commission_bp // WHOLE for _, amount in self._parts())

    @property
    def share_minor(self) -> int:
        """What the people behind the look get together, beside the fee; nothing where nobody is credited."""
        return self.due_minor * self.share_bp // WHOLE if self.authors else 0

    def inputs(self) -> dict[str, Any]:
        """Everything the lines follow from, as JSON would hold it."""
        return {"of": "release", **asdict(self), "authors": [asdict(one) for one in self.authors]}

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        """The fee that `inputs` told; what older inputs do not name has its default. Raises LedgerUnbalanced."""
        try:
            authors = tuple(Credit(**one) for one in told.get("authors", ()))
            return cls(**{name: value for name, value in told.items() if name not in ("of", "authors")}, authors=authors)
        except (TypeError, ValueError) as error:
            raise LedgerUnbalanced("These are no inputs of a fee.") from error

    def lines(self) -> tuple[Line, ...]:
        """The lines of the release, which sum to zero; none when nothing is due."""
        lines = []
        for kind, amount in self._parts():
            commission = amount * self.commission_bp // WHOLE
            lines.append(Line("brand", self.brand_id, kind, -amount))
            if self.agency_id is not None and commission:
                lines.append(Line("agency", self.agency_id, "commission", commission))
            lines.append(Line("person", self.person_id, kind, amount - commission))
        return (*lines, *self._shares())

    def _parts(self) -> list[tuple[str, int]]:
        both = (("creation_fee", self.creation_minor), ("usage_fee", self.fee_minor))
        return [(kind, amount) for kind, amount in both if amount]

    def _shares(self) -> tuple[Line, ...]:
        """The brand pays the people behind the look, in equal parts for each credit they have."""
        if self.share_minor == 0:
            return ()
        counted: dict[str, int] = {}
        for one in self.authors:
            counted[one.name] = counted.get(one.name, 0) + 1
        parts = apportion(self.share_minor, list(counted.values()))
        received = (Line("author", name, "creative_share", part) for name, part in zip(counted, parts, strict=True) if part)
        return (Line("brand", self.brand_id, "creative_share", -self.share_minor), *received)


@dataclass(frozen=True)
class Refund:
    """Part of a release's batch paid back: `back_bp` basis points of every payment in `original`, rounded down."""

    batch_id: str
    back_bp: int
    currency: str
    original: tuple[Line, ...]

    def __post_init__(self) -> None:
        if not 0 < self.back_bp <= WHOLE:
            raise LedgerUnbalanced("A refund is more than nothing and at most the whole.")

    def inputs(self) -> dict[str, Any]:
        """Everything the lines follow from, as JSON would hold it."""
        return {"of": "refund", **asdict(self), "original": [asdict(line) for line in self.original]}

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        """The refund that `inputs` told. Raises LedgerUnbalanced."""
        try:
            original = tuple(Line(**line) for line in told["original"])
            return cls(**{name: told[name] for name in ("batch_id", "back_bp", "currency")}, original=original)
        except (KeyError, TypeError) as error:
            raise LedgerUnbalanced("These are no inputs of a refund.") from error

    def lines(self) -> tuple[Line, ...]:
        """The lines of the refund, which sum to zero."""
        back = [-line.amount_minor * self.back_bp // WHOLE if line.amount_minor < 0 else 0 for line in self.original]
        given = [max(0, line.amount_minor) for line in self.original]
        taken = apportion(sum(back), given) if sum(given) else tuple(0 for _ in given)
        both = zip(self.original, back, taken, strict=True)
        return tuple(Line(one.party, one.party_id, "refund", b - t) for one, b, t in both if b != t)


@dataclass(frozen=True)
class Payout:
    """Money that reached somebody: what she is owed falls, and whoever paid it is owed it by the brands instead."""

    party: str
    party_id: str
    payer_id: str
    amount_minor: int
    currency: str
    reference: str

    def __post_init__(self) -> None:
        if self.party not in ("person", "agency", "author") or isinstance(self.amount_minor, bool) or self.amount_minor < 1:
            raise LedgerUnbalanced("A payout is at least one minor unit, to a person, an agency or an author of a look.")
        if not 1 <= len(self.reference) <= 80 or not self.reference.isprintable():
            raise LedgerUnbalanced("A payout has a reference of at most 80 characters on one line, such as the bank transfer's.")

    def inputs(self) -> dict[str, Any]:
        """Everything the lines follow from, as JSON would hold it."""
        return {"of": "payout", **asdict(self)}

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        """The payout that `inputs` told. Raises LedgerUnbalanced."""
        try:
            return cls(**{name: value for name, value in told.items() if name != "of"})
        except TypeError as error:
            raise LedgerUnbalanced("These are no inputs of a payout.") from error

    def lines(self) -> tuple[Line, ...]:
        """The two lines, which sum to zero."""
        return (
            Line(self.party, self.party_id, "payout", -self.amount_minor),
            Line("payer", self.payer_id, "payout", self.amount_minor),
        )


Posting = Fee | Refund | Payout
_KINDS: dict[str, type[Fee] | type[Refund] | type[Payout]] = {"release": Fee, "refund": Refund, "payout": Payout}


def posting_of(inputs: str) -> Posting:
    """What stored inputs tell; those of the first version name no kind and are a release's. Raises LedgerUnbalanced."""
    try:
        told = json.loads(inputs)
        kind = _KINDS[told.get("of", "release")]
    except (ValueError, KeyError, AttributeError) as error:
        raise LedgerUnbalanced("These inputs tell of nothing that is posted.") from error
    return kind.of(told)


def due_at(posted_at: str, payment_days: int) -> str:
    """The moment (ISO text, UTC) until which a fee posted at `posted_at` is to be paid."""
    return (datetime.fromisoformat(posted_at) + timedelta(days=payment_days)).isoformat(timespec="microseconds")
