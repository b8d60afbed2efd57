"""The cookie, its row and its key."""

import threading
from pathlib import Path

import pytest

from moderation.access.account import Role
from moderation.access.accounts import Accounts, NewAccount
from moderation.access.session import Sessions, cookie_rules, demo_may_bind, form_token, form_token_fits, session_key
from moderation.errors import SessionKeyUnsafe
from tests.moderation.access.little_site import CHEAP, Clock, database_at


def test_the_key_is_made_once_whoever_asks_first(tmp_path: Path) -> None:
    path, keys = tmp_path / "keys" / "session.key", []
    threads = [threading.Thread(target=lambda: keys.append(session_key(path))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 12
    assert set(keys) == {path.read_text()}
    assert len(keys[0]) == 64
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["session.key"]


@pytest.mark.parametrize(("mode", "content"), [(0o640, "k" * 64), (0o600, "")])
def test_a_key_that_others_read_or_that_is_empty_is_refused(tmp_path: Path, mode: int, content: str) -> None:
    path = tmp_path / "session.key"
    path.write_text(content)
    path.chmod(mode)
    with pytest.raises(SessionKeyUnsafe):
        session_key(path)


def test_a_cookie_dies_with_sign_out_with_the_next_sign_in_and_after_eight_hours(tmp_path: Path) -> None:
    clock = Clock()
    database = database_at(tmp_path / "studio.sqlite", clock)
    account = Accounts(database, CHEAP).create(NewAccount("mona", "Mona", Role.MODERATOR), None, "test")
    sessions, cookie = Sessions(database), {}
    sessions.begin(cookie, account)
    copy, token = dict(cookie), cookie["token"]
    assert token not in str(database.rows("SELECT * FROM sign_in"))
    sessions.begin(cookie, account)
    assert sessions.account(copy) is None
    copy = dict(cookie)
    sessions.end(cookie)
    assert sessions.account(copy) is None
    assert cookie == {}
    sessions.begin(cookie, account)
    clock.move(hours=7.99)
    assert sessions.account(cookie) == account
    clock.move(hours=0.01)
    assert sessions.account(cookie) is None
    for forged in ({}, {"token": None}, {"token": ""}, {"token": "guess"}, {"account": account.id}):
        assert sessions.account(forged) is None


def test_signing_in_voids_the_form_token_of_before(tmp_path: Path) -> None:
    database = database_at(tmp_path / "studio.sqlite", Clock())
    account = Accounts(database, CHEAP).create(NewAccount("mona", "Mona", Role.MODERATOR), None, "test")
    cookie: dict[str, str] = {}
    before = form_token(cookie)
    assert form_token_fits(cookie, before)
    Sessions(database).begin(cookie, account)
    assert not form_token_fits(cookie, before)
    assert not form_token_fits({}, None)
    assert not form_token_fits({"form": ""}, None)


def test_cookies_travel_no_wider_than_the_site_needs() -> None:
    local, public, space = (
        cookie_rules(secure=False, framed=False),
        cookie_rules(secure=True, framed=False),
        cookie_rules(secure=True, framed=True),
    )
    assert (local.same_site, local.https_only, local.partitioned) == ("lax", False, False)
    assert (public.same_site, public.https_only, public.partitioned) == ("lax", True, False)
    assert (space.same_site, space.https_only, space.partitioned) == ("none", True, True)


@pytest.mark.parametrize(
    ("host", "said", "may"),
    [
        ("127.0.0.1", False, True),
        ("localhost", False, True),
        ("::1", False, True),
        ("0.0.0.0", False, False),
        ("0.0.0.0", True, True),
    ],
)
def test_a_demo_leaves_this_machine_only_when_told_so(host: str, said: bool, may: bool) -> None:
    assert demo_may_bind(host, said_explicitly=said) is may
