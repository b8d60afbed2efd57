"""Pictures of the cast by chance: valid looks, every plate in turn, every twin painted."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from twin.errors import BadValue
from twin.looks.wardrobe import Wardrobe
from twin.painter import FULLY_GENERATED, Painting, PaintRequest, StepSeen
from twin.plates.plate import Plate, read_index, read_plate
from twin.plates.specimens import PURPOSES, Specimen, drawn_look, painted, rendered, write_pictures

ASSETS = Path(__file__).parents[3] / "assets"


class Canvas:
    """A painter that shows its seed, and leaves the negative that it is given."""

    def __init__(self, plate: Plate | None = None) -> None:
        self.asked: list[PaintRequest] = []
        self._plate = plate

    def paint(self, request: PaintRequest, _on_step: Callable[[StepSeen], None]) -> Painting:
        self.asked.append(request)
        return Painting(np.full((8, 8, 3), request.seed % 251, np.uint8), self._plate, {}, FULLY_GENERATED)


def test_looks_by_chance_are_looks_and_the_same_for_the_same_chance() -> None:
    drawn = [drawn_look("shirt", np.random.default_rng(seed)) for seed in range(200)]
    assert drawn[7] == drawn_look("shirt", np.random.default_rng(7))
    assert len({look.as_json() for look in drawn}) == 200
    assert {look.pose.yaw > 0 for look in drawn} == {True, False}


def test_a_plate_is_developed_in_as_many_looks_as_asked() -> None:
    line = read_index(ASSETS / "plates")[0]
    found = list(rendered(ASSETS / "plates", [line], 2, np.random.default_rng(1)))
    assert [one.name for one in found] == [f"{line['id']}@0", f"{line['id']}@1"]
    assert {one.twin_id for one in found} == {line["twin"]}
    assert found[0].picture.shape == (640, 512, 3)
    assert (found[0].picture != found[1].picture).any()


def test_every_twin_is_painted_in_her_own_garments() -> None:
    wardrobe, painter = Wardrobe.read(ASSETS / "wardrobe.json"), Canvas()
    found = list(painted(painter, wardrobe, ["nora", "luca"], 3, np.random.default_rng(1)))  # type: ignore[arg-type]
    assert [one.twin_id for one in found] == ["nora", "luca"] * 3
    assert len({one.name for one in found}) == 6
    for request in painter.asked:
        wardrobe.check(request.twin_id, request.look)


def test_one_negative_is_developed_in_several_lights_and_only_where_there_is_one() -> None:
    wardrobe = Wardrobe.read(ASSETS / "wardrobe.json")
    plate = read_plate(ASSETS / "plates", read_index(ASSETS / "plates")[0])
    found = list(painted(Canvas(plate), wardrobe, ["nora"], 1, np.random.default_rng(1), developed=3))  # type: ignore[arg-type]
    assert [one.name for one in found] == ["nora-painted-0@0", "nora-painted-0@1", "nora-painted-0@2"]
    assert (found[1].picture != found[2].picture).any()
    with pytest.raises(BadValue, match="no negative"):
        list(painted(Canvas(), wardrobe, ["nora"], 1, np.random.default_rng(1), developed=2))  # type: ignore[arg-type]


def test_no_plate_and_no_seed_serves_two_purposes() -> None:
    splits = [split for purpose in PURPOSES.values() for split in purpose.plates]
    assert sorted(splits) == sorted({line["split"] for line in read_index(ASSETS / "plates")})
    assert len({purpose.seed for purpose in PURPOSES.values()}) == len(PURPOSES)
    assert [name for name, purpose in PURPOSES.items() if purpose.references] == ["limits"]


def test_pictures_are_written_under_their_names_and_counted(tmp_path: Path) -> None:
    picture = np.full((8, 6, 3), 77, np.uint8)
    said = write_pictures(
        tmp_path / "new", [Specimen("one", "nora", "rendered", picture), Specimen("two", "mei", "painted", picture)]
    )
    assert said.startswith("2 pictures")
    with Image.open(tmp_path / "new" / "two.png") as written:
        assert np.array_equal(np.asarray(written), picture)
    (tmp_path / "file").touch()
    with pytest.raises(BadValue, match="cannot be written"):
        write_pictures(tmp_path / "file", [])
