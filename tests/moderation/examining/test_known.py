"""What is known of the twins is measured once, kept per pack, and measured again when references or pack change."""

import json
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from moderation.database import Database
from moderation.errors import BadImage, Unexaminable
from moderation.examining.known import Enrolled, FaceStore
from moderation.examining.shipped import Shipped, measure_beforehand, read_shipped
from moderation.examining.templates import ReferencePicture
from moderation.schema.sealed import SEALED
from moderation.schema.tables import AUDIT, FACES, OUTLINES
from tests.moderation.one_key import Keys
from tests.moderation.safeguards.exhibits import Seen

PACK, OTHER_PACK = "a" * 64, "b" * 64
LIGHTS = ("even", "warm")


class Reader:
    """Reads a template out of a picture's first pixels, and counts how often it looked for faces and measured them."""

    def __init__(self, faces: int = 1) -> None:
        self.faces, self.looked, self.measured = faces, 0, 0

    def read(self, picture: np.ndarray) -> list[Seen]:
        self.looked += 1
        return [Seen(self.template(picture, np.zeros((5, 2), np.float32))) for _ in range(self.faces)]

    def template(self, picture: np.ndarray, _landmarks: np.ndarray) -> np.ndarray:
        self.measured += 1
        return picture[0, 0, :2].astype(np.float32) / 100


def place(picture: np.ndarray, _landmarks: np.ndarray) -> np.ndarray:
    return np.full((224, 224), picture[0, 0, 0], np.uint8)


def enrolled(*twins: str, count: int = 4) -> list[Enrolled]:
    return [Enrolled(f"{twin}-{i}", twin, f"{sum(map(ord, twin)) + i:064d}") for twin in twins for i in range(count)]


def pictures(references: Collection[Enrolled]) -> Iterator[ReferencePicture]:
    for one in references:
        for step, light in enumerate(LIGHTS):
            shade = sum(map(ord, one.twin_id)) % 200 + 3 * int(one.reference_id[-1])
            picture = np.full((8, 8, 3), shade + step, np.uint8)
            yield ReferencePicture(one.reference_id, one.twin_id, light, one.sha256, picture)


class Bench:
    """A store on a fresh database whose clock moves on with every transaction."""

    def __init__(self, folder: Path) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.database = Database(folder / "studio.sqlite", self.clock)
        self.database.migrate([("audit", AUDIT), ("faces", FACES), ("outlines", OUTLINES), ("sealed", SEALED)])
        self.reader = Reader()
        self.keys = Keys()

    def clock(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def store(self, pack: str = PACK) -> FaceStore:
        return FaceStore(self.database, pack, lambda: {"nora": "Nora"}, self.keys)

    def ready(self, store: FaceStore, references: list[Enrolled], shipped: Path | None = None) -> list[float]:
        told: list[float] = []
        wanted = {one.reference_id: one for one in references}
        store.ready(
            references,
            lambda names: pictures([wanted[name] for name in sorted(names)]),
            lambda: self.reader,
            place,
            shipped,
            lambda _words, part: told.append(part),
        )
        return told


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_each_reference_is_looked_at_once_and_measured_in_every_light(bench: Bench) -> None:
    store = bench.store()
    told = bench.ready(store, enrolled("nora", "mei"))
    assert (bench.reader.looked, bench.reader.measured) == (8, 16)
    assert told == [part / 8 for part in range(1, 9)]
    known = store.known()
    assert len(known.gallery.templates) == 16
    assert len(known.outlines) == 8
    assert set(known.calibrations) == {"nora", "mei"}
    assert known.name("nora") == "Nora"


def test_a_second_start_measures_nothing_and_knows_the_same(bench: Bench) -> None:
    bench.ready(bench.store(), enrolled("nora", "mei"))
    bench.reader = Reader()
    again = bench.store()
    bench.ready(again, enrolled("nora", "mei"))
    assert bench.reader.measured == 0
    assert again.known().calibrations == bench.store().known().calibrations


def test_a_new_reference_alone_is_measured_and_moves_the_limits(bench: Bench) -> None:
    store = bench.store()
    bench.ready(store, enrolled("nora", "mei"))
    before = store.known().calibrations["nora"]
    bench.reader = Reader()
    bench.ready(store, [*enrolled("nora", "mei"), *enrolled("nora", count=6)[4:]])
    assert bench.reader.looked == 2
    assert store.known().calibrations["nora"].genuine == before.genuine + 4


def test_a_reference_that_is_no_longer_enrolled_is_forgotten(bench: Bench) -> None:
    store = bench.store()
    bench.ready(store, enrolled("nora", "mei"))
    bench.ready(store, enrolled("mei"))
    assert store.known().gallery.twin_ids == ("mei",)
    assert set(store.known().calibrations) == {"mei"}
    assert bench.database.rows("SELECT * FROM template WHERE twin_id = 'nora'") == []


def test_another_pack_measures_for_itself(bench: Bench) -> None:
    bench.ready(bench.store(), enrolled("nora"))
    other = bench.store(OTHER_PACK)
    assert other.known().gallery.templates == ()
    bench.ready(other, enrolled("nora"))
    assert bench.reader.looked == 8


def test_limits_carry_their_date_and_their_change_is_on_record(bench: Bench) -> None:
    bench.ready(bench.store(), enrolled("nora", "mei"))
    dates = {row["measured_at"] for row in bench.database.rows("SELECT * FROM calibration WHERE pack_sha256 = ?", [PACK])}
    assert all(date.startswith("2026-01-01T") for date in dates)
    assert [row["event"] for row in bench.database.rows("SELECT event FROM audit")] == ["templates.opened", "faces.calibrated"]


def test_a_start_that_changes_no_limit_leaves_date_and_record_as_they_were(bench: Bench) -> None:
    bench.ready(bench.store(), enrolled("nora", "mei"))
    limits, calibrated = "SELECT * FROM calibration", "SELECT * FROM audit WHERE event = 'faces.calibrated'"
    before = bench.database.rows(limits), bench.database.rows(calibrated)
    bench.ready(bench.store(), enrolled("nora", "mei"))
    assert (bench.database.rows(limits), bench.database.rows(calibrated)) == before


def test_each_load_of_the_templates_is_one_row_of_the_audit_and_a_comparison_none(bench: Bench) -> None:
    loads = "SELECT subject, facts FROM audit WHERE event = 'templates.opened'"
    bench.ready(bench.store(), enrolled("nora", "mei"))
    assert len(bench.database.rows(loads)) == 1
    store = bench.store()
    for _ in range(5):
        store.known().gallery.distances(np.zeros(2, np.float32))
    rows = bench.database.rows(loads)
    assert [row["subject"] for row in rows] == [PACK, PACK]
    assert json.loads(rows[1]["facts"]) == {"twins": ["mei", "nora"], "templates": 16, "outlines": 8}


def test_no_template_and_no_outline_lies_in_the_clear(bench: Bench) -> None:
    bench.ready(bench.store(), enrolled("nora"))
    known, kept = bench.store().known(), b""
    bench.database.tables.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for file in bench.database.path.parent.glob("studio.sqlite*"):
        kept += file.read_bytes()
    assert known.gallery.templates
    assert all(one.embedding.astype("<f4").tobytes() not in kept for one in known.gallery.templates)
    assert not any(mark in kept for mark in (b"JFIF\x00", b"Exif\x00\x00"))


@pytest.mark.parametrize("table", ["template", "outline"])
def test_a_sealed_row_that_was_swapped_opens_nothing(bench: Bench, table: str) -> None:
    bench.ready(bench.store(), enrolled("nora"))
    with bench.database.write("operator") as tx:
        other = tx.execute(f"SELECT sealed FROM {table} WHERE reference_id = 'nora-1' LIMIT 1")[0]["sealed"]
        tx.execute(f"UPDATE {table} SET sealed = ? WHERE reference_id = 'nora-0'", [other])
    with pytest.raises(Unexaminable):
        bench.store().known()


def test_with_a_lost_key_nobody_is_told_from_anybody(bench: Bench) -> None:
    bench.ready(bench.store(), enrolled("nora", "mei"))
    bench.keys.lost.add("mei")
    with pytest.raises(Unexaminable, match="a person must look"):
        bench.store().known()
    with pytest.raises(Unexaminable):
        bench.ready(bench.store(), enrolled("nora", "mei"))


def test_who_had_herself_erased_is_left_out_and_the_others_go_on(bench: Bench) -> None:
    bench.ready(bench.store(), enrolled("nora", "mei"))
    bench.keys.erased.add("mei")
    assert bench.store().known().gallery.twin_ids == ("nora",)


def test_what_was_destroyed_is_let_go_of_in_memory(bench: Bench) -> None:
    store = bench.store()
    bench.ready(store, enrolled("nora", "mei"))
    before = store.known()
    store.forget_destroyed()
    assert store.known() is before
    with bench.database.write("retention") as tx:
        tx.execute("DELETE FROM template WHERE twin_id = 'mei'")
    store.forget_destroyed()
    assert store._read is None
    assert store.known().gallery.twin_ids == ("nora",)


@pytest.mark.parametrize("change", ["json_remove(calibration, '$.own')", "json_set(calibration, '$.accept', 0.001)"])
def test_limits_of_other_rules_never_clear_and_are_replaced_at_the_next_start(bench: Bench, change: str) -> None:
    bench.ready(bench.store(), enrolled("nora", "mei"))
    right = bench.store().known().calibrations
    with bench.database.write("test") as tx:
        tx.execute(f"UPDATE calibration SET calibration = {change} WHERE twin_id = 'nora'")
    assert bench.store().known().calibrations.get("nora") != right["nora"]
    bench.ready(bench.store(), enrolled("nora", "mei"))
    assert bench.store().known().calibrations == right


@pytest.mark.parametrize("faces", [0, 2])
def test_a_reference_shows_exactly_one_face(bench: Bench, faces: int) -> None:
    bench.reader = Reader(faces)
    with pytest.raises(BadImage, match=f"shows {faces} faces"):
        bench.ready(bench.store(), enrolled("nora"))
    assert bench.database.rows("SELECT * FROM template") == []


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    file = tmp_path / "templates.npz"
    assert measure_beforehand(file, PACK, Reader(), place, pictures(enrolled("nora", "mei"))) == 8
    return file


def test_what_was_measured_beforehand_need_not_be_measured(bench: Bench, shipped: Path) -> None:
    store = bench.store()
    bench.ready(store, enrolled("nora", "mei"), shipped)
    assert bench.reader.looked == 0
    assert len(store.known().gallery.templates) == 16
    assert len(store.known().outlines) == 8


def test_another_packs_file_is_not_believed(bench: Bench, shipped: Path) -> None:
    bench.ready(bench.store(OTHER_PACK), enrolled("nora", "mei"), shipped)
    assert bench.reader.looked == 8


def test_a_reference_with_another_hash_is_measured_instead(bench: Bench, shipped: Path) -> None:
    first, *others = enrolled("nora", "mei")
    bench.ready(bench.store(), [Enrolled(first.reference_id, first.twin_id, "f" * 64), *others], shipped)
    assert bench.reader.looked == 1


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", None])
def test_a_damaged_or_missing_file_is_as_none(shipped: Path, content: bytes | None) -> None:
    hashes = {one.reference_id: one.sha256 for one in enrolled("nora")}
    assert len(read_shipped(shipped, PACK, hashes).outlines) == 4
    if content is None:
        shipped.unlink()
    else:
        shipped.write_bytes(content)
    assert read_shipped(shipped, PACK, hashes) == Shipped()
