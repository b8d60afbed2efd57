"""The album gives the nearest plate of the right person, carried over to the asked pose."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.twin.painters.small import ASSETS
from twin.painters.album import Album, distance
from twin.painters.codec import planes_of_layers
from twin.painters.conditions import Told
from twin.plates.plate import read_index, read_layers

PLATES = ASSETS / "plates"
LINES = [line for line in read_index(PLATES) if line["size"] == "512x640"]


@pytest.fixture(scope="module")
def album() -> Album:
    return Album(PLATES, remembered=4)


def wrong(one: torch.Tensor, other: torch.Tensor) -> float:
    """Mean squared error of the four lights' brightness about the face."""
    return float((one[0:12:3, 100:420, 120:392] - other[0:12:3, 100:420, 120:392]).square().mean())


def test_a_plate_is_its_own_nearest_unless_it_is_left_out(album: Album) -> None:
    line = next(line for line in LINES if line["split"] == "train")
    told = Told.of_line(line)
    assert album.nearest(told, 1)[0]["id"] == line["id"]
    others = album.nearest(told, 3, but=line["id"])
    assert line["id"] not in {other["id"] for other in others}
    assert {other["twin"] for other in others} == {line["twin"]}
    gaps = [distance(told, Told.of_line(other)) for other in others]
    assert gaps == sorted(gaps)


def test_what_is_held_out_is_never_leafed_through(album: Album) -> None:
    held = next(line for line in LINES if line["split"] == "held out")
    assert held["id"] not in {line["id"] for line in album.nearest(Told.of_line(held), 99)}


def test_carried_to_its_own_pose_a_plate_stays_as_it_is(album: Album) -> None:
    line = next(line for line in LINES if line["split"] == "train")
    base, itself = album.base(Told.of_line(line)), album._read(line["id"]).planes
    assert wrong(base, itself) < 1e-4


UNSEEN = [line for line in LINES if line["split"] == "held out" and line["id"].split("_")[1].startswith("l")]


@pytest.mark.parametrize("line", UNSEEN, ids=lambda line: line["id"])
def test_carried_over_plates_are_nearer_to_a_pose_never_seen_than_the_nearest_of_them(album: Album, line: dict[str, Any]) -> None:
    told, near = Told.of_line(line), album.nearest(Told.of_line(line), 1)[0]
    lights, covers = read_layers(PLATES, line["id"])
    there = planes_of_layers(lights, np.stack([covers["alpha"], covers["garment"]]))
    assert wrong(album.base(told), there) < 0.6 * wrong(album._read(near["id"]).planes, there)


def test_a_plate_left_out_gives_nothing(album: Album) -> None:
    line = next(line for line in LINES if line["split"] == "train")
    told = Told.of_line(line)
    assert album.chosen(told)[0]["id"] == line["id"]
    assert line["id"] not in {other["id"] for other in album.chosen(told, {line["id"]})}
    assert wrong(album.base(told, {line["id"]}), album._read(line["id"]).planes) > 1e-5


def test_a_stranger_has_no_plates(album: Album) -> None:
    with pytest.raises(ValueError, match="no plate of nobody"):
        album.nearest(replace(Told.of_line(LINES[0]), twin="nobody"), 1)


def test_a_folder_without_an_index_is_no_album(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"plates\.jsonl"):
        Album(tmp_path)


def test_another_garment_comes_with_its_shoulders_not_with_the_head(album: Album) -> None:
    line = next(line for line in LINES if line["split"] == "train" and line["twin"] == "luca")
    other = next(one for one in LINES if one["twin"] == "luca" and one["garment"] != line["garment"])
    told = replace(Told.of_line(line), garment=other["garment"])
    base, itself = album.bases([told])[0], album._read(line["id"]).planes
    assert wrong(base[:, :360], itself[:, :360]) < 1e-3
    assert float((base[13, 400:] - itself[13, 400:]).square().mean()) > 1e-3


def test_a_garment_she_was_never_seen_in_has_no_shoulders(album: Album) -> None:
    with pytest.raises(ValueError, match="no plate of nora in male_casualsuit03"):
        album.chosen(replace(Told.of_line(LINES[0]), twin="nora", garment="male_casualsuit03"))
