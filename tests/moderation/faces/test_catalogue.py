"""The catalogue that is shipped: every hash says who read it, every licence is told, nothing holds that cannot."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from moderation.errors import PackRefused
from moderation.faces.catalogue import Catalogue, Entry, Origin, SourceFile, Task
from moderation.faces.cc0 import DETECTOR, SOURCES
from moderation.faces.conversions import CONVERSIONS, MEMBER

ROOT = Path(__file__).parents[3]
SHIPPED = Catalogue.read(ROOT / "assets" / "packs.json")
FILES = [(entry, source) for entry in SHIPPED.entries for source in entry.sources]


def test_the_packs_are_those_that_were_promised() -> None:
    names = {entry.name for entry in SHIPPED.entries}
    promised = {
        "cc0-dlib",
        "yunet-sface",
        "yunet-auraface",
        "buffalo-l",
        "mesonet",
        "deep-fake-detector-v2",
        "community-forensics",
    }
    assert promised <= names


@pytest.mark.parametrize(("entry", "source"), FILES, ids=lambda one: getattr(one, "name", getattr(one, "file", "")))
def test_a_hash_says_where_it_was_read_and_the_rest_is_null(entry: Entry, source: SourceFile) -> None:
    if source.sha256 is None:
        assert source.hash_from is None
        assert entry.unread
        return
    assert source.hash_from
    told = re.findall(r"[\w/]+\.py|assets/[\w./-]+", source.hash_from)
    assert all((ROOT / name).is_file() for name in told)
    assert told or "github.com/" in source.hash_from or "design note" in source.hash_from


def test_the_hashes_of_the_default_pack_are_those_it_is_converted_from() -> None:
    assert {source.file: source.sha256 for source in SHIPPED.entry("cc0-dlib").sources} == dict([*SOURCES.values(), DETECTOR])


def test_only_the_gated_pack_forbids_commerce_and_no_reader_detects_anything() -> None:
    assert [entry.name for entry in SHIPPED.entries if not entry.commercial] == ["buffalo-l"]
    assert {entry.detects for entry in SHIPPED.entries if entry.answers is Task.FACES} == {None}


def test_every_download_has_an_address_and_a_conversion_that_exists() -> None:
    for entry in (one for one in SHIPPED.entries if one.origin is Origin.DOWNLOAD):
        assert all(source.url for source in entry.sources)
        assert all(model.made in CONVERSIONS or model.made.startswith(MEMBER) for model in entry.models)


def written(tmp_path: Path, **changes: object) -> Path:
    (entry,) = (one for one in json.loads((ROOT / "assets" / "packs.json").read_text()) if one["name"] == "mesonet")
    file = tmp_path / "packs.json"
    file.write_text(json.dumps([{**entry, **changes}]))
    return file


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": "../mesonet"}, "plain name"),
        ({"licence": ""}, "a licence"),
        ({"detects": None}, "what it detects"),
        ({"detects": "lies"}, "what it detects"),
        ({"origin": "by post"}, "cannot be read"),
        ({"models": []}, "does not use"),
        ({"surprise": 1}, "cannot be read"),
    ],
)
def test_an_entry_that_does_not_hold_together_is_refused(tmp_path: Path, changes: dict[str, object], sentence: str) -> None:
    assert Catalogue.read(written(tmp_path)).entries
    with pytest.raises(PackRefused, match=sentence):
        Catalogue.read(written(tmp_path, **changes))


@pytest.mark.parametrize(
    ("file", "sha256", "size", "hash_from", "sentence"),
    [
        ("../up.onnx", None, None, None, "plain name"),
        ("a.onnx", "abc", 1, "here", "no SHA-256"),
        ("a.onnx", "a" * 64, 1, None, "known together"),
        ("a.onnx", None, 1, "from memory", "known together"),
        ("a.onnx", None, 0, None, "at least one byte"),
    ],
)
def test_a_file_that_cannot_be_checked_is_refused(
    file: str, sha256: str | None, size: int | None, hash_from: str | None, sentence: str
) -> None:
    with pytest.raises(PackRefused, match=sentence):
        SourceFile(file, None, sha256, size, hash_from)


def test_what_is_shipped_lies_among_the_assets_with_the_hash_that_is_told() -> None:
    for entry in (one for one in SHIPPED.entries if one.origin is Origin.SHIPPED):
        for source in entry.sources:
            content = (ROOT / "assets" / entry.name / source.file).read_bytes()
            assert (hashlib.sha256(content).hexdigest(), len(content)) == (source.sha256, source.bytes)
