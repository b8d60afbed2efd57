"""A fee follows from the card alone, in whole minor units, by one rounding, and can be computed again from what is kept."""

import json
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.consents.consent import Medium, PayBasis
from twin.errors import BadValue, LicenceRefuses
from twin.licences.rates import ONCE, Price, Priced, Rate, RateCard, Wanted, agreed

CARD = RateCard(
    currency="EUR",
    bases={"*": Price(12_000, 3_000, 400_000), "nora": Price(14_000, 3_500, 500_000)},
    media={Medium.WEB_SHOP: 7_000, Medium.SOCIAL: 2_000, Medium.PRINT: 4_000},
    territories={"worldwide": 16_000, "EU": 10_000, "DE": 5_500},
    terms={90: 6_000, 365: 10_000},
    exclusive_bp=15_000,
)
WANTED = Wanted("nora", PayBasis.IMAGE, (Medium.WEB_SHOP, Medium.PRINT), "EU", timedelta(days=200), exclusive=False)
factors = st.integers(0, 100 * ONCE)
rates = st.builds(Rate, st.integers(0, 10**9), factors, factors, factors, factors)


def test_a_fee_is_base_times_media_territory_term_and_exclusivity() -> None:
    assert CARD.quote(WANTED) == Rate(14_000, 11_000, 10_000, 10_000, ONCE)
    assert CARD.quote(WANTED).fee_minor == 15_400
    assert CARD.quote(replace(WANTED, exclusive=True)).fee_minor == 23_100
    assert CARD.quote(replace(WANTED, person_id="mei", territory="DE", term=timedelta(days=90))).fee_minor == 4_356
    assert CARD.quote(replace(WANTED, territory="JP")).territory_bp == 16_000


def test_each_fee_model_has_its_base() -> None:
    bought = replace(WANTED, fee_model=PayBasis.BUYOUT)
    per_variant = replace(WANTED, fee_model=PayBasis.VARIANT)
    assert (CARD.quote(bought).fee_minor, CARD.variant(bought)) == (550_000, None)
    variant = CARD.variant(per_variant)
    assert (CARD.quote(per_variant).fee_minor, variant and variant.fee_minor) == (15_400, 3_850)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"media": (Medium.LOOKBOOK,)}, "no price for lookbook"),
        ({"term": timedelta(days=365, microseconds=1)}, "no price for a term longer than 365 days"),
    ],
)
def test_what_the_card_has_no_price_for_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(LicenceRefuses, match=reason):
        CARD.quote(replace(WANTED, **changes))


def test_a_card_without_worldwide_prices_has_none_for_elsewhere() -> None:
    card = replace(CARD, territories={"EU": 10_000}, bases={"nora": Price(1, 1, 1)})
    with pytest.raises(LicenceRefuses, match="no price for the territory US"):
        card.quote(replace(WANTED, territory="US"))
    with pytest.raises(LicenceRefuses, match="no base price for this person"):
        card.quote(replace(WANTED, person_id="mei"))


@given(rates)
def test_one_rounding_to_the_nearest_unit_and_nothing_else_is_lost(rate: Rate) -> None:
    exact = Fraction(rate.base_minor)
    for factor in (rate.media_bp, rate.territory_bp, rate.term_bp, rate.exclusivity_bp):
        exact *= Fraction(factor, ONCE)
    assert -Fraction(1, 2) < rate.fee_minor - exact <= Fraction(1, 2)


@given(rates, st.sampled_from(["base_minor", "media_bp", "territory_bp", "term_bp", "exclusivity_bp"]), st.integers(0, 10_000))
def test_more_of_anything_never_costs_less(rate: Rate, name: str, more: int) -> None:
    assert replace(rate, **{name: getattr(rate, name) + more}).fee_minor >= rate.fee_minor


@given(rates, st.one_of(st.none(), st.integers(0, 10**12)))
def test_what_a_licence_keeps_gives_its_fee_again(rate: Rate, above: int | None) -> None:
    priced = Priced("card", 3, agreed(rate, None if above is None else rate.card_minor + above), rate)
    again = Priced.from_json(priced.as_json())
    assert again == priced
    assert again is not None
    assert again.rate.fee_minor == rate.card_minor + (above or 0)


@given(rates.filter(lambda rate: rate.card_minor > 0))
def test_nothing_is_agreed_below_the_card(rate: Rate) -> None:
    with pytest.raises(BadValue, match="never below"):
        agreed(rate, rate.card_minor - 1)


@pytest.mark.parametrize(
    "changes",
    [
        {"bases": {}},
        {"bases": {"*": "cheap"}},
        {"media": {Medium.WEB_SHOP: 0.5}},
        {"media": {"television": 10_000}},
        {"territories": {"EU": -1}},
        {"terms": {90: 10_000, 365: 6_000}},
        {"terms": {0: 1}},
        {"exclusive_bp": ONCE - 1},
        {"currency": "euro"},
    ],
)
def test_a_card_that_nobody_could_mean_cannot_be_built(changes: dict[str, Any]) -> None:
    with pytest.raises(BadValue):
        replace(CARD, **changes)


def test_a_card_comes_back_from_what_is_kept_of_it() -> None:
    assert RateCard.from_told(json.loads(CARD.as_json())) == CARD
    with pytest.raises(BadValue, match="no rate card"):
        RateCard.from_told({"currency": "EUR"})
