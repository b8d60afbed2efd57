"""A thief of the home without its keys, a swapper of files, somebody who would erase another, and what is left once she did."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from moderation.access.her_data import SURE
from moderation.audit.chain import verify
from moderation.desk.signoff import State
from moderation.errors import KeyUnusable
from moderation.examining.known import FaceStore
from moderation.examining.templates import Outline, Template
from moderation.keys.keyring import Keyring
from moderation.keys.person_keys import PersonKeys
from moderation.vault.vault import Shelf, Vault
from tests.attacks.intruder import Intruder, Theatre
from tests.attacks.stage import Stage
from tests.moderation.access.little_site import serving

FACE = np.linspace(1.5, 2.5, 128, dtype="<f4")
PICTURES = (b"\x89PNG\r\n\x1a\n", b"IHDR", b"JFIF\x00", b"Exif\x00\x00", b"Photoshop", b"<x:xmpmeta", b"PK\x03\x04")


@pytest.fixture(scope="module")
def theatre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theatre]:
    """A stage of this file's own, for somebody is erased on it; each image by its state, Mei's as “mei”."""
    stage = Stage(tmp_path_factory.mktemp("sealed") / "home")
    for state in (State.HER_TURN, State.IN_REVIEW, State.APPROVED, State.RELEASED):
        stage.cast["maya", "nora", state] = stage.bring(state)
    stage.cast["maya", "mei", "released"] = stage.bring(State.RELEASED, "maya", "mei")
    store = FaceStore(stage.database, "a" * 64, dict, stage.house.person_keys)
    outline = Outline("nora_front", "nora", np.full((224, 224), 90, np.uint8))
    store._keep([], [outline], [Template("nora_front", "nora", "even", FACE)])
    site = stage.site()
    with serving(site) as address:
        yield Theatre(stage, site, address)


def form(visitor: Intruder) -> dict[str, str]:
    """What every form of ours carries."""
    return {"form": visitor.client.get("/form-token").json()["form"]}


def test_a_copy_of_the_home_without_its_keys_shows_no_picture_and_no_face(theatre: Theatre, tmp_path: Path) -> None:
    stage, copy = theatre.stage, tmp_path / "copy"
    stage.database.tables.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copytree(stage.house.home.folder, copy, ignore=shutil.ignore_patterns("keys"))
    files = [path for path in copy.rglob("*") if path.is_file()]
    assert len([path for path in files if path.suffix == ".sealed"]) >= 15
    face = FACE.tobytes()
    for path in files:
        content = path.read_bytes()
        assert not [mark for mark in PICTURES if mark in content], path
        assert not any(face[at : at + 16] in content for at in range(0, len(face) - 16, 4)), path
    thief = Vault(copy, PersonKeys(stage.database, Keyring(copy / "keys" / "persons")))
    with pytest.raises(KeyUnusable):
        thief.read(Shelf.ORIGINAL, stage.cast["maya", "nora", State.RELEASED])


@pytest.mark.parametrize("shelf", [Shelf.ORIGINAL, Shelf.PREVIEW])
def test_swapped_files_reach_nobody(theatre: Theatre, shelf: Shelf) -> None:
    stage, vault = theatre.stage, theatre.stage.house.vault
    image, other = stage.cast["maya", "nora", State.RELEASED], stage.cast["maya", "nora", State.APPROVED]
    place, content = vault.path(shelf, image), vault.path(shelf, image).read_bytes()
    maya = theatre.as_one("maya")
    granted = maya.client.post(f"/release/{image}/download", data=form(maya)).headers["location"]
    path = granted if shelf is Shelf.ORIGINAL else f"/media/preview/{image}"
    foreign = vault.path(shelf, stage.cast["maya", "mei", "released"])
    for planted in (vault.path(shelf, other).read_bytes(), foreign.read_bytes(), vault.read(shelf, other), b""):
        place.write_bytes(planted)
        answer = maya.client.get(path)
        assert answer.status_code == 409
        assert b"PNG" not in answer.content
        assert b"\xff\xd8" not in answer.content
    place.write_bytes(content)
    assert maya.client.get(path).status_code == 200


@pytest.mark.parametrize("login", ["maya", "theo", "rosa", "greta", "ada"])
def test_nobody_else_takes_her_data_or_erases_anybody(theatre: Theatre, login: str) -> None:
    visitor, before = theatre.as_one(login), theatre.stage.rows()
    for path in ("/my-data/copy", "/my-data/erase", "/statement/my-data/erase"):
        answer = visitor.client.post(path, data={**form(visitor), "sure": SURE, "person_id": "nora", "password": "x"})
        assert answer.status_code == 404
    assert theatre.stage.rows() == before


def test_nobody_signed_in_gets_nothing(theatre: Theatre) -> None:
    for path in ("/my-data/copy", "/my-data/erase", "/statement/my-data/erase"):
        assert theatre.as_one(None).client.post(path, data={"sure": SURE}).status_code in (401, 403)


def test_she_means_it_or_nothing_happens(theatre: Theatre) -> None:
    mei, before = theatre.as_one("mei"), theatre.stage.rows()
    for sure in ("", "erase", "YES"):
        answer = mei.client.post("/my-data/erase", data={**form(mei), "sure": sure}, headers={"accept": "text/html"})
        assert answer.status_code == 400
        assert "Type ERASE in capitals" in answer.text
    assert theatre.stage.rows() == before


def test_her_copy_is_hers(theatre: Theatre) -> None:
    mei = theatre.as_one("mei")
    answer = mei.client.post("/my-data/copy", data=form(mei))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    assert theatre.stage.cast["maya", "mei", "released"].encode() in answer.content
    assert theatre.stage.cast["maya", "nora", State.RELEASED].encode() not in answer.content


def test_once_she_is_erased_every_page_says_so_and_the_studio_goes_on(theatre: Theatre) -> None:
    stage, house = theatre.stage, theatre.stage.house
    nora, maya, released = theatre.enter("nora"), theatre.as_one("maya"), stage.cast["maya", "nora", State.RELEASED]
    granted = maya.client.post(f"/release/{released}/download", data=form(maya)).headers["location"]
    answer = nora.client.post("/my-data/erase", data={**form(nora), "sure": SURE}, headers={"accept": "text/html"})
    assert answer.status_code == 200
    assert "You are erased" in answer.text
    assert nora.client.get("/my-data").status_code == 401
    assert theatre.as_one(None).client.post("/demo/enter/nora", data={}).status_code in (403, 404)

    html = {"accept": "text/html"}
    for state in (State.HER_TURN, State.IN_REVIEW, State.APPROVED, State.RELEASED):
        for login in ("maya", "rosa", "greta", "ada"):
            answer = theatre.as_one(login).client.get(f"/media/preview/{stage.cast['maya', 'nora', state]}", headers=html)
            assert answer.status_code == 410, (login, state)
            assert "had herself erased" in answer.text
    assert maya.client.get(granted).status_code in (409, 410)
    assert theatre.as_one(None).client.get("/media/portrait/nora").status_code == 410
    assert "/media/portrait/nora" not in theatre.as_one(None).client.get("/").text
    assert "/media/portrait/mei" in theatre.as_one(None).client.get("/").text
    assert theatre.as_one("theo").client.get(f"/media/preview/{released}").status_code == 404

    for login in ("maya", "rosa", "mei", "greta", "ada"):
        account = stage.account(login)
        house.insight.inbox(account)
        for (_, _, _), image in stage.cast.items():
            if login in ("maya", "ada"):
                house.insight.story(account, image)
        assert theatre.as_one(login).client.get("/").status_code == 200
    assert theatre.as_one("mei").client.get(f"/media/preview/{stage.cast['maya', 'mei', 'released']}").status_code == 200
    stage.bring(State.RELEASED, "maya", "mei")
    with pytest.raises(Exception, match="There is no such twin"):
        stage.order("maya", "nora")
    verify(stage.database.rows("SELECT * FROM audit ORDER BY seq"))
