"""Scenes tell the truth about the faces in them, and the same chance draws the same scene."""

import numpy as np
import pytest

from moderation.faces.teaching.lesson import BASES, FITTING, anchors, targets
from moderation.faces.teaching.scenes import HIDDEN, SIDE, SMALLEST, Scene, scene
from moderation.faces.teaching.teacher import mirrored
from tests.moderation.faces.teaching.drawn import drawn_sitter


@pytest.fixture(scope="module")
def scenes() -> list[Scene]:
    return [scene([drawn_sitter()], np.random.default_rng(seed)) for seed in range(60)]


def test_the_same_chance_draws_the_same_scene() -> None:
    one, other = (scene([drawn_sitter()], np.random.default_rng(8)) for _ in range(2))
    assert (one.picture == other.picture).all()
    assert np.array_equal(one.boxes, other.boxes)


def test_taught_faces_are_mostly_inside_and_their_points_lie_in_their_boxes(scenes: list[Scene]) -> None:
    assert sum(len(one.boxes) for one in scenes) > 40
    assert any(not one.boxes for one in scenes), "some places show nobody"
    for one in scenes:
        assert one.picture.shape == (SIDE, SIDE, 3)
        assert one.picture.dtype == np.uint8
        for box, points in zip(one.boxes, one.points, strict=True):
            inside = np.clip(box, 0, SIDE)
            assert np.prod(inside[2:] - inside[:2]) >= (1 - HIDDEN) * np.prod(box[2:] - box[:2]) - 1e-3
            assert box[2] - box[0] >= SMALLEST - 3
            assert (points > box[:2] - 0.2 * (box[2] - box[0])).all()
            assert (points < box[2:] + 0.2 * (box[2] - box[0])).all()


def test_a_mirrored_face_keeps_left_to_the_left() -> None:
    sitter = drawn_sitter()
    box, points = mirrored(sitter.box, sitter.points, 160)
    assert points[0, 0] < points[1, 0]
    assert points[3, 0] < points[4, 0]
    again = mirrored(box, points, 160)
    assert np.allclose(again[0], sitter.box)
    assert np.allclose(again[1], sitter.points)


@pytest.mark.parametrize("side", [16.0, 50.0, 130.0, 300.0])
def test_a_face_is_taught_to_anchors_of_its_size_about_its_middle(side: float) -> None:
    middle = np.array([150.0, 170.0])
    box = np.concatenate([middle - side / 2, middle + side / 2]).astype(np.float32)
    made = Scene(np.zeros((SIDE, SIDE, 3), np.uint8), [box], [np.zeros((5, 2), np.float32)])
    centre, stride, base = anchors()
    standing, boxes, _ = targets(made, centre, stride, base)
    taught = standing == 1
    assert taught.any()
    assert (boxes[taught].numpy() == box).all()
    ratio = np.maximum(side / base[taught].numpy(), base[taught].numpy() / side)
    assert ratio.max() <= FITTING
    assert len(centre) == sum(2 * (SIDE // one) ** 2 for one in (8, 16, 32))
    assert {float(one) for pair in BASES for one in pair} == set(base.tolist())


def test_about_a_hidden_face_nothing_is_taught() -> None:
    made = Scene(np.zeros((SIDE, SIDE, 3), np.uint8), untaught=[np.array([100, 100, 200, 200], np.float32)])
    centre, stride, base = anchors()
    standing, _, _ = targets(made, centre, stride, base)
    inside = ((centre >= 100) & (centre <= 200)).all(dim=1)
    assert (standing[inside] == -1).all()
    assert (standing[~inside] == 0).all()
