"""The one SQLite file: opened safely, migrated by name, written in `BEGIN IMMEDIATE` transactions."""

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlite_utils
from sqlite_utils.utils import sqlite3

from moderation.audit import chain as audit
from moderation.errors import DatabaseUnusable, ReadOnly

Row = dict[str, Any]
Values = Mapping[str, Any] | Sequence[Any]
Clock = Callable[[], datetime]
Migration = tuple[str, str]
"""A name that never changes and the SQL script it stands for."""

OLDEST_SQLITE = (3, 51, 3)
BUSY_MS = 15_000
SIGNED_EVERY = 64
"""Audit rows from one signed head to the next, at most."""
HELD = (
    "This studio was restored from a backup and changes nothing until an administrator has confirmed the newest signed head,"
    " with: twin-studio restore --confirm FILE"
)


class Transaction:
    """One write transaction: every statement and audit row commits together or not at all.

    `at` is its one moment (aware, UTC), `now` the same as ISO text with microseconds, `actor` the account's id
    or the name of a part of the program.
    """

    def __init__(self, connection: Any, at: datetime, actor: str, sign: "Sign | None" = None) -> None:
        self._connection = connection
        self._sign = sign
        self.at = at
        self.now = at.isoformat(timespec="microseconds")
        self.actor = actor
        self.afterwards: list[Callable[[], object]] = []
        """What is to be done once this has been committed, in order; it is not done when it never is."""

    def each(self, sql: str, values: Values = ()) -> Iterator[Row]:
        """The rows of a SELECT, one after another, however many there are."""
        for row in self._connection.execute(sql, values):
            yield dict(row)

    def execute(self, sql: str, values: Values = ()) -> list[Row]:
        """Run one statement; the rows of a SELECT or of RETURNING, else an empty list."""
        return [dict(row) for row in self._connection.execute(sql, values).fetchall()]

    def record(self, event: str, subject: str, **facts: Any) -> None:
        """Append one audit row behind the present head; the last row of a day and every so many rows are signed."""
        head = self.execute("SELECT seq, hash, at FROM audit ORDER BY seq DESC LIMIT 1")
        if self._sign and head and head[0]["at"][:10] < self.now[:10]:
            self._sign(self)
        seq, previous = (head[0]["seq"] + 1, head[0]["hash"]) if head else (1, audit.GENESIS)
        entry = {
            "seq": seq,
            "at": self.now,
            "actor": self.actor,
            "event": event,
            "subject": subject,
            "facts": json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False),
        }
        self.execute(
            "INSERT INTO audit (seq, at, actor, event, subject, facts, prev_hash, hash)"
            " VALUES (:seq, :at, :actor, :event, :subject, :facts, :prev_hash, :hash)",
            {**entry, "prev_hash": previous, "hash": audit.chain_hash(previous, entry)},
        )
        if self._sign and seq % SIGNED_EVERY == 0:
            self._sign(self)


Sign = Callable[[Transaction], object]
"""Signs the audit chain as it stands in a transaction."""


class Database:
    """One file, one connection per thread; no other code opens it.

    `sign` is called inside the transaction that closes a day of the audit chain or a run of SIGNED_EVERY rows.
    """

    def __init__(self, path: Path, clock: Clock, sign: Sign | None = None) -> None:
        """Raises DatabaseUnusable on a SQLite whose WAL can lose data (before 3.51.3)."""
        if sqlite3.sqlite_version_info < OLDEST_SQLITE:
            raise DatabaseUnusable(
                f"SQLite {sqlite3.sqlite_version} can corrupt this database; install the package pysqlite3 0.6.1 or newer."
            )
        self.path = path
        self.clock = clock
        self._sign = sign
        self._local = threading.local()

    @property
    def tables(self) -> sqlite_utils.Database:
        """This thread's sqlite-utils view of the file."""
        if not hasattr(self._local, "tables"):
            self._local.tables = sqlite_utils.Database(self._connect())
        return self._local.tables

    def _connect(self) -> Any:
        connection = sqlite3.connect(self.path, isolation_level=None, timeout=BUSY_MS / 1000)
        connection.row_factory = sqlite3.Row
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            "recursive_triggers = ON",
            "trusted_schema = OFF",
            "secure_delete = ON",
        ):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def close(self) -> None:
        """Close this thread's connection."""
        if hasattr(self._local, "tables"):
            self._local.tables.conn.close()
            del self._local.tables

    def write(self, actor: str, *, held: bool = False) -> AbstractContextManager[Transaction]:
        """Open `BEGIN IMMEDIATE`; commit at the end, roll back on any exception.

        Raises ReadOnly while a restored database waits for its confirmation, but for what restores it (`held`).
        """
        return self._transaction("BEGIN IMMEDIATE", actor, refuse=not held)

    def read(self, actor: str) -> AbstractContextManager[Transaction]:
        """Open one consistent view of the file, which holds up no writer; nothing is to be written in it."""
        return self._transaction("BEGIN", actor, refuse=False)

    @property
    def is_held(self) -> bool:
        """Whether this was restored from a backup and nobody has confirmed the head yet."""
        return bool(self.tables.conn.execute("PRAGMA user_version").fetchone()[0])

    def hold(self, tx: Transaction, *, held: bool) -> None:
        """From the end of this transaction on refuse to write, or stop refusing; the mark is in the file's own header."""
        tx.execute(f"PRAGMA user_version = {int(held)}")

    @contextmanager
    def _transaction(self, begin: str, actor: str, *, refuse: bool) -> Iterator[Transaction]:
        connection = self.tables.conn
        connection.execute(begin)
        try:
            if refuse and self.is_held:
                raise ReadOnly(HELD)
            tx = Transaction(connection, self.clock(), actor, self._sign)
            yield tx
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        for act in tx.afterwards:
            act()

    def copy_to(self, file: Path) -> None:
        """Write one consistent copy of the whole database, whoever else reads and writes it meanwhile; SQLite's own backup."""
        copy = sqlite3.connect(file, isolation_level=None)
        try:
            self.tables.conn.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
        finally:
            copy.close()

    def rows(self, sql: str, values: Values = ()) -> list[Row]:
        """Read outside any write transaction."""
        return [dict(row) for row in self.tables.conn.execute(sql, values).fetchall()]

    def migrate(self, migrations: Iterable[Migration]) -> list[str]:
        """Apply what this file has not seen yet, each in its own transaction; the names applied."""
        connection = self.tables.conn
        connection.execute("CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY, applied_at TEXT NOT NULL) STRICT")
        applied = []
        for name, script in migrations:
            connection.execute("BEGIN IMMEDIATE")
            try:
                if not self.rows("SELECT 1 FROM migration WHERE name = ?", [name]):
                    for statement in split_statements(script):
                        connection.execute(statement)
                    connection.execute(
                        "INSERT INTO migration VALUES (?, ?)", [name, self.clock().isoformat(timespec="microseconds")]
                    )
                    applied.append(name)
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
        return applied


def split_statements(script: str) -> Iterator[str]:
    """The complete statements of a script, triggers kept whole; `executescript` would commit in between."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement


def append_only(*tables: str) -> str:
    """The triggers that keep rows of `tables` from being changed or removed."""
    return "".join(
        f"CREATE TRIGGER {table}_keeps_{verb.lower()} BEFORE {verb} ON {table}\n"
        f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are never changed'); END;\n"
        for table in tables
        for verb in ("UPDATE", "DELETE")
    )
