"""What is still owed of each amount, once refunds and payouts are counted against it."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from moderation.money.settlement import open_amounts


def line(name: str, amount: int, kind: str = "usage_fee", release: str | None = None, currency: str = "EUR") -> dict[str, Any]:
    return {"id": name, "amount_minor": amount, "kind": kind, "release_id": release or name, "currency": currency}


def test_a_payout_pays_the_oldest_first_and_only_its_own_currency() -> None:
    lines = [line("a", 100), line("b", 50), line("c", 70, currency="USD"), line("p", -120, "payout")]
    assert open_amounts(lines) == {"a": 0, "b": 30, "c": 70}


def test_a_refund_takes_from_its_own_release_and_the_rest_from_what_comes_next() -> None:
    assert open_amounts([line("a", 100), line("b", 50), line("r", -50, "refund", "b")]) == {"a": 100, "b": 0}
    paid = [line("a", 100), line("p", -100, "payout"), line("r", -100, "refund", "a"), line("b", 130)]
    assert open_amounts(paid)["b"] == 30


@given(st.lists(st.tuples(st.integers(1, 100), st.integers(0, 100)), max_size=8))
def test_nothing_owed_is_lost_or_invented(amounts: list[tuple[int, int]]) -> None:
    lines = []
    for number, (received, paid) in enumerate(amounts):
        lines += [line(f"r{number}", received), line(f"p{number}", -paid, "payout")] if paid else [line(f"r{number}", received)]
    left, total = open_amounts(lines), sum(one["amount_minor"] for one in lines)
    assert sum(left.values()) == max(0, total)
    assert all(0 <= left[one["id"]] <= one["amount_minor"] for one in lines if one["amount_minor"] > 0)
