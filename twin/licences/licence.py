"""What a brand may do with a twin: uses, territory, time, number and fee, within the person's consent."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from twin.consents.consent import Consent, Medium, PayBasis, Use, check_specific, check_term, covers_territory
from twin.errors import BadValue, LicenceRefuses
from twin.licences.rates import Priced

LONGEST_PAYMENT_DAYS = 90
COMMISSION_AT_MOST_BP = 2000
"""Twenty per cent in basis points: the ceiling of N.Y. Labor Law §1035."""
LONGEST_NOTICE_HOURS = 2160
LONGEST_REVOCATION_NOTICE_HOURS = 720


class Exclusivity(StrEnum):
    """Whom a licence keeps out: nobody, or every other brand in the same category while it runs, where it runs."""

    NONE = "none"
    CATEGORY = "category"


@dataclass(frozen=True)
class Permission:
    """An answer that explains itself; true when permitted."""

    permitted: bool
    reason: str

    def __bool__(self) -> bool:
        """Whether it is permitted."""
        return self.permitted


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a brand asks for and a licence then grants: all but the money and the person.

    `uses` are sentences that tell the person where she will be seen; `media`, `territory` and `product_line` are what rules
    check. Nothing is used before `earliest_use_at`, which is told her `notice_hours` ahead; a revocation takes effect
    `revocation_notice_hours` after she asks. `category` is what exclusivity is about, the product line where nothing else is
    said; fees of a `fee_model` are paid within `payment_days`. Whether they can stand is checked by the licence.
    """

    brand_id: str
    campaign: str
    advertiser: str
    product_line: str
    uses: tuple[str, ...]
    media: tuple[Medium, ...]
    territory: str
    payment_days: int
    max_images: int
    starts_at: datetime
    ends_at: datetime
    exclusivity: Exclusivity = Exclusivity.NONE
    category: str = ""
    notice_hours: int = 0
    earliest_use_at: datetime | None = None
    fee_model: PayBasis = PayBasis.IMAGE
    revocation_notice_hours: int = 0


@dataclass(frozen=True, kw_only=True)
class Licence(Terms):
    """One brand's licence of one twin for one campaign.

    `fee_minor` is in minor units: per released image, where `fee_model` is a buyout once, with the first release; under a fee
    per variant, a new light on a painted image pays `variant_minor` instead. `priced` says how the fee came about, None where
    it was agreed without a rate card. Raises BadValue.
    """

    twin_id: str
    fee_minor: int
    currency: str
    variant_minor: int | None = None
    commission_bp: int = 0
    priced: Priced | None = None

    def __post_init__(self) -> None:
        """Refuse a licence that is vague, free of number, or has no term."""
        if not self.twin_id or not self.brand_id or not self.campaign.strip() or not self.advertiser.strip():
            raise BadValue("A licence names a twin, a brand, a campaign and an advertiser.")
        if not self.uses or not self.media:
            raise BadValue("A licence names at least one use and one medium.")
        for sentence in self.uses:
            check_specific(sentence, "A use of the licence", fewest=3)
        for use in self.covered:
            use.__post_init__()
        if self.fee_minor < 0 or len(self.currency) != 3:
            raise BadValue("A licence names a fee of zero or more and its currency.")
        if not 0 <= self.payment_days <= LONGEST_PAYMENT_DAYS:
            raise BadValue(f"The fee is paid within {LONGEST_PAYMENT_DAYS} days.")
        if self.max_images < 1:
            raise BadValue("A licence is for at least one image.")
        check_term(self.starts_at, self.ends_at, "The licence")
        object.__setattr__(self, "category", (self.category.strip() or self.product_line).casefold())
        self._check_terms_of_use()
        self._check_price()

    def _check_terms_of_use(self) -> None:
        if self.exclusivity not in Exclusivity.__members__.values():
            raise BadValue(f"A licence is exclusive in its category or not at all, not {self.exclusivity!r}.")
        if not 0 <= self.notice_hours <= LONGEST_NOTICE_HOURS:
            raise BadValue(f"She is told of a use from 0 to {LONGEST_NOTICE_HOURS} hours ahead.")
        if not 0 <= self.revocation_notice_hours <= LONGEST_REVOCATION_NOTICE_HOURS:
            raise BadValue(f"A revocation takes effect within {LONGEST_REVOCATION_NOTICE_HOURS} hours.")
        first = self.earliest_use_at
        if first is not None and (first.utcoffset() is None or not self.starts_at <= first < self.ends_at):
            raise BadValue("The earliest use lies within the term of the licence.")

    def _check_price(self) -> None:
        if self.fee_model not in PayBasis.__members__.values():
            raise BadValue(f"A fee is per image, per variant or a buyout, not {self.fee_model!r}.")
        if (self.variant_minor is not None) != (self.fee_model is PayBasis.VARIANT) or (self.variant_minor or 0) < 0:
            raise BadValue("A fee for variants, zero or more, belongs to a licence with a fee per variant, and to no other.")
        if not 0 <= self.commission_bp <= COMMISSION_AT_MOST_BP:
            raise BadValue(f"An agency's commission is at most {COMMISSION_AT_MOST_BP // 100} per cent of what the model earns.")
        asked = self.priced
        if asked is not None and (asked.rate.fee_minor, asked.variant and asked.variant.fee_minor) != (
            self.fee_minor,
            self.variant_minor,
        ):
            raise BadValue("The fee is not what its rate gives.")

    @property
    def exclusive(self) -> bool:
        """Whether it keeps other brands out."""
        return self.exclusivity is Exclusivity.CATEGORY

    @property
    def covered(self) -> tuple[Use, ...]:
        """Its uses as rules see them, one per medium."""
        return tuple(Use(medium, self.territory, self.product_line) for medium in self.media)

    def permits(self, use: Use, on: datetime) -> Permission:
        """Whether the brand may use an image so at this moment, and why not; nothing but the terms is asked."""
        if on < self.starts_at:
            return Permission(False, f"The licence starts on {day(self.starts_at)}.")
        if on >= self.ends_at:
            return Permission(False, f"The licence ended on {day(self.ends_at)}.")
        if self.earliest_use_at is not None and on < self.earliest_use_at:
            return Permission(False, f"Nothing is used before {day(self.earliest_use_at)}: she was promised notice.")
        if use.medium not in self.media:
            return Permission(False, f"The licence does not cover {use.medium}; it covers {', '.join(self.media)}.")
        if not any(mine.covers(use) for mine in self.covered):
            return Permission(False, f"The licence covers {self.product_line} in {self.territory}, not {use}.")
        return Permission(True, f"The licence covers {use} until {day(self.ends_at)}.")


def check_within(licence: Licence, consent: Consent) -> None:
    """Raises LicenceRefuses, in a sentence, when a licence would give away more than the person agreed to."""
    if licence.twin_id != consent.twin_id:
        raise LicenceRefuses("A licence rests on the consent of the person it shows, not on somebody else's.")
    if licence.starts_at < consent.starts_at or licence.ends_at > consent.ends_at:
        raise LicenceRefuses(
            f"The licence would run outside the consent, which holds from {day(consent.starts_at)} to {day(consent.ends_at)}."
        )
    for use in licence.covered:
        if not consent.allows(use):
            raise LicenceRefuses(f"The consent does not cover {use}.")
    rate = consent.pay
    if licence.fee_model is PayBasis.BUYOUT and rate.basis is not PayBasis.BUYOUT:
        raise LicenceRefuses("She is paid for each image and did not agree to a buyout.")
    paid_otherwise = rate.basis is PayBasis.BUYOUT and licence.fee_model is not PayBasis.BUYOUT
    lowest = licence.fee_minor if licence.variant_minor is None else min(licence.fee_minor, licence.variant_minor)
    if licence.currency != rate.currency or (not paid_otherwise and lowest < rate.minor):
        raise LicenceRefuses(
            f"The fee of {money(lowest, licence.currency)} is below the rate of pay in the consent,"
            f" {money(rate.minor, rate.currency)} per {rate.basis}."
        )


def in_conflict(licence: Licence, other: Licence) -> bool:
    """Whether two licences of one person exclude each other: two brands, one category, time and place, one of them exclusive."""
    return (
        licence.brand_id != other.brand_id
        and (licence.exclusive or other.exclusive)
        and licence.category == other.category
        and licence.starts_at < other.ends_at
        and other.starts_at < licence.ends_at
        and (covers_territory(licence.territory, other.territory) or covers_territory(other.territory, licence.territory))
    )


def day(moment: datetime) -> str:
    """A date as people write it: 3 May 2026."""
    return f"{moment.day} {moment:%B %Y}"


def money(minor: int, currency: str) -> str:
    """An amount as people write it: EUR 120.00 (currencies of two decimals)."""
    return f"{currency} {minor // 100:,}.{minor % 100:02d}"
