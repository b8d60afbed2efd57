"""A download goes on where it broke off, and what is not the file that was expected does not stay."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from moderation.errors import PackRefused
from moderation.faces.catalogue import SourceFile
from moderation.faces.fetch import ATTEMPTS, Fetched, careful_client, fetch
from tests.moderation.faces.warehouse import Warehouse, opened

MODEL = bytes(range(256)) * 4000
SHA256 = hashlib.sha256(MODEL).hexdigest()


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    with opened(Warehouse(files={"/model.onnx": MODEL})) as one:
        yield one


def fetched(
    warehouse: Warehouse, folder: Path, *, path: str = "/model.onnx", expected: str | None = SHA256, size: int | None = len(MODEL)
) -> Fetched:
    known = "a test" if expected else None
    source = SourceFile("model.onnx", warehouse.address + path, expected, size, known)
    with careful_client() as client:
        return fetch(source, expected, folder, client, lambda *_: None)


def test_a_file_arrives_under_its_name_and_nothing_stays_beside_it(warehouse: Warehouse, tmp_path: Path) -> None:
    found = fetched(warehouse, tmp_path)
    assert (found.path.read_bytes(), found.sha256, found.bytes) == (MODEL, SHA256, len(MODEL))
    assert [path.name for path in tmp_path.iterdir()] == ["model.onnx"]


@pytest.mark.parametrize("size", [len(MODEL), None])
def test_a_connection_that_drops_halfway_is_taken_up_where_it_dropped(
    warehouse: Warehouse, tmp_path: Path, size: int | None
) -> None:
    warehouse.breaks_after = [len(MODEL) // 2, 1000]
    assert fetched(warehouse, tmp_path, size=size).sha256 == SHA256
    half = len(MODEL) // 2
    assert warehouse.asked == [None, f"bytes={half}-", f"bytes={half + 1000}-"]


def test_a_later_call_takes_up_what_an_earlier_one_left(warehouse: Warehouse, tmp_path: Path) -> None:
    (tmp_path / "model.onnx.part").write_bytes(MODEL[:5000])
    assert fetched(warehouse, tmp_path).sha256 == SHA256
    assert warehouse.asked == ["bytes=5000-"]


def test_a_server_without_ranges_begins_again(warehouse: Warehouse, tmp_path: Path) -> None:
    warehouse.knows_ranges, warehouse.breaks_after = False, [7000]
    assert fetched(warehouse, tmp_path).sha256 == SHA256
    assert warehouse.asked == [None, "bytes=7000-"]


def test_what_was_left_of_another_file_is_thrown_away_and_fetched_anew(warehouse: Warehouse, tmp_path: Path) -> None:
    (tmp_path / "model.onnx.part").write_bytes(MODEL + b"more")
    assert fetched(warehouse, tmp_path, size=None).sha256 == SHA256


def test_a_server_that_never_gets_further_is_given_up_and_the_rest_is_kept(warehouse: Warehouse, tmp_path: Path) -> None:
    warehouse.breaks_after = [9000, *([0] * ATTEMPTS)]
    with pytest.raises(PackRefused, match="pull again to go on"):
        fetched(warehouse, tmp_path)
    assert len(warehouse.asked) == ATTEMPTS + 1
    assert (tmp_path / "model.onnx.part").stat().st_size == 9000
    assert fetched(warehouse, tmp_path).sha256 == SHA256


def test_a_busy_server_is_asked_again_and_a_missing_file_is_not(warehouse: Warehouse, tmp_path: Path) -> None:
    warehouse.errors = [503, 500]
    assert fetched(warehouse, tmp_path).sha256 == SHA256
    with pytest.raises(PackRefused, match="answered 404"):
        fetched(warehouse, tmp_path, path="/other.onnx")


def test_a_part_that_begins_elsewhere_is_not_appended(warehouse: Warehouse, tmp_path: Path) -> None:
    warehouse.breaks_after, warehouse.starts_elsewhere = [4000], True
    with pytest.raises(PackRefused, match="another part than was asked for"):
        fetched(warehouse, tmp_path)


@pytest.mark.parametrize(
    ("sent", "expected", "size", "sentence"),
    [
        (MODEL[:-1] + b"x", SHA256, len(MODEL), "not the file that was expected"),
        (MODEL + b"x", SHA256, len(MODEL), "longer than the"),
        (MODEL[:-1], None, len(MODEL) - 2, "longer than the"),
    ],
)
def test_another_file_is_thrown_away(
    warehouse: Warehouse, tmp_path: Path, sent: bytes, expected: str | None, size: int, sentence: str
) -> None:
    warehouse.files["/model.onnx"] = sent
    with pytest.raises(PackRefused, match=sentence):
        fetched(warehouse, tmp_path, expected=expected, size=size)
    assert list(tmp_path.iterdir()) == []


def test_a_shorter_file_than_told_is_no_file(warehouse: Warehouse, tmp_path: Path) -> None:
    warehouse.files["/model.onnx"] = MODEL[:-10]
    with pytest.raises(PackRefused, match=r"model\.onnx could not be fetched"):
        fetched(warehouse, tmp_path)
    assert not (tmp_path / "model.onnx").exists()


@pytest.mark.parametrize("url", ["http://example.org/model.onnx", "ftp://127.0.0.1/model.onnx", "file:///etc/passwd"])
def test_an_address_that_anybody_on_the_way_could_change_is_refused(url: str) -> None:
    with pytest.raises(PackRefused, match="over https"):
        SourceFile("model.onnx", url, None, None, None)


def test_a_way_round_over_an_open_line_is_refused(warehouse: Warehouse, tmp_path: Path) -> None:
    there = warehouse.address.replace("127.0.0.1", "127.0.0.2") + "/model.onnx"
    warehouse.moved_to = {"/away": there, "/round": "/model.onnx"}
    with pytest.raises(PackRefused, match="over https"):
        fetched(warehouse, tmp_path, path="/away")
    assert fetched(warehouse, tmp_path, path="/round").sha256 == SHA256
