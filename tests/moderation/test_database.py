"""The one SQLite file: all or nothing, migrated once, history never changed, writers in line."""

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlite_utils.utils import sqlite3

from moderation.database import Database, append_only, split_statements
from moderation.schema.tables import AUDIT

NOW = datetime(2026, 5, 3, 12, tzinfo=UTC)
TABLES = """
CREATE TABLE shelf (id TEXT PRIMARY KEY, n INTEGER NOT NULL) STRICT;
CREATE TABLE kept (id TEXT PRIMARY KEY, n INTEGER) STRICT;
"""


@pytest.fixture
def database(tmp_path: Path) -> Database:
    made = Database(tmp_path / "studio.sqlite", lambda: NOW)
    made.migrate([("audit", AUDIT), ("tables", TABLES + append_only("kept"))])
    return made


def test_a_failed_transaction_leaves_neither_row_nor_audit(database: Database) -> None:
    def fail() -> None:
        with database.write("maya") as tx:
            tx.execute("INSERT INTO shelf VALUES ('a', 1)")
            tx.record("shelf.filled", "a")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert database.rows("SELECT (SELECT count(*) FROM shelf) + (SELECT count(*) FROM audit) AS n") == [{"n": 0}]
    with database.write("maya") as tx:
        tx.execute("INSERT INTO shelf VALUES ('a', 1)")
    assert database.rows("SELECT * FROM shelf") == [{"id": "a", "n": 1}]


def test_a_migration_runs_once_and_a_broken_one_leaves_nothing(database: Database) -> None:
    assert database.migrate([("tables", TABLES), ("more", "CREATE TABLE more (n INTEGER) STRICT;")]) == ["more"]
    broken = "CREATE TABLE half (n INTEGER) STRICT;\nCREATE TABLE half (n INTEGER) STRICT;\n"
    with pytest.raises(sqlite3.OperationalError):
        database.migrate([("broken", broken)])
    assert database.rows("SELECT name FROM sqlite_master WHERE name = 'half'") == []
    assert database.rows("SELECT name FROM migration ORDER BY name") == [{"name": n} for n in ("audit", "more", "tables")]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE kept SET n = 2",
        "DELETE FROM kept",
        "INSERT OR REPLACE INTO kept VALUES ('a', 2)",
        "REPLACE INTO kept VALUES ('a', 2)",
    ],
)
def test_kept_rows_are_never_changed(database: Database, change: str) -> None:
    with database.write("maya") as tx:
        tx.execute("INSERT INTO kept VALUES ('a', 1)")
    with pytest.raises(sqlite3.IntegrityError, match="never changed"), database.write("maya") as tx:
        tx.execute(change)
    assert database.rows("SELECT * FROM kept") == [{"id": "a", "n": 1}]


def test_a_column_refuses_another_type(database: Database) -> None:
    with pytest.raises(sqlite3.IntegrityError), database.write("maya") as tx:
        tx.execute("INSERT INTO shelf VALUES ('a', 'many')")


def test_writers_that_read_first_wait_for_each_other(database: Database) -> None:
    with database.write("test") as tx:
        tx.execute("INSERT INTO shelf VALUES ('a', 0)")

    def raise_by_one() -> None:
        for _ in range(10):
            with database.write("test") as tx:
                n = tx.execute("SELECT n FROM shelf")[0]["n"]
                tx.execute("UPDATE shelf SET n = ?", [n + 1])
        database.close()

    threads = [threading.Thread(target=raise_by_one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert database.rows("SELECT n FROM shelf") == [{"n": 80}]


def test_a_script_is_split_with_its_triggers_whole() -> None:
    statements = list(split_statements(TABLES + append_only("kept")))
    assert [s.split()[:2] for s in statements] == [["CREATE", "TABLE"]] * 2 + [["CREATE", "TRIGGER"]] * 2
    assert all(s.rstrip().endswith(";") for s in statements)
