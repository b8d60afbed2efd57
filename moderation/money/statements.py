"""What somebody earned in a month and is still owed: read from the books as they stood at one row of the audit chain."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from moderation.access.account import Account, Role
from moderation.audit.heads import Head
from moderation.database import Database, Row, Transaction
from moderation.errors import NotFound
from moderation.money.credits import Credit, credit_line
from moderation.money.fees import due_at
from moderation.money.settlement import open_amounts

MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
NO_HEAD = "none yet"
"""What a statement says where no head of the chain was signed before it."""

_PAYEES = """
SELECT * FROM (
    SELECT 'person' AS party, p.id AS party_id, p.name, p.agency_id FROM person p
    UNION ALL SELECT 'agency', a.id, a.name, a.id FROM agency a
    UNION ALL SELECT DISTINCT 'author', n.party_id, n.party_id, NULL FROM ledger_line n WHERE n.party = 'author'
) WHERE {scope} ORDER BY party, name, party_id
"""
_SCOPES = {
    Role.MODEL: "party = 'person' AND party_id = :person_id",
    Role.AGENCY: "agency_id = :agency_id",
    Role.ADMINISTRATOR: "1",
}
_LINES = """
SELECT n.*, b.reference, b.payer_id, r.id AS render_id, br.name AS brand_name, l.campaign FROM ledger_line n
JOIN ledger_batch b ON b.id = n.batch_id LEFT JOIN release e ON e.id = n.release_id LEFT JOIN render r ON r.id = e.render_id
LEFT JOIN licence l ON l.id = r.licence_id LEFT JOIN brand br ON br.id = r.brand_id
WHERE n.party = ? AND n.party_id = ? AND b.audit_seq <= ? ORDER BY n.posted_at, b.audit_seq, n.batch_id, n.position
"""


@dataclass(frozen=True)
class Payee:
    """Somebody who has statements: a person, an agency, or an author of looks, who is known by the credited name."""

    party: str
    party_id: str
    name: str


@dataclass(frozen=True)
class Entry:
    """One line of a statement: amounts in minor units, of which one is zero; times are ISO text in UTC.

    `open_minor` is what of a received amount is still owed; `inputs` is what it is computed from, as JSON.
    """

    posted_at: str
    kind: str
    render_id: str
    brand_name: str
    campaign: str
    credit: str
    received_minor: int
    taken_minor: int
    currency: str
    due_at: str
    open_minor: int
    reference: str
    batch_id: str
    position: int
    inputs: str

    @property
    def price(self) -> Mapping[str, Any]:
        """The price inputs, decoded."""
        told: Mapping[str, Any] = json.loads(self.inputs)
        return told


@dataclass(frozen=True)
class Sum:
    """One currency of a statement, in minor units: owed before the month, received and taken in it, owed after it.

    `open_minor` is what is owed where the statement was drawn, later payouts counted.
    """

    currency: str
    before_minor: int
    received_minor: int
    taken_minor: int
    open_minor: int

    @property
    def after_minor(self) -> int:
        """What is owed at the end of the month."""
        return self.before_minor + self.received_minor - self.taken_minor


@dataclass(frozen=True)
class Statement:
    """One payee's month, as the books stood when row `seq` was the last of the audit chain.

    `signed_head` is the newest signed head up to that row, as one line. `by_month` is what was received a month, by currency;
    `unpaid` is currency, time when due (ISO text) and amount of everything that is still owed, whatever its month.
    """

    payee: Payee
    month: str
    seq: int
    hash: str
    signed_head: str
    entries: tuple[Entry, ...]
    sums: tuple[Sum, ...]
    by_month: Mapping[str, Mapping[str, int]]
    unpaid: tuple[tuple[str, str, int], ...]


class Statements:
    """Reads the books for whoever may see them: she her own, an agency its people's and its own, an administrator all."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def payees(self, account: Account) -> tuple[Payee, ...]:
        """Whose statements this account may read. Raises NotFound for roles that may read none."""
        return tuple(_payee(row) for row in self._database.rows(*_asked(account)))

    def payee(self, account: Account, party: str, party_id: str) -> Payee:
        """One of them. Raises NotFound for anybody else's, as for nobody's."""
        for one in self.payees(account):
            if (one.party, one.party_id) == (party, party_id):
                return one
        raise _nothing()

    def of(self, account: Account, party: str, party_id: str, month: str) -> Statement:
        """A statement as the books stand now. Raises NotFound."""
        return self.drawn(self.payee(account, party, party_id), month)

    def known(self, party: str, party_id: str) -> Payee:
        """Somebody of this id, whoever asks: for the console. Raises NotFound."""
        for row in self._database.rows(_PAYEES.format(scope="party = ? AND party_id = ?"), [party, party_id]):
            return _payee(row)
        raise NotFound(f"There is no {party} called {party_id!r}.")

    def drawn(self, payee: Payee, month: str, seq: int | None = None, signed_head: str | None = None) -> Statement:
        """The statement as the books stand, or as they stood at row `seq` of the chain. Raises NotFound."""
        if not MONTH.fullmatch(month):
            raise NotFound("A month is written like 2026-05.")
        with self._database.read("statement") as tx:
            head = _row_of_chain(tx, seq)
            line = signed_head if signed_head is not None else _signed(tx, head["seq"])
            lines = tx.execute(_LINES, [payee.party, payee.party_id, head["seq"]])
        left = open_amounts(lines)
        every = [_entry(one, left.get(one["id"], 0)) for one in lines]
        within = tuple(one for one in every if one.posted_at[:7] == month)
        unpaid = tuple((one.currency, one.due_at, one.open_minor) for one in every if one.open_minor)
        sums, months = _sums(lines, month), _by_month(lines)
        return Statement(payee, month, head["seq"], head["hash"], line, within, sums, months, unpaid)


def month_of(moment: str | date) -> str:
    """The month of a time (ISO text or date), in UTC."""
    return str(moment)[:7]


def _asked(account: Account) -> tuple[str, dict[str, Any]]:
    if account.role not in _SCOPES:
        raise _nothing()
    return _PAYEES.format(scope=_SCOPES[account.role]), {"person_id": account.person_id, "agency_id": account.agency_id}


def _payee(row: Row) -> Payee:
    return Payee(row["party"], row["party_id"], row["name"])


def _nothing() -> NotFound:
    return NotFound("There is no such statement.")


def _row_of_chain(tx: Transaction, seq: int | None) -> Row:
    if seq is None:
        rows = tx.execute("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")
        return rows[0] if rows else {"seq": 0, "hash": ""}
    rows = tx.execute("SELECT seq, hash FROM audit WHERE seq = ?", [seq])
    if not rows:
        raise NotFound(f"The audit chain has no row {seq}.")
    return rows[0]


def _signed(tx: Transaction, seq: int) -> str:
    rows = tx.execute("SELECT * FROM audit_head WHERE seq <= ? ORDER BY id DESC LIMIT 1", [seq])
    return Head.of(rows[0]).line() if rows else NO_HEAD


def _entry(line: Row, open_minor: int) -> Entry:
    told = json.loads(line["inputs"])
    credited = [Credit(**one) for one in told.get("authors", ())]
    earned = line["amount_minor"] > 0 and "payment_days" in told
    return Entry(
        posted_at=line["posted_at"],
        kind=line["kind"],
        render_id=line["render_id"] or "",
        brand_name=line["brand_name"] or "",
        campaign=line["campaign"] or "",
        credit=credit_line(credited),
        received_minor=max(0, line["amount_minor"]),
        taken_minor=max(0, -line["amount_minor"]),
        currency=line["currency"],
        due_at=due_at(line["posted_at"], told["payment_days"]) if earned else "",
        open_minor=open_minor,
        reference=line["reference"] or "",
        batch_id=line["batch_id"],
        position=line["position"],
        inputs=line["inputs"],
    )


def _sums(lines: Sequence[Row], month: str) -> tuple[Sum, ...]:
    found = []
    for currency in sorted({line["currency"] for line in lines}):
        mine = [line for line in lines if line["currency"] == currency]
        amounts = [line["amount_minor"] for line in mine if line["posted_at"][:7] == month]
        before = sum(line["amount_minor"] for line in mine if line["posted_at"][:7] < month)
        received, taken = sum(n for n in amounts if n > 0), -sum(n for n in amounts if n < 0)
        found.append(Sum(currency, before, received, taken, sum(line["amount_minor"] for line in mine)))
    return tuple(found)


def _by_month(lines: Sequence[Row]) -> dict[str, dict[str, int]]:
    """What was received less refunds, by currency and month; payouts only move what was received."""
    found: dict[str, dict[str, int]] = {}
    for line in lines:
        if line["kind"] != "payout":
            months = found.setdefault(line["currency"], {})
            months[line["posted_at"][:7]] = months.get(line["posted_at"][:7], 0) + line["amount_minor"]
    return found
