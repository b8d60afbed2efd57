"""Atelier paints whom it learned, tells every step, can be stopped, and owes its picture to look and seed."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from tests.twin.painters.small import ASSETS, LOOK, small_folder
from twin.errors import LeaseLost, LookRefused, PainterUnavailable
from twin.looks.look import Lamp, Light, Look, Pose
from twin.orders.edit import Edit
from twin.painter import EDITED_PHOTOGRAPH, FULLY_GENERATED, PaintRequest, StepSeen
from twin.painters.atelier import AtelierPainter, told_by
from twin.plates.plate import develop, settle


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> AtelierPainter:
    return AtelierPainter(small_folder(tmp_path_factory.mktemp("atelier")), threads=1, steps=3, plates=ASSETS / "plates")


def ignore(_: StepSeen) -> None:
    """Watch nothing."""


def test_its_card_names_the_twins_and_the_weights(small: AtelierPainter, tmp_path: Path) -> None:
    assert small.card.twins == ("luca", "nora")
    assert small.card.paints("nora")
    assert not small.card.paints("amara")
    assert small.card.model_sha256 is not None
    empty = AtelierPainter(tmp_path).card
    assert empty.model_sha256 is None
    assert not empty.paints("nora")


def test_every_step_shows_a_small_picture(small: AtelierPainter) -> None:
    seen: list[StepSeen] = []
    painting = small.paint(PaintRequest("nora", LOOK, 7), seen.append)
    assert [(one.step, one.steps) for one in seen] == [(1, 3), (2, 3), (3, 3)]
    assert all(one.picture is not None and one.picture.shape == (160, 128, 3) for one in seen)
    assert painting.picture.shape == (640, 512, 3)
    assert painting.source_type == FULLY_GENERATED


def test_its_picture_is_its_negative_developed_in_any_look(small: AtelierPainter) -> None:
    painting = small.paint(PaintRequest("nora", LOOK, 7), ignore)
    assert painting.plate is not None
    assert np.array_equal(painting.picture, develop(painting.plate, LOOK))
    relit = replace(LOOK, light=Light(key=Lamp(0.2, 3000.0)), backdrop_colour="#102030")
    assert np.array_equal(small.paint(PaintRequest("nora", relit, 7), ignore).picture, develop(painting.plate, relit))
    assert np.array_equal(settle(painting.plate).lights, painting.plate.lights)


def test_a_part_of_its_own_picture_is_painted_anew_and_fits_all_else_stays(small: AtelierPainter, tmp_path: Path) -> None:
    folder = small_folder(tmp_path / "atelier")
    seeing = AtelierPainter(folder, threads=1, steps=3, plates=ASSETS / "plates", faces=lambda _: [(180.0, 150.0, 330.0, 320.0)])
    before = seeing.paint(PaintRequest("nora", LOOK, 7), ignore).picture
    other = replace(LOOK, garment_colour="#b3222d", backdrop_colour="#102030")
    mask = np.zeros((640, 512), np.bool_)
    mask[300:, 100:] = True
    edit = Edit(before, mask, FULLY_GENERATED)
    painting = seeing.paint(PaintRequest("nora", other, 7, edit=edit), ignore)
    whole = seeing.paint(PaintRequest("nora", other, 7), ignore).picture
    spared = edit.sparing([(180.0, 150.0, 330.0, 320.0)])
    assert spared.mask.sum() < mask.sum()
    assert np.array_equal(painting.picture, spared.composed(whole))
    assert np.array_equal(painting.picture[~spared.mask], before[~spared.mask])
    assert (painting.plate, painting.source_type, painting.recipe["edit"]) == (None, FULLY_GENERATED, edit.hashes)
    with pytest.raises(LookRefused, match="its own pictures alone"):
        seeing.paint(PaintRequest("nora", other, 7, edit=replace(edit, source_type=EDITED_PHOTOGRAPH)), ignore)
    with pytest.raises(LookRefused, match="its own pictures alone"):
        small.paint(PaintRequest("nora", other, 7, edit=edit), ignore)  # nothing here finds faces


def test_no_backdrop_shines_through_between_jaw_and_shoulders(small: AtelierPainter) -> None:
    worn = replace(LOOK, garment="male_casualsuit03")
    plate = small.paint(PaintRequest("luca", worn, 7), ignore).plate
    assert plate is not None
    closed = cv2.morphologyEx((plate.alpha > 0.5).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((9, 9)))
    inside = cv2.erode(closed, np.ones((15, 15))) > 0
    inside[:330] = False
    assert inside.sum() > 50_000
    assert plate.alpha[inside].min() > 0.98


def test_the_same_seed_is_equal_and_another_differs(small: AtelierPainter) -> None:
    first, again, other = (small.paint(PaintRequest("nora", LOOK, seed), ignore).picture for seed in (7, 7, 8))
    assert np.array_equal(first, again)
    assert np.abs(first.astype(int) - other).mean() > 0.1


def test_the_recipe_says_what_was_drawn(small: AtelierPainter) -> None:
    recipe = small.paint(PaintRequest("nora", LOOK, 7), ignore).recipe
    assert recipe["model_sha256"] == small.card.model_sha256
    assert (recipe["seed"], recipe["steps"], recipe["threads"], recipe["scheduler"]) == (7, 3, 1, "DDIMScheduler")
    assert set(recipe["drawn"]) == {"body", "gaze", "zoom", "shift_x", "shift_y"}


def test_a_lost_lease_stops_it_in_the_middle(small: AtelierPainter) -> None:
    seen: list[int] = []

    def on_step(one: StepSeen) -> None:
        seen.append(one.step)
        if one.step == 2:
            raise LeaseLost("Cancelled.")

    with pytest.raises(LeaseLost):
        small.paint(PaintRequest("nora", LOOK, 7), on_step)
    assert seen == [1, 2]


def test_what_the_look_leaves_open_comes_from_the_seed() -> None:
    told = [told_by(PaintRequest("nora", LOOK, seed), torch.Generator().manual_seed(seed)) for seed in range(20)]
    assert all(one.yaw + one.body == pytest.approx(LOOK.pose.yaw) for one in told)
    assert len({one.body for one in told}) == 20
    assert {one.gaze for one in told} == {1.0, 0.3}
    assert all(0 <= one.zoom <= 0.03 and abs(one.shift_x) <= one.zoom * 256 + 1e-6 for one in told)


def test_it_refuses_whom_and_what_it_never_saw(small: AtelierPainter, tmp_path: Path) -> None:
    with pytest.raises(PainterUnavailable, match="never learned amara"):
        small.paint(PaintRequest("amara", LOOK, 1), ignore)
    with pytest.raises(LookRefused, match="choose one of: female_casualsuit01"):
        small.paint(PaintRequest("nora", replace(LOOK, garment="male_casualsuit03"), 1), ignore)
    with pytest.raises(LookRefused, match="512 × 640"):
        small.paint(PaintRequest("nora", LOOK, 1, size=(640, 640)), ignore)
    with pytest.raises(PainterUnavailable, match="not in this installation"):
        AtelierPainter(tmp_path).paint(PaintRequest("nora", LOOK, 1), ignore)


def test_broken_weights_are_told_in_a_sentence(tmp_path: Path) -> None:
    folder = small_folder(tmp_path)
    next((folder / "unet").glob("*.safetensors")).write_bytes(b"broken")
    with pytest.raises(PainterUnavailable, match="cannot be read"):
        AtelierPainter(folder).paint(PaintRequest("nora", LOOK, 1), ignore)


def test_without_its_plates_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(PainterUnavailable, match="plates that Atelier leafs through"):
        AtelierPainter(small_folder(tmp_path / "atelier")).paint(PaintRequest("nora", LOOK, 1), ignore)


@pytest.mark.slow
def test_the_shipped_weights_paint_a_person_before_the_chosen_backdrop() -> None:
    painter = AtelierPainter(ASSETS / "atelier", threads=2)
    assert len(painter.card.twins or ()) == 8
    look = Look(Pose(yaw=-12.0, smile=0.3), Light(), "female_casualsuit01", "#2050a0", "#c8b090")
    painting = painter.paint(PaintRequest("nora", look, 11), ignore)
    assert painting.plate is not None
    covered = float(painting.plate.alpha.mean())
    assert 0.3 < covered < 0.8
    assert np.abs(painting.picture[8:40, 200:300].astype(int) - [0xC8, 0xB0, 0x90]).max() <= 10
    cloth = painting.picture[painting.plate.garment > 0.95].mean(0)
    assert painting.plate.garment.mean() > 0.1
    assert cloth[2] > 1.5 * cloth[0]
