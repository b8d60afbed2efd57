"""Ends the waiting of a restored home: an administrator holds the newest head that anybody witnessed against it."""

from dataclasses import dataclass

from moderation.audit.heads import Head, Heads
from moderation.backups.tombstones import Tombstones
from moderation.database import Database, Transaction
from moderation.errors import BackupRefused, HeadRefused, TombstonesBroken


@dataclass(frozen=True)
class Confirmed:
    """Which row the head is of, how many rows after the backup are lost, and why painting may not begin, if so."""

    seq: int
    lost: int
    halted: str | None

    def sentences(self) -> list[str]:
        """What the command line prints."""
        said = [f"The head of row {self.seq} is confirmed; the studio works again."]
        if self.lost:
            said.append(f"{self.lost} rows that came after the backup are lost; the chain says so from now on.")
        if self.halted:
            said.append(self.halted)
        return said


def confirm(database: Database, heads: Heads, tombstones: Tombstones, head: Head, actor: str) -> Confirmed:
    """Let a restored home write again, once `head` fits what it holds.

    Raises BackupRefused when nothing waits for it; HeadRefused when the head is of another studio, of another chain, or
    counts more tombstones than there are: then a newer tombstone file exists, and with the older one taken things would revive.
    """
    with database.write(actor, held=True) as tx:
        if not database.is_held:
            raise BackupRefused("This studio is at work; only a restored one waits for a head.")
        _insist_on_key(tx, heads, head.check())
        _insist_on_tombstones(tombstones, head)
        base = _base(tx)
        if head.seq < base.seq:
            raise HeadRefused(f"This head is older than the backup; confirm at least the backup's own, of row {base.seq}.")
        if head.seq == base.seq and head.hash != base.hash:
            raise HeadRefused(f"Row {head.seq} of the restored chain is not the one of this head: it is another chain's.")
        lost = head.seq - base.seq
        tx.record("restore.confirmed", "home", head=head.line(), lost=lost)
        database.hold(tx, held=False)
        halted = tombstones.halts(tx)
    return Confirmed(head.seq, lost, halted)


def _insist_on_key(tx: Transaction, heads: Heads, head: Head) -> None:
    known = {row["public_key"] for row in tx.execute("SELECT DISTINCT public_key FROM audit_head")} | {heads.own()}
    if head.public_key not in known:
        raise HeadRefused("This head was signed by another studio.")


def _insist_on_tombstones(tombstones: Tombstones, head: Head) -> None:
    try:
        lines = tombstones.lines()
    except TombstonesBroken as error:
        raise HeadRefused(str(error)) from error
    if not lines:
        return  # without the file nothing is painted anyhow
    if len(lines) < head.tombstones:
        raise HeadRefused(
            f"This head counts {head.tombstones} lines of the tombstone file, but {tombstones.file} has {len(lines)}:"
            " restore again with the newest file, or what was taken back since would stand."
        )
    if head.tombstones and lines[head.tombstones - 1]["hash"] != head.tombstones_hash:
        raise HeadRefused(f"Line {head.tombstones} of {tombstones.file} is not the one that this head was signed with.")


def _base(tx: Transaction) -> Head:
    """The head that the restored backup ends with."""
    rows = tx.execute("SELECT facts ->> 'head' AS head FROM audit WHERE event = 'studio.restored' ORDER BY seq DESC LIMIT 1")
    if not rows:
        raise BackupRefused("This home says nothing of a backup that it was restored from.")
    return Head.read(rows[0]["head"])
