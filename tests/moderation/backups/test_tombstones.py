"""What was taken back stays taken back: in a chained file that an older database catches up with, and that no one can shorten."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from moderation.backups.tombstones import Tombstone, Tombstones
from moderation.database import Database, Transaction
from moderation.errors import TombstonesBroken
from moderation.schema.audit import HEADS, TOMBSTONES
from moderation.schema.tables import AUDIT

NOW = datetime(2026, 5, 3, 12, tzinfo=UTC)


def opened(path: Path) -> Database:
    database = Database(path, lambda: NOW)
    database.migrate([("audit", AUDIT), ("heads", HEADS), ("tombstones", TOMBSTONES)])
    return database


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return opened(tmp_path / "studio.sqlite")


@pytest.fixture
def stones(tmp_path: Path, database: Database) -> Tombstones:
    made = Tombstones(tmp_path / "keys" / "tombstones.jsonl")
    made.begin(database)
    return made


def take_back(database: Database, stones: Tombstones, subject: str) -> None:
    with database.write("nora") as tx:
        stones.add(tx, "revoked", subject, reason="Grüße\u2028und Zeilen\n")


def catch_up(database: Database, stones: Tombstones) -> list[str]:
    done: list[str] = []
    with database.write("studio") as tx:
        stones.catch_up(tx, {"revoked": lambda _, stone: done.append(stone.subject)})
        stones.insist(tx)
    return done


def test_a_new_home_begins_its_file_once_and_every_line_has_its_mark(database: Database, stones: Tombstones) -> None:
    take_back(database, stones, "licence-1")
    stones.begin(database)
    assert [line["kind"] for line in stones.lines()] == ["begun", "revoked"]
    assert database.rows("SELECT * FROM tombstone ORDER BY seq") == stones.lines()
    assert stones.file.stat().st_mode & 0o777 == 0o600
    with database.write("test") as tx:
        stones.insist(tx)


def test_a_line_is_on_the_disk_before_its_transaction_commits_and_is_carried_out_later_if_that_never_does(
    database: Database, stones: Tombstones
) -> None:
    def die() -> None:
        with database.write("nora") as tx:
            stones.add(tx, "revoked", "licence-1", effective_at="now")
            assert stones.lines()[-1]["subject"] == "licence-1"
            raise SystemExit

    with pytest.raises(SystemExit):
        die()
    with pytest.raises(TombstonesBroken, match="still stands"), database.write("test") as tx:
        stones.insist(tx)
    take_back(database, stones, "licence-2")
    seen: list[Tombstone] = []
    with database.write("studio") as tx:
        assert stones.catch_up(tx, {"revoked": lambda _, stone: seen.append(stone)}) == 1
    assert [(stone.subject, stone.facts, stone.actor) for stone in seen] == [("licence-1", {"effective_at": "now"}, "nora")]
    assert catch_up(database, stones) == []


def test_a_running_studio_carries_out_by_itself_what_was_noted_and_not_committed(database: Database, stones: Tombstones) -> None:
    done: list[str] = []
    again = {"revoked": lambda _tx, stone: done.append(stone.subject)}
    stones.settle(database, again)

    def fail() -> None:
        with database.write("nora") as tx:
            stones.add(tx, "revoked", "licence-1")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    for _ in range(2):
        stones.settle(database, again)
        assert done == ["licence-1"]
    with database.write("test") as tx:
        assert stones.halts(tx) is None
        database.hold(tx, held=True)
    stones.file.unlink()
    stones.settle(database, again)
    assert not stones.file.exists()


def test_an_older_copy_of_the_database_catches_up(tmp_path: Path, database: Database, stones: Tombstones) -> None:
    take_back(database, stones, "licence-1")
    database.copy_to(tmp_path / "older.sqlite")
    take_back(database, stones, "licence-2")
    take_back(database, stones, "licence-3")
    older = opened(tmp_path / "older.sqlite")
    assert catch_up(older, stones) == ["licence-2", "licence-3"]
    assert catch_up(older, stones) == []
    assert older.rows("SELECT subject FROM audit ORDER BY seq") == [{"subject": "licence-2"}, {"subject": "licence-3"}]


def test_an_act_that_cannot_be_carried_out_again_stops_the_catching_up_and_leaves_nothing_half_done(
    tmp_path: Path, database: Database, stones: Tombstones
) -> None:
    database.copy_to(tmp_path / "older.sqlite")
    take_back(database, stones, "licence-1")
    older = opened(tmp_path / "older.sqlite")

    def broken(_: Transaction, __: Tombstone) -> None:
        raise RuntimeError

    with pytest.raises(TombstonesBroken, match="update the program"), older.write("studio") as tx:
        stones.catch_up(tx, {})
    with pytest.raises(RuntimeError), older.write("studio") as tx:
        stones.catch_up(tx, {"revoked": broken})
    assert catch_up(older, stones) == ["licence-1"]


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (lambda _: [], "is missing"),
        (lambda lines: lines[:2], "lacks line 3"),
        (lambda lines: lines[1:], "Line 1 of"),
        (lambda lines: [lines[0], lines[2], lines[1]], "Line 2 of"),
        (lambda lines: [lines[0], lines[1].replace("licence-1", "licence-9"), lines[2]], "Line 2 of"),
        (lambda lines: [lines[0], "nonsense", lines[2]], "Line 2 of"),
    ],
)
def test_a_file_that_is_missing_cut_or_altered_is_noticed(database: Database, stones: Tombstones, harm, sentence: str) -> None:  # type: ignore[no-untyped-def]
    take_back(database, stones, "licence-1")
    take_back(database, stones, "licence-2")
    lines = stones.file.read_text().split("\n")[:-1]
    stones.file.write_text("".join(f"{line}\n" for line in harm(lines)))
    with pytest.raises(TombstonesBroken, match=sentence), database.write("test") as tx:
        stones.insist(tx)


def test_a_file_of_another_studio_is_refused(tmp_path: Path, database: Database, stones: Tombstones) -> None:
    elsewhere, theirs = opened(tmp_path / "other.sqlite"), Tombstones(tmp_path / "theirs.jsonl")
    with elsewhere.write("other") as tx:
        theirs.add(tx, "begun", "another home")
    with pytest.raises(TombstonesBroken, match="another studio"), database.write("test") as tx:
        theirs.insist(tx)
    stones.file.unlink()
    stones.begin(database)
    assert not stones.file.exists()


def test_half_a_line_was_never_promised_and_makes_room_for_the_next(database: Database, stones: Tombstones) -> None:
    take_back(database, stones, "licence-1")
    with stones.file.open("a") as file:
        file.write('{"seq":3,"at":"2026')
    assert len(stones.lines()) == 2
    take_back(database, stones, "licence-2")
    assert [json.loads(line)["seq"] for line in stones.file.read_text().split("\n")[:-1]] == [1, 2, 3]
    with database.write("test") as tx:
        stones.insist(tx)


def test_what_is_taken_back_after_the_file_was_lost_is_still_kept_and_the_gap_shows(
    database: Database, stones: Tombstones
) -> None:
    stones.file.unlink()
    take_back(database, stones, "licence-1")
    assert "licence-1" in stones.file.read_text()
    with pytest.raises(TombstonesBroken, match="Line 1 of"), database.write("test") as tx:
        stones.insist(tx)


def test_nothing_is_taken_back_when_it_cannot_be_noted(tmp_path: Path, database: Database) -> None:
    (tmp_path / "keys").write_text("in the way")
    with pytest.raises(TombstonesBroken, match="keys"):
        take_back(database, Tombstones(tmp_path / "keys" / "tombstones.jsonl"), "licence-1")
    assert database.rows("SELECT * FROM tombstone") == []
