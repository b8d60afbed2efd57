from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from moderation.access.accounts import NewAccount
from moderation.audit.chain import verify
from tests.twin.cast import ASSETS, CAST, WARDROBE, empty_registry
from twin import demo
from twin.errors import BadValue
from twin.licences.licence import check_within
from twin.plates.plate import read_index
from twin.plates.reference import plate_references
from twin.registry.portfolio import shoots_of, twins_for

CAST_OF_DEMO = demo.Demo.read(ASSETS / "demo")
REFERENCES = plate_references(ASSETS / "references", read_index(ASSETS / "references"))


@pytest.mark.parametrize("now", [datetime(2026, 11, 24, tzinfo=UTC), datetime(2044, 2, 29, 23, 59, tzinfo=UTC)])
def test_the_cast_can_be_planted_in_any_year_and_be_painted_at_once(now: datetime, tmp_path: Path) -> None:
    database = empty_registry(tmp_path, lambda: now)
    assert not demo.is_planted(database)
    with database.write("demo") as tx:
        demo.plant(tx, CAST_OF_DEMO, REFERENCES)
    assert demo.is_planted(database)
    for brand in ("osterby", "calloway"):
        twins = twins_for(database, brand, now)
        assert len(twins) >= 5
        assert all(twin.refusal == "" and twin.fictional and twin.limits for twin in twins)
        assert all(twin.until > now + timedelta(days=200) for twin in twins)
        assert len(shoots_of(database, brand)) == 1
    verify(database.rows("SELECT * FROM audit ORDER BY seq"))


def test_some_of_the_cast_are_shared_and_some_are_one_brands_alone() -> None:
    by_brand = {
        b["id"]: {told["twin"] for told in CAST_OF_DEMO.licences if told["brand"] == b["id"]} for b in CAST_OF_DEMO.brands
    }
    osterby, calloway = by_brand["osterby"], by_brand["calloway"]
    assert osterby & calloway
    assert osterby - calloway
    assert calloway - osterby
    assert osterby | calloway == set(CAST)


def test_everybody_has_a_consent_with_limits_no_training_and_garments() -> None:
    now = datetime(2030, 6, 1, tzinfo=UTC)
    consents = {person["id"]: demo.consent_of(person, now) for person in CAST_OF_DEMO.people}
    assert tuple(consents) == CAST
    assert all(consent.content_limits and not consent.training_allowed for consent in consents.values())
    assert all("fictional person" in consent.disclosure_text for consent in consents.values())
    assert all(WARDROBE.of(twin_id) for twin_id in CAST)
    for licence in CAST_OF_DEMO.licences:
        check_within(demo.licence_of(licence, now), consents[licence["twin"]])


def test_accounts_fill_every_role_but_the_administrators_and_belong_to_the_cast() -> None:
    roles = [account.role for account in CAST_OF_DEMO.accounts]
    assert {role: roles.count(role) for role in roles} == {"creative": 2, "moderator": 2, "model": 8, "agency": 2}
    known = {
        "creative": {b["id"] for b in CAST_OF_DEMO.brands},
        "agency": {a["id"] for a in CAST_OF_DEMO.agencies},
        "model": set(CAST),
    }
    for account in CAST_OF_DEMO.accounts:
        NewAccount(account.login, account.name, account.role, account.belongs_to)  # type: ignore[arg-type]
        assert account.belongs_to in known.get(account.role, {None})
    of_brand = {account.id: account.belongs_to for account in CAST_OF_DEMO.accounts}
    assert all(of_brand[shoot["account"]] == shoot["brand"] for shoot in CAST_OF_DEMO.shoots)


def test_a_cast_that_contradicts_itself_leaves_the_registry_empty(tmp_path: Path) -> None:
    database = empty_registry(tmp_path)
    with pytest.raises(BadValue), database.write("demo") as tx:
        demo.plant(tx, CAST_OF_DEMO, [*REFERENCES, REFERENCES[0]])
    assert not demo.is_planted(database)


def test_fixtures_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadValue, match=r"cannot be read"):
        demo.Demo.read(tmp_path)
