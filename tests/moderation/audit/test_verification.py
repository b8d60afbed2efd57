"""Whoever holds the database file can remove its triggers and write what he likes; each kind of tampering is found and named."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlite_utils.utils import sqlite3

from moderation.audit.chain import COLUMNS, GENESIS, chain_hash
from moderation.audit.heads import Head, Heads, read_heads
from moderation.audit.verification import verify_home
from moderation.backups.tombstones import Tombstones
from moderation.database import SIGNED_EVERY, Database
from moderation.errors import AuditBroken, HeadRefused, TombstonesBroken
from moderation.schema.audit import HEADS, TOMBSTONES
from moderation.schema.tables import AUDIT

NOON = datetime(2026, 5, 3, 12, tzinfo=UTC)
ROWS = 100
WITNESSED = 80


class Home:
    """A database with a hundred audit rows, its keys, and the head that a witness took after eighty of them."""

    def __init__(self, folder: Path) -> None:
        self.now = NOON
        self.folder = folder
        self.heads = Heads(folder / "keys")
        self.stones = Tombstones(folder / "keys" / "tombstones.jsonl")
        self.database = Database(folder / "studio.sqlite", lambda: self.now, self.heads.sign)
        self.database.migrate([("audit", AUDIT), ("heads", HEADS), ("tombstones", TOMBSTONES)])
        self.stones.begin(self.database)
        self.witnessed: list[Head] = []
        for n in range(1, ROWS + 1):
            with self.database.write("maya") as tx:
                tx.record("image.moved", f"image-{n}", n=n)
                if n == WITNESSED:
                    self.witnessed.append(Head.read(self.heads.sign(tx).line()))

    def verify(self, *, witnessed: bool = False) -> None:
        verify_home(self.database, Heads(self.folder / "keys"), self.stones, self.witnessed if witnessed else ())

    def attack(self, *statements: str) -> None:
        """What somebody does who holds the file and knows SQL."""
        self.database.close()
        raw = sqlite3.connect(self.folder / "studio.sqlite", isolation_level=None)
        for (trigger,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            raw.execute(f"DROP TRIGGER {trigger}")
        for statement in statements:
            raw.execute(statement)
        raw.close()

    def rows(self) -> list[dict[str, Any]]:
        return self.database.rows("SELECT * FROM audit ORDER BY seq")

    def rewrite(self, rows: list[dict[str, Any]], start: int = 1) -> None:
        """Put `rows` in the place of the chain, numbered and hashed anew from row `start` on."""
        previous = rows[start - 2]["hash"] if start > 1 else GENESIS
        for seq, row in enumerate(rows[start - 1 :], start):
            row["seq"], row["prev_hash"] = seq, previous
            previous = row["hash"] = chain_hash(previous, {name: row[name] for name in COLUMNS})
        self.replace(rows)

    def replace(self, rows: list[dict[str, Any]]) -> None:
        """Put `rows` in the place of the chain as they are; the table keeps no constraint."""
        self.attack("PRAGMA foreign_keys = OFF", "CREATE TABLE forged AS SELECT * FROM audit WHERE 0")
        raw = sqlite3.connect(self.folder / "studio.sqlite", isolation_level=None)
        columns = (*COLUMNS, "prev_hash", "hash")
        raw.executemany(f"INSERT INTO forged VALUES ({', '.join(f':{c}' for c in columns)})", rows)
        raw.execute("DROP TABLE audit")
        raw.execute("ALTER TABLE forged RENAME TO audit")
        raw.close()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_a_home_as_written_verifies_and_says_how_much_that_is_worth(home: Home) -> None:
    alone = verify_home(home.database, home.heads, home.stones)
    assert (alone.rows, alone.heads, alone.tombstones, alone.by_other_keys) == (ROWS, 2, 1, 0)
    assert "Nobody's copy of a head" in alone.sentences()[-1]
    seen = verify_home(home.database, home.heads, home.stones, home.witnessed)
    assert seen.witnessed == 1
    assert "witnessed" in seen.sentences()[-1]


def test_the_chain_is_signed_every_so_many_rows_and_at_the_close_of_a_day(home: Home) -> None:
    assert home.database.rows("SELECT seq FROM audit_head ORDER BY id") == [{"seq": SIGNED_EVERY}, {"seq": WITNESSED}]
    home.now += timedelta(hours=11, minutes=59)
    with home.database.write("maya") as tx:
        tx.record("image.moved", "image-101")
    home.now += timedelta(minutes=2)
    with home.database.write("maya") as tx:
        tx.record("image.moved", "image-102")
    assert home.database.rows("SELECT max(seq) AS seq FROM audit_head") == [{"seq": ROWS + 1}]
    assert home.heads.remembered() == Head.of(home.database.rows("SELECT * FROM audit_head ORDER BY id DESC LIMIT 1")[0])
    home.verify(witnessed=True)


def test_an_edited_row_is_named(home: Home) -> None:
    home.attack("UPDATE audit SET actor = 'nobody' WHERE seq = 37")
    with pytest.raises(AuditBroken, match="row 37 was altered"):
        home.verify()


def test_a_deleted_row_is_named(home: Home) -> None:
    home.attack("DELETE FROM audit WHERE seq = 37")
    with pytest.raises(AuditBroken, match="lacks row 37"):
        home.verify()


def test_an_inserted_row_is_found_where_the_chain_no_longer_fits(home: Home) -> None:
    rows = home.rows()
    new = {**rows[36], "actor": "nobody", "prev_hash": rows[35]["hash"]}
    new["hash"] = chain_hash(new["prev_hash"], {name: new[name] for name in COLUMNS})
    home.replace([*rows[:36], new, *({**row, "seq": row["seq"] + 1} for row in rows[36:])])
    with pytest.raises(AuditBroken, match="forks at row 38"):
        home.verify()
    home.replace([*rows[:36], {**new, "prev_hash": "0" * 64}, *({**row, "seq": row["seq"] + 1} for row in rows[36:])])
    with pytest.raises(AuditBroken, match="row 37 does not follow"):
        home.verify()


def test_rows_that_changed_places_are_named(home: Home) -> None:
    rows = home.rows()
    rows[36], rows[37] = {**rows[37], "seq": 37}, {**rows[36], "seq": 38}
    home.replace(rows)
    with pytest.raises(AuditBroken, match="row 37 does not follow"):
        home.verify()


def test_a_fork_is_named(home: Home) -> None:
    rows = home.rows()
    other = {**rows[36], "actor": "nobody"}
    other["hash"] = chain_hash(other["prev_hash"], {name: other[name] for name in COLUMNS})
    home.replace([*rows[:37], other, *rows[37:]])
    with pytest.raises(AuditBroken, match="forks at row 37"):
        home.verify()


def test_a_tail_that_was_cut_off_is_found_by_the_signed_heads(home: Home) -> None:
    home.attack("DELETE FROM audit WHERE seq > 70")
    with pytest.raises(AuditBroken, match="row 71 is missing: the chain ends with row 70, but a head of row 80"):
        home.verify()


def test_a_tail_that_was_cut_off_with_its_heads_is_found_beside_the_key_and_by_the_witness(home: Home) -> None:
    home.attack("PRAGMA foreign_keys = OFF", "DELETE FROM audit WHERE seq > 70", "DELETE FROM audit_head WHERE seq > 70")
    with pytest.raises(AuditBroken, match="kept beside the studio's key"):
        home.verify()
    (home.folder / "keys" / "last-head.json").unlink()
    home.verify()
    with pytest.raises(AuditBroken, match=r"row 71 is missing.*a witness holds"):
        home.verify(witnessed=True)


def test_an_older_copy_in_the_place_of_the_database_is_found(home: Home, tmp_path: Path) -> None:
    with home.database.write("test") as tx:
        home.heads.sign(tx)
    home.database.copy_to(tmp_path / "older.sqlite")
    with home.database.write("nora") as tx:
        tx.record("licence.revoked", "licence-1")
        home.stones.add(tx, "revoked", "licence-1")
        home.witnessed.append(home.heads.sign(tx))
    home.database.close()
    for leftover in ("-wal", "-shm"):
        (home.folder / f"studio.sqlite{leftover}").unlink(missing_ok=True)
    shutil.copy(tmp_path / "older.sqlite", home.folder / "studio.sqlite")
    with pytest.raises(AuditBroken, match=f"row {ROWS + 1} is missing.*older copy of the database"):
        home.verify(witnessed=True)
    with pytest.raises(AuditBroken, match="beside the studio's key"):
        home.verify()
    (home.folder / "keys" / "last-head.json").unlink()
    with pytest.raises(TombstonesBroken, match="still stands"):
        home.verify()


def test_a_chain_that_was_written_anew_does_not_fit_the_heads_signed_of_it(home: Home) -> None:
    rows = home.rows()
    rows[69]["actor"] = "nobody"
    home.rewrite(rows, start=70)
    with pytest.raises(AuditBroken, match=f"row 80 is not the one .* from a row after {SIGNED_EVERY} on"):
        home.verify()


def test_a_chain_written_anew_and_signed_with_another_key_is_no_chain_of_this_studio(home: Home) -> None:
    rows = home.rows()
    rows[0]["actor"] = "nobody"
    home.rewrite(rows)
    forger = Ed25519PrivateKey.generate()
    bare = Head(ROWS, home.rows()[-1]["hash"], "now", 0, GENESIS, forger.public_key().public_bytes_raw())
    raw = sqlite3.connect(home.folder / "studio.sqlite", isolation_level=None)
    raw.execute("DELETE FROM audit_head")
    raw.execute(
        "INSERT INTO audit_head VALUES (1, ?, ?, 'now', 0, ?, ?, ?)",
        [bare.seq, bare.hash, GENESIS, bare.public_key, forger.sign(bare.statement)],
    )
    raw.close()
    (home.folder / "keys" / "last-head.json").unlink()
    with pytest.raises(AuditBroken, match="by this studio's key"):
        home.verify()


def test_an_operator_who_writes_everything_anew_with_the_studios_own_key_is_found_by_the_witness_alone(home: Home) -> None:
    rows = home.rows()
    rows[9]["actor"] = "nobody"
    home.rewrite(rows, start=10)
    home.attack("DELETE FROM audit_head", "CREATE UNIQUE INDEX forged_seq ON audit (seq)")
    (home.folder / "keys" / "last-head.json").unlink()
    with home.database.write("operator") as tx:
        home.heads.sign(tx)
    home.verify()
    with pytest.raises(AuditBroken, match=f"row {WITNESSED} is not the one whose head a witness holds"):
        home.verify(witnessed=True)


def test_heads_that_were_removed_or_altered_are_noticed(home: Home) -> None:
    home.attack("DELETE FROM audit_head")
    with pytest.raises(AuditBroken, match="removed or replaced"):
        home.verify()


def test_a_head_that_was_altered_is_named(home: Home) -> None:
    home.attack("UPDATE audit_head SET at = 'then' WHERE seq = 80")
    with pytest.raises(AuditBroken, match="head 2, of audit row 80, was altered"):
        home.verify()


FORGERIES: list[Callable[[str], str]] = [
    lambda text: text.replace(" 80 ", " 81 "),
    lambda text: text[:-8] + "AAAAAAAA",
    lambda text: text.replace("audit-head", "other-head"),
    lambda text: " ".join(text.split()[:-1]),
    lambda _: "",
    lambda _: "{}",
    lambda _: '{"kind": "audit-head", "seq": []}',
]


@pytest.mark.parametrize("forge", FORGERIES)
def test_what_is_no_signed_head_is_refused(home: Home, forge: Callable[[str], str]) -> None:
    with pytest.raises(HeadRefused):
        read_heads(forge(home.witnessed[0].line()))


def test_a_head_reads_the_same_from_its_line_and_its_file(home: Home) -> None:
    head = home.witnessed[0]
    assert read_heads(head.line()) == read_heads(head.as_text()) == [head]
    assert read_heads(f"{head.line()}\n\n{home.heads.remembered().line()}\n")[0] == head  # type: ignore[union-attr]
    assert head.line().count("\n") == 0
    assert len(head.fingerprint) == 64


def test_the_key_is_its_owners_alone_and_made_once(home: Home) -> None:
    file = home.folder / "keys" / "head.key"
    assert file.stat().st_mode & 0o777 == 0o600
    assert Heads(home.folder / "keys").own() == home.heads.own() == home.witnessed[0].public_key
    assert Heads(home.folder / "elsewhere").own() is None
