"""What a licence would cost, step by step, as an agency reads it before she writes it."""

from dataclasses import dataclass

from twin.consents.consent import PayBasis
from twin.licences.licence import Licence, day, money
from twin.licences.licensing import Quoted
from twin.licences.rates import ONCE, Rate

PER = {PayBasis.IMAGE: "for each released image", PayBasis.VARIANT: "for each released image", PayBasis.BUYOUT: "once, for all"}
ALL = 10_000


@dataclass(frozen=True)
class Offer:
    """The computed price: `steps` are what and how much in the order of the sum, `sums` what follows from it in money.

    `objections` are sentences on why the licence cannot be written so; empty when it can.
    """

    fee: str
    steps: tuple[tuple[str, str], ...]
    sums: tuple[tuple[str, str], ...]
    objections: tuple[str, ...]


def offer_of(quoted: Quoted, share_bp: int, objections: tuple[str, ...]) -> Offer:
    """The price of a quoted licence, with a share in basis points for the people behind the look."""
    licence, priced = quoted.licence, quoted.licence.priced
    assert priced is not None
    steps = list(_steps(licence, priced.rate, quoted.card_minor, "Base"))
    if priced.variant is not None and quoted.card_variant_minor is not None:
        steps += _steps(licence, priced.variant, quoted.card_variant_minor, "Base of a new light on a painted image")
    fee = f"{money(licence.fee_minor, licence.currency)} {PER[licence.fee_model]}"
    return Offer(fee, tuple(steps), tuple(_sums(licence, share_bp)), objections)


def _steps(licence: Licence, rate: Rate, card_minor: int, base: str) -> list[tuple[str, str]]:
    days = (licence.ends_at - licence.starts_at).days
    exclusive = f"Exclusive in “{licence.category}”" if licence.exclusive else "Not exclusive"
    told = [
        (base, money(rate.base_minor, licence.currency)),
        (", ".join(licence.media).capitalize(), _times(rate.media_bp)),
        (licence.territory[0].upper() + licence.territory[1:], _times(rate.territory_bp)),
        (f"{days} days", _times(rate.term_bp)),
        (exclusive, _times(rate.exclusivity_bp)),
        (
            f"The rate card asks (version {licence.priced.card_version})" if licence.priced else "",
            money(card_minor, licence.currency),
        ),
    ]
    return told if rate.agreed_minor is None else [*told, ("Agreed above it", money(rate.agreed_minor, licence.currency))]


def _sums(licence: Licence, share_bp: int) -> list[tuple[str, str]]:
    fee, currency = licence.fee_minor, licence.currency
    commission, share = _part(fee, licence.commission_bp), _part(fee, share_bp)
    told = [
        (f"Your commission, {licence.commission_bp / 100:g} %", money(commission, currency)),
        ("She gets", money(fee - commission, currency)),
    ]
    if share_bp:
        told.append((f"The people behind the look get beside it, {share_bp / 100:g} %", money(share, currency)))
    count = 1 if licence.fee_model is PayBasis.BUYOUT else licence.max_images
    told.append((f"The brand pays at most, for {licence.max_images} images", money((fee + share) * count, currency)))
    told.append(("First use from", day(licence.earliest_use_at or licence.starts_at)))
    return told


def _part(minor: int, share_bp: int) -> int:
    """Rounded down, as a release posts it: a broken minor unit goes to the person."""
    return minor * share_bp // ALL


def _times(bp: int) -> str:
    return f"× {bp / ONCE:.4f}".rstrip("0").rstrip(".")
