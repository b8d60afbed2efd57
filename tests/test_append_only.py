"""Records of what happened are never changed: whatever migration declared it, every trigger that keeps them is still there."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlite_utils.utils import sqlite3

import app
from moderation.database import Database

NOW = datetime(2026, 5, 3, 12, tzinfo=UTC)
TRIGGER = re.compile(r"CREATE TRIGGER (\w+)\s+BEFORE\s+(INSERT|UPDATE|DELETE)([^;]*?)\sON\s+(\w+)\s+(WHEN)?", re.IGNORECASE)
VALUES = {"TEXT": "'{}'", "INTEGER": "1", "REAL": "1.0", "BLOB": "x'00'", "ANY": "1"}


def kept_by(sql: str) -> set[tuple[str, str]]:
    """Table and verb of every trigger in a script that refuses the verb whatever it is about."""
    return {(table, verb) for _, verb, columns, table, when in TRIGGER.findall(sql) if not columns.strip() and not when}


def declared() -> set[tuple[str, str]]:
    """What some migration or other declared, whether or not a later one rebuilt the table."""
    return set().union(*(kept_by(script) for _, script in app.MIGRATIONS))


def appended() -> list[str]:
    """The tables whose rows are never changed nor removed."""
    verbs = declared()
    return sorted({table for table, _ in verbs if {(table, "UPDATE"), (table, "DELETE")} <= verbs})


def standing(database: Database) -> set[tuple[str, str]]:
    """What the triggers of a database keep."""
    return set().union(*(kept_by(row["sql"]) for row in database.rows("SELECT sql FROM sqlite_master WHERE type = 'trigger'")))


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    made = Database(tmp_path_factory.mktemp("kept") / "studio.sqlite", lambda: NOW)
    made.migrate(app.MIGRATIONS)
    yield made
    made.close()


def test_every_trigger_outlives_all_migrations(database: Database) -> None:
    there = {row["name"] for row in database.rows("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert len(appended()) > 25
    assert {one for one in declared() if one[0] in there} <= standing(database), declared() - standing(database)
    assert set(appended()) <= there
    named = {name: table for _, script in app.MIGRATIONS for name, _, _, table, _ in TRIGGER.findall(script)}
    rebuilt = {table for _, script in app.MIGRATIONS for table in re.findall(r"DROP TABLE (\w+)", script)}
    names = {row["name"] for row in database.rows("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    assert {name for name, table in named.items() if table not in rebuilt} <= names


def test_what_must_never_change_is_declared_so() -> None:
    assert set(appended()) >= {
        *("audit", "audit_head", "tombstone", "consent", "revocation", "decision", "submission", "finding", "verdict", "release"),
        *("download_grant", "signature", "taking_back", "ended_image", "recall_answer", "receipt", "erasure", "recipe"),
    }


@pytest.mark.parametrize("table", appended())
def test_no_row_is_updated_deleted_or_replaced(database: Database, table: str) -> None:
    connection = database.tables.conn
    columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
    values = ", ".join(VALUES[column["type"]] for column in columns)
    names = [column["name"] for column in columns]
    # What a row must be is tested elsewhere; here any row does.
    triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", [table])
    inserting = [
        (name, sql) for name, sql in triggers.fetchall() if not {verb for _, verb in kept_by(sql)} & {"UPDATE", "DELETE"}
    ]
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("PRAGMA ignore_check_constraints = ON")
    for name, _ in inserting:
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute(f"INSERT INTO {table} VALUES ({values})")
    try:
        before = database.rows(f"SELECT * FROM {table}")
        for change in (
            f"UPDATE {table} SET {names[-1]} = {names[-1]}",
            f"DELETE FROM {table}",
            f"INSERT OR REPLACE INTO {table} VALUES ({values})",
            f"REPLACE INTO {table} VALUES ({values})",
        ):
            with pytest.raises(sqlite3.IntegrityError, match="never"):
                connection.execute(change)
            assert database.rows(f"SELECT * FROM {table}") == before
    finally:
        for _, sql in inserting:
            connection.execute(sql)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA ignore_check_constraints = OFF")


def test_a_rebuilt_table_without_its_triggers_would_be_noticed(tmp_path: Path) -> None:
    rebuilt = "CREATE TABLE new (n INTEGER) STRICT;\nDROP TABLE verdict;\nALTER TABLE new RENAME TO verdict;\n"
    database = Database(tmp_path / "studio.sqlite", lambda: NOW)
    database.migrate([*app.MIGRATIONS, ("careless", rebuilt)])
    assert {("verdict", "UPDATE"), ("verdict", "DELETE")} == declared() - standing(database)
