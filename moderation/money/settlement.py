"""Which of the amounts that somebody received are still owed, once payouts and refunds are counted against them."""

from collections.abc import Mapping, Sequence
from typing import Any


def open_amounts(lines: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """What is still owed of each received line, by its id, in minor units.

    `lines` are one party's `ledger_line` rows in the order in which they were posted. A refund takes from what its own release
    paid; payouts, and what of a refund had been paid out already, take from the oldest amount of the same currency.
    """
    left = {line["id"]: line["amount_minor"] for line in lines if line["amount_minor"] > 0}
    spent: dict[str, int] = {}
    for line in lines:
        if line["amount_minor"] > 0:
            continue
        taken = -line["amount_minor"]
        if line["kind"] == "refund":
            taken = _take(left, [one for one in lines if one["release_id"] == line["release_id"]], taken)
        spent[line["currency"]] = spent.get(line["currency"], 0) + taken
    for currency, taken in spent.items():
        _take(left, [one for one in lines if one["currency"] == currency], taken)
    return left


def _take(left: dict[str, int], lines: Sequence[Mapping[str, Any]], taken: int) -> int:
    """Take from these lines, the oldest first; what they did not have."""
    for line in lines:
        part = min(left.get(line["id"], 0), taken)
        if part:
            left[line["id"]] -= part
            taken -= part
    return taken
