from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pytest

from twin.enrolment import FEWEST_REFERENCES, LIGHTS, SMALLEST_FACE_PX, Likeness, Measured, enrol, measure
from twin.errors import BadValue, ReferenceRefused
from twin.ports import FaceMeasure, Picture

PICTURES: Mapping[str, Picture] = {light: np.full((8, 8, 3), i, np.uint8) for i, light in enumerate(LIGHTS)}


def face(side: float = 90.0, value: float = 0.5) -> FaceMeasure:
    return FaceMeasure((10.0, 10.0, 10.0 + side, 12.0 + side), 0.99, np.full(4, value, np.float32))


def reads_its_first_pixel(picture: Picture) -> Sequence[FaceMeasure]:
    return [face(value=float(picture[0, 0, 0]))]


def test_each_light_of_a_reference_gets_a_template_of_its_own() -> None:
    measured = measure("nora_1", PICTURES, reads_its_first_pixel)
    assert [(one.reference_id, one.light, one.template[0], one.face_px) for one in measured] == [
        ("nora_1", light, i, 90.0) for i, light in enumerate(LIGHTS)
    ]


@pytest.mark.parametrize(
    ("faces", "reason"),
    [
        ([], "shows no face"),
        ([face(), face()], "shows 2 faces"),
        ([face(SMALLEST_FACE_PX - 1)], "63 pixels small; at least 64"),
    ],
)
def test_a_picture_that_cannot_serve_is_refused_with_its_reason(faces: list[FaceMeasure], reason: str) -> None:
    with pytest.raises(ReferenceRefused, match=reason):
        measure("nora_1", PICTURES, lambda _: faces)


def test_pictures_are_developed_only_when_their_turn_comes() -> None:
    developed: list[int] = []
    read: list[int] = []

    def references() -> Iterator[tuple[str, Mapping[str, Picture]]]:
        for i in range(FEWEST_REFERENCES):
            developed.append(i)
            yield f"nora_{i}", {"as taken": np.full((8, 8, 3), i, np.uint8)}

    def read_faces(picture: Picture) -> Sequence[FaceMeasure]:
        read.append(int(picture[0, 0, 0]))
        assert developed == read
        return [face()]

    assert len(enrol("nora", references(), read_faces).measured) == FEWEST_REFERENCES


def likeness(*measured: Measured) -> Likeness:
    return Likeness("nora", measured)


def measured(i: int, light: str = "even", size: int = 4) -> Measured:
    return Measured(f"nora_{i}", light, np.zeros(size, np.float32), 90.0)


def test_a_likeness_needs_enough_different_references_measured_alike() -> None:
    enough = [measured(i) for i in range(FEWEST_REFERENCES)]
    assert likeness(*enough).twin_id == "nora"
    with pytest.raises(BadValue, match="at least"):
        likeness(*enough[1:], measured(1, "warm side"))
    with pytest.raises(BadValue, match="twice"):
        likeness(*enough, measured(0))
    with pytest.raises(BadValue, match="different recognisers"):
        likeness(*enough, measured(9, size=5))


@pytest.mark.parametrize("template", [np.array([np.nan], np.float32), np.zeros((2, 2), np.float32), np.zeros(0, np.float32)])
def test_a_template_that_would_match_anybody_is_refused(template: np.ndarray) -> None:
    with pytest.raises(BadValue):
        Measured("nora_1", "even", template, 90.0)
