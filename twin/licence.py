"""What a brand may do with a twin: uses, territory, time, number and fee, within the person's consent."""

from dataclasses import dataclass
from datetime import datetime

from twin.consent import Consent, Medium, PayBasis, Use, check_specific, check_term
from twin.errors import BadValue, LicenceRefuses

LONGEST_PAYMENT_DAYS = 90


@dataclass(frozen=True)
class Permission:
    """An answer that explains itself; true when permitted."""

    permitted: bool
    reason: str

    def __bool__(self) -> bool:
        """Whether it is permitted."""
        return self.permitted


@dataclass(frozen=True)
class Licence:
    """One brand's licence of one twin for one campaign.

    `uses` are sentences that tell the person where she will be seen; `media`, `territory` and `product_line` are what rules
    check. `fee_minor` is paid per released image in minor units, within `payment_days`. Raises BadValue.
    """

    twin_id: str
    brand_id: str
    campaign: str
    advertiser: str
    product_line: str
    uses: tuple[str, ...]
    media: tuple[Medium, ...]
    territory: str
    fee_minor: int
    currency: str
    payment_days: int
    max_images: int
    starts_at: datetime
    ends_at: datetime

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

    @property
    def covered(self) -> tuple[Use, ...]:
        """Its uses as rules see them, one per medium."""
        return tuple(Use(medium, self.territory, self.product_line) for medium in self.media)

    def permits(self, use: Use, on: datetime) -> Permission:
        """Whether the brand may use an image so at this moment, and why not."""
        if on < self.starts_at:
            return Permission(False, f"The licence starts on {day(self.starts_at)}.")
        if on >= self.ends_at:
            return Permission(False, f"The licence ended on {day(self.ends_at)}.")
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
    if licence.currency != rate.currency or (rate.basis != PayBasis.BUYOUT and licence.fee_minor < rate.minor):
        raise LicenceRefuses(
            f"The fee of {money(licence.fee_minor, licence.currency)} is below the rate of pay in the consent,"
            f" {money(rate.minor, rate.currency)} per {rate.basis}."
        )


def day(moment: datetime) -> str:
    """A date as people write it: 3 May 2026."""
    return f"{moment.day} {moment:%B %Y}"


def money(minor: int, currency: str) -> str:
    """An amount as people write it: EUR 120.00 (currencies of two decimals)."""
    return f"{currency} {minor // 100:,}.{minor % 100:02d}"
