"""What the command line does with accounts."""

from argparse import Namespace
from pathlib import Path

import pytest

from moderation import commands
from moderation.access.account import Role
from moderation.access.accounts import Accounts, NewAccount
from moderation.access.invitation import Invitations
from moderation.errors import AccountRefused, NotFound, NotYours
from tests.moderation.access.little_site import CHEAP, PASSWORD, Clock, database_at


@pytest.fixture
def accounts(tmp_path: Path) -> Accounts:
    return Accounts(database_at(tmp_path / "studio.sqlite", Clock()), CHEAP)


def test_a_model_is_added_with_a_link_that_opens_once(accounts: Accounts) -> None:
    added = commands.add(accounts, NewAccount("nora", "Nora", Role.MODEL, "nora"), None, "http://127.0.0.1:7860/")
    assert added.link is not None
    assert added.link in added.sentence()
    address, token = added.link.rsplit("/", 1)
    assert address == "http://127.0.0.1:7860/invitation"
    assert Invitations(accounts).accept(token, PASSWORD).login == "nora"
    with pytest.raises(AccountRefused):
        commands.invite(accounts, "nora", "http://127.0.0.1:7860")


def test_a_studio_gets_one_first_administrator(accounts: Accounts) -> None:
    assert commands.lacks_administrator(accounts)
    commands.first_administrator(accounts, "ada", "Ada", PASSWORD)
    assert not commands.lacks_administrator(accounts)
    with pytest.raises(AccountRefused):
        commands.first_administrator(accounts, "eve", "Eve", PASSWORD)


def test_the_listing_tells_who_can_come_in_and_no_secret(accounts: Accounts) -> None:
    commands.add(accounts, NewAccount("carla", "Carla", Role.CREATIVE, "north"), PASSWORD, "")
    commands.add(accounts, NewAccount("mona", "Mona", Role.MODERATOR), None, "")
    commands.disable(accounts, "carla")
    lines = commands.listing(accounts)
    assert ["(disabled)" in line for line in lines] == [True, False]
    assert ["(no password)" in line for line in lines] == [False, True]
    assert "argon2" not in "".join(lines)
    assert "north" in lines[0]


def asked(act: str, login: str = "", **more: str | None) -> Namespace:
    return Namespace(**{"act": act, "login": login, "name": None, "role": None, "of": None, **more})


def never(login: str) -> str:
    raise AssertionError(f"a password for {login} was asked for")


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        (asked("add", "gil", role="agency"), "which agency with --of ID; twin-studio people list"),
        (asked("add", "mona", role="administrator"), "mona is taken"),
        (asked("add", "ada", role="administrator", of="north"), "belongs to no brand"),
        (asked("password", "nobody"), "no account nobody"),
        (asked("password", "nora"), "Only the model herself"),
        (asked("role", "mona", role="creative"), "which brand with --of ID"),
    ],
    ids=["nobody's agency", "taken", "of too much", "unknown", "a model's", "nobody's brand"],
)
def test_what_cannot_be_is_refused_before_anybody_types_a_password(accounts: Accounts, said: Namespace, refusal: str) -> None:
    commands.add(accounts, NewAccount("mona", "Mona", Role.MODERATOR), PASSWORD, "")
    commands.add(accounts, NewAccount("nora", "Nora", Role.MODEL, "nora"), None, "")
    with pytest.raises((AccountRefused, NotFound, NotYours), match=refusal):
        commands.users(accounts, said, never, "")


def test_a_role_is_changed_and_a_link_says_what_it_does(accounts: Accounts) -> None:
    commands.add(accounts, NewAccount("mona", "Mona", Role.MODERATOR), PASSWORD, "")
    commands.add(accounts, NewAccount("nora", "Nora", Role.MODEL, "nora"), None, "")
    assert "mona has the role creative" in commands.users(accounts, asked("role", "mona", role="creative", of="north"), never, "")
    assert accounts.by_login("mona").brand_id == "north"
    link = commands.users(accounts, asked("invite", "nora"), never, "http://here")
    assert link.startswith("This link sets the password, once, within 72 hours")
    assert "http://here/invitation/" in link
