from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.twin.consents.test_consent import GIVEN, START
from twin.consents.consent import Consent, Medium, Pay, PayBasis, Use, covers_territory
from twin.errors import BadValue, LicenceRefuses
from twin.licences.licence import Exclusivity, Licence, check_within, in_conflict
from twin.licences.rates import Priced, Rate

LICENCE = Licence(
    twin_id="nora",
    brand_id="osterby",
    campaign="Autumn",
    advertiser="Osterby Knit",
    product_line="knitwear",
    uses=("Product pages of the web shop",),
    media=(Medium.WEB_SHOP,),
    territory="DE",
    fee_minor=14000,
    currency="EUR",
    payment_days=30,
    max_images=20,
    starts_at=START + timedelta(days=1),
    ends_at=datetime(2026, 5, 3, tzinfo=UTC),
)
IN_APRIL = datetime(2026, 4, 1, tzinfo=UTC)
SHOP = Use(Medium.WEB_SHOP, "DE", "knitwear")


def test_a_licence_permits_what_it_names() -> None:
    assert LICENCE.permits(SHOP, on=IN_APRIL)


@pytest.mark.parametrize(
    ("use", "on", "reason"),
    [
        (SHOP, START, "The licence starts on 2 January 2026."),
        (SHOP, datetime(2026, 5, 3, tzinfo=UTC), "The licence ended on 3 May 2026."),
        (replace(SHOP, medium=Medium.PRINT), IN_APRIL, "The licence does not cover print; it covers web shop."),
        (replace(SHOP, territory="AT"), IN_APRIL, "The licence covers knitwear in DE, not knitwear in web shop (AT)."),
        (replace(SHOP, product_line="coats"), IN_APRIL, "The licence covers knitwear in DE, not coats in web shop (DE)."),
    ],
)
def test_a_licence_explains_its_refusal(use: Use, on: datetime, reason: str) -> None:
    permission = LICENCE.permits(use, on=on)
    assert (bool(permission), permission.reason) == (False, reason)


@pytest.mark.parametrize(
    "changes",
    [
        {"uses": ()},
        {"uses": ("All media whatsoever of the brand",)},
        {"media": ()},
        {"fee_minor": -1},
        {"payment_days": 91},
        {"max_images": 0},
        {"campaign": " "},
        {"ends_at": LICENCE.starts_at},
        {"territory": "Europe"},
        {"exclusivity": "forever"},
        {"notice_hours": -1},
        {"earliest_use_at": LICENCE.ends_at},
        {"earliest_use_at": LICENCE.starts_at - timedelta(seconds=1)},
        {"fee_model": "gift"},
        {"fee_model": PayBasis.VARIANT},
        {"variant_minor": 1},
        {"commission_bp": 2001},
        {"revocation_notice_hours": 721},
        {"priced": Priced("card", 1, Rate(13999, 10_000, 10_000, 10_000, 10_000))},
    ],
)
def test_a_licence_without_its_terms_cannot_be_built(changes: dict[str, Any]) -> None:
    with pytest.raises(BadValue):
        replace(LICENCE, **changes)


def refusal(licence: Licence, consent: Consent) -> str | None:
    """What a licence exceeds of a consent; None when it stays within."""
    try:
        check_within(licence, consent)
    except LicenceRefuses as refused:
        return str(refused)
    return None


def test_a_licence_may_use_its_consent_up_to_the_last_moment_and_cent() -> None:
    assert refusal(replace(LICENCE, starts_at=GIVEN.starts_at, ends_at=GIVEN.ends_at, fee_minor=GIVEN.pay.minor), GIVEN) is None
    assert refusal(replace(LICENCE, fee_minor=GIVEN.pay.minor - 1), GIVEN) is not None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"twin_id": "mei"}, "consent of the person it shows"),
        ({"starts_at": START - timedelta(days=1)}, "outside the consent"),
        ({"ends_at": GIVEN.ends_at + timedelta(seconds=1)}, "outside the consent"),
        ({"media": (Medium.WEB_SHOP, Medium.PRINT)}, "does not cover knitwear in print"),
        ({"territory": "US"}, r"does not cover knitwear in web shop \(US\)"),
        ({"fee_minor": 13999}, "EUR 139.99 is below the rate of pay in the consent, EUR 140.00 per image"),
        ({"currency": "SEK"}, "below the rate of pay"),
    ],
)
def test_a_licence_never_gives_away_more_than_the_consent(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(LicenceRefuses, match=reason):
        check_within(replace(LICENCE, **changes), GIVEN)


def test_a_buyout_needs_no_fee_per_image() -> None:
    bought_out = replace(GIVEN, pay=Pay(900_000, "EUR", PayBasis.BUYOUT))
    assert refusal(replace(LICENCE, fee_minor=0), bought_out) is None
    assert "below the rate of pay" in (refusal(replace(LICENCE, fee_minor=0), GIVEN) or "")


MOMENTS = st.datetimes(datetime(2025, 12, 1), datetime(2026, 6, 1), timezones=st.just(UTC))
TERRITORIES = st.sampled_from(["DE", "AT", "US", "EU", "worldwide"])
USES = st.builds(Use, st.sampled_from(Medium), TERRITORIES, st.sampled_from(["knitwear", "Knitwear", "coats"]))


@st.composite
def licences(draw: st.DrawFn) -> Licence:
    """Any licence of Nora's within half a year."""
    starts_at, ends_at = sorted(draw(st.lists(MOMENTS, min_size=2, max_size=2, unique=True)))
    first = draw(st.one_of(st.none(), st.datetimes(starts_at.replace(tzinfo=None), ends_at.replace(tzinfo=None))))
    return replace(
        LICENCE,
        brand_id=draw(st.sampled_from(["osterby", "calloway"])),
        media=tuple(draw(st.lists(st.sampled_from(Medium), min_size=1, unique=True))),
        territory=draw(TERRITORIES),
        starts_at=starts_at,
        ends_at=ends_at,
        exclusivity=draw(st.sampled_from(Exclusivity)),
        category=draw(st.sampled_from(["", "coats", "Coats "])),
        earliest_use_at=None if first is None or first.replace(tzinfo=UTC) >= ends_at else first.replace(tzinfo=UTC),
    )


@given(licences(), USES, MOMENTS)
def test_it_permits_exactly_its_media_territory_line_and_time_and_always_says_why(
    licence: Licence, use: Use, on: datetime
) -> None:
    within = (
        use.medium in licence.media
        and covers_territory(licence.territory, use.territory)
        and use.product_line.casefold() == "knitwear"
        and (licence.earliest_use_at or licence.starts_at) <= on < licence.ends_at
    )
    permission = licence.permits(use, on)
    assert bool(permission) is within
    assert permission.reason.endswith((".", "notice."))
    assert licence.permits(use, on) == permission


@given(licences(), licences())
def test_two_licences_exclude_each_other_or_neither_does(one: Licence, other: Licence) -> None:
    assert in_conflict(one, other) is in_conflict(other, one)
    apart = one.ends_at <= other.starts_at or other.ends_at <= one.starts_at
    if apart or one.brand_id == other.brand_id or not (one.exclusive or other.exclusive):
        assert not in_conflict(one, other)
    assert not in_conflict(one, one)


def test_nothing_is_used_before_the_day_she_was_told() -> None:
    told = replace(LICENCE, earliest_use_at=IN_APRIL)
    assert told.permits(SHOP, on=IN_APRIL)
    refused = told.permits(SHOP, on=IN_APRIL - timedelta(microseconds=1))
    assert refused.reason == "Nothing is used before 1 April 2026: she was promised notice."


def test_a_buyout_needs_her_consent_to_be_bought_out() -> None:
    bought = replace(LICENCE, fee_model=PayBasis.BUYOUT, fee_minor=900_000)
    assert "did not agree to a buyout" in (refusal(bought, GIVEN) or "")
    consent = replace(GIVEN, pay=Pay(900_001, "EUR", PayBasis.BUYOUT))
    assert "below the rate of pay" in (refusal(bought, consent) or "")
    assert refusal(replace(bought, fee_minor=900_001), consent) is None
