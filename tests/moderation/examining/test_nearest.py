"""The quick search gives the answer of the plain one."""

import numpy as np
import pytest

from moderation.examining.nearest import NearestFace


@pytest.mark.parametrize("count", [1, 2, 17, 3_000])
def test_the_nearest_of_all_is_found(count: int) -> None:
    chance = np.random.default_rng(count)
    listed = chance.normal(0, 0.1, (count, 128)).astype(np.float32)
    ids = [f"p{index}" for index in range(count)]
    faces = NearestFace(ids, listed)
    for probe in chance.normal(0, 0.1, (50, 128)).astype(np.float32):
        plain = np.linalg.norm(listed.astype(np.float64) - probe, axis=1)
        distance, who = faces.to(probe)
        assert who == ids[plain.argmin()]
        assert distance == pytest.approx(plain.min(), abs=1e-9)


def test_faces_that_lie_closer_than_the_quick_search_can_tell_are_told_apart() -> None:
    base = np.full(128, 0.12, np.float32)
    listed = np.stack([base + np.float32(step * 1e-5) for step in (3, 1, 2, 5)])
    assert NearestFace(["c", "a", "b", "d"], listed).to(base)[1] == "a"


def test_the_same_face_is_at_no_distance() -> None:
    face = np.linspace(-1, 1, 128).astype(np.float32)
    assert NearestFace(["p"], face[None]).to(face) == (0.0, "p")


@pytest.mark.parametrize("listed", [np.full((1, 4), np.nan, np.float32), np.zeros((2, 4), np.float32), np.zeros(4, np.float32)])
def test_a_list_that_is_no_list_cannot_be_built(listed: np.ndarray) -> None:
    with pytest.raises(ValueError, match="one row of numbers"):
        NearestFace(["p"], listed)


def test_nothing_is_nearest_to_no_number_or_in_no_list() -> None:
    for faces, probe in (
        (NearestFace([], np.empty((0, 0))), np.zeros(4)),
        (NearestFace(["p"], np.ones((1, 4))), np.full(4, np.nan)),
    ):
        with pytest.raises(ValueError, match="nothing to compare"):
            faces.to(probe.astype(np.float32))


def test_a_weighed_list_is_searched_in_the_weighed_space_and_made_once_for_a_matrix() -> None:
    listed = np.array([[1, 0], [0, 2]], np.float32)
    faces, weights = NearestFace(["a", "b"], listed), np.diag([10.0, 0.1])
    assert faces.to(np.zeros(2, np.float32)) == (1.0, "a")
    assert faces.weighed(weights).to(np.zeros(2, np.float32)) == (pytest.approx(0.2), "b")
    assert faces.weighed(weights) is faces.weighed(weights)
    assert faces.weighed(weights.copy()) is not faces.weighed(weights)


def test_the_distance_to_one_person_is_told() -> None:
    faces = NearestFace(["a", "b"], np.array([[1, 0], [0, 2]], np.float32))
    assert faces.distance(np.zeros(2, np.float32), "b") == 2.0
    with pytest.raises(ValueError, match="not in"):
        faces.distance(np.zeros(2, np.float32), "c")
