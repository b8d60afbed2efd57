"""The full file of an image: who gets it, when, and how little anybody else learns of it."""

import json
from dataclasses import replace
from hashlib import sha256

import httpx
import pytest

from moderation.access.account import Role
from moderation.access.accounts import NewAccount
from moderation.access.guard import NOTHING_THERE
from moderation.desk.signoff import State
from moderation.vault.vault import Shelf
from tests.attacks.arguments import ABSENT, arguments, ids_of
from tests.attacks.intruder import Intruder, Theatre
from tests.attacks.stage import PAIRS, SHOOTS, Stage, changes
from twin.pages.form import FIELDS, dials_of
from twin.plates.darkroom import Darkroom

WAYS = (("GET", {}), ("HEAD", {}), ("GET", {"range": "bytes=0-99"}))
OTHERS = ("theo", "rosa", "idris", "nora", "mei", "greta", "dario", "ada", "adam")


def ask(visitor: Intruder, image: str) -> httpx.Response:
    """Ask for the file of an image, as the button of its story does."""
    form = visitor.client.get("/form-token").json()["form"]
    return visitor.client.post(f"/release/{image}/download", data={"form": form})


def statuses(visitor: Intruder, path: str) -> set[int]:
    """What a path is answered in every way of asking for a file."""
    return {visitor.client.request(method, path, headers=headers).status_code for method, headers in WAYS}


@pytest.fixture(scope="module")
def released(stage: Stage) -> str:
    return stage.bring(State.RELEASED, "maya", "nora")


@pytest.fixture
def path(theatre: Theatre, released: str) -> str:
    """The address of a download that Maya was granted."""
    answer = ask(theatre.as_one("maya"), released)
    assert answer.status_code == 303
    return answer.headers["location"]


def test_the_file_leaves_for_its_brand_exactly_as_it_was_sealed(theatre: Theatre, released: str, path: str) -> None:
    maya, original = theatre.as_one("maya"), theatre.stage.original(released)
    whole = maya.client.get(path)
    assert (whole.status_code, whole.content) == (200, original)
    assert sha256(whole.content).hexdigest() == theatre.stage.sealed(released)
    assert whole.headers["cache-control"] == "private, no-store"
    assert maya.client.head(path).content == b""
    part = maya.client.get(path, headers={"range": "bytes=8-15"})
    assert (part.status_code, part.content) == (206, original[8:16])


def test_nobody_else_is_granted_it_or_redeems_what_was_granted(theatre: Theatre, released: str, path: str) -> None:
    before = theatre.stage.rows()
    for login in OTHERS:
        visitor = theatre.as_one(login)
        foreign, absent = ask(visitor, released), ask(visitor, ABSENT)
        assert (foreign.status_code, foreign.text) == (absent.status_code, absent.text), login
        assert foreign.status_code == (404 if login == "theo" else 403), login
        assert statuses(visitor, path) == {404}, login
    assert statuses(theatre.as_one(None), path) == {401}
    assert changes(before, theatre.stage.rows()) == set()


def test_a_colleague_asks_for_her_own(theatre: Theatre, path: str) -> None:
    new = NewAccount("colleague", "A Colleague", Role.CREATIVE, theatre.stage.account("maya").brand_id)
    theatre.stage.house.accounts.create(new, None, "test")
    assert statuses(theatre.enter("colleague"), path) == {404}


@pytest.mark.parametrize("state", [state for state in State if state is not State.RELEASED])
def test_no_file_leaves_before_release_or_after_recall(theatre: Theatre, state: State) -> None:
    stage = theatre.stage
    image = stage.bring(state, "maya", "nora")
    before = stage.rows()
    assert ask(theatre.as_one("maya"), image).status_code == 409
    assert ask(theatre.as_one("theo"), image).status_code == 404
    assert changes(before, stage.rows()) == set()


def test_a_grant_ends_after_five_minutes_to_the_microsecond(theatre: Theatre, path: str) -> None:
    maya = theatre.as_one("maya")
    with theatre.stage.clock.later(minutes=5, microseconds=-1):
        assert statuses(maya, path) == {200, 206}
    with theatre.stage.clock.later(minutes=5):
        assert statuses(maya, path) == {404}


def test_what_the_database_keeps_of_a_token_opens_nothing(theatre: Theatre, path: str) -> None:
    kept = [row["token_sha256"] for row in theatre.stage.database.rows("SELECT token_sha256 FROM download_grant")]
    token = path.rsplit("/", 1)[1]
    assert sha256(token.encode()).hexdigest() in kept
    for guess in (*kept, token[:-1], f"{token}A", token.swapcase(), "%00", "' OR 1=1 --"):
        assert statuses(theatre.as_one("maya"), f"/download/{guess}") == {404}, guess


def test_a_granted_download_ends_with_her_taking_the_image_back(theatre: Theatre) -> None:
    stage, maya = theatre.stage, theatre.as_one("maya")
    image = stage.bring(State.RELEASED, "maya", "nora")
    path = ask(maya, image).headers["location"]
    assert statuses(maya, path) == {200, 206}
    stage.house.rights.withdraw_image(stage.account("nora"), image)
    assert statuses(maya, path) == {409}
    assert ask(maya, image).status_code == 409
    assert statuses(maya, f"/media/preview/{image}") == {404}
    assert statuses(theatre.as_one("nora"), f"/media/preview/{image}") == {200}


@pytest.mark.parametrize("kind", ["preview", "progress"])
def test_a_picture_of_others_is_no_more_than_none(theatre: Theatre, kind: str) -> None:
    state = State.PAINTING if kind == "progress" else State.HER_TURN
    image = theatre.stage.bring(state, "maya", "nora")
    assert statuses(theatre.as_one("maya"), f"/media/{kind}/{image}") == {200}
    for login in ("theo", "mei", "dario", *(PAIRS[Role.MODERATOR] if kind == "progress" else ())):
        foreign, absent = (theatre.as_one(login).client.get(f"/media/{kind}/{one}") for one in (image, ABSENT))
        assert (foreign.status_code, foreign.text) == (absent.status_code, absent.text) == (404, foreign.text), login


def test_a_preview_is_a_small_marked_copy(theatre: Theatre, released: str) -> None:
    preview = theatre.as_one("maya").client.get(f"/media/preview/{released}").content
    assert preview.startswith(b"\xff\xd8\xff")
    assert len(preview) < len(theatre.stage.original(released)) / 2


def proof(theatre: Theatre, login: str | None, image: str, **told: str) -> httpx.Response:
    """Ask for a proof of an image, as the light table does."""
    visitor, stage = theatre.as_one(login), theatre.stage
    floor = stage.studio.floor()
    look = floor.lookbook.look("moonlight").worn_by("nora", floor.wardrobe)
    form = visitor.token("/sign-in") if login is None else visitor.client.get("/form-token").json()["form"]
    fields = {"form": form, "twin": "nora", "words": "", "dials": json.dumps(dials_of(look).values), **told}
    return visitor.client.post(f"/light-table/{image}", data=fields)


def test_a_proof_shows_the_brand_its_own_negative_and_nobody_else_any(theatre: Theatre) -> None:
    stage = theatre.stage
    image = stage.bring(State.HER_TURN, "maya", "nora")
    before = stage.rows()
    shown = proof(theatre, "maya", image)
    assert (shown.status_code, shown.headers["cache-control"]) == (200, "private, no-store")
    assert shown.content.startswith(b"\xff\xd8\xff")
    foreign, absent = proof(theatre, "theo", image), proof(theatre, "theo", ABSENT)
    assert (foreign.status_code, foreign.text) == (absent.status_code, absent.text) == (404, foreign.text)
    for login in (None, "rosa", "nora", "greta", "ada"):
        assert proof(theatre, login, image).status_code in (401, 403, 404), login
    assert proof(theatre, "maya", image, form="guessed").status_code == 403
    assert changes(before, stage.rows()) == set()


def test_the_words_about_a_proof_are_for_its_brand_alone(theatre: Theatre) -> None:
    stage = theatre.stage
    image = stage.bring(State.HER_TURN, "maya", "nora")
    function = theatre.blocks["/studio"].fns[theatre.function("/studio", "follow")]

    def follow(login: str | None, laid: str) -> str:
        ids = replace(ids_of(stage, login if login in SHOOTS else "maya", image, "nora"), image=laid)
        return theatre.straight(login, "/studio", "follow", arguments(stage, "/studio", function, ids))

    assert "Moved on the light table" in follow("maya", image)
    assert follow("theo", image) == follow("theo", ABSENT) == f"refused: {NOTHING_THERE}"
    for login in (None, "rosa", "nora", "greta", "ada"):
        assert follow(login, image).startswith("refused: You are signed")


@pytest.mark.parametrize(
    "told",
    [
        {"dials": "nothing"},
        {"dials": "[" * 3000},
        {"dials": "[1, 2]"},
        {"dials": "{}"},
        {"dials": json.dumps([{"path": "/etc/passwd"}] * len(FIELDS))},
        {"dials": json.dumps([1e308] * len(FIELDS))},
        {"dials": "x" * 10_000},
        {"words": "Ж" * 600},
        {"words": "navy backdrop", "twin": ABSENT},
    ],
)
def test_what_no_tools_say_is_developed_into_nothing(theatre: Theatre, told: dict[str, str]) -> None:
    answer = proof(theatre, "maya", theatre.stage.cast["maya", "nora", "approved"], **told)
    assert answer.status_code in (404, 409, 413, 422)
    assert "error" in answer.json()


def test_a_negative_that_is_another_or_gone_is_not_developed(theatre: Theatre) -> None:
    stage = theatre.stage
    image, other = (stage.bring(State.HER_TURN, "maya", "nora") for _ in range(2))
    sealed = stage.original(image)
    assert proof(theatre, "maya", image).status_code == 200
    stage.house.vault.keep(Shelf.NEGATIVE, image, b"another negative")
    assert proof(theatre, "maya", image).status_code == 200  # it is open already, as it was kept
    stage.house.vault.drop(Shelf.NEGATIVE, other)
    stage.studio.painting.darkroom = Darkroom()
    for broken in (image, other):
        assert proof(theatre, "maya", broken).status_code in (404, 409)
    assert stage.original(image) == sealed


def test_taking_back_closes_an_open_negative_at_the_next_request(theatre: Theatre) -> None:
    stage = theatre.stage
    image = stage.bring(State.HER_TURN, "maya", "nora")
    assert proof(theatre, "maya", image).status_code == 200
    assert image in stage.studio.painting.darkroom.open_ones()
    stage.house.rights.withdraw_image(stage.account("nora"), image)
    refused = proof(theatre, "maya", image)
    assert (refused.status_code, refused.headers["content-type"]) == (404, "application/json")
    assert image not in stage.studio.painting.darkroom.open_ones()


def test_no_address_leads_to_a_negative(theatre: Theatre) -> None:
    image = theatre.stage.bring(State.APPROVED, "maya", "nora")
    for path in (
        "/media/negative/{}",
        "/media/proof/{}",
        "/vault/negatives/{}.npz",
        "/media/preview/..%2f..%2fnegatives%2f{}.npz",
    ):
        assert statuses(theatre.as_one("maya"), path.format(image)) == {404}
