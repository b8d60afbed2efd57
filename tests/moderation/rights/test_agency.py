"""An agency sees its own people, what they allowed and what they are owed; of others it learns nothing."""

from dataclasses import replace
from pathlib import Path

import pytest

from moderation.access.account import Account
from moderation.desk.comments import Comments
from moderation.errors import NotFound
from moderation.keys.keyring import Keyring
from moderation.keys.person_keys import PersonKeys
from moderation.money.payouts import Payouts
from moderation.rights.agency import AgencyView, Owed
from tests.moderation.scene import ADMIN, AGENT, EVERYBODY, MODO, NORA, Scene

ELSEWHERE = replace(AGENT, id="else", agency_id="nobody")


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_it_sees_its_people_their_rights_and_their_money(scene: Scene) -> None:
    scene.judged("waits")
    scene.released("out")
    Payouts(scene.database).record(ADMIN, "person", "nora", 185, "EUR", "transfer 1")
    (nora,) = AgencyView(scene.database).people(AGENT)
    assert (nora.person_id, nora.twin_id, nora.waiting, nora.drafts, nora.may_refuse) == ("nora", "nora", 1, 0, False)
    assert nora.consent_until is not None
    assert nora.consent_until[:10] == "2026-12-31"
    assert nora.licences == 4
    assert nora.money == (Owed("EUR", 10_000, 185),)  # 123.45 less 17.5 %, of which 1.85 were paid


def test_what_she_took_back_counts_no_longer(scene: Scene) -> None:
    scene.rights.revoke(NORA, "consent", "nora-1", "Enough.")
    scene.clock.forward(seconds=1)
    (nora,) = AgencyView(scene.database).people(AGENT)
    assert (nora.consent_until, nora.licences) == (None, 0)
    folder = AgencyView(scene.database).folder(AGENT, "nora")
    assert len(folder.taken_back) == 1
    assert folder.consents[0]["taken_back_at"] is not None


def test_a_folder_has_what_waits_first_and_counts_only_comments_that_it_may_read(scene: Scene, tmp_path: Path) -> None:
    scene.judged("waits")
    scene.clock.forward(hours=1)
    scene.released("out")
    comments = Comments(scene.database, PersonKeys(scene.database, Keyring(tmp_path / "keys" / "persons")))
    comments.say(MODO, "waits", "Between ourselves.", audience="desk")
    comments.say(MODO, "waits", "To her and you.", audience="hers")
    images = AgencyView(scene.database).folder(AGENT, "nora").images
    assert [(image["id"], image["state"], image["comments"]) for image in images] == [
        ("waits", "her turn", 1),
        ("out", "released", 0),
    ]


@pytest.mark.parametrize("account", [one for one in EVERYBODY if one is not AGENT], ids=lambda one: one.id)
def test_no_other_role_looks_in(scene: Scene, account: Account) -> None:
    view = AgencyView(scene.database)
    for ask in (view.name, view.people, lambda one: view.folder(one, "nora")):
        with pytest.raises(NotFound):
            ask(account)


def test_another_agencys_people_do_not_exist(scene: Scene) -> None:
    view = AgencyView(scene.database)
    assert view.people(ELSEWHERE) == ()
    for account, person in ((ELSEWHERE, "nora"), (AGENT, "amara"), (AGENT, "nosuch")):
        with pytest.raises(NotFound):
            view.folder(account, person)


def test_whoever_had_herself_erased_is_gone_from_the_list(scene: Scene) -> None:
    with scene.database.write("test") as tx:
        tx.execute("INSERT INTO erasure VALUES ('x', 'nora', 'nora', 'hers', '', '{}', ?)", [tx.now])
    assert AgencyView(scene.database).people(AGENT) == ()
