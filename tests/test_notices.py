"""A worker of a real studio sends notices at its turns; nothing is sent inside the network, and a demo sends nothing at all."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

import app
from moderation.access.account import Role
from moderation.access.accounts import NewAccount
from tests.moderation.scene import insert
from twin.settings import Settings


@pytest.mark.parametrize("kind", ["studio", "demo"])
def test_a_worker_sends_at_its_turns_in_a_studio_alone(tmp_path: Path, kind: str) -> None:
    settings = Settings(home=tmp_path / "home", wanted=kind)
    house = app.open_studio(settings, lambda: datetime.now(UTC), lambda _: None).judging
    admin = house.accounts.create(NewAccount("adi", "Adi", Role.ADMINISTRATOR), None, "test")
    ways, sealed = house.notices.ways, house.notices.ways.key()
    if kind == "studio":
        ways.switch(admin, "https://studio.example")
        ways.add_webhook(admin, admin, "https://127.0.0.1/inside")
        way = house.database.rows("SELECT id FROM notice_way")[0]["id"]
    else:
        way = "a-way-put-there"
    with house.database.write("test") as tx:
        if kind == "demo":
            tx.execute("INSERT INTO outbox_switch VALUES (1, 'https://studio.example')")
            row = {"id": way, "account_id": admin.id, "kind": "mail", "added_by": admin.id, "added_at": tx.now}
            insert(tx, "notice_way", {**row, "sealed_target": sealed.seal(b"a@b.example", f"target/{way}")})
        row = {"id": "n", "account_id": admin.id, "kind": "recall", "event": "1", "subject_id": "x", "n": 1}
        insert(tx, "notice", {**row, "happened_at": tx.now, "made_at": tx.now})
        row = {"id": "d", "notice_id": "n", "way_id": way, "state": "waiting", "not_before": tx.now}
        insert(tx, "delivery", {**row, "made_at": tx.now, "link_ends_at": "9999"})

    house.at_every_turn()

    (left,) = house.database.rows("SELECT state, attempts, problem FROM delivery")
    tried = "The webhook's host has an address that is not public; nothing is sent there."
    assert left == {
        "state": "waiting",
        "attempts": 1 if kind == "studio" else 0,
        "problem": tried if kind == "studio" else "",
    }
