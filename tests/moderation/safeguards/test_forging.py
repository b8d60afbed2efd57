"""Forgeries put another face within the outline and leave the rest of the picture alone."""

import numpy as np
import pytest

from moderation.faces.chip import MEAN_FACE
from moderation.safeguards.forging import FORGERIES, recoloured_like, triangles
from moderation.safeguards.head import outline

POINTS = (np.array(MEAN_FACE) * 60 + (70, 60)).astype(np.float32)
OTHERS = (np.array(MEAN_FACE) * 50 + (60, 70)).astype(np.float32)


def noisy(level: int, seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).integers(-9, 10, (200, 200, 3))
    return np.clip(np.full((200, 200, 3), level) + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("name", list(FORGERIES))
def test_a_forgery_changes_the_face_and_not_its_surroundings(name: str) -> None:
    picture, other = noisy(90, 1), noisy(180, 2)
    forged = FORGERIES[name][0](picture, POINTS, other, OTHERS)
    assert (forged.shape, forged.dtype) == (picture.shape, np.uint8)
    middle = outline(POINTS).mean(axis=0).round().astype(int)
    inside = np.abs(forged.astype(int) - picture)[middle[1] - 10 : middle[1] + 10, middle[0] - 10 : middle[0] + 10]
    assert inside.mean() > 3
    # A pyramid's coarsest octave reaches farthest and leaves a breath even at the border.
    assert np.abs(forged.astype(int) - picture)[:12].mean() < 2
    assert np.abs(forged.astype(int) - picture)[:, :12].mean() < 2


def test_what_is_pasted_comes_to_lie_on_the_old_face() -> None:
    other = np.full((200, 200, 3), 120, np.uint8)
    x, y = OTHERS[4].round().astype(int)
    other[y - 3 : y + 4, x - 3 : x + 4] = 255
    for name in ("affine paste", "warped paste in matched colours"):
        forged = FORGERIES[name][0](np.full((200, 200, 3), 120, np.uint8), POINTS, other, OTHERS).astype(int).sum(axis=2)
        bright = np.argwhere(forged > 1.01 * np.median(forged) + 6)
        assert bright.mean(axis=0)[::-1] == pytest.approx(POINTS[4], abs=2.0), name


def test_triangles_cover_the_hull_of_their_points_once() -> None:
    square = np.array([[0, 0], [40, 0], [40, 30], [0, 30], [20, 15]], np.float64)
    found = triangles(square)
    assert len(found) == 4
    areas = []
    for a, b, c in (square[corners] for corners in found):
        (ux, uy), (vx, vy) = b - a, c - a
        areas.append(abs(ux * vy - uy * vx) / 2)
    assert sum(areas) == pytest.approx(1200)


def test_colours_come_to_be_the_models() -> None:
    where = np.ones((200, 200), np.float32)
    moved = recoloured_like(noisy(60, 3), noisy(200, 4), where)
    assert moved.mean() == pytest.approx(200, abs=2)
