"""What findings point at is drawn where it was found, and said in words; what makes no sense is not drawn."""

from typing import Any
from xml.etree import ElementTree

import pytest

from moderation.pages.overlay import overlay, place_of
from tests.moderation.pages.open_page import EVIL

WIDTH, HEIGHT = 90, 120


def finding(safeguard: str = "manipulation", **evidence: Any) -> dict[str, Any]:
    return {"safeguard": safeguard, "evidence": evidence}


def groups(*findings: dict[str, Any]) -> dict[str, list[dict[str, float]]]:
    """{safeguard: its rectangles} in the order they are drawn."""
    drawn = overlay(findings, WIDTH, HEIGHT)
    root = ElementTree.fromstring(drawn) if drawn else ElementTree.Element("svg")
    names = ("x", "y", "width", "height")
    return {
        group.get("data-drawn", ""): [{name: float(box.get(name, "nan")) for name in names} for box in group.iter("rect")]
        for group in root.iter("g")
    }


def a_map(rows: int = 2, columns: int = 3, values: Any = (0, 0, 0, 0, 0, 0.9)) -> dict[str, Any]:
    return {"rows": rows, "columns": columns, "values": list(values)}


def test_faces_are_framed_where_they_were_found_and_come_first() -> None:
    drawn = groups(
        finding("likeness", box=[10, 20, 30, 60]), finding("one_face", faces=[{"box": [1, 2, 3, 4]}, {"box": [5, 6, 9, 8]}])
    )
    assert list(drawn) == ["one_face", "likeness"]
    assert drawn["likeness"] == [{"x": 10, "y": 20, "width": 20, "height": 40}]
    assert [box["width"] for box in drawn["one_face"]] == [2, 4]


def test_only_the_first_group_is_shown_until_another_is_asked_for() -> None:
    drawn = overlay([finding("likeness", box=[1, 1, 2, 2]), finding("one_face", faces=[{"box": [1, 2, 3, 4]}])], WIDTH, HEIGHT)
    assert [group.get("data-drawn") for group in ElementTree.fromstring(drawn).iter("g") if group.get("class") == "on"] == [
        "one_face"
    ]


def test_a_map_lies_over_the_picture_row_by_row() -> None:
    fields = groups(finding(map=a_map()))["manipulation"]
    assert len(fields) == 6
    assert fields[5] == {"x": 60, "y": 60, "width": 30, "height": 60}
    assert place_of(finding(map=a_map()), WIDTH, HEIGHT) == "strongest in the lower right (0.90); 1 of 6 fields reach 0.5"


def test_a_map_with_a_place_of_its_own_lies_there() -> None:
    told = finding(map=a_map(), map_box=[30, 0, 60, 20])
    assert groups(told)["manipulation"][5] == {"x": 50, "y": 10, "width": 10, "height": 10}
    assert place_of(told, WIDTH, HEIGHT).startswith("strongest in the upper middle")


def test_the_fuller_a_field_the_higher_its_value() -> None:
    drawn = ElementTree.fromstring(overlay([finding(map=a_map(1, 2, (0.2, 0.8)))], WIDTH, HEIGHT))
    faint, full = (float(field.get("fill-opacity", "nan")) for field in drawn.iter("rect"))
    assert 0 < faint < full < 1
    assert [field.get("class") for field in drawn.iter("rect")] == ["ts-field", "ts-field ts-much"]


@pytest.mark.parametrize(
    "evidence",
    [
        {"map": a_map(2, 2)},
        {"map": a_map(values=(0, 0, 0, 0, 0, 1.1))},
        {"map": a_map(values=(0, 0, 0, 0, 0, float("nan")))},
        {"map": a_map(values=(0, 0, 0, 0, 0, EVIL))},
        {"map": a_map(0, 0, ())},
        {"map": a_map(100, 100, [0.5] * 10_000)},
        {"map": {"rows": "2", "columns": 3, "values": [0] * 6}},
        {"map": EVIL},
        {"box": [1, 2]},
        {"box": [9, 2, 1, 4]},
        {"box": [1, 2, EVIL, 4]},
        {"faces": [EVIL, {"box": None}]},
        {},
    ],
)
def test_what_makes_no_sense_is_neither_drawn_nor_told(evidence: dict[str, Any]) -> None:
    assert groups(finding(**evidence)) == {}
    assert place_of(finding(**evidence), WIDTH, HEIGHT) == ""


def test_without_the_size_of_the_picture_nothing_is_drawn() -> None:
    assert overlay([finding(box=[1, 1, 2, 2])], None, None) == ""
    assert place_of(finding(box=[1, 1, 2, 2]), None, 5) == ""


def test_a_safeguards_name_is_no_markup() -> None:
    assert "<img" not in overlay([finding(EVIL, box=[1, 1, 2, 2])], WIDTH, HEIGHT)


@pytest.mark.parametrize(
    ("box", "words"),
    [
        ([40, 50, 50, 70], "in the middle, 10 px wide"),
        ([0, 50, 10, 70], "at the left, 10 px wide"),
        ([80, 0, 90, 9], "in the upper right, 10 px wide"),
        ([40, 100, 50, 119], "in the lower middle, 10 px wide"),
    ],
)
def test_a_place_is_said_in_words(box: list[int], words: str) -> None:
    assert place_of(finding(box=box), WIDTH, HEIGHT) == words
