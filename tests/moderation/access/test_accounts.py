"""Accounts, their passwords, and the links by which people set their own."""

from datetime import timedelta
from pathlib import Path

import pytest

from moderation.access.account import Account, Role
from moderation.access.accounts import Accounts, NewAccount
from moderation.access.invitation import Invitations
from moderation.access.session import Sessions
from moderation.errors import AccountRefused, NotFound, NotYours, TooManyAttempts
from tests.moderation.access.little_site import CHEAP, PASSWORD, Clock, database_at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def accounts(tmp_path: Path, clock: Clock) -> Accounts:
    return Accounts(database_at(tmp_path / "studio.sqlite", clock), CHEAP)


def events(accounts: Accounts) -> list[str]:
    return [row["event"] for row in accounts.database.rows("SELECT event FROM audit ORDER BY seq")]


@pytest.mark.parametrize(
    ("role", "belonging"),
    [
        (Role.CREATIVE, {}),
        (Role.CREATIVE, {"brand_id": "north", "person_id": "nora"}),
        (Role.MODEL, {"brand_id": "north"}),
        (Role.MODERATOR, {"agency_id": "a"}),
    ],
)
def test_an_account_belongs_exactly_where_its_role_belongs(role: Role, belonging: dict[str, str]) -> None:
    with pytest.raises(AccountRefused):
        Account("1", "carla", "Carla", role, **belonging)


def test_an_unknown_role_is_no_role() -> None:
    with pytest.raises(ValueError):
        Account("1", "carla", "Carla", "owner")  # type: ignore[arg-type]


@pytest.mark.parametrize("login", ["", "a", "Carla", "carla rossi", "../carla", "c" * 65])
def test_a_login_that_a_person_could_mistake_is_refused(login: str) -> None:
    with pytest.raises(AccountRefused):
        NewAccount(login, "Carla", Role.MODERATOR)


def test_the_right_password_opens_the_account_and_no_other_does(accounts: Accounts) -> None:
    made = accounts.create(NewAccount("carla", "Carla", Role.CREATIVE, "north"), PASSWORD, "test")
    assert accounts.authenticate("carla", PASSWORD, "10.0.0.1") == made
    answers = set()
    for login, password in (("carla", PASSWORD + "x"), ("nobody", PASSWORD), ("carla", "!")):
        with pytest.raises(AccountRefused) as refused:
            accounts.authenticate(login, password, "10.0.0.1")
        answers.add(str(refused.value))
    assert len(answers) == 1
    assert PASSWORD not in str(accounts.database.rows("SELECT * FROM account"))


def test_an_account_without_a_password_is_opened_by_none(accounts: Accounts) -> None:
    accounts.create(NewAccount("carla", "Carla", Role.CREATIVE, "north"), None, "test")
    for password in ("", "!", PASSWORD):
        with pytest.raises(AccountRefused):
            accounts.authenticate("carla", password, "10.0.0.1")


def test_logins_brands_and_people_are_not_used_twice_or_invented(accounts: Accounts) -> None:
    accounts.create(NewAccount("nora", "Nora", Role.MODEL, "nora"), None, "test")
    for new, fact in (
        (NewAccount("nora", "Nora", Role.MODERATOR), "taken"),
        (NewAccount("nora2", "Nora", Role.MODEL, "nora"), "has an account"),
        (NewAccount("carla", "Carla", Role.CREATIVE, "west"), "no brand west"),
    ):
        with pytest.raises(AccountRefused, match=fact):
            accounts.create(new, None, "test")
    assert events(accounts) == ["account.created"]


def test_guessing_stops_after_ten_tries_at_a_login_and_goes_on_after_the_window(accounts: Accounts, clock: Clock) -> None:
    accounts.create(NewAccount("carla", "Carla", Role.CREATIVE, "north"), PASSWORD, "test")
    for number in range(10):
        with pytest.raises(AccountRefused):
            accounts.authenticate("CARLA", "wrong", f"10.0.0.{number}")
    with pytest.raises(TooManyAttempts, match="15 minutes"):
        accounts.authenticate("carla", PASSWORD, "10.0.1.1")
    clock.move(minutes=15)
    assert accounts.authenticate("carla", PASSWORD, "10.0.1.1").login == "carla"


def test_one_address_may_not_try_many_logins(accounts: Accounts) -> None:
    for number in range(30):
        with pytest.raises(AccountRefused):
            accounts.authenticate(f"guess{number}", "wrong", "10.0.0.1")
    with pytest.raises(TooManyAttempts):
        accounts.authenticate("another", "wrong", "10.0.0.1")
    with pytest.raises(AccountRefused):
        accounts.authenticate("another", "wrong", "10.0.0.2")


def test_a_change_of_password_role_or_standing_ends_every_session(accounts: Accounts) -> None:
    sessions = Sessions(accounts.database)
    accounts.create(NewAccount("mona", "Mona", Role.MODERATOR), PASSWORD, "test")
    for change in (
        lambda: accounts.set_password("mona", PASSWORD + "2", "test"),
        lambda: accounts.change_role("mona", Role.CREATIVE, "north", "test"),
        lambda: accounts.disable("mona", "test"),
    ):
        cookie: dict[str, str] = {}
        sessions.begin(cookie, accounts.by_login("mona"))
        assert sessions.account(cookie) is not None
        change()
        assert sessions.account(cookie) is None
    with pytest.raises(AccountRefused):
        accounts.authenticate("mona", PASSWORD + "2", "10.0.0.1")


def test_nobody_but_the_model_sets_her_password_or_becomes_her(accounts: Accounts) -> None:
    accounts.create(NewAccount("nora", "Nora", Role.MODEL, "nora"), None, "test")
    accounts.create(NewAccount("mona", "Mona", Role.MODERATOR), PASSWORD, "test")
    for attempt in (
        lambda: accounts.set_password("nora", PASSWORD, "test"),
        lambda: accounts.create(NewAccount("ines", "Ines", Role.MODEL, "ines"), PASSWORD, "test"),
        lambda: accounts.change_role("mona", Role.MODEL, "ines", "test"),
        lambda: accounts.change_role("nora", Role.MODERATOR, None, "test"),
    ):
        with pytest.raises(NotYours):
            attempt()


def test_an_invitation_sets_a_password_once(accounts: Accounts) -> None:
    accounts.create(NewAccount("nora", "Nora", Role.MODEL, "nora"), None, "test")
    invitations = Invitations(accounts)
    first, token = invitations.make("nora", "test"), invitations.make("nora", "test")
    assert token not in str(accounts.database.rows("SELECT * FROM invitation"))
    with pytest.raises(NotFound):
        invitations.accept(first, PASSWORD)
    with pytest.raises(AccountRefused, match="12 to"):
        invitations.accept(token, "short")
    assert invitations.accept(token, PASSWORD).login == "nora"
    with pytest.raises(NotFound):
        invitations.accept(token, PASSWORD + "2")
    assert accounts.authenticate("nora", PASSWORD, "10.0.0.1").person_id == "nora"
    with pytest.raises(AccountRefused, match="already"):
        invitations.make("nora", "test")


def test_an_invitation_runs_out(accounts: Accounts, clock: Clock) -> None:
    accounts.create(NewAccount("nora", "Nora", Role.MODEL, "nora"), None, "test")
    token = Invitations(accounts).make("nora", "test")
    clock.now += timedelta(hours=72)
    with pytest.raises(NotFound):
        Invitations(accounts).invited(token)


def test_everybody_changes_her_own_password_with_the_present_one(accounts: Accounts) -> None:
    mona = accounts.create(NewAccount("mona", "Mona", Role.MODERATOR), PASSWORD, "test")
    fresh = "another long sentence"
    for present, new in (("wrong", fresh), (PASSWORD, "short"), (PASSWORD, PASSWORD), (PASSWORD, "this has mona in it")):
        with pytest.raises(AccountRefused):
            accounts.change_own(mona, present, new, "here")
    changed = accounts.change_own(mona, PASSWORD, fresh, "here")
    assert changed.session_version == mona.session_version + 1
    assert accounts.authenticate("mona", fresh, "here").id == mona.id
    with pytest.raises(AccountRefused):
        accounts.authenticate("mona", PASSWORD, "here")
    guesses = []
    for _ in range(11):
        with pytest.raises((AccountRefused, TooManyAttempts)) as refused:
            accounts.change_own(mona, "a guess", "a third long sentence", "here")
        guesses.append(refused.type)
    assert guesses[-1] is TooManyAttempts
