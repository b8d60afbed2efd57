"""What a release pays and to whom: one batch of lines that sums to zero and can be computed again from its inputs."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from moderation.desk_decisions import new_id
from moderation.desk_moves import Row, Writing
from moderation.errors import LedgerUnbalanced

HIGHEST_COMMISSION_BP = 2000
"""20 % (N.Y. Labor Law §1035)."""


@dataclass(frozen=True)
class Fee:
    """What one release is paid for: amounts in minor units of `currency`, commission in basis points.

    Raises LedgerUnbalanced for a negative fee, a commission above the cap, or a commission without an agency.
    """

    render_id: str
    decision_id: str
    licence_id: str
    brand_id: str
    person_id: str
    agency_id: str | None
    fee_minor: int
    currency: str
    commission_bp: int
    payment_days: int

    def __post_init__(self) -> None:
        if self.fee_minor < 0 or len(self.currency) != 3:
            raise LedgerUnbalanced("A fee is zero or more minor units of a currency with three letters.")
        if not 0 <= self.commission_bp <= HIGHEST_COMMISSION_BP:
            raise LedgerUnbalanced("An agency's commission is between 0 % and 20 %.")
        if self.agency_id is None and self.commission_bp:
            raise LedgerUnbalanced("Without an agency there is no commission.")

    @property
    def commission_minor(self) -> int:
        """The agency's share; a broken minor unit goes to the person."""
        return self.fee_minor * self.commission_bp // 10_000

    def inputs(self) -> dict[str, Any]:
        """Everything the lines follow from, as JSON would hold it."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True)
class Line:
    """One party's side of a batch: positive is received, negative is paid, in minor units."""

    party: str
    party_id: str
    kind: str
    amount_minor: int


def batch(fee: Fee) -> tuple[Line, ...]:
    """The lines of one release, which sum to zero; none for a fee of zero."""
    if fee.fee_minor == 0:
        return ()
    lines = [Line("brand", fee.brand_id, "usage_fee", -fee.fee_minor)]
    if fee.agency_id is not None and fee.commission_minor:
        lines.append(Line("agency", fee.agency_id, "commission", fee.commission_minor))
    lines.append(Line("person", fee.person_id, "usage_fee", fee.fee_minor - fee.commission_minor))
    return tuple(lines)


def post(tx: Writing, release_id: str, fee: Fee) -> tuple[Line, ...]:
    """Write the batch of a release; LedgerUnbalanced when it does not sum to zero.

    A second batch for the same release fails by the table's uniqueness.
    """
    lines = batch(fee)
    if sum(line.amount_minor for line in lines) != 0:
        raise LedgerUnbalanced("The lines of this release do not sum to zero; nothing was paid.")
    inputs = json.dumps(fee.inputs(), sort_keys=True)
    for position, line in enumerate(lines):
        tx.execute(
            "INSERT INTO ledger_line (id, release_id, position, party, party_id, kind, amount_minor, currency, inputs, posted_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                new_id(tx),
                release_id,
                position,
                line.party,
                line.party_id,
                line.kind,
                line.amount_minor,
                fee.currency,
                inputs,
                tx.now,
            ],
        )
    return lines


def recompute(rows: Iterable[Mapping[str, Any]]) -> tuple[Line, ...]:
    """Compute one release's stored `ledger_line` rows again from their own inputs; the lines.

    Raises LedgerUnbalanced when the stored lines are not what their inputs give.
    """
    stored: list[Mapping[str, Any]] = sorted(rows, key=lambda row: row["position"])
    if not stored:
        return ()
    fee = Fee(**json.loads(stored[0]["inputs"]))
    lines = batch(fee)
    kept = tuple(Line(row["party"], row["party_id"], row["kind"], row["amount_minor"]) for row in stored)
    if kept != lines or any(row["inputs"] != stored[0]["inputs"] or row["currency"] != fee.currency for row in stored):
        raise LedgerUnbalanced(f"The ledger of image {fee.render_id} is not what its fee and commission give.")
    return lines


def fee_of(row: Row) -> Fee:
    """The fee of a row that has the columns of `Fee`; a person without an agency pays no commission."""
    return Fee(**{name: row[name] for name in Fee.__dataclass_fields__})
