"""Requests that another site makes, that carry a stolen or invented cookie, or that guess."""

import base64
import json
from collections.abc import Iterator

import pytest

from moderation.access.account import Role
from moderation.access.accounts import NewAccount
from moderation.access.throttle import allowances
from tests.attacks.intruder import Intruder, Theatre
from tests.attacks.stage import changes
from tests.moderation.access.little_site import PASSWORD

FOREIGN = ("http://evil.example", "null", "http://127.0.0.1", "http://127.0.0.1.evil.example", "https://evil.example:443")
FORMS = ("/sign-in", "/sign-out", "/demo/enter/nora", "/invitation/x", "/release/{image}/download")
EVENTS = ("/studio/gradio_api/queue/join", "/studio/gradio_api/run/predict", "/studio/gradio_api/cancel")


@pytest.fixture
def unchanged(theatre: Theatre) -> Iterator[None]:
    before = theatre.stage.rows()
    yield
    assert changes(before, theatre.stage.rows()) == set()


def form_of(visitor: Intruder) -> str:
    return str(visitor.client.get("/form-token").json()["form"])


def is_in(visitor: Intruder, zone: str = "/studio/") -> bool:
    return visitor.client.get(zone).status_code == 200


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("origin", FOREIGN)
def test_what_another_site_sends_is_refused_though_cookie_and_token_are_right(theatre: Theatre, origin: str) -> None:
    maya = theatre.as_one("maya")
    form, image = form_of(maya), theatre.stage.cast["maya", "nora", "released"]
    for path in FORMS:
        answer = maya.client.post(path.format(image=image), data={"form": form}, headers={"origin": origin})
        assert answer.status_code == 403, path
    for path in EVENTS:
        body = {"fn_index": 0, "data": [], "session_hash": "forged"}
        assert maya.client.post(path, json=body, headers={"origin": origin}).status_code == 403, path
    for path in ("/studio/config", "/form-token", f"/media/preview/{image}"):
        answer = maya.client.get(path, headers={"origin": origin})
        assert answer.status_code == 403, path
        assert not [name for name in answer.headers if name.startswith("access-control")]
    assert is_in(maya)


@pytest.mark.usefixtures("unchanged")
def test_a_form_needs_the_token_of_its_own_browser(theatre: Theatre) -> None:
    maya, image = theatre.as_one("maya"), theatre.stage.cast["maya", "nora", "released"]
    for token in ({}, {"form": ""}, {"form": "x"}, {"form": form_of(theatre.as_one("theo"))}):
        for path in FORMS:
            assert maya.client.post(path.format(image=image), data=token).status_code == 403, (path, token)
    assert is_in(maya)


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "evil@127.0.0.1", "x_y"])
def test_under_another_name_the_studio_is_not_reached(theatre: Theatre, host: str) -> None:
    for path in ("/", "/health", "/sign-in", "/studio/", "/assets/theme/mark.svg"):
        assert theatre.as_one("maya").client.get(path, headers={"host": host}).status_code == 400, path


def test_a_copied_cookie_dies_with_sign_out_change_of_role_and_disabling(theatre: Theatre) -> None:
    accounts = theatre.stage.house.accounts
    accounts.create(NewAccount("wanda", "Wanda", Role.CREATIVE, "osterby"), PASSWORD, "test")
    for end in ("sign out", "change role", "new password", "disable"):
        wanda, copy = Intruder(theatre.address), Intruder(theatre.address)
        assert wanda.sign_in("wanda").status_code == 303
        copy.client.cookies.update(wanda.client.cookies)
        assert is_in(copy)
        if end == "sign out":
            assert wanda.sign_out().status_code == 303
        elif end == "change role":
            accounts.change_role("wanda", Role.MODERATOR, None, "test")
            accounts.change_role("wanda", Role.CREATIVE, "calloway", "test")
        elif end == "new password":
            accounts.set_password("wanda", PASSWORD, "test")
        else:
            accounts.disable("wanda", "test")
        for path in ("/studio/", "/form-token", "/studio/gradio_api/queue/data?session_hash=x"):
            assert copy.client.get(path).status_code == 401, (end, path)
    assert Intruder(theatre.address).sign_in("wanda").status_code == 401


def test_an_invented_cookie_is_nobodys(theatre: Theatre) -> None:
    maya = theatre.enter("maya")
    name, cookie = next(iter(maya.client.cookies.items()))
    payload, stamp, signature = cookie.rsplit(".", 2)
    token = theatre.stage.database.rows("SELECT token_sha256 FROM sign_in LIMIT 1")[0]["token_sha256"]
    other = base64.b64encode(json.dumps({"token": token, "account": "ada"}).encode()).decode()
    for forged in (f"{other}.{stamp}.{signature}", f"{payload}.{stamp}.{signature[::-1]}", payload, f"{payload}..", "x" * 4000):
        stranger = Intruder(theatre.address)
        stranger.client.cookies.set(name, forged)
        assert stranger.client.get("/form-token").status_code == 401, forged[:60]


def test_guessing_a_password_ends_after_ten_tries_from_however_many_addresses(theatre: Theatre) -> None:
    accounts, clock = theatre.stage.house.accounts, theatre.stage.clock
    accounts.create(NewAccount("target", "Target", Role.ADMINISTRATOR), PASSWORD, "test")
    guesser = Intruder(theatre.address)
    form = guesser.token()
    tries = allowances("target", "")[0].tries
    answers = []
    for guess in range(tries + 2):
        data = {"form": form, "login": "Target" if guess % 2 else "target", "password": f"{PASSWORD}{guess}"}
        headers = {"x-forwarded-for": f"203.0.113.{guess}", "x-real-ip": f"203.0.113.{guess}"}
        answers.append(guesser.client.post("/sign-in", data=data, headers=headers).status_code)
    assert answers == [401] * tries + [429] * 2
    assert Intruder(theatre.address).sign_in("target").status_code == 429
    with clock.later(minutes=15):
        assert Intruder(theatre.address).sign_in("target").status_code == 303


@pytest.mark.usefixtures("unchanged")
def test_the_role_switch_of_a_demo_enters_nobody_who_has_a_password(theatre: Theatre) -> None:
    stranger = Intruder(theatre.address)
    for login in ("ada", "ADA", "nobody", "..%2Fada", "%00"):
        assert stranger.client.post(f"/demo/enter/{login}", data={"form": stranger.token()}).status_code == 404, login
    assert stranger.client.get("/demo/enter/nora").status_code == 405
    assert stranger.client.get("/form-token").status_code == 401
