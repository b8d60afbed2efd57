"""What is measured of renders: sharpness, light, the side a head is turned to, and a crop that adds nothing."""

from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

import app
from moderation.enrolment.looking import CROP_SIDE, Looking, cut
from moderation.enrolment.photograph import BLURRED
from moderation.enrolment.pose_model import PoseModel
from moderation.enrolment.quality import quality_of
from moderation.errors import BadImage, PackRefused, Unexaminable
from moderation.faces.chip import Picture
from moderation.faces.outline import canvas
from moderation.faces.reader import FaceReader
from moderation.safeguards.exhibit import Exhibit
from moderation.safeguards.finding import Finding
from moderation.uploads.uploads import read_upload
from tests.moderation.enrolment.newcomer import ayla, blurred, developed, jpeg, plates

TWINS = ("amara", "haru", "kofi", "nora")
AYLA = {0: (2, 0), 3: (-22, 0), 4: (23, 0), 5: (0, -8), 6: (4, 9), 9: (-8, 0), 11: (-3, 0)}
"""How she was rendered, who taught nothing: degrees to her left, and chin down."""


@cache
def pose_model() -> PoseModel:
    return PoseModel.open(app.ASSETS / "pose")


def read(picture: Picture, reader: FaceReader) -> tuple[float, float]:
    points = reader.read(picture)[0].landmarks
    return pose_model().read(canvas(picture, points), points)


def test_of_sharp_and_blurred_renders_only_the_blurred_are_called_so(face_reader: FaceReader) -> None:
    for twin in TWINS:
        picture = developed(plates(twin)[1], "cool front")
        points = face_reader.read(picture)[0].landmarks
        assert quality_of(picture, points).sharpness > BLURRED > quality_of(blurred(picture), points).sharpness
        half = np.asarray(cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)
        assert quality_of(half, points / 2).sharpness > BLURRED  # smaller is not blurred


def test_the_side_of_light_and_of_turning_changes_with_a_mirror(face_reader: FaceReader) -> None:
    for twin in TWINS:
        turned = max(plates(twin), key=lambda line: abs(line["pose"]["yaw"] + line["pose"]["body"]))
        picture = developed(turned, "warm side")
        mirrored = np.ascontiguousarray(picture[:, ::-1])
        one, other = (face_reader.read(seen)[0].landmarks for seen in (picture, mirrored))
        here, there = read(picture, face_reader), read(mirrored, face_reader)
        yaw = turned["pose"]["yaw"] + turned["pose"]["body"]
        assert np.sign(here[0]) == np.sign(yaw) == -np.sign(there[0])
        assert quality_of(picture, one).side == pytest.approx(-quality_of(mirrored, other).side, abs=0.15)
        assert quality_of(np.minimum(picture * 3.0, 255).astype(np.uint8), one).bright > quality_of(picture, one).bright


def test_turns_and_nods_of_somebody_who_taught_nothing_are_read(face_reader: FaceReader) -> None:
    found = {number: read(read_upload(ayla(number)), face_reader) for number in AYLA}
    off = np.abs(np.array([np.subtract(found[number], told) for number, told in AYLA.items()]))
    assert off.mean(axis=0) == pytest.approx((0, 0), abs=6)
    assert found[6][1] - found[5][1] > 6, "the one with her chin down is told from the one with her chin up"
    darker = (read_upload(ayla(6)) * 0.5).astype(np.uint8)
    assert read(darker, face_reader) == pytest.approx(found[6], abs=3)


def test_what_reads_a_pose_is_believed_by_its_hash(tmp_path: Path) -> None:
    for name in ("model.json", "pose.npz"):
        (tmp_path / name).write_bytes((app.ASSETS / "pose" / name).read_bytes())
    assert np.array_equal(PoseModel.open(tmp_path).weights, pose_model().weights)
    with (tmp_path / "pose.npz").open("ab") as file:
        file.write(b" ")
    with pytest.raises(PackRefused, match="altered"):
        PoseModel.open(tmp_path)
    with pytest.raises(PackRefused, match="cannot be opened"):
        PoseModel.open(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="another shape"):
        PoseModel(pose_model().weights[:-1], pose_model().offset)


def test_a_crop_is_a_piece_of_the_photograph_never_enlarged_or_filled_up(face_reader: FaceReader) -> None:
    picture = developed(plates("nora")[1])
    points = face_reader.read(picture)[0].landmarks
    crop = cut(picture, points)
    assert crop.shape[0] <= picture.shape[0]
    assert crop.shape[1] <= picture.shape[1]
    corner = [
        (top, left)
        for top in range(picture.shape[0] - crop.shape[0] + 1)
        for left in range(picture.shape[1] - crop.shape[1] + 1)
        if np.array_equal(picture[top : top + crop.shape[0], left : left + crop.shape[1]], crop)
    ]
    assert corner
    large = np.asarray(cv2.resize(picture, None, fx=3, fy=3, interpolation=cv2.INTER_LINEAR), np.uint8)
    assert max(cut(large, points * 3).shape[:2]) == CROP_SIDE


def test_nobody_and_several_people_are_refused_and_a_silent_model_is_a_doubt(face_reader: FaceReader) -> None:
    class Silent:
        name = "generated"

        def examine(self, exhibit: Exhibit) -> Finding:
            raise Unexaminable(f"It has nothing to say of {len(exhibit.faces)} face.")

    looking = Looking(face_reader, pose_model(), [Silent()])
    one = developed(plates("nora")[1])
    taken = looking.at(jpeg(one), {})
    assert [(doubt.name, doubt.outcome) for doubt in taken.measured.doubts] == [("generated", "unexamined")]
    assert taken.measured.copy_of is None
    with pytest.raises(BadImage, match="2 faces"):
        looking.at(jpeg(np.concatenate([one, one[:, ::-1]], axis=1)), {})
    with pytest.raises(BadImage, match="No face"):
        looking.at(jpeg(np.full((300, 300, 3), 90, np.uint8)), {})
    again = looking.at(jpeg(developed(plates("nora")[1], "from a window")), {"before": taken.measured.canvas})
    assert again.measured.copy_of == "before"
