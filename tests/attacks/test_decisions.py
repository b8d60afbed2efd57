"""The decision log, asked with a right form by everybody: whose it is to read, to take along, and to take back."""

import itertools

import pytest

from tests.attacks.arguments import ABSENT, ids_of
from tests.attacks.intruder import Theatre
from tests.attacks.stage import PAIRS, Stage, changes

EVERYBODY = tuple(itertools.chain(*PAIRS.values()))
READERS = {"rosa", "idris", "ada", "adam"}


def post(theatre: Theatre, login: str, path: str, **said: str) -> tuple[int, str]:
    """Send a form of ours."""
    visitor = theatre.as_one(login)
    form = visitor.client.get("/form-token").json()["form"]
    answer = visitor.client.post(path, data={**said, "form": form}, follow_redirects=False)
    return answer.status_code, answer.text


def passed(stage: Stage, login: str = "rosa") -> tuple[str, str]:
    """An image that this moderator passed on, and its version as a form carries it."""
    image = stage.bring("in review", "maya", "luca")
    account, version = stage.account(login), ids_of(stage, "maya", image, "luca").version
    token = stage.house.desk.claim(account, image)["token"]
    stage.house.desk.review(account, image, version, "pass", None, "=1+1", token)
    return image, str(version + 1)


def test_the_file_leaves_for_moderators_and_administrators_alone(theatre: Theatre) -> None:
    image, _ = passed(theatre.stage)
    before = theatre.stage.rows()
    for login in EVERYBODY:
        status, text = post(theatre, login, "/decisions/csv")
        assert (status, image in text) == ((200, True) if login in READERS else (404, False)), login
        assert ',"=1+1"' not in text
        page = theatre.as_one(login).client.get("/decisions")
        assert (page.status_code, image in page.text) == ((200, True) if login in READERS else (404, False)), login
    assert changes(before, theatre.stage.rows()) == set()


@pytest.mark.parametrize(
    "asked",
    [{"what": "x"}, {"reason": "' OR 1"}, {"since": "x"}, {"until": "2026-02-30"}, {"by": "x" * 81}, {"image": "<script>" * 11}],
    ids=str,
)
def test_what_cannot_be_asked_for_is_refused_in_a_sentence(theatre: Theatre, asked: dict[str, str]) -> None:
    for status, text in (
        post(theatre, "ada", "/decisions/csv", **asked),
        (lambda answer: (answer.status_code, answer.text))(theatre.as_one("ada").client.get("/decisions", params=asked)),
    ):
        assert status in (409, 422)
        assert "Traceback" not in text


def test_a_decision_is_taken_back_by_whoever_took_it_and_once(theatre: Theatre) -> None:
    stage = theatre.stage
    image, version = passed(stage)
    before = stage.rows()
    for login in EVERYBODY:
        if login == "rosa":
            continue
        status, _ = post(theatre, login, f"/decisions/{image}/undo", version=version)
        assert status == 403, login
    for said in ({"version": str(int(version) - 1)}, {"version": "-1"}, {"version": "x"}, {}):
        assert post(theatre, "rosa", f"/decisions/{image}/undo", **said)[0] in (409, 422), said
    assert post(theatre, "rosa", f"/decisions/{ABSENT}/undo", version=version)[0] == 404
    queued = stage.cast["maya", "nora", "queued"]
    assert post(theatre, "rosa", f"/decisions/{queued}/undo", version="0")[0] == 404
    assert changes(before, stage.rows()) == set()
    assert post(theatre, "rosa", f"/decisions/{image}/undo", version=version)[0] == 303
    assert stage.state(image) == "in review"
    assert post(theatre, "rosa", f"/decisions/{image}/undo", version=str(int(version) + 1))[0] == 409


def test_a_moderator_cannot_take_her_decision_back_for_the_person_who_decided(theatre: Theatre) -> None:
    stage = theatre.stage
    image, version = passed(stage)
    stage.signs.approve(stage.account("luca"), image, stage.sealed(image))
    before = stage.rows()
    for number in (version, str(int(version) + 1)):
        assert post(theatre, "rosa", f"/decisions/{image}/undo", version=number)[0] in (403, 409)
    assert changes(before, stage.rows()) == set()
    assert stage.state(image) == "approved"
