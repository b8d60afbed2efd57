"""On the command line she or her agency hands in a folder, hears what became of each photograph, and nobody else can."""

import argparse
import json
from pathlib import Path

import pytest

from moderation.enrolment.command import enrol
from moderation.errors import AccountRefused, AlreadyDecided, BadImage, BadRequest, NotFound, RightsLapsed
from moderation.faces.pack import Pack
from tests.moderation.access.little_site import PASSWORD
from tests.moderation.enrolment.newcomer import Newcomer, ayla, hers
from twin.arguments import parse


@pytest.fixture
def newcomer(cc0_pack: Pack, tmp_path: Path) -> Newcomer:
    made = Newcomer(tmp_path / "home", cc0_pack.folder.parent)
    folder = tmp_path / "photographs"
    folder.mkdir()
    for name, content in hers(2).items():
        (folder / name).write_bytes(content)
    (folder / "notes.txt").write_text("not a photograph")
    return made


def asked(newcomer: Newcomer, login: str, *more: str, person: str = "vera") -> argparse.Namespace:
    folder = newcomer.home.parent / "photographs"
    return parse(["enrol", person, str(folder), "--as", login, *more, "--home", str(newcomer.home)])


def said(newcomer: Newcomer, words: argparse.Namespace, password: str = PASSWORD) -> str:
    return enrol(newcomer.house, words, lambda _: password, lambda _: None)


def test_her_agency_hears_of_each_photograph_and_what_is_missing(newcomer: Newcomer) -> None:
    (newcomer.home.parent / "photographs" / "torn.jpg").write_bytes(next(iter(hers(1).values()))[:5000])
    lines = said(newcomer, asked(newcomer, "greta", "--finish")).splitlines()
    assert lines[0].endswith("fits. Fits.")
    assert " chin " in lines[1]
    assert lines[1].startswith("    ")
    assert lines[4] == "torn.jpg: left out. This picture is damaged or incomplete; export it again and hand in the new file."
    assert lines[-3].startswith("Still missing: ")
    assert lines[-1] == "2 of at least 8 photographs fit; hand in 6 more."
    assert newcomer.events("photographs.handed-in")[0]["actor"] == "greta"


def test_a_program_is_told_the_same_with_angles_in_degrees(newcomer: Newcomer) -> None:
    told = json.loads(said(newcomer, asked(newcomer, "greta", "--json")))
    assert [(one["fits"], one["kept"]) for one in told["photographs"]] == [(True, True)] * 2
    for one in told["photographs"]:
        assert abs(one["yaw"]) < 60
        assert abs(one["pitch"]) < 30
        assert f"light {one['light']}" in one["measured"]
    assert sum(sum(row.values()) for row in told["map"]["chins"].values()) == 2
    assert (told["refusal"], told["enrolled"]) == ("2 of at least 8 photographs fit; hand in 6 more.", None)
    assert "a photograph lit from one side" in told["missing"] or "a photograph in even light" in told["missing"]


@pytest.mark.parametrize("login", ["dario", "wim", "maya", "rosa", "ada"])
def test_nobody_else_enrols_her_not_even_an_administrator(newcomer: Newcomer, login: str) -> None:
    with pytest.raises(NotFound, match="only a person herself and her agency"):
        said(newcomer, asked(newcomer, login))
    assert newcomer.files() == []


def test_a_wrong_password_missing_consents_and_an_empty_folder_are_refused(newcomer: Newcomer) -> None:
    with pytest.raises(AccountRefused):
        said(newcomer, asked(newcomer, "greta"), "wrong")
    with pytest.raises(RightsLapsed, match="to be painted” and her consent “to have the face measured"):
        said(newcomer, asked(newcomer, "dario", person="wim"))
    for file in (newcomer.home.parent / "photographs").iterdir():
        file.unlink()
    with pytest.raises(BadImage, match="0 photographs"):
        said(newcomer, asked(newcomer, "greta"))
    assert newcomer.files() == []


def test_the_same_folder_twice_brings_nothing_new(newcomer: Newcomer) -> None:
    said(newcomer, asked(newcomer, "greta"))
    kept = newcomer.files()
    assert "This very file was handed in already." in said(newcomer, asked(newcomer, "greta"))
    assert newcomer.files() == kept


def test_a_demo_takes_no_photographs(newcomer: Newcomer) -> None:
    newcomer.house.__dict__.pop("enrolments", None)
    from moderation.enrolment.enrolments import Enrolments  # the demo's, over the same rows

    house = newcomer.house
    demo = Enrolments(house.database, house.vault, house.photographs, house.person_keys, lambda: house.examiner, demo=True)
    house.__dict__["enrolments"] = demo
    with pytest.raises(BadRequest, match="A demo enrols nobody"):
        said(newcomer, asked(newcomer, "greta"))


def test_photographs_of_an_enrolment_that_stands_are_added_and_taken_out(newcomer: Newcomer) -> None:
    folder = newcomer.home.parent / "photographs"
    with pytest.raises(AlreadyDecided, match="not enrolled by photographs"):
        said(newcomer, asked(newcomer, "greta", "--change"))
    with pytest.raises(BadRequest, match="say --change too"):
        said(newcomer, parse(["enrol", "vera", "--as", "greta", "--take-out", "x", "--home", str(newcomer.home)]))
    newcomer.prepare()
    for number in range(8):
        (folder / f"ayla_{number}.jpg").write_bytes(ayla(number))
    for file in folder.iterdir():
        if not file.name.startswith("ayla"):
            file.unlink()
    said(newcomer, asked(newcomer, "greta", "--finish"))
    for file in folder.iterdir():
        file.unlink()
    (folder / "more.jpg").write_bytes(ayla(8))
    with pytest.raises(NotFound, match="No photograph called nobody stands; there are: ayla_0"):
        said(newcomer, asked(newcomer, "greta", "--change", "--take-out", "nobody"))
    told = said(newcomer, asked(newcomer, "greta", "--change", "--take-out", "ayla_1.jpg", "--finish")).splitlines()
    assert next(line for line in told if line.startswith("ayla_1")).startswith("ayla_1.jpg: will be taken out. ")
    assert any("is enrolled with 8 photographs" in line for line in told)
    names = newcomer.database.rows(
        "SELECT p.name FROM photograph p JOIN standing_reference f ON f.id = p.id WHERE f.twin_id = 'vera' ORDER BY p.name"
    )
    assert [row["name"] for row in names] == [*(f"ayla_{number}.jpg" for number in (0, 2, 3, 4, 5, 6, 7)), "more.jpg"]
