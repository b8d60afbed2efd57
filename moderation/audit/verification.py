"""Walks the whole audit chain against every head that was signed of it, and names the first row that is not what it was."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from moderation.audit.chain import GENESIS, walk
from moderation.audit.heads import Head, Heads
from moderation.backups.tombstones import Tombstones
from moderation.database import Database, Row, Transaction
from moderation.errors import AuditBroken, HeadRefused

Told = tuple[Head, str]
"""A head, and in words who holds it."""


@dataclass(frozen=True)
class Verified:
    """A chain that is what it says: how many rows and heads it has, its last hash, and how many heads others held against it."""

    rows: int
    hash: str
    heads: int
    by_other_keys: int
    witnessed: int
    tombstones: int

    def sentences(self) -> list[str]:
        """What the command line prints."""
        said = [f"{self.rows} audit rows, each behind the one before; the head is {self.hash}."]
        said.append(f"{self.heads} signed heads and {self.tombstones} lines of the tombstone file fit.")
        if self.by_other_keys:
            said.append(
                f"{self.by_other_keys} of them were signed by another key than this studio's: right only after a restore."
            )
        if self.witnessed:
            said.append(f"It holds everything that {self.witnessed} witnessed heads say.")
        else:
            said.append(
                "Nobody's copy of a head was held against it: a chain rewritten with this studio's own key looks the same."
            )
        return said


def verify_home(database: Database, heads: Heads, tombstones: Tombstones, witnessed: Sequence[Head] = ()) -> Verified:
    """Verify the chain, its signed heads, what is remembered beside the key, the tombstone file, and what witnesses hold.

    Raises AuditBroken naming the first bad row; TombstonesBroken; HeadRefused for a witness's head that was altered.
    """
    verified = verify_chain(database, heads, witnessed)
    with database.write("verify", held=True) as tx:  # a line is written before it is carried out: nobody may be in between
        tombstones.insist(tx)
    return verified


def verify_chain(database: Database, heads: Heads, witnessed: Sequence[Head] = ()) -> Verified:
    """The same without the tombstone file. Raises AuditBroken, HeadRefused."""
    with database.read("verify") as tx:
        stored = [Head.of(row) for row in tx.execute("SELECT * FROM audit_head ORDER BY id")]
        own = heads.own()
        others = _check_signatures(stored, own)
        held: list[Told] = [(head.check(), "a witness holds") for head in witnessed]
        if (last := heads.remembered()) is not None:
            held.append((last, "is kept beside the studio's key"))
        told = [*((head, "was signed") for head in stored), *held]
        count, end = _walk(tx, sorted(told, key=lambda one: one[0].seq))
        _insist_on_own(stored, own, count)
        marks = tx.execute("SELECT count(*) AS n FROM tombstone")[0]["n"]
    return Verified(count, end, len(stored), others, len(witnessed), marks)


def _walk(tx: Transaction, told: Sequence[Told]) -> tuple[int, str]:
    """The count of rows and the last hash, once every row fits the one before it and every head that was told of it."""
    good, count, previous, waiting = 0, 0, GENESIS, list(told)
    for row in walk(_rows(tx)):
        count, previous = row["seq"], row["hash"]
        while waiting and waiting[0][0].seq == count:
            head, holder = waiting.pop(0)
            if head.hash != previous:
                raise AuditBroken(
                    f"Audit row {count} is not the one whose head {holder} since {head.at}: the chain was written anew"
                    f" from a row after {good} on."
                )
            good = count
    if waiting:
        head, holder = waiting[0]
        raise AuditBroken(
            f"Audit row {count + 1} is missing: the chain ends with row {count}, but a head of row {head.seq} {holder} since"
            f" {head.at}; rows were cut off, or this is an older copy of the database."
        )
    return count, previous


def _rows(tx: Transaction) -> Iterator[Row]:
    return tx.each("SELECT * FROM audit ORDER BY seq")


def _check_signatures(stored: Sequence[Head], own: bytes | None) -> int:
    """How many were signed by another key than the studio's. Raises AuditBroken for a head that nobody signed."""
    for number, head in enumerate(stored, 1):
        try:
            head.check()
        except HeadRefused as error:
            raise AuditBroken(
                f"Signed head {number}, of audit row {head.seq}, was altered: its signature does not fit."
            ) from error
    return sum(head.public_key != own for head in stored)


def _insist_on_own(stored: Sequence[Head], own: bytes | None, count: int) -> None:
    """The studio's key exists from its first signature on, so that at least one head must be its."""
    if own is not None and not any(head.public_key == own for head in stored):
        raise AuditBroken(
            f"None of the signed heads of {count} audit rows is by this studio's key: they were removed or replaced."
        )
