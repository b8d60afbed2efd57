"""What a person at the terminal is asked and told when somebody is erased, and what receipts look like there."""

from argparse import Namespace
from pathlib import Path

import pytest

from moderation.access.accounts import Accounts
from moderation.errors import AccountRefused, NotYours
from moderation.rights.erasure_commands import erase, retention
from tests.moderation.access.little_site import CHEAP
from tests.moderation.sealed_scene import SealedScene

WORDS = "She wrote so on 2 May 2026."


@pytest.fixture
def scene(tmp_path: Path) -> SealedScene:
    scene = SealedScene(tmp_path)
    scene.measure("nora", "amara")
    scene.approved("image")
    return scene


def asked(**changes: object) -> Namespace:
    return Namespace(**{"id": "nora", "login": "admin", "words": WORDS, "yes": False, **changes})


def test_the_terminal_hears_what_will_happen_and_a_no_stops_it(scene: SealedScene) -> None:
    heard: list[str] = []

    def refuse(question: str) -> bool:
        heard.append(question)
        return False

    accounts = Accounts(scene.database, CHEAP)
    with pytest.raises(AccountRefused, match="Nothing was erased"):
        erase(scene.erasure, accounts, asked(), refuse)
    assert "What erasing Nora Lind does" in heard[0]
    assert "1 image that waits will be withdrawn" in heard[0]
    assert scene.count("erasure") == 0
    said = erase(scene.erasure, accounts, asked(), lambda _: True)
    assert said.startswith("Erased on 3 May 2026 at 12:00:00 UTC, receipt ")
    assert scene.state("image") == "withdrawn"


@pytest.mark.parametrize("login", ["modo", "agent", "nora"])
def test_only_an_administrator_is_asked(scene: SealedScene, login: str) -> None:
    with pytest.raises(NotYours):
        erase(scene.erasure, Accounts(scene.database, CHEAP), asked(login=login, yes=True), lambda _: True)


def test_a_closed_administrator_erases_nobody(scene: SealedScene) -> None:
    accounts = Accounts(scene.database, CHEAP)
    accounts.disable("admin", "test")
    with pytest.raises(NotYours, match="closed"):
        erase(scene.erasure, accounts, asked(yes=True), lambda _: True)


def test_receipts_name_what_went_and_why(scene: SealedScene) -> None:
    assert retention(scene.retention, Namespace(act="list")) == "Nothing was looked at yet."
    assert retention(scene.retention, Namespace(act="run")).endswith("nothing was over")
    scene.clock.forward(days=300)
    line = retention(scene.retention, Namespace(act="run"))
    assert "faces of amara (consent ended), nora (consent ended)" in line
    assert retention(scene.retention, Namespace(act="list")).splitlines()[0] == line
