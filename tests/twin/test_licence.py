from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.twin.test_consent import GIVEN, START
from twin.consent import Consent, Medium, Pay, PayBasis, Use
from twin.errors import BadValue, LicenceRefuses
from twin.licence import Licence, check_within

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
