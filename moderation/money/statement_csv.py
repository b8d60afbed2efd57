"""A statement as CSV, and the proof that a kept one is what the books give, bit for bit."""

from argparse import Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path

from moderation.audit.heads import Head
from moderation.database import Database
from moderation.errors import BadRequest, HeadRefused, LedgerUnbalanced, NotFound
from moderation.money.ledger import check_books
from moderation.money.spreadsheet import csv_text, rows_of
from moderation.money.statements import NO_HEAD, Entry, Statement, Statements

COLUMNS = (
    *("posted_at", "kind", "image", "brand", "campaign", "credits", "received_minor", "taken_minor", "currency", "due_at"),
    *("open_minor", "reference", "batch", "position", "inputs"),
)
SUMS = (
    *("currency", "owed_before_minor", "overpaid_before_minor", "received_minor", "taken_minor"),
    *("owed_after_minor", "overpaid_after_minor", "owed_when_drawn_minor", "overpaid_when_drawn_minor"),
)


def statement_csv(statement: Statement) -> str:
    """The statement as CSV: whose and when, the head of the audit chain, its lines, its sums. Amounts are in minor units."""
    payee = statement.payee
    rows: list[Sequence[str | int]] = [
        ("statement", payee.party, payee.party_id, payee.name),
        ("month", statement.month, "UTC"),
        ("audit row", statement.seq, statement.hash),
        ("signed head", statement.signed_head),
        COLUMNS,
        *(_entry(one) for one in statement.entries),
        SUMS,
    ]
    for one in statement.sums:
        rows.append(
            (
                one.currency,
                *_two(one.before_minor),
                one.received_minor,
                one.taken_minor,
                *_two(one.after_minor),
                *_two(one.open_minor),
            )
        )
    return csv_text(rows)


def check_statement(database: Database, text: str, wanted: tuple[str, str, str] | None = None) -> str:
    """Draw the statement in `text` again from the books as they stood at its row of the chain; a sentence saying it is the same.

    Every batch is computed again from its inputs first; `wanted` is the party, id and month it ought to be of.
    Raises LedgerUnbalanced when books or statement differ anywhere.
    """
    batches = check_books(database)
    try:
        (_, party, party_id, _), (_, month, _), (_, seq, chain), (_, signed) = rows_of(text)[:4]
        if signed != NO_HEAD and not _was_signed(database, signed):
            raise LedgerUnbalanced("The signed head on this statement is none of this studio's.")
        if wanted not in (None, (party, party_id, month)):
            raise LedgerUnbalanced(f"This is the statement of {party} {party_id} for {month}.")
        statements = Statements(database)
        again = statements.drawn(statements.known(party, party_id), month, int(seq), signed)
    except (ValueError, NotFound, HeadRefused) as error:
        raise LedgerUnbalanced(f"This is no statement of this studio: {error}") from error
    if again.hash != chain:
        raise LedgerUnbalanced(f"Row {seq} of the audit chain is not the one on this statement.")
    fresh = statement_csv(again)
    for number, (kept, drawn) in enumerate(zip(text.splitlines(), fresh.splitlines(), strict=False), start=1):
        if kept != drawn:
            raise LedgerUnbalanced(f"Line {number} of this statement is not what the books give.")
    if text != fresh:
        raise LedgerUnbalanced("This statement has other lines than the books give.")
    return f"The statement is what the books give, bit for bit; {batches} batches were computed again."


def statement(database: Database, asked: Namespace) -> str:
    """What `statement` answers: the month in words or as CSV, or whether the CSV in `asked.check` is what the books give.

    Raises NotFound, LedgerUnbalanced.
    """
    if asked.check:
        try:
            kept = Path(asked.check).read_bytes().decode()
        except (OSError, UnicodeDecodeError) as error:
            raise BadRequest(f"The statement in {asked.check} cannot be read.") from error
        return check_statement(database, kept, (asked.of, asked.who, asked.month))
    statements = Statements(database)
    drawn = statements.drawn(statements.known(asked.of, asked.who), asked.month)
    # What prints it adds the last newline.
    return statement_csv(drawn).removesuffix("\n") if asked.csv else "\n".join(_words(drawn))


def _words(one: Statement) -> Iterator[str]:
    yield f"{one.payee.name}, {one.month} (UTC), as the books stand at row {one.seq} of the audit chain."
    if not one.entries:
        yield "Nothing was earned or paid out in this month."
    for entry in one.entries:
        amount = f"{entry.received_minor or -entry.taken_minor:>12} {entry.currency}"
        yield f"{entry.posted_at[:10]} {entry.kind:<14} {amount}  {entry.brand_name or entry.reference} {entry.campaign}".rstrip()
    for total in one.sums:
        yield f"Owed after the month: {total.after_minor} {total.currency} (minor units); owed now: {total.open_minor}."
    yield f"Hash of the row: {one.hash}"
    yield f"Newest signed head: {one.signed_head}"


def _entry(one: Entry) -> Sequence[str | int]:
    told = (one.posted_at, one.kind, one.render_id, one.brand_name, one.campaign, one.credit, one.received_minor, one.taken_minor)
    return (*told, one.currency, one.due_at, one.open_minor, one.reference, one.batch_id, one.position, one.inputs)


def _two(amount: int) -> tuple[int, int]:
    """A balance in two columns, of which one is zero: what is owed, and what was paid too much."""
    return max(0, amount), max(0, -amount)


def _was_signed(database: Database, line: str) -> bool:
    head = Head.read(line)
    rows = database.rows("SELECT * FROM audit_head WHERE seq = ? AND signature = ?", [head.seq, head.signature])
    return bool(rows) and Head.of(rows[0]).line() == line
