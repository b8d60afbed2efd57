import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from tests.twin.cast import ASSETS, CAST
from twin.errors import BadValue, NotFound
from twin.plates.plate import read_index
from twin.plates.reference import PHOTOGRAPHED, Reference, plate_references

FOLDER = ASSETS / "references"
KEPT = Reference("a_1", "nora", "a_1.jpg", hashlib.sha256(b"picture").hexdigest(), PHOTOGRAPHED, "{}")


def test_each_of_the_cast_has_at_least_eight_references_whose_bytes_are_as_enrolled() -> None:
    references = plate_references(FOLDER, read_index(FOLDER))
    assert len({reference.sha256 for reference in references}) == len(references)
    for twin_id in CAST:
        hers = [reference for reference in references if reference.twin_id == twin_id]
        assert len(hers) >= 8
        assert len({reference.pose for reference in hers}) == len(hers)
    for reference in references:
        reference.check(FOLDER)


def test_an_altered_or_missing_reference_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / KEPT.file
    file.write_bytes(b"picture")
    KEPT.check(tmp_path)
    file.write_bytes(b"Picture")
    with pytest.raises(BadValue, match="altered"):
        KEPT.check(tmp_path)
    file.unlink()
    with pytest.raises(NotFound):
        KEPT.check(tmp_path)


@pytest.mark.parametrize(
    "changes",
    [
        {"file": "../a.jpg"},
        {"file": "/etc/passwd"},
        {"file": ".hidden"},
        {"sha256": "00"},
        {"source": "drawn"},
        {"pose": "[]"},
        {"pose": "{"},
    ],
)
def test_a_reference_that_leaves_its_folder_or_lacks_its_facts_cannot_be_built(changes: dict[str, str]) -> None:
    with pytest.raises(BadValue):
        replace(KEPT, **changes)
