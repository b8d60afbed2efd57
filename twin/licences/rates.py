"""What an agency asks for a licence: a card of rates, and the fee that follows from it in whole minor units.

A fee is base × media × territory × term × exclusivity. Each factor is in basis points (10000 is once), everything is
multiplied first and divided once, so that one rounding, half up, happens in all.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from itertools import pairwise
from typing import Any, Self

from twin.consents.consent import Medium, PayBasis, covers_territory
from twin.errors import BadValue, LicenceRefuses

ONCE = 10_000
"""The factor that changes nothing, in basis points."""
HIGHEST_FACTOR = 100 * ONCE
HIGHEST_BASE = 10**9
_ANYBODY = "*"


@dataclass(frozen=True)
class Price:
    """What the base costs per image, per variant of an image, and as a buyout, in minor units. Raises BadValue."""

    image: int
    variant: int
    buyout: int

    def __post_init__(self) -> None:
        """Refuse what is no amount."""
        for amount in asdict(self).values():
            if isinstance(amount, bool) or not isinstance(amount, int) or not 0 <= amount <= HIGHEST_BASE:
                raise BadValue("A base price is a whole number of minor units, zero or more.")


@dataclass(frozen=True)
class Rate:
    """How one fee came about: base, factors, and what was agreed beyond the card. Raises BadValue.

    `agreed_minor` is None where the card's fee stands; it is never below it.
    """

    base_minor: int
    media_bp: int
    territory_bp: int
    term_bp: int
    exclusivity_bp: int
    agreed_minor: int | None = None

    def __post_init__(self) -> None:
        """Refuse negative or fractional inputs, and an agreed fee below the card's."""
        for name, value in asdict(self).items():
            if value is None and name == "agreed_minor":
                continue
            if isinstance(value, bool) or not isinstance(value, int) or value < 0:
                raise BadValue("A rate is made of whole numbers, zero or more.")
        if self.agreed_minor is not None and self.agreed_minor < self.card_minor:
            raise BadValue("An agreed fee is never below what the rate card asks.")

    @property
    def card_minor(self) -> int:
        """What the card asks, in minor units, rounded half up."""
        product = self.base_minor * self.media_bp * self.territory_bp * self.term_bp * self.exclusivity_bp
        return (2 * product + ONCE**4) // (2 * ONCE**4)

    @property
    def fee_minor(self) -> int:
        """What is paid, in minor units."""
        return self.card_minor if self.agreed_minor is None else self.agreed_minor


@dataclass(frozen=True)
class Wanted:
    """What a price is asked for. `term` is how long the licence runs."""

    person_id: str
    fee_model: PayBasis
    media: tuple[Medium, ...]
    territory: str
    term: timedelta
    exclusive: bool


@dataclass(frozen=True)
class RateCard:
    """One version of an agency's rates. Raises BadValue.

    `bases` by person id, `*` for everybody else; `media` add up; of the `territories` that cover the wanted one the cheapest
    counts; of the `terms`, given in days, the shortest that is long enough.
    """

    currency: str
    bases: Mapping[str, Price]
    media: Mapping[Medium, int]
    territories: Mapping[str, int]
    terms: Mapping[int, int]
    exclusive_bp: int

    def __post_init__(self) -> None:
        """Refuse a card that leaves something without a price, or prices something absurdly."""
        if len(self.currency) != 3 or not self.currency.isupper():
            raise BadValue(f"{self.currency!r} is no currency; write its three letters, like EUR.")
        if not (self.bases and self.media and self.territories and self.terms):
            raise BadValue("A rate card has a base price, media, territories and terms.")
        if not all(isinstance(price, Price) for price in self.bases.values()):
            raise BadValue("A base price is told per image, per variant and as a buyout.")
        for medium in self.media:
            if medium not in Medium.__members__.values():
                raise BadValue(f"{medium!r} is no medium.")
        for factor in (*self.media.values(), *self.territories.values(), *self.terms.values(), self.exclusive_bp):
            if isinstance(factor, bool) or not isinstance(factor, int) or not 0 <= factor <= HIGHEST_FACTOR:
                raise BadValue("A factor is a whole number of basis points from 0 to 1,000,000; 10,000 is once.")
        if self.exclusive_bp < ONCE:
            raise BadValue("Exclusivity costs as much as a licence without it, or more.")
        lengths = sorted(self.terms)
        if lengths[0] < 1 or any(self.terms[a] > self.terms[b] for a, b in pairwise(lengths)):
            raise BadValue("A longer term is never cheaper than a shorter one.")

    def quote(self, wanted: Wanted) -> Rate:
        """The rate of what is wanted. Raises LicenceRefuses, in a sentence, for what the card has no price for."""
        base = self.bases.get(wanted.person_id) or self.bases.get(_ANYBODY)
        if base is None:
            raise LicenceRefuses("The rate card has no base price for this person.")
        missing = [medium for medium in wanted.media if medium not in self.media]
        if missing:
            raise LicenceRefuses(f"The rate card has no price for {missing[0]}.")
        territories = [bp for wide, bp in self.territories.items() if covers_territory(wide, wanted.territory)]
        if not territories:
            raise LicenceRefuses(f"The rate card has no price for the territory {wanted.territory}.")
        terms = [days for days in self.terms if wanted.term <= timedelta(days=days)]
        if not terms:
            raise LicenceRefuses(f"The rate card has no price for a term longer than {max(self.terms)} days.")
        return Rate(
            base_minor=base.buyout if wanted.fee_model is PayBasis.BUYOUT else base.image,
            media_bp=sum(self.media[medium] for medium in set(wanted.media)),
            territory_bp=min(territories),
            term_bp=self.terms[min(terms)],
            exclusivity_bp=self.exclusive_bp if wanted.exclusive else ONCE,
        )

    def variant(self, wanted: Wanted) -> Rate | None:
        """The rate of a variant of an image; None unless the fee is one per variant. Raises LicenceRefuses as `quote` does."""
        if wanted.fee_model is not PayBasis.VARIANT:
            return None
        rate = self.quote(wanted)
        base = self.bases.get(wanted.person_id) or self.bases[_ANYBODY]
        return replace(rate, base_minor=base.variant)

    def as_json(self) -> str:
        """The card as the database keeps it."""
        told = {**asdict(self), "bases": {who: asdict(price) for who, price in self.bases.items()}}
        return json.dumps(told, sort_keys=True)

    @classmethod
    def from_told(cls, told: Mapping[str, Any]) -> Self:
        """The card that JSON tells. Raises BadValue when it is none."""
        try:
            return cls(
                currency=told["currency"],
                bases={who: Price(**price) for who, price in told["bases"].items()},
                media={Medium(medium): bp for medium, bp in told["media"].items()},
                territories=dict(told["territories"]),
                terms={int(days): bp for days, bp in told["terms"].items()},
                exclusive_bp=told["exclusive_bp"],
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BadValue("This is no rate card.") from error


@dataclass(frozen=True)
class Priced:
    """The rate of a licence and of its variants (None but under a fee per variant), and the card they are from.

    The database keeps it with the licence, so that each fee can be computed again from it alone.
    """

    card_id: str
    card_version: int
    rate: Rate
    variant: Rate | None = None

    def as_json(self) -> str:
        """As the licence keeps it."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Self | None:
        """What `as_json` wrote; None of a licence that was agreed without a card. Raises BadValue for anything else."""
        told = json.loads(text)
        if not told:
            return None
        try:
            variant = Rate(**told["variant"]) if told["variant"] else None
            return cls(told["card_id"], told["card_version"], Rate(**told["rate"]), variant)
        except (KeyError, TypeError) as error:
            raise BadValue("This is no rate of a licence.") from error


def agreed(rate: Rate, minor: int | None) -> Rate:
    """The rate with another fee agreed on. Raises BadValue below what the card asks."""
    return rate if minor is None or minor == rate.card_minor else replace(rate, agreed_minor=minor)
