"""An administrator looks after accounts and sees what failed, and can set nobody's password."""

from pathlib import Path

import pytest

from moderation.access.account import Account, Role
from moderation.access.accounts import Accounts, NewAccount
from moderation.administration import Administration
from moderation.errors import AccountRefused, NotFound
from tests.moderation.access.little_site import CHEAP, PASSWORD
from tests.moderation.scene import ADMIN, EVERYBODY, NORA, Scene


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def desk(scene: Scene, *, demo: bool = False) -> Administration:
    return Administration(scene.database, Accounts(scene.database, CHEAP), demo=demo)


def test_failures_are_told_with_their_reasons(scene: Scene) -> None:
    scene.order("broken", state="failed")
    scene.judged("unsure", "unexamined")
    with scene.database.write("test") as tx:
        tx.execute(
            "INSERT INTO job (id, render_id, kind, state, attempt, not_before, error, created_at, ended_at)"
            " VALUES ('job', 'broken', 'paint', 'failed', 3, ?, 'The painter ran out of memory.', ?, ?)",
            [tx.now] * 3,
        )
        tx.record("backup.made", "monday.tar")
    seen = desk(scene).overview(ADMIN)
    assert [(row["kind"], row["error"]) for row in seen.failed] == [("paint", "The painter ran out of memory.")]
    assert [(row["safeguard"], row["images"], row["reason"]) for row in seen.unexamined] == [
        ("safeguard-0", 1, "It was measured.")
    ]
    assert [row["subject"] for row in seen.backups] == ["monday.tar"]
    assert (seen.counts["failed"], seen.counts["protected"], seen.protected_most) == (1, 0, 36)
    assert {row["login"]: row["of"] for row in seen.accounts}["nora"] == "Nora Lind"
    assert all("hash" not in name for row in seen.accounts for name in row)


def test_a_link_is_for_whoever_has_no_password_yet_and_never_in_a_demo(scene: Scene) -> None:
    accounts = Accounts(scene.database, CHEAP)
    accounts.create(NewAccount("guarded", "Guarded", Role.MODERATOR), PASSWORD, "test")
    assert len(desk(scene).invite(ADMIN, "nora")) > 30
    with pytest.raises(AccountRefused, match="has set a password already"):
        desk(scene).invite(ADMIN, "guarded")
    with pytest.raises(AccountRefused, match="In a demo"):
        desk(scene, demo=True).invite(ADMIN, "nora")
    with pytest.raises(NotFound):
        desk(scene).invite(ADMIN, "nosuch")


def test_an_account_is_disabled_once_and_never_the_own(scene: Scene) -> None:
    with pytest.raises(AccountRefused, match="you are using"):
        desk(scene).disable(ADMIN, "Admin")
    desk(scene).disable(ADMIN, "mina")
    with pytest.raises(AccountRefused, match="already"):
        desk(scene).disable(ADMIN, "mina")
    assert scene.database.rows("SELECT actor FROM audit WHERE event = 'account.disabled'") == [{"actor": "admin"}]


@pytest.mark.parametrize("account", [one for one in EVERYBODY if one is not ADMIN], ids=lambda one: one.id)
def test_nobody_else_administers(scene: Scene, account: Account) -> None:
    office = desk(scene)
    for act in (office.overview, lambda one: office.disable(one, "mina"), lambda one: office.invite(one, NORA.login)):
        with pytest.raises(NotFound):
            act(account)
    assert scene.count("invitation") == 0
