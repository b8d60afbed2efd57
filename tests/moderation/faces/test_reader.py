"""Faces are read as dlib reads them; the expected figures were taken with dlib 20.0.1 on the group photograph of insightface."""

import numpy as np
import pytest
from insightface.data import get_image

from moderation.faces.chip import Shake, crops, similarity
from moderation.faces.detector import Box, kept, overlap
from moderation.faces.pack import Pack
from moderation.faces.reader import Face, FaceReader
from moderation.faces.session import open_session

BOXES = [
    (436, 275, 572, 411),
    (904, 69, 1018, 183),
    (52, 265, 166, 379),
    (720, 357, 834, 471),
    (1112, 276, 1225, 390),
    (264, 158, 359, 253),
]
POINTS = [
    [(549, 335), (531, 331), (484, 317), (501, 323), (507, 372)],
    [(958, 115), (943, 118), (914, 121), (924, 121), (929, 156)],
    [(138, 306), (121, 313), (78, 334), (95, 325), (123, 348)],
    [(810, 404), (794, 403), (754, 396), (769, 400), (775, 439)],
    [(1202, 324), (1185, 325), (1141, 328), (1157, 327), (1168, 357)],
    [(327, 191), (315, 199), (288, 216), (298, 210), (311, 234)],
]
DESCRIPTORS_BEGIN = [
    (0.038, 0.145, 0.065, 0.065),
    (-0.166, 0.188, 0.085, -0.055),
    (-0.069, 0.072, 0.096, -0.124),
    (-0.18, 0.164, 0.112, -0.047),
    (-0.128, 0.139, 0.098, -0.164),
    (-0.143, 0.071, 0.075, -0.128),
]


@pytest.fixture(scope="module")
def group() -> np.ndarray:
    return np.ascontiguousarray(get_image("t1")[..., ::-1])


@pytest.fixture(scope="module")
def faces(face_reader: FaceReader, group: np.ndarray) -> tuple[Face, ...]:
    return face_reader.read(group)


def test_every_face_of_a_group_is_found_where_dlib_finds_it(faces: tuple[Face, ...]) -> None:
    assert len(faces) == len(BOXES)
    for expected in BOXES:
        place = Box(*map(float, expected), score=1.0)
        assert max(overlap(Box(*face.box, score=1.0), place) for face in faces) > 0.7
    assert [face.side for face in faces] == pytest.approx(sorted((face.side for face in faces), reverse=True))
    assert all(0.9 < face.score < 1.2 for face in faces)


def test_the_five_points_are_those_of_dlib_to_the_pixel(cc0_pack: Pack, group: np.ndarray) -> None:
    file = cc0_pack.file("landmarks_5")
    grey = (group.sum(axis=2, dtype=np.uint16) // 3).astype(np.float32)
    found = open_session(file.path, file.sha256, 1).run(None, {"grey": grey, "boxes": np.array(BOXES, np.float32)})[0]
    assert (np.floor(found + 0.5) == POINTS).all()


def test_a_face_half_outside_the_picture_has_points_all_the_same(cc0_pack: Pack, group: np.ndarray) -> None:
    file = cc0_pack.file("landmarks_5")
    grey = (group[:, :520].sum(axis=2, dtype=np.uint16) // 3).astype(np.float32)
    found = open_session(file.path, file.sha256, 1).run(None, {"grey": grey, "boxes": np.array(BOXES[:1], np.float32)})[0]
    assert (found[0] > (436, 275)).all()
    assert (found[0] < (572, 411)).all()


def test_the_recogniser_measures_what_dlib_measures(face_reader: FaceReader, group: np.ndarray) -> None:
    """One crop of ours is sampled a little differently from dlib's chip: first numbers within 0.04, of a spread of 0.1."""
    for points, expected in zip(POINTS, DESCRIPTORS_BEGIN, strict=True):
        plain = crops(group, np.array(points, np.float32), (Shake(0, 0, 1),))[:1]
        measured = np.asarray(face_reader._recogniser.forward(plain))[0]
        assert np.abs(measured[:4] - expected).max() < 0.04


def test_a_template_is_near_its_mirror_image_and_far_from_everybody_else(
    face_reader: FaceReader, faces: tuple[Face, ...], group: np.ndarray
) -> None:
    mirrored = face_reader.read(np.ascontiguousarray(group[:, ::-1]))
    for face in faces:
        lengths = sorted(float(np.linalg.norm(face.template - other.template)) for other in mirrored)
        assert lengths[0] < 0.35
        assert lengths[1] > 0.55
    assert len(mirrored) == len(faces)


def test_a_small_picture_is_doubled_before_it_is_searched(face_reader: FaceReader, group: np.ndarray) -> None:
    corner = np.ascontiguousarray(group[140:280:1, 240:400:1])
    assert corner.shape[0] * corner.shape[1] < 512 * 640
    assert len(face_reader.read(corner)) == 1


def test_a_huge_picture_is_searched_reduced_and_boxes_are_given_in_its_own_pixels(
    face_reader: FaceReader, group: np.ndarray
) -> None:
    huge = np.repeat(np.repeat(group, 3, axis=0), 3, axis=1)
    found = face_reader.read(huge)
    assert len(found) == len(BOXES)
    for expected in BOXES:
        place = Box(*(3.0 * edge for edge in expected), score=1.0)
        assert max(overlap(Box(*face.box, score=1.0), place) for face in found) > 0.6


@pytest.mark.parametrize("shape", [(64, 64, 3), (640, 512, 3), (40, 700, 3)])
def test_an_empty_picture_has_no_faces(face_reader: FaceReader, shape: tuple[int, int, int]) -> None:
    assert face_reader.read(np.full(shape, 128, np.uint8)) == ()


@pytest.mark.parametrize(
    "picture", [np.zeros((64, 64), np.uint8), np.zeros((64, 64, 4), np.uint8), np.zeros((64, 64, 3), np.float32)]
)
def test_what_is_no_picture_is_refused(face_reader: FaceReader, picture: np.ndarray) -> None:
    with pytest.raises(ValueError, match="array of bytes"):
        face_reader.read(picture)


def test_a_face_of_numbers_that_are_none_cannot_be_built() -> None:
    with pytest.raises(ValueError, match="make no sense"):
        Face((0.0, 0.0, 9.0, 9.0), 1.0, np.zeros((5, 2), np.float32), np.full(128, np.nan, np.float32), 0.1)


def test_of_overlapping_boxes_the_best_is_kept() -> None:
    best, worse, apart = Box(0, 0, 10, 10, 1.0), Box(1, 1, 11, 11, 0.5), Box(8, 8, 18, 18, 0.2)
    assert kept([worse, apart, best]) == [best, apart]


def test_a_similarity_is_recovered_from_its_own_points() -> None:
    source = np.random.default_rng(1).uniform(0, 100, (5, 2))
    turn = 1.7 * np.array([[np.cos(0.4), -np.sin(0.4)], [np.sin(0.4), np.cos(0.4)]])
    assert np.allclose(similarity(source, source @ turn.T + (3, -8)), np.column_stack([turn, (3, -8)]))
