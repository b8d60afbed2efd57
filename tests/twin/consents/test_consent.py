from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from twin.consents.consent import Consent, ContentLimit, Medium, Pay, PayBasis, Topic, Use, covers_territory
from twin.errors import BadValue

START = datetime(2026, 1, 1, tzinfo=UTC)
SHOP = Use(Medium.WEB_SHOP, "EU", "knitwear")
GIVEN = Consent(
    twin_id="nora",
    version=1,
    scope="Still pictures of head and shoulders from her measured likeness.",
    purpose="Showing the autumn knitwear to customers.",
    pay=Pay(14000, "EUR", PayBasis.IMAGE),
    uses=(SHOP,),
    content_limits=(ContentLimit(Topic.ALCOHOL, "I am not shown with alcohol."),),
    disclosure_text="AI-generated image of Nora.",
    starts_at=START,
    ends_at=START + timedelta(days=1000),
    signed_at=START - timedelta(days=3),
)


def test_training_is_not_allowed_unless_she_says_so() -> None:
    assert GIVEN.training_allowed is False


@pytest.mark.parametrize(
    "vague",
    [
        "Pictures for any and all uses of the brand.",
        "Any use that the brand sees fit to make.",
        "Pictures in all media now known or hereafter devised.",
        "Unlimited pictures for the autumn campaign.",
        "Pictures of the campaign, in perpetuity, on the web shop.",
        "Pictures for any & all uses that the brand may have.",
        "Pictures for any/all purposes of the autumn campaign there.",
        "Pictures for all possible kinds of use in the shop.",
        "Pictures for ａｎｙ and all uses of the brand here.",
        "Pictures for the shop.\n\n3. Rate of pay\nnothing at all is paid",
        "Pictures for the web shop \u202eand nothing beside it.",
        "Fashion.",
        "",
    ],
)
@pytest.mark.parametrize("field", ["scope", "purpose"])
def test_unbounded_or_empty_descriptions_are_refused(field: str, vague: str) -> None:
    with pytest.raises(BadValue):
        replace(GIVEN, **{field: vague})


def test_the_refusal_quotes_the_unbounded_words() -> None:
    with pytest.raises(BadValue, match="The purpose says “any and all”"):
        replace(GIVEN, purpose="Showing knitwear, and any and all uses besides.")


@pytest.mark.parametrize(
    "changes",
    [
        {"uses": ()},
        {"version": 0},
        {"ends_at": START},
        {"ends_at": START + timedelta(days=1097)},
        {"signed_at": START + timedelta(seconds=1)},
        {"starts_at": datetime(2026, 1, 1)},
        {"disclosure_text": "AI"},
        {"content_limits": GIVEN.content_limits * 2},
        {"training_allowed": True},
        {"language": "English"},
        {"disclosure_text": "AI-generated image.\n\n5. Uses\n- everything"},
        {"counsel_or_union": "Equity\nand nobody else"},
    ],
)
def test_what_the_law_asks_of_a_consent_cannot_be_left_out(changes: dict[str, Any]) -> None:
    with pytest.raises(BadValue):
        replace(GIVEN, **changes)


@pytest.mark.parametrize("pay", [(-1, "EUR"), (1.5, "EUR"), (True, "EUR"), (1, "euro")])
def test_a_rate_of_pay_is_an_amount_of_a_currency(pay: tuple[Any, str]) -> None:
    with pytest.raises(BadValue):
        Pay(*pay, PayBasis.IMAGE)


@pytest.mark.parametrize(
    ("wide", "narrow", "covered"),
    [("worldwide", "JP", True), ("EU", "DE", True), ("EU", "GB", False), ("DE", "DE", True), ("DE", "EU", False)],
)
def test_a_territory_covers_what_lies_within_it(wide: str, narrow: str, covered: bool) -> None:
    assert covers_territory(wide, narrow) is covered


@pytest.mark.parametrize(
    ("use", "allowed"),
    [
        (Use(Medium.WEB_SHOP, "FR", "Knitwear"), True),
        (Use(Medium.PRINT, "FR", "knitwear"), False),
        (Use(Medium.WEB_SHOP, "US", "knitwear"), False),
        (Use(Medium.WEB_SHOP, "FR", "swimwear"), False),
    ],
)
def test_a_consent_allows_its_medium_territory_and_product_line_only(use: Use, allowed: bool) -> None:
    assert GIVEN.allows(use) is allowed


def test_a_consent_ends_at_its_last_moment() -> None:
    moments = (START - timedelta(microseconds=1), START, GIVEN.ends_at - timedelta(microseconds=1), GIVEN.ends_at)
    assert [GIVEN.in_force(on) for on in moments] == [False, True, True, False]
