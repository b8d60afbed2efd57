"""The money of a release: lines that sum to zero, in the model's favour, and computed again from what was written."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.errors import LedgerUnbalanced
from moderation.ledger import Fee, Line, batch, recompute
from tests.moderation.scene import Scene


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


def test_a_fee_is_paid_to_agency_and_person_and_the_broken_cent_goes_to_her() -> None:
    assert batch(fee()) == (
        Line("brand", "halden", "usage_fee", -12_345),
        Line("agency", "lumen", "commission", 2_160),
        Line("person", "nora", "usage_fee", 10_185),
    )


def test_without_commission_she_gets_it_all_and_without_a_fee_nothing_is_posted() -> None:
    whole = (Line("brand", "halden", "usage_fee", -12_345), Line("person", "nora", "usage_fee", 12_345))
    assert batch(fee(agency_id=None, commission_bp=0)) == whole
    assert batch(fee(commission_bp=0)) == whole
    assert batch(fee(fee_minor=0)) == ()


@given(st.integers(0, 10**12), st.integers(0, 2000))
def test_every_batch_sums_to_zero_and_the_agency_never_gets_more_than_its_share(amount: int, commission: int) -> None:
    lines = batch(fee(fee_minor=amount, commission_bp=commission))
    assert sum(line.amount_minor for line in lines) == 0
    shares = {line.party: line.amount_minor for line in lines}
    assert shares.get("agency", 0) * 10_000 <= amount * commission < (shares.get("agency", 0) + 1) * 10_000
    assert all(line.amount_minor != 0 for line in lines)


@pytest.mark.parametrize(
    "change",
    [{"fee_minor": -1}, {"commission_bp": 2001}, {"commission_bp": -1}, {"agency_id": None}, {"currency": "EURO"}],
    ids=str,
)
def test_a_fee_that_cannot_be_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(LedgerUnbalanced):
        fee(**change)


def test_stored_lines_are_computed_again_and_a_changed_one_is_found(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.released("image")
    rows = scene.database.rows("SELECT * FROM ledger_line")
    assert recompute(rows) == batch(
        fee(decision_id=scene.database.rows("SELECT id FROM decision")[0]["id"], licence_id="halden-nora")
    )
    for change in ({"amount_minor": 2_161}, {"party_id": "other"}, {"currency": "USD"}, {"kind": "usage_fee"}, {"inputs": "{}"}):
        with pytest.raises(LedgerUnbalanced):
            recompute([rows[0], {**rows[1], **change}, rows[2]])
    with pytest.raises(LedgerUnbalanced):
        recompute(rows[:2])
    assert recompute([]) == ()
