"""The books: what is posted for a release, a refund or a payout, once, and what anybody can compute again from it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from moderation.database import Database
from moderation.desk.decisions import new_id
from moderation.desk.moves import Row, Writing
from moderation.errors import AlreadyDecided, LedgerUnbalanced, NotFound
from moderation.money.credits import credits_of
from moderation.money.fees import WHOLE, Fee, Line, Payout, Posting, Refund, posting_of

POSTED = "ledger.posted"
"""The audit event of a batch; its facts carry the hash of the batch's lines and inputs."""
_COLUMNS = ("party", "party_id", "kind", "amount_minor")

_FEE = """
SELECT r.id AS render_id, d.id AS decision_id, r.licence_id, r.brand_id, t.person_id, p.agency_id, d.currency, l.payment_days,
    CASE l.fee_model WHEN 'buyout' THEN 0 ELSE d.fee_minor END AS fee_minor,
    CASE WHEN l.fee_model = 'buyout' AND b.id IS NULL THEN d.fee_minor ELSE 0 END AS creation_minor,
    CASE WHEN p.agency_id IS NULL THEN 0 ELSE l.commission_bp END AS commission_bp, l.fee_model AS model,
    coalesce(s.share_bp, 0) AS share_bp, l.rate, r.look, l.fee_model = 'buyout' AND b.id IS NULL AS buys_out
FROM release e JOIN render r ON r.id = e.render_id JOIN decision d ON d.id = e.decision_id JOIN licence l ON l.id = r.licence_id
JOIN twin t ON t.id = r.twin_id JOIN person p ON p.id = t.person_id LEFT JOIN creative_share s ON s.licence_id = l.id
LEFT JOIN ledger_batch b ON b.buyout_of = l.id
WHERE e.id = ?
"""


def post(tx: Writing, release_id: str) -> Row:
    """Post what a release pays, in its transaction; the `ledger_batch` row, which may carry no lines.

    A release has one batch: posted again, it is the one that stands. Raises NotFound for no such release.
    """
    found = tx.execute("SELECT * FROM ledger_batch WHERE release_id = ? AND kind = 'release'", [release_id])
    if found:
        return found[0]
    told = tx.execute(_FEE, [release_id])
    if not told:
        raise NotFound("There is no such release.")
    fee = fee_of(told[0])
    buyout = told[0]["licence_id"] if told[0]["buys_out"] else None
    return _post(tx, fee, "release", fee.currency, release_id=release_id, buyout_of=buyout)


def refund(tx: Writing, release_id: str, back_bp: int = WHOLE) -> Row:
    """Pay back what a release was paid, wholly or by basis points, in the transaction of whatever calls for it; the batch.

    A release is refunded once: asked again, it is the refund that stands, whatever the share. What was paid out already is then
    owed by whoever received it. Raises NotFound for a release without a batch, LedgerUnbalanced for a share that cannot be.
    """
    found = tx.execute("SELECT * FROM ledger_batch WHERE release_id = ? AND kind = 'refund'", [release_id])
    if found:
        return found[0]
    paid = tx.execute("SELECT * FROM ledger_batch WHERE release_id = ? AND kind = 'release'", [release_id])
    if not paid:
        raise NotFound("There is no such release.")
    back = Refund(paid[0]["id"], back_bp, paid[0]["currency"], _lines_in(paid[0]["lines"]))
    return _post(tx, back, "refund", back.currency, release_id=release_id)


def pay_out(tx: Writing, payout: Payout) -> Row:
    """Enter a payout; the batch. By its payer and reference it is entered once: the same again is the one that stands.

    Raises AlreadyDecided when this payer used the reference for something else, LedgerUnbalanced for more than is owed.
    """
    found = tx.execute("SELECT * FROM ledger_batch WHERE payer_id = ? AND reference = ?", [payout.payer_id, payout.reference])
    if found:
        if posting_of(found[0]["inputs"]) != payout:
            raise AlreadyDecided(f"The reference “{payout.reference}” was used for another payout.")
        return found[0]
    owed = balance(tx, payout.party, payout.party_id, payout.currency)
    if payout.amount_minor > owed:
        raise LedgerUnbalanced(f"That is more than the {max(owed, 0)} minor units of {payout.currency} that are owed.")
    return _post(tx, payout, "payout", payout.currency, payer_id=payout.payer_id, reference=payout.reference)


def balance(tx: Writing, party: str, party_id: str, currency: str) -> int:
    """What is owed to somebody, in minor units; below zero what she owes."""
    rows = tx.execute(
        "SELECT coalesce(sum(amount_minor), 0) AS owed FROM ledger_line WHERE party = ? AND party_id = ? AND currency = ?",
        [party, party_id, currency],
    )
    return int(rows[0]["owed"])


def _post(tx: Writing, posting: Posting, kind: str, currency: str, **columns: str | None) -> Row:
    batch_id = new_id(tx)
    lines = _written([asdict(line) for line in posting.lines()])
    inputs = _written(posting.inputs())
    tx.record(POSTED, batch_id, kind=kind, sha256=batch_sha256(lines, inputs), **columns)
    row = {"id": batch_id, "kind": kind, "currency": currency, "lines": lines, "inputs": inputs, "posted_at": tx.now, **columns}
    names = ", ".join(row)
    return tx.execute(
        f"INSERT INTO ledger_batch ({names}, audit_seq) SELECT {', '.join(f':{name}' for name in row)}, max(seq) FROM audit"
        " RETURNING *",
        row,
    )[0]


def batch_sha256(lines: str, inputs: str) -> str:
    """The hash of a batch's stored lines and inputs, which stands in its audit row."""
    return hashlib.sha256(f"{lines}\n{inputs}".encode()).hexdigest()


def _written(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _lines_in(lines: str) -> tuple[Line, ...]:
    return tuple(Line(**{name: one[name] for name in _COLUMNS}) for one in json.loads(lines))


def fee_of(row: Row) -> Fee:
    """The fee of a row that has the columns of `Fee` and the image's `look`."""
    named = {name: row[name] for name in Fee.__dataclass_fields__ if name != "authors"}
    return Fee(**named, authors=credits_of(json.loads(row["look"])))


def recompute(line: Mapping[str, Any]) -> Line:
    """Compute one stored `ledger_line` row again from the inputs that are stored with it; the line.

    Raises LedgerUnbalanced when what is stored is not what its inputs give.
    """
    given = posting_of(line["inputs"])
    computed = given.lines()
    kept = Line(*(line[name] for name in _COLUMNS))
    if not 0 <= line["position"] < len(computed) or computed[line["position"]] != kept or line["currency"] != given.currency:
        raise LedgerUnbalanced(f"Line {line['id']} of the ledger is not what its fee and commission give.")
    return kept


def recompute_batch(batch: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> tuple[Line, ...]:
    """Compute a `ledger_batch` row and its stored lines again; the lines. Raises LedgerUnbalanced."""
    computed = posting_of(batch["inputs"]).lines()
    kept = tuple(recompute(line) for line in sorted(lines, key=lambda line: line["position"]))
    same = all(line["inputs"] == batch["inputs"] for line in lines)
    if not same or not kept == computed == _lines_in(batch["lines"]) or sum(line.amount_minor for line in kept) != 0:
        raise LedgerUnbalanced(f"Batch {batch['id']} of the ledger is not what its inputs give.")
    return kept


def check_books(database: Database) -> int:
    """Compute every batch again and hold it against the audit chain and its release; the number of batches.

    Raises LedgerUnbalanced naming the first that was altered, doubled or left out.
    """
    with database.read("check") as tx:
        bare = tx.execute(
            "SELECT id FROM release e"
            " WHERE NOT EXISTS (SELECT 1 FROM ledger_batch b WHERE b.release_id = e.id AND b.kind = 'release')"
        )
        if bare:
            raise LedgerUnbalanced(f"Release {bare[0]['id']} is not in the books.")
        told = {row["subject"]: json.loads(row["facts"]) for row in tx.execute("SELECT * FROM audit WHERE event = ?", [POSTED])}
        by_batch: dict[str, list[Row]] = {}
        for line in tx.execute("SELECT * FROM ledger_line"):
            by_batch.setdefault(line["batch_id"], []).append(line)
        batches = tx.execute("SELECT * FROM ledger_batch ORDER BY id")
    for batch in batches:
        recompute_batch(batch, by_batch.pop(batch["id"], ()))
        fact = told.pop(batch["id"], None)
        # What was posted before batches were in the chain stands there by its release alone.
        if fact is not None and fact["sha256"] != batch_sha256(batch["lines"], batch["inputs"]):
            raise LedgerUnbalanced(f"Batch {batch['id']} of the ledger is not the one that the audit chain tells of.")
        if fact is None and batch["id"] != batch["release_id"]:
            raise LedgerUnbalanced(f"Batch {batch['id']} of the ledger is unknown to the audit chain.")
    for missing in (*by_batch, *told):
        raise LedgerUnbalanced(f"Batch {missing} of the ledger is gone.")
    return len(batches)
