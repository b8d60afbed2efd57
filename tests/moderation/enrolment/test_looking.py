"""What is measured of renders: sharpness, light, the side a head is turned to, and a crop that adds nothing."""

import cv2
import numpy as np
import pytest

from moderation.enrolment.looking import CROP_SIDE, Looking, cut
from moderation.enrolment.photograph import BLURRED
from moderation.enrolment.pose import turn_of
from moderation.enrolment.quality import quality_of
from moderation.errors import BadImage, Unexaminable
from moderation.faces.reader import FaceReader
from moderation.safeguards.exhibit import Exhibit
from moderation.safeguards.finding import Finding
from tests.moderation.enrolment.newcomer import blurred, developed, jpeg, plates

TWINS = ("amara", "haru", "kofi", "nora")


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
        yaw = turned["pose"]["yaw"] + turned["pose"]["body"]
        assert np.sign(turn_of(one).yaw) == np.sign(yaw) == -np.sign(turn_of(other).yaw)
        assert quality_of(picture, one).side == pytest.approx(-quality_of(mirrored, other).side, abs=0.15)
        assert quality_of(np.minimum(picture * 3.0, 255).astype(np.uint8), one).bright > quality_of(picture, one).bright


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

    looking = Looking(face_reader, [Silent()])
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
