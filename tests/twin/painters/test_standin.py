"""A stand-in stands where the renderer put the person."""

from dataclasses import replace

import numpy as np
import pytest

from tests.twin.painters.small import ASSETS
from twin.errors import NotFound
from twin.painters.album import LARGE, STAND_INS
from twin.painters.conditions import Told
from twin.painters.raster import shown
from twin.painters.standin import EYE, GARMENT, SKIN, StandIns
from twin.plates.plate import read_index, read_layers

PLATES = ASSETS / "plates"
STANDING = StandIns(PLATES / STAND_INS)
NORA = Told("nora", "female_casualsuit01")
CAST = ("nora", "amara", "mei", "ines", "luca", "kofi", "haru", "viktor")


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    return float((one & other).sum() / (one | other).sum())


@pytest.mark.parametrize("twin", CAST)
def test_eyes_lie_where_a_held_out_plate_shows_them(twin: str) -> None:
    line = next(
        line for line in read_index(PLATES) if line["twin"] == twin and line["split"] == "held out" and line["size"] == LARGE
    )
    stance = STANDING.stance(Told.of_line(line))
    face = shown(stance).face
    part = np.where(face >= 0, stance.parts[np.maximum(face, 0)], -1)
    _, covers = read_layers(PLATES, line["id"])
    assert overlap(part == EYE, covers["eye"] > 0.5) > 0.85
    bare = covers["hair"] < 0.05
    assert overlap((part == GARMENT) & bare, (covers["garment"] > 0.5) & bare) > 0.95


def test_a_smile_moves_the_mouth_and_no_garment() -> None:
    straight, smiling = STANDING.stance(NORA), STANDING.stance(replace(NORA, smile=0.6))
    moved = np.abs(smiling.corners - straight.corners).max(1)
    assert moved[straight.faces[straight.parts == SKIN]].max() > 4
    assert moved[straight.faces[straight.parts == GARMENT]].max() < 0.5


def test_a_glance_turns_the_eyes_alone() -> None:
    turned = replace(NORA, yaw=20.0)
    at_camera, ahead = STANDING.stance(turned), STANDING.stance(replace(turned, gaze=0.0))
    moved = np.abs(at_camera.corners - ahead.corners).max(1)
    assert moved[at_camera.faces[at_camera.parts == EYE]].max() > 2
    assert moved[at_camera.faces[at_camera.parts == SKIN]].max() < 1e-3


def test_a_crop_enlarges_about_the_middle_and_shifts() -> None:
    whole, crop = STANDING.stance(NORA), STANDING.stance(replace(NORA, zoom=0.05, shift_x=3.0, shift_y=-2.0))
    assert np.allclose(crop.corners, (whole.corners - [256, 320]) * 1.05 + [259, 318], atol=1e-2)


def test_the_key_gives_more_to_the_side_it_stands_on() -> None:
    stance = STANDING.stance(NORA)
    face = stance.faces[(stance.parts == SKIN)]
    middle = stance.corners[face].mean(1)
    cheeks = (middle[:, 1] > 230) & (middle[:, 1] < 280) & (stance.depth[face].mean(1) < np.median(stance.depth[face]))
    key = stance.light[face].mean(1)[:, 0]
    assert key[cheeks & (middle[:, 0] < 230)].mean() > 1.1 * key[cheeks & (middle[:, 0] > 282)].mean()


def test_nobody_stands_in_for_a_stranger_or_in_a_garment_never_cut() -> None:
    for told in (replace(NORA, twin="nobody"), replace(NORA, garment="tuxedo")):
        with pytest.raises(NotFound, match="no stand-in"):
            STANDING.stance(told)
