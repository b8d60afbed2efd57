"""A head that turns keeps its mouth: insightface's points follow dlib's as a turned head of mean shape shows them."""

import numpy as np
import pytest

from moderation.faces.anatomy import SEEN, WANTED, dlib_points, five_points


def turned(yaw: float, pitch: float, roll: float) -> np.ndarray:
    a, b, c = np.radians([yaw, pitch, roll])
    about = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    nod = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    tilt = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    return (tilt @ nod @ about)[:2]


@pytest.mark.parametrize("pose", [(0, 0, 0), (30, 0, 0), (-38, 5, 0), (15, -9, 12), (0, 11, -20)])
def test_a_turned_head_of_mean_shape_is_found_exactly(pose: tuple[float, float, float]) -> None:
    camera, shift = 140 * turned(*pose), np.array([200.0, 150.0])
    found = five_points((SEEN @ camera.T + shift).astype(np.float32))
    assert np.allclose(found, WANTED @ camera.T + shift, atol=0.2)
    assert np.allclose(dlib_points((WANTED @ camera.T + shift).astype(np.float32)), SEEN @ camera.T + shift, atol=0.2)


def test_eyes_are_left_to_right_above_nose_and_mouth() -> None:
    left, right, nose, mouth_left, mouth_right = five_points((SEEN[:, :2] * 100 + 200).astype(np.float32))
    assert left[0] < nose[0] < right[0]
    assert mouth_left[0] < nose[0] < mouth_right[0]
    assert left[1] < nose[1] < mouth_left[1]
