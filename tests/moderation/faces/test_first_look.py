"""The quick detector keeps a picture's proportions and answers in the picture's own pixels; a pack without dlib is read by it."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from moderation.errors import PackRefused
from moderation.faces.detector import Box
from moderation.faces.first_look import FirstLook, Glimpse, input_sizes, whole_faces
from moderation.faces.pack import LICENCE, MANIFEST, Pack, manifest_bytes, open_pack
from moderation.faces.reader import FaceReader
from tests.moderation.faces.little_models import FIVE, detector, recogniser

ARCFACE = {"preprocessing": {"mean": 127.5, "std": 127.5}, "input_size": [112, 112], "embedding_dimension": 16}


def pack_of(folder: Path, looks: bytes, measures: bytes | None = None) -> Pack:
    """A pack of little models."""
    folder.mkdir()
    tasks = {"detection": (looks, {}), "recognition": (measures or recogniser(16), ARCFACE)}
    for task, (content, _) in tasks.items():
        (folder / f"{task}.onnx").write_bytes(content)
    (folder / LICENCE).write_bytes(b"free")
    told = {
        "manifest_version": 2,
        "model_id": "little",
        "license": LICENCE,
        "license_sha256": hashlib.sha256(b"free").hexdigest(),
        "tasks": {
            task: {"file": f"{task}.onnx", "sha256": hashlib.sha256(content).hexdigest(), **contract}
            for task, (content, contract) in tasks.items()
        },
    }
    (folder / MANIFEST).write_bytes(manifest_bytes(told))
    return open_pack(folder)


def spotted(width: int, height: int, left: int, top: int, side: int) -> np.ndarray:
    picture = np.zeros((height, width, 3), np.uint8)
    picture[top : top + side, left : left + side] = 255
    return picture


@pytest.mark.parametrize(
    ("size", "sizes"),
    [
        ((768, 1024), [(128, 160), (480, 640)]),
        ((1024, 768), [(160, 128), (640, 480)]),
        ((500, 500), [(160, 160), (640, 640)]),
        ((30, 3000), [(32, 160), (32, 640)]),
    ],
)
def test_a_portrait_is_not_squeezed_into_a_square(size: tuple[int, int], sizes: list[tuple[int, int]]) -> None:
    assert input_sizes(*size) == sizes


@pytest.mark.parametrize(("width", "height", "scale"), [(480, 640, 1), (240, 320, 0.5), (1920, 2560, 4)])
def test_boxes_and_points_are_given_in_the_picture_s_own_pixels(tmp_path: Path, width: int, height: int, scale: float) -> None:
    look = FirstLook(pack_of(tmp_path / "p", detector(seeing=True)), 1)
    side = round(32 * scale)
    found = look.find(spotted(width, height, 5 * side, 7 * side, side))
    assert len(found) == 1
    box, points = found[0].box, found[0].points
    assert (box.left, box.top, box.right, box.bottom) == pytest.approx((4 * side, 6 * side, 6 * side, 8 * side), abs=scale)
    assert points == pytest.approx(np.add(FIVE, (5, 7)) * side, abs=scale)
    assert look.find(np.zeros((height, width, 3), np.uint8)) == []


def test_a_face_is_measured_by_its_direction_whichever_side_it_shows(tmp_path: Path) -> None:
    reader = FaceReader(pack_of(tmp_path / "p", detector(seeing=True)), 1)
    picture = spotted(480, 640, 160, 224, 32)
    picture[230:240, 165:180] = (255, 250, 235)
    (face,) = reader.read(picture)
    assert face.template.shape == (16,)
    assert np.linalg.norm(face.template) == pytest.approx(1.0)
    assert reader.template(picture, face.landmarks) == pytest.approx(face.template, abs=1e-4)
    left, right = face.landmarks[[2, 3]].mean(axis=0), face.landmarks[[0, 1]].mean(axis=0)
    assert np.array([left, right]) == pytest.approx(np.add(FIVE[:2], (5, 7)) * 32, abs=1), "points are told as dlib tells them"


def test_a_detector_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackRefused, match="can run here"):
        FirstLook(pack_of(tmp_path / "p", b"no model"), 1)


def glimpse(left: float, top: float, side: float, score: float) -> Glimpse:
    return Glimpse(Box(left, top, left + side, top + side, score), np.zeros((5, 2), np.float32))


def test_a_part_of_a_face_is_no_face_and_a_small_face_before_a_large_one_is() -> None:
    face = glimpse(0, 0, 100, 0.9)
    chin, neighbour, poster = glimpse(30, 60, 50, 0.8), glimpse(90, 0, 100, 0.7), glimpse(40, 40, 20, 0.6)
    assert whole_faces([face, chin, neighbour, poster]) == [face, neighbour, poster]
