"""The arithmetic of money: lines that sum to zero, in the model's favour, and no unit lost however it is split."""

from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.errors import LedgerUnbalanced
from moderation.money.credits import Credit
from moderation.money.fees import Fee, Line, Payout, Refund, apportion, due_at, posting_of
from moderation.money.ledger import _written

STYLIST, PHOTOGRAPHER = Credit("stylist", "Mirabel Okonjo"), Credit("photographer", "Paolo Lund")
LIGHTING = Credit("lighting", "Paolo Lund")


def fee(**change: Any) -> Fee:
    """A fee of 123.45 EUR with a commission of 17.5 %."""
    usual: dict[str, Any] = {
        "render_id": "image",
        "decision_id": "d",
        "licence_id": "l",
        "brand_id": "halden",
        "person_id": "nora",
    }
    usual |= {"agency_id": "lumen", "fee_minor": 12_345, "currency": "EUR", "commission_bp": 1750, "payment_days": 30}
    return Fee(**{**usual, **change})


FEES = st.builds(
    lambda usage, creation, commission, share, names: fee(
        fee_minor=usage,
        model="buyout" if creation else "image",
        creation_minor=creation,
        commission_bp=commission,
        share_bp=share,
        authors=tuple(Credit(role, name) for role, name in zip(("stylist", "photographer", "lighting"), names, strict=False)),
    ),
    st.integers(0, 10**12),
    st.sampled_from([0, 0, 1, 99, 10**9 + 7]),
    st.integers(0, 2000),
    st.integers(0, 5000),
    st.lists(st.sampled_from(["A", "B", "C"]), max_size=3),
)


@given(st.integers(0, 10**15), st.lists(st.integers(0, 10**9), min_size=1, max_size=9).filter(any))
def test_what_is_split_loses_nothing_and_nobody_gets_a_unit_more_or_less_than_her_part(total: int, weights: list[int]) -> None:
    parts, whole = apportion(total, weights), sum(weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert (part - 1) * whole < total * weight < (part + 1) * whole
    remainders = {place: total * weight % whole for place, weight in enumerate(weights)}
    up = {place for place, weight in enumerate(weights) if parts[place] > total * weight // whole}
    assert all(remainders[one] >= remainders[other] for one in up for other in remainders.keys() - up)


@given(FEES)
def test_every_batch_sums_to_zero_in_her_favour_and_is_told_whole_by_its_inputs(one: Fee) -> None:
    lines = one.lines()
    assert sum(line.amount_minor for line in lines) == 0
    assert all(line.amount_minor != 0 for line in lines)
    agency = sum(line.amount_minor for line in lines if line.party == "agency")
    hers = sum(line.amount_minor for line in lines if line.party == "person")
    assert agency + hers == one.due_minor
    assert agency * 10_000 <= one.due_minor * one.commission_bp
    shares = sum(line.amount_minor for line in lines if line.party == "author")
    assert (
        shares
        == one.share_minor
        == -sum(line.amount_minor for line in lines if line.party == "brand" and line.kind == "creative_share")
    )
    assert posting_of(_written(one.inputs())) == one


@given(FEES, st.integers(1, 10_000))
def test_a_refund_sums_to_zero_and_gives_back_no_more_than_was_paid(one: Fee, back_bp: int) -> None:
    original = one.lines()
    refund = Refund("b", back_bp, "EUR", original)
    lines = refund.lines()
    assert sum(line.amount_minor for line in lines) == 0
    assert {line.kind for line in lines} <= {"refund"}
    paid = -sum(line.amount_minor for line in original if line.amount_minor < 0)
    back = sum(line.amount_minor for line in lines if line.amount_minor > 0)
    assert back * 10_000 <= paid * back_bp
    taken = {(line.party, line.party_id): -line.amount_minor for line in lines if line.amount_minor < 0}
    had: dict[tuple[str, str], int] = {}
    for line in original:
        had[line.party, line.party_id] = had.get((line.party, line.party_id), 0) + line.amount_minor
    assert all(amount <= had[who] for who, amount in taken.items())
    if back_bp == 10_000:
        assert [(line.party, -line.amount_minor) for line in lines] == [(line.party, line.amount_minor) for line in original]
    assert posting_of(_written(refund.inputs())) == refund


def test_a_fee_is_paid_to_agency_and_person_and_the_broken_cent_goes_to_her() -> None:
    assert fee().lines() == (
        Line("brand", "halden", "usage_fee", -12_345),
        Line("agency", "lumen", "commission", 2_160),
        Line("person", "nora", "usage_fee", 10_185),
    )


def test_without_commission_she_gets_it_all_and_without_a_fee_nothing_is_posted() -> None:
    whole = (Line("brand", "halden", "usage_fee", -12_345), Line("person", "nora", "usage_fee", 12_345))
    assert fee(agency_id=None, commission_bp=0).lines() == whole
    assert fee(commission_bp=0).lines() == whole
    assert fee(fee_minor=0, share_bp=500, authors=(STYLIST,)).lines() == ()


def test_a_buyout_pays_for_making_and_nothing_for_use() -> None:
    assert fee(model="buyout", fee_minor=0, creation_minor=90_001).lines() == (
        Line("brand", "halden", "creation_fee", -90_001),
        Line("agency", "lumen", "commission", 15_750),
        Line("person", "nora", "creation_fee", 74_251),
    )


def test_the_people_behind_a_look_are_paid_by_the_brand_beside_her_fee_in_parts_by_credit() -> None:
    lines = fee(share_bp=500, authors=(STYLIST, PHOTOGRAPHER, LIGHTING)).lines()
    assert lines[:3] == fee().lines()
    assert lines[3:] == (
        Line("brand", "halden", "creative_share", -617),
        Line("author", "Mirabel Okonjo", "creative_share", 206),
        Line("author", "Paolo Lund", "creative_share", 411),
    )
    assert fee(share_bp=500).lines() == fee().lines()


@pytest.mark.parametrize(
    "change",
    [
        *({"fee_minor": -1}, {"commission_bp": 2001}, {"commission_bp": -1}, {"agency_id": None}, {"currency": "EURO"}),
        *({"share_bp": 5001}, {"share_bp": -1}, {"creation_minor": 5}, {"creation_minor": -5, "model": "buyout"}),
    ],
    ids=str,
)
def test_a_fee_that_cannot_be_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(LedgerUnbalanced):
        fee(**change)


@pytest.mark.parametrize(
    "inputs", ["{}", "[]", "nonsense", '{"of": "gift"}', '{"of": "refund"}', '{"of": "payout", "party": "brand"}']
)
def test_inputs_of_nothing_are_refused(inputs: str) -> None:
    with pytest.raises(LedgerUnbalanced):
        posting_of(inputs)


def test_the_first_version_of_inputs_is_still_a_fee() -> None:
    kept = {name: asdict(fee())[name] for name in list(Fee.__dataclass_fields__)[:10]}
    assert posting_of(_written(kept)) == fee()


def test_a_payout_is_a_positive_amount_with_a_reference() -> None:
    assert sum(line.amount_minor for line in Payout("person", "nora", "lumen", 5, "EUR", "T-1").lines()) == 0
    for change in ({"amount_minor": 0}, {"amount_minor": -5}, {"reference": ""}, {"reference": "a\nb"}, {"party": "brand"}):
        with pytest.raises(LedgerUnbalanced):
            Payout(**{**asdict(Payout("person", "nora", "lumen", 5, "EUR", "T-1")), **change})


def test_a_fee_is_due_after_its_days() -> None:
    assert due_at("2026-05-03T12:00:00.000000+00:00", 30) == "2026-06-02T12:00:00.000000+00:00"
