"""Facts about the tools' values as a look."""

import pytest

from twin.errors import BadValue
from twin.looks.look import Authors, Lamp, Light, Look, Pose
from twin.pages.form import FIELDS, Dials, colour, dials_of

LOOK = Look(
    Pose(12, -3, 1, 0.4, 0.1, 0.2),
    Light(Lamp(1.5, 3200), Lamp(0.2, 5000), Lamp(0, 6000), Lamp(0.7, 7000)),
    "crew",
    "#aa3311",
    "#dddddd",
    1.3,
    authors=Authors("Ilse", "Oda", "Finn"),
)


def test_a_look_goes_to_the_tools_and_back_unchanged() -> None:
    assert dials_of(LOOK).look("", LOOK.authors) == LOOK


def test_a_missing_tool_is_named() -> None:
    values = list(dials_of(LOOK).values)
    values[FIELDS.index("backdrop_colour")] = None
    with pytest.raises(BadValue, match="backdrop colour"):
        Dials(tuple(values)).look("", Authors())


def test_tools_that_are_not_all_there_make_no_look() -> None:
    with pytest.raises(BadValue):
        Dials((1.0, 2.0))


@pytest.mark.parametrize("told", ["#AA3311", "aa3311", "#aa3311ff", "rgb(170, 51, 17)", "rgba(170.2, 50.9, 17, 1)"])
def test_every_way_a_picker_tells_a_colour_is_one_colour(told: str) -> None:
    assert colour(told) == "#aa3311"


@pytest.mark.parametrize("told", ["", None, "red", "url(javascript:alert(1))", "#12"])
def test_what_is_no_colour_is_refused(told: object) -> None:
    with pytest.raises(BadValue):
        colour(told)
