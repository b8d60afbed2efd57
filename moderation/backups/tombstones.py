"""What was taken back and erased, in a file beside the keys, so that no older copy of the database can undo it.

Each line is one act as canonical JSON, hash-chained, on the disk before the transaction that carries it out commits. A line
that no transaction followed, because the power went, is carried out at the next start: it was asked for.
"""

import json
import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moderation.audit.chain import GENESIS, canonical, chain_hash
from moderation.database import Database, Row, Transaction
from moderation.desk.moves import Writing
from moderation.errors import TombstonesBroken
from moderation.vault.private import sync_folder

BEGUN = "begun"
"""The kind of the first line, which a new home writes."""
CHAINED = ("seq", "at", "actor", "kind", "subject", "facts")
COLUMNS = (*CHAINED, "prev_hash", "hash")


@dataclass(frozen=True)
class Tombstone:
    """One act: its kind, whose or what it ended, and the facts (JSON values) with which it can be carried out again."""

    seq: int
    at: str
    actor: str
    kind: str
    subject: str
    facts: Mapping[str, Any]


Bury = Callable[[Writing, str, Mapping[str, Any]], object]
"""`(tx, subject, facts)`: keeps an act of one kind beside the keys, within its transaction, which must be about to commit."""
Again = Mapping[str, Callable[[Transaction, Tombstone], object]]
"""By kind, what carries an act out again; nothing changes when it stands already."""


class Tombstones:
    """The file, and the marks in the table `tombstone` of what a database has carried out of it."""

    def __init__(self, file: Path, draw: Callable[[], str] = secrets.token_hex) -> None:
        """`draw` gives what tells this home's file from every other's."""
        self.file = file
        self._draw = draw
        self._seen: tuple[int, int] | None = None

    def begin(self, database: Database) -> None:
        """Write the first line of a new home; nothing for a home that had one, whether or not its file is still there."""
        if self.file.exists() or database.rows("SELECT 1 FROM tombstone LIMIT 1"):
            return
        with database.write("studio") as tx:
            if not tx.execute("SELECT 1 FROM tombstone LIMIT 1"):
                self.add(tx, BEGUN, "home", known_by=self._draw())

    def add(self, tx: Writing, kind: str, subject: str, **facts: Any) -> None:
        """Write one line, durably, and its mark in this transaction, which must be about to commit.

        `facts` are JSON values: all that is needed to do the act again in an older copy of the database.
        Raises TombstonesBroken when the line cannot be written; nothing is taken back then.
        """
        try:
            last = self._cut_torn() or {"seq": 0, "hash": GENESIS}
            known = tx.execute("SELECT seq, hash FROM tombstone ORDER BY seq DESC LIMIT 1")
            if known and known[0]["seq"] > last["seq"]:  # the file was lost: what follows is still kept, and the gap shows
                last = known[0]
            text = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            line: Row = {"seq": last["seq"] + 1, "at": tx.now, "actor": tx.actor, "kind": kind, "subject": subject, "facts": text}
            line |= {"prev_hash": last["hash"], "hash": chain_hash(last["hash"], line)}
            self._append(line)
        except OSError as error:
            raise TombstonesBroken(f"What is taken back cannot be noted in {self.file}: {error.strerror or error}.") from error
        _mark(tx, line)

    def noting(self, kind: str) -> Bury:
        """What adds lines of this kind."""
        return lambda tx, subject, facts: self.add(tx, kind, subject, **facts)

    def lines(self) -> list[Row]:
        """Every line, proven to follow the one before. Raises TombstonesBroken, naming the first that does not."""
        previous, found = GENESIS, []
        for number, text in enumerate(self._whole(), 1):
            try:
                line = {name: json.loads(text)[name] for name in COLUMNS}
                fits = line["hash"] == chain_hash(previous, {name: line[name] for name in CHAINED})
            except (ValueError, KeyError, TypeError):
                fits = False
            if not fits or line["seq"] != number or line["prev_hash"] != previous:
                raise TombstonesBroken(f"Line {number} of {self.file} was altered, or a line before it is missing.")
            previous = line["hash"]
            found.append(line)
        return found

    def pending(self, tx: Writing) -> list[Row]:
        """The lines that this database has not carried out.

        Raises TombstonesBroken when the file is missing or lacks a line that it has: then nobody can say what was taken back.
        """
        lines = {line["seq"]: line for line in self.lines()}
        marks = tx.execute("SELECT seq, hash FROM tombstone ORDER BY seq")
        if not lines:
            raise TombstonesBroken(
                f"The file {self.file}, which tells what was taken back and erased, is missing: nothing is painted without it."
            )
        for mark in marks:
            if mark["seq"] not in lines or lines[mark["seq"]]["hash"] != mark["hash"]:
                raise TombstonesBroken(f"The file {self.file} lacks line {mark['seq']}, or is of another studio.")
        return [lines[seq] for seq in sorted(lines.keys() - {mark["seq"] for mark in marks})]

    def insist(self, tx: Writing) -> None:
        """Raise TombstonesBroken unless the file is whole and everything in it was carried out."""
        if waiting := self.pending(tx):
            raise TombstonesBroken(f"What line {waiting[0]['seq']} of {self.file} ended still stands; start the studio again.")

    def halts(self, tx: Writing) -> str | None:
        """Why nothing may be painted at this moment of a write transaction, in one sentence; None when it may."""
        try:
            self.insist(tx)
        except TombstonesBroken as error:
            return str(error)
        return None

    def settle(self, database: Database, again: Again) -> int:
        """Begin the file of a new home, and carry out what was noted and then not committed; how many lines.

        When the file is as it was at the last call this is one look at its size and time.

        A file that is missing or broken stays so: nothing is painted then, but people may still take back and look.
        """
        if database.is_held or (self._seen is not None and self._seen == self._stamp()):
            return 0
        self.begin(database)
        seen, done = self._stamp(), 0
        with suppress(TombstonesBroken):
            with database.read("studio") as tx:
                waits = bool(self.pending(tx))
            if waits:
                with database.write("studio") as tx:
                    done = self.catch_up(tx, again)
            self._seen = seen
        return done

    def _stamp(self) -> tuple[int, int] | None:
        with suppress(OSError):
            told = self.file.stat()
            return told.st_size, told.st_mtime_ns
        return None

    def catch_up(self, tx: Transaction, again: Again) -> int:
        """Carry out what this database has not; how many lines. Raises TombstonesBroken."""
        waiting = self.pending(tx)
        for line in waiting:
            if line["kind"] not in again and line["kind"] != BEGUN:
                raise TombstonesBroken(f"This version cannot carry out “{line['kind']}” of {self.file}; update the program.")
            stone = Tombstone(**{name: line[name] for name in CHAINED if name != "facts"}, facts=json.loads(line["facts"]))
            if line["kind"] != BEGUN:
                again[line["kind"]](tx, stone)
            _mark(tx, line)
            tx.record("tombstone.carried-out", line["subject"], line=line["seq"], kind=line["kind"])
        return len(waiting)

    def _whole(self) -> list[bytes]:
        """The whole lines: what was being written when the power went was never promised to anybody."""
        try:
            return self.file.read_bytes().split(b"\n")[:-1]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise TombstonesBroken(f"The file {self.file} cannot be read: {error.strerror or error}.") from error

    def _cut_torn(self) -> Row | None:
        """Remove half a line at the end; the last whole one, None when there is none that can be read."""
        whole = self._whole()
        size = sum(len(line) + 1 for line in whole)
        if self.file.exists() and self.file.stat().st_size > size:
            os.truncate(self.file, size)
        try:
            last = json.loads(whole[-1])
            return {"seq": int(last["seq"]), "hash": str(last["hash"])}
        except (IndexError, ValueError, KeyError, TypeError):
            return None

    def _append(self, line: Row) -> None:
        self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self.file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "ab") as file:
            file.write(canonical(line) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        sync_folder(self.file.parent)


def _mark(tx: Writing, line: Mapping[str, Any]) -> None:
    columns: Sequence[str] = COLUMNS
    values = ", ".join(f":{name}" for name in columns)
    tx.execute(f"INSERT INTO tombstone ({', '.join(columns)}) VALUES ({values})", line)
