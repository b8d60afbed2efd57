from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.twin.cast import NOW
from tests.twin.registry.test_registry import CAST, Studio, look
from twin import demo
from twin.errors import NotFound
from twin.registry import registry
from twin.registry.portfolio import cast, licences_of, renders_of, shoots_of, twin_for, twins_for


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio(tmp_path)


def test_a_brand_sees_its_own_twins_by_name_and_nobody_elses(studio: Studio) -> None:
    assert [twin.name for twin in twins_for(studio.database, "osterby", NOW)] == ["Amara", "Haru", "Kofi", "Luca", "Mei", "Nora"]
    assert [twin.name for twin in twins_for(studio.database, "calloway", NOW)] == ["Ines", "Kofi", "Mei", "Nora", "Viktor"]
    assert twins_for(studio.database, "nosuch", NOW) == ()
    with pytest.raises(NotFound):
        twin_for(studio.database, "calloway", "luca", NOW)


def test_a_twin_comes_with_what_the_licence_allows_and_the_consent_limits(studio: Studio) -> None:
    nora = twin_for(studio.database, "calloway", "nora", NOW)
    assert (nora.licence_id, nora.fee_minor, nora.currency, nora.payment_days) == ("calloway-nora", 15500, "EUR", 30)
    assert nora.media == ("web shop", "lookbook")
    assert (nora.fee_model, nora.exclusivity, nora.category, nora.consent_id) == ("image", "none", "shirts", "nora-1")
    assert nora.first_use == NOW - demo.STARTED
    assert nora.until == NOW - demo.STARTED + timedelta(days=300)
    assert "I am not shown with alcohol." in nora.limits
    assert (nora.images_left, nora.max_images, nora.refusal) == (150, 150, "")


def test_a_licence_that_no_longer_holds_is_shown_with_its_reason(studio: Studio) -> None:
    studio.revoke("consent", "nora-1")
    nora = twin_for(studio.database, "calloway", "nora", NOW)
    assert nora.refusal == "Nora has taken the consent back; nothing new can be painted."
    mei = twin_for(studio.database, "calloway", "mei", NOW + timedelta(days=400))
    assert mei.refusal.startswith("The licence for Mei ended on")


def test_of_two_licences_the_one_that_permits_painting_is_shown(studio: Studio) -> None:
    told = next(told for told in CAST.licences if told["id"] == "calloway-nora")
    first = replace(demo.licence_of(told, NOW), earliest_use_at=None)
    with studio.write() as tx:
        registry.add_licence(tx, replace(first, ends_at=NOW + timedelta(days=5)), "nora-1", licence_id="short")
        registry.add_licence(
            tx, replace(first, starts_at=NOW + timedelta(days=5), ends_at=first.ends_at + timedelta(days=5)), "nora-1"
        )
    assert len([twin for twin in licences_of(studio.database, "calloway", NOW) if twin.twin_id == "nora"]) == 3
    assert twin_for(studio.database, "calloway", "nora", NOW).licence_id == "calloway-nora"
    studio.revoke("licence", "calloway-nora")
    assert twin_for(studio.database, "calloway", "nora", NOW).licence_id == "short"


def test_shoots_come_newest_first_with_their_number_of_images(studio: Studio) -> None:
    studio.render("queued", 1)
    studio.now += timedelta(hours=1)
    with studio.write() as tx:
        registry.open_shoot(tx, "calloway", "Second", "theo")
    assert [(shoot.title, shoot.images) for shoot in shoots_of(studio.database, "calloway")] == [
        ("Second", 0),
        ("Shirts for the new season", 1),
    ]
    assert [shoot.id for shoot in shoots_of(studio.database, "osterby")] == ["osterby-autumn"]


def test_images_come_newest_first_numbered_with_look_state_and_progress(studio: Studio) -> None:
    studio.render("her turn", 1)
    studio.now += timedelta(minutes=1)
    studio.render("painting", 2, "calloway-mei")
    with studio.write() as tx:
        tx.execute(
            "INSERT INTO job (id, render_id, kind, state, attempt, not_before, step, steps, created_at)"
            " VALUES ('j', 'painting-2', 'paint', 'running', 1, :now, 3, 8, :now)",
            {"now": tx.now},
        )
    newest, oldest = renders_of(studio.database, "calloway", "calloway-shirts")
    assert (newest.number, newest.twin_name, newest.state, newest.step, newest.steps) == (2, "Mei", "painting", 3, 8)
    assert (oldest.number, oldest.twin_name, oldest.state, oldest.step, oldest.steps) == (1, "Nora", "her turn", 0, 0)
    assert oldest.look == look()
    assert newest.made_at - oldest.made_at == timedelta(minutes=1)


def test_another_brands_shoot_does_not_exist(studio: Studio) -> None:
    for shoot_id in ("calloway-shirts", "nosuch"):
        with pytest.raises(NotFound):
            renders_of(studio.database, "osterby", shoot_id)


def test_nobody_who_had_herself_erased_stays_in_the_list(studio: Studio) -> None:
    with studio.write() as tx:
        tx.execute("INSERT INTO erasure VALUES ('x', 'nora', 'nora', 'hers', '', '{}', ?)", [tx.now])
    assert "Nora" not in [twin.name for twin in twins_for(studio.database, "osterby", NOW)]
    assert all(licensed.twin_id != "nora" for licensed in licences_of(studio.database, "calloway", NOW))
    assert "nora" not in [one.id for one in cast(studio.database)]
    with pytest.raises(NotFound):
        twin_for(studio.database, "osterby", "nora", NOW)
