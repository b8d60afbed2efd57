"""The audit chain verifies as written, and tells which row was touched."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils.utils import sqlite3

from moderation.audit.chain import GENESIS, chain_hash, verify
from moderation.database import Database
from moderation.errors import AuditBroken
from moderation.schema.tables import AUDIT

NOW = datetime(2026, 5, 3, 12, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    made = Database(tmp_path / "studio.sqlite", lambda: NOW)
    made.migrate([("audit", AUDIT)])
    with made.write("maya") as tx:
        for n in range(1, 6):
            tx.record("image.moved", f"image-{n}", n=n, word="grüße")
    return made


def rows(database: Database) -> list[dict[str, Any]]:
    return database.rows("SELECT * FROM audit ORDER BY seq")


def test_a_chain_as_written_verifies_to_its_head(database: Database) -> None:
    written = rows(database)
    assert verify(written) == (5, written[-1]["hash"])
    assert verify([]) == (0, GENESIS)


def test_a_hash_is_sha256_of_the_previous_one_and_canonical_json(database: Database) -> None:
    first = rows(database)[0]
    entry = (
        '{"actor":"maya","at":"2026-05-03T12:00:00.000000+00:00","event":"image.moved",'
        '"facts":"{\\"n\\":1,\\"word\\":\\"grüße\\"}","seq":1,"subject":"image-1"}'
    )
    assert json.loads(entry)["facts"] == first["facts"]
    assert first["hash"] == hashlib.sha256(bytes(32) + entry.encode()).hexdigest()


@pytest.mark.parametrize("column", ["at", "actor", "event", "subject", "facts"])
def test_an_edited_row_is_named(database: Database, column: str) -> None:
    edited = rows(database)
    edited[2][column] += " "
    with pytest.raises(AuditBroken, match="row 3 was altered"):
        verify(edited)


def test_an_edited_row_with_a_fitting_hash_breaks_the_next(database: Database) -> None:
    edited = rows(database)
    edited[2]["actor"] = "somebody"
    content = {name: edited[2][name] for name in ("seq", "at", "actor", "event", "subject", "facts")}
    edited[2]["hash"] = chain_hash(edited[2]["prev_hash"], content)
    with pytest.raises(AuditBroken, match="row 4 does not follow"):
        verify(edited)


def test_a_missing_row_is_named(database: Database) -> None:
    written = rows(database)
    with pytest.raises(AuditBroken, match="lacks row 2"):
        verify(written[:1] + written[2:])


def test_rows_in_another_order_are_found(database: Database) -> None:
    written = rows(database)
    written[1], written[2] = {**written[2], "seq": 2}, {**written[1], "seq": 3}
    with pytest.raises(AuditBroken, match="row 2 does not follow"):
        verify(written)


def test_a_fork_cannot_be_written(database: Database) -> None:
    third = rows(database)[2]
    with pytest.raises(sqlite3.IntegrityError), database.write("maya") as tx:
        tx.execute(
            "INSERT INTO audit VALUES (6, :at, :actor, :event, :subject, :facts, :prev_hash, :hash)",
            {**third, "hash": "f" * 64},
        )
