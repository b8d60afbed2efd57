"""The square around a face and its outline follow from the five points alone."""

import numpy as np
import pytest

from moderation.faces.chip import MEAN_FACE
from moderation.safeguards.head import CENTRE, MARGIN, OUTLINE, Square, outline, square_around, taken

UPRIGHT = (np.array(MEAN_FACE) * 100 + (30, 50)).astype(np.float32)


def test_the_square_of_the_mean_face_has_its_margin_and_its_centre() -> None:
    square = square_around(UPRIGHT)
    assert square.side == pytest.approx(100 * MARGIN, abs=1e-3)
    assert square.left + square.side / 2 == pytest.approx(30 + 100 * CENTRE[0], abs=1e-3)
    assert square.top + square.side / 2 == pytest.approx(50 + 100 * CENTRE[1], abs=1e-3)


def test_a_turned_picture_has_a_square_of_the_same_size_that_is_not_turned() -> None:
    turned = UPRIGHT @ np.array([[0.0, 1.0], [-1.0, 0.0]], np.float32)
    square = square_around(turned)
    assert square.side == pytest.approx(100 * MARGIN, abs=1e-3)
    assert square.box[2] - square.box[0] == pytest.approx(square.box[3] - square.box[1])


@pytest.mark.parametrize("square", [(0.0, 0.0, 0.0), (float("nan"), 0.0, 9.0)])
def test_a_square_has_an_inside(square: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="square"):
        Square(*square)


def test_what_is_taken_is_the_square_itself() -> None:
    y, x = np.mgrid[0:60, 0:80]
    picture = np.stack([x, y, x + y], axis=2).astype(np.uint8)
    assert np.array_equal(taken(picture, Square(10, 20, 32), 32), picture[20:52, 10:42])
    halved = taken(picture, Square(10, 20, 32), 8).astype(float)
    assert halved[0, 0] == pytest.approx([11.5, 21.5, 33.0], abs=1.0)
    assert halved[-1, -1] == pytest.approx([39.5, 49.5, 89.0], abs=1.0)


def test_beyond_the_picture_its_edge_goes_on() -> None:
    picture = np.zeros((20, 20, 3), np.uint8)
    picture[:, 0] = 200
    assert (taken(picture, Square(-10, 0, 20), 20)[:, :10] == 200).all()


def test_the_outline_of_the_mean_face_is_as_drawn_and_draws_in_where_the_nose_points() -> None:
    assert outline(UPRIGHT) == pytest.approx(np.array(OUTLINE) * 100 + (30, 50), abs=1e-3)
    looking_right = UPRIGHT.copy()
    looking_right[4, 0] += 8
    straight, turned = outline(UPRIGHT), outline(looking_right)
    assert turned[:, 0].max() < straight[:, 0].max() - 10
    assert turned[:, 0].min() < straight[:, 0].min()
