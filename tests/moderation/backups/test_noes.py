"""Whoever said no after a backup was made is heard again when it is restored, and what nobody knows of is withdrawn."""

from pathlib import Path

import pytest

from moderation.access.account import Role
from moderation.access.accounts import NO_PASSWORD
from moderation.backups.noes import KIND
from moderation.errors import AccountRefused, IllegalMove, NotYours
from moderation.keys.her_word import Signed
from moderation.reach import Reach
from tests.moderation.backed_up import Site, confirm_in, house_at, killed_at
from tests.moderation.her_hand import SheSigns, fingerprint, key_of, sign
from tests.moderation.scene import AGENT, MAYA, MODO, NORA

PASSWORDS = ("a long first password", "a long second password")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def states(site: Site) -> dict[str, str]:
    return {row["id"]: row["state"] for row in site.restored().database.rows("SELECT id, state FROM render")}


def reviewed(site: Site, image: str, choice: str) -> None:
    token = site.house.desk.claim(MODO, image)["token"]
    version = site.scene.render(image)["version"]
    site.house.desk.review(MODO, image, version, choice, "quality" if choice == "refuse" else None, "", token)


def test_every_no_since_the_backup_stands_again_and_what_waited_waits(site: Site) -> None:
    scene, hers = site.scene, SheSigns(site.house.signs)
    for image in ("her-no", "her-wish", "untouched", "yes-since"):
        scene.judged(image)
    for image in ("approved", "undone", "undone-and-refused"):
        scene.approved(image)
    for image in ("moderated", "passed-then-no", "in-review"):
        scene.judged(image, "refer")
    scene.judged("blocked", "block")
    scene.order("queued")
    site.back_up()
    hers.refuse(NORA, "her-no", "quality", "Not this one.")
    hers.ask_change(NORA, "her-wish", "Softer light, please.")
    hers.approve(NORA, "yes-since", scene.render("yes-since")["id"] and _sealed(site, "yes-since"))
    for image in ("undone", "undone-and-refused"):
        hers.undo(NORA, image)
    hers.refuse(NORA, "undone-and-refused", "content")
    reviewed(site, "moderated", "refuse")
    reviewed(site, "passed-then-no", "pass")
    hers.refuse(NORA, "passed-then-no", "not-her")
    restored = site.restore()
    assert states(site) == {
        **{"her-no": "refused", "her-wish": "change asked", "undone": "her turn", "undone-and-refused": "refused"},
        **{"moderated": "refused", "passed-then-no": "withdrawn", "approved": "withdrawn", "queued": "withdrawn"},
        **{"untouched": "her turn", "yes-since": "her turn", "in-review": "in review", "blocked": "blocked"},
    }
    assert (restored.carried_out, restored.withdrawn, restored.waiting) == (7, 2, 4)
    house = site.restored()
    columns = "id, render_id, choice, reason_code, note, account_id, signature_id, decided_at"
    said = f"SELECT {columns} FROM decision WHERE choice IN ('refuse', 'change', 'undo') ORDER BY id, render_id"
    assert house.database.rows(said) == site.house.database.rows(said)
    confirm_in(house, site.witness())
    with pytest.raises(IllegalMove, match="her no is final"):
        house.desk.appeal(MAYA, "her-no", "Look at it again, please.")
    assert SheSigns(house.signs).approve(NORA, "untouched", _sealed(site, "untouched"))
    assert house.releases.release(MAYA, "untouched")


def _sealed(site: Site, image: str) -> str:
    return str(site.house.database.rows("SELECT sealed_sha256 FROM submission WHERE render_id = ?", [image])[0]["sealed_sha256"])


def test_a_permission_that_she_ended_since_the_backup_stays_ended_and_her_agencys_no_is_heard(site: Site) -> None:
    behalf = site.house.behalf

    def allow(*, allowed: bool) -> None:
        statement = behalf.statement(NORA, fingerprint(key_of(NORA)), allowed=allowed)
        behalf.allow(NORA, allowed=allowed, word=Signed(statement, sign(key_of(NORA), statement)))

    for image in ("one", "two"):
        site.scene.judged(image)
    allow(allowed=True)
    site.back_up()
    behalf.refuse(AGENT, "one", "quality")
    allow(allowed=False)
    site.restore()
    house = site.restored()
    confirm_in(house, site.witness())
    assert states(site) == {"one": "refused", "two": "her turn"}
    assert house.behalf.standing(NORA).allowed is False  # type: ignore[union-attr]
    with pytest.raises(NotYours):
        house.behalf.refuse(AGENT, "two", "quality")


def test_an_account_that_ended_since_the_backup_lets_nobody_in(site: Site) -> None:
    accounts, rows = site.house.accounts, site.house.database.rows
    accounts.set_password(MODO.login, PASSWORDS[0], "test")
    accounts.set_password(MAYA.login, PASSWORDS[0], "test")
    site.back_up()
    accounts.disable(MODO.login, "test")
    accounts.set_password(MAYA.login, PASSWORDS[1], "test")
    accounts.change_role(AGENT.login, Role.MODERATOR, None, "test")
    site.restore()
    house = site.restored()
    confirm_in(house, site.witness())
    wanted = "SELECT disabled_at, role, agency_id FROM account ORDER BY id"
    assert house.database.rows(wanted) == rows(wanted)
    for login in (MODO.login, MAYA.login):
        for password in PASSWORDS:
            with pytest.raises(AccountRefused):
                house.accounts.authenticate(login, password, "here")
    assert house.accounts.by_login(AGENT.login).role is Role.MODERATOR
    locked = house.database.rows("SELECT password_hash FROM account WHERE id = ?", [MAYA.id])[0]
    assert locked["password_hash"] == NO_PASSWORD


def test_a_no_that_was_noted_when_the_power_went_is_said_at_the_next_start(site: Site) -> None:
    site.scene.judged("image")
    folder, clock = site.folder / "home", site.scene.clock
    for database in (site.house.database, site.scene.database):
        database.close()

    def act(reach: Reach) -> None:
        SheSigns(house_at(folder, clock, reach).signs).refuse(NORA, "image", "quality")

    assert killed_at("decide.no-noted", act)
    house = house_at(folder, clock)
    assert house.database.rows("SELECT state FROM render") == [{"state": "her turn"}]
    for _ in range(2):
        house.catch_up()
        assert house.database.rows("SELECT state FROM render") == [{"state": "refused"}]
        signed = house.database.rows("SELECT g.subject_id FROM decision d JOIN signature g ON g.id = d.signature_id")
        assert signed == [{"subject_id": "image"}]
    assert [line["kind"] for line in house.tombstones.lines()] == ["begun", KIND]
