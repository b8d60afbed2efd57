"""What the command line says of the list: it names files and ids, counts, and warns."""

from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest

from moderation.errors import BadImage, BadRequest
from moderation.examining.protected import Asked
from moderation.examining.protected_commands import protect
from moderation.safeguards.protected import LARGEST
from tests.moderation.examining.test_protected import FACE, Place

CONSENT = "Her signed letter of 3 March 2026."


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def read(photo: Path) -> np.ndarray:
    """A picture whose colour is the length of the file's name; what is called gone is not there."""
    if photo.stem == "gone":
        raise BadImage("It cannot be read.")
    return np.full((8, 8, 3), len(photo.name), np.uint8)


def measure(picture: np.ndarray) -> np.ndarray:
    return FACE + picture[0, 0, 0]


def said(place: Place, act: str, **more: object) -> str:
    return protect(place.people, read, measure, Namespace(act=act, **more))


def test_a_person_is_put_on_the_list_by_photographs_and_taken_off_by_id(place: Place) -> None:
    assert said(place, "list") == "Nobody has asked never to be painted."
    added = said(place, "add", name="Ann Example", photo=["a.jpg", "folder/bb.jpg"], consent=CONSENT)
    (ann,) = place.people.listing("test")
    assert ann.id in added
    assert "until 2029-03-04" in added
    assert "2 templates" in said(place, "list")
    assert place.people.faces().to(FACE + 5.5)[0] < 1e-5
    assert "erased" in said(place, "remove", id=ann.id)
    assert said(place, "list") == "Nobody has asked never to be painted."


def test_a_photograph_that_cannot_be_used_is_named_and_nobody_is_added(place: Place) -> None:
    with pytest.raises(BadImage, match=r"^gone\.jpg: It cannot be read\.$"):
        said(place, "add", name="Ann Example", photo=["a.jpg", "gone.jpg"], consent=CONSENT)
    with pytest.raises(BadRequest, match="consent"):
        said(place, "add", name="Ann Example", photo=["a.jpg"], consent="yes")
    assert place.people.listing("test") == []


def test_a_list_that_refers_too_much_for_nothing_warns(place: Place) -> None:
    for index in range(LARGEST):
        place.people.add(Asked(f"Person {index}", CONSENT), [FACE], "test")
    assert "for nothing" not in said(place, "list")
    assert f"{LARGEST + 1} people" in said(place, "add", name="One More", photo=["a.jpg"], consent=CONSENT)
    assert "for nothing" in said(place, "list")


def test_a_person_whom_another_pack_measured_is_named_by_id(place: Place) -> None:
    ann = place.people.add(Asked("Ann Example", CONSENT), [FACE], "test")
    place.pack = "b" * 64
    assert f"do not know {ann}" in said(place, "list")
