"""A licence is written at the card's rates, within consent, after notice, and never beside what excludes it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest

from moderation.audit.chain import verify
from moderation.database import Database
from tests.moderation.scene import insert
from tests.twin.cast import ASSETS, NOW, empty_registry
from tests.twin.rig import MIRA, Clock, Rig
from twin import demo
from twin.consents.consent import Medium, PayBasis
from twin.errors import BadValue, ConsentWithdrawn, LicenceRefuses, NotFound, TwinError
from twin.licences.licence import Exclusivity
from twin.licences.licensing import Proposal
from twin.ports import Transaction
from twin.registry import registry
from twin.registry.written import read_licence

CAST = demo.Demo.read(ASSETS / "demo")
SOON = NOW + timedelta(days=10)
SHIRTS = Proposal(
    consent_id="nora-1",
    brand_id="osterby",
    campaign="Shirts",
    advertiser="Osterby Knit",
    product_line="shirts",
    uses=("Product pages of the web shop",),
    media=(Medium.WEB_SHOP, Medium.EMAIL),
    territory="EU",
    payment_days=30,
    max_images=3,
    starts_at=SOON,
    ends_at=SOON + timedelta(days=100),
    agreed_minor=14_000,
)


@dataclass(frozen=True)
class Agent:
    """An account of an agency."""

    id: str = "greta"
    agency_id: str | None = "lantern"


GRETA, DARIO = Agent(), Agent("dario", "meridian")


class Office:
    """The demo's registry, and a clock that tests turn."""

    def __init__(self, folder: Path) -> None:
        self.now: datetime = NOW
        self.database: Database = empty_registry(folder, lambda: self.now)
        with self.write() as tx:
            demo.plant(tx, CAST, [])

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        with self.database.write("test") as tx:
            yield tx

    def licence(self, proposal: Proposal, agent: Agent = GRETA, **known: Any) -> dict[str, Any]:
        with self.write() as tx:
            new = registry.write_licence(tx, agent, proposal, **known)
            return tx.execute("SELECT * FROM licence WHERE id = ?", [new])[0]

    def refusal(self, proposal: Proposal, agent: Agent = GRETA) -> str:
        with pytest.raises(TwinError) as refused:
            self.licence(proposal, agent)
        return str(refused.value)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def test_a_licence_is_priced_by_the_card_and_keeps_how(office: Office) -> None:
    row = office.licence(replace(SHIRTS, agreed_minor=None, media=(Medium.WEB_SHOP, Medium.SOCIAL, Medium.PRINT), max_images=9))
    licence = read_licence(row)
    assert licence.fee_minor == 14_560  # 140.00 × 1.3 for the media × 0.8 for half a year
    assert licence.priced is not None
    assert (licence.priced.card_id, licence.priced.rate.fee_minor) == ("lantern-rates-1", licence.fee_minor)
    assert (licence.commission_bp, licence.category, licence.earliest_use_at) == (1800, "shirts", SOON)
    audit = office.database.rows("SELECT * FROM audit ORDER BY seq")
    verify(audit)
    assert audit[-1]["event"] == "licence.written"
    assert '"account_id":"greta"' in audit[-1]["facts"]


def test_every_licence_of_the_demo_is_what_its_card_gives() -> None:
    priced = [CAST.priced(demo.licence_of(told, NOW)) for told in CAST.licences]
    assert sum(licence.priced is not None for licence in priced) == len(priced) - 1  # one of the cast has no agency
    assert all(licence.priced is None or licence.priced.rate.fee_minor == licence.fee_minor for licence in priced)


@pytest.mark.parametrize(
    ("changes", "agent", "error", "reason"),
    [
        ({}, DARIO, NotFound, "no such consent"),
        ({}, Agent("maya", None), NotFound, "no such consent"),
        ({"consent_id": "nosuch"}, GRETA, NotFound, "no such consent"),
        ({"consent_id": "viktor-1"}, GRETA, NotFound, "no such consent"),
        ({"brand_id": "nosuch"}, GRETA, NotFound, "no such brand"),
        ({"territory": "US"}, GRETA, LicenceRefuses, "does not cover"),
        ({"agreed_minor": None}, GRETA, LicenceRefuses, "below the rate of pay in the consent, EUR 140.00"),
        ({"agreed_minor": 100}, GRETA, BadValue, "never below what the rate card asks"),
        ({"fee_model": PayBasis.BUYOUT, "agreed_minor": None}, GRETA, LicenceRefuses, "did not agree to a buyout"),
        ({"fee_model": PayBasis.VARIANT}, GRETA, LicenceRefuses, "below the rate of pay"),
        ({"notice_hours": 47}, GRETA, BadValue, "at least 48 hours"),
        ({"starts_at": NOW, "earliest_use_at": NOW + timedelta(hours=47)}, GRETA, LicenceRefuses, "before her notice is over"),
        ({"ends_at": NOW + timedelta(days=971), "agreed_minor": 99_999}, GRETA, LicenceRefuses, "outside the consent"),
        ({"media": (Medium.OUT_OF_HOME,)}, GRETA, LicenceRefuses, "does not cover"),
        ({"payment_days": 91}, GRETA, BadValue, "within 90 days"),
        ({"revocation_notice_hours": 721}, GRETA, BadValue, "within 720 hours"),
        ({"uses": ("Any and all uses",)}, GRETA, BadValue, "Any and all"),
    ],
)
def test_every_refusal_is_one_sentence(
    office: Office, changes: dict[str, Any], agent: Agent, error: type[TwinError], reason: str
) -> None:
    before = office.database.rows("SELECT count(*) AS n FROM audit")
    with pytest.raises(error, match=reason) as refused:
        office.licence(replace(SHIRTS, **changes), agent)
    assert str(refused.value).endswith(".")
    assert office.database.rows("SELECT count(*) AS n FROM audit") == before


def test_an_agency_without_a_card_writes_no_licence(office: Office) -> None:
    with office.write() as tx:
        registry.add_agency(tx, "New", 1000, agency_id="new")
        registry.add_person(tx, "Zoe", fictional=True, agency_id="new", person_id="zoe")
        registry.add_twin(tx, "zoe", "Zoe", twin_id="zoe")
        consent = replace(demo.consent_of(CAST.people[0], NOW), twin_id="zoe")
        registry.add_consent(tx, consent, consent_id="zoe-1")
    assert "no rate card yet" in office.refusal(replace(SHIRTS, consent_id="zoe-1"), Agent("z", "new"))


def test_nothing_can_rest_on_a_consent_that_was_taken_back(office: Office) -> None:
    with office.write() as tx:
        tx.execute("INSERT INTO revocation VALUES ('r', 'consent', 'nora-1', ?, ?, 'nora', '')", [tx.now, tx.now])
    with pytest.raises(ConsentWithdrawn):
        office.licence(SHIRTS)


def test_a_new_card_prices_new_licences_and_leaves_the_others(office: Office) -> None:
    first = office.licence(SHIRTS)
    card = replace(CAST.rates["lantern"], exclusive_bp=90_000)
    with office.write() as tx:
        registry.add_rate_card(tx, "lantern", "greta", card)
        assert [seen.version for seen in registry.rate_cards(tx, "lantern")] == [2, 1]
    later = replace(SHIRTS, starts_at=SHIRTS.ends_at, ends_at=SHIRTS.ends_at + timedelta(days=80), agreed_minor=None)
    exclusive = replace(later, exclusivity=Exclusivity.CATEGORY, category="Accessories")
    assert office.licence(exclusive)["fee_minor"] == 60_480  # 140.00 × 0.8 × 0.6 × 9
    assert office.database.rows("SELECT rate FROM licence WHERE id = ?", [first["id"]]) == [{"rate": first["rate"]}]
    with pytest.raises(Exception, match="never changed"), office.write() as tx:
        tx.execute("UPDATE rate_card SET card = '{}' WHERE version = 1")
    for column in ("exclusivity = 'category'", "rate = '{}'", "commission_bp = 1", "revocation_notice_hours = 1"):
        with pytest.raises(Exception, match="never changed"), office.write() as tx:
            tx.execute(f"UPDATE licence SET {column} WHERE id = ?", [first["id"]])


EXCLUSIVE = replace(
    SHIRTS,
    brand_id="calloway",
    advertiser="Calloway Field",
    exclusivity=Exclusivity.CATEGORY,
    category="Outerwear",
    territory="DE",
)
PLAIN = replace(SHIRTS, category="outerwear")


@pytest.mark.parametrize(
    ("changes", "collides"),
    [
        ({}, True),
        ({"category": "OUTERWEAR "}, True),
        ({"territory": "DE"}, True),
        ({"territory": "AT"}, False),
        ({"category": "shoes"}, False),
        ({"brand_id": "calloway"}, False),
        ({"starts_at": EXCLUSIVE.ends_at, "ends_at": EXCLUSIVE.ends_at + timedelta(days=80)}, False),
        ({"starts_at": EXCLUSIVE.ends_at - timedelta(microseconds=1), "ends_at": EXCLUSIVE.ends_at + timedelta(days=80)}, True),
        ({"ends_at": EXCLUSIVE.ends_at + timedelta(days=9)}, True),
    ],
)
def test_exclusivity_is_by_brand_category_time_and_place(office: Office, changes: dict[str, Any], collides: bool) -> None:
    office.licence(EXCLUSIVE)
    if collides:
        told = office.refusal(replace(PLAIN, **changes))
        assert told.startswith("Calloway Field holds the category “outerwear” in DE for itself alone from")
    else:
        assert office.licence(replace(PLAIN, **changes))["campaign"] == "Shirts"


def test_what_others_hold_already_cannot_be_given_away_exclusively(office: Office) -> None:
    office.licence(PLAIN)
    assert "Osterby Knit already works in the category “outerwear”" in office.refusal(EXCLUSIVE)


def test_exclusivity_ends_with_the_licence_that_was_taken_back(office: Office) -> None:
    office.licence(EXCLUSIVE, licence_id="alone")
    back = (SHIRTS.starts_at + timedelta(days=5)).isoformat(timespec="microseconds")
    with office.write() as tx:
        tx.execute("INSERT INTO revocation VALUES ('r', 'licence', 'alone', ?, ?, 'nora', '')", [back, back])
    assert "for itself alone" in office.refusal(PLAIN)
    later = SHIRTS.starts_at + timedelta(days=5)
    assert office.licence(replace(PLAIN, starts_at=later, ends_at=later + timedelta(days=80)))["category"] == "outerwear"


def test_of_two_that_write_what_excludes_each_other_at_once_one_wins(office: Office) -> None:
    start, answers = Barrier(8), []

    def write(proposal: Proposal) -> None:
        start.wait()
        try:
            office.licence(proposal)
            answers.append("written")
        except LicenceRefuses as error:
            answers.append(str(error))
        finally:
            office.database.close()

    rivals = [replace(EXCLUSIVE, brand_id=brand) for brand in ("calloway", "osterby")] * 4
    threads = [Thread(target=write, args=[replace(one, max_images=i + 1)]) for i, one in enumerate(rivals)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    held = office.database.rows("SELECT DISTINCT brand_id FROM licence WHERE category = 'outerwear'")
    assert len(held) == 1
    assert len(answers) == 8
    assert sum(answer == "written" for answer in answers) == 4  # a brand does not exclude itself
    assert sum("for itself alone" in answer for answer in answers) == 4


def test_the_last_image_of_a_licence_is_given_once(tmp_path: Path) -> None:
    rig = Rig.founded(tmp_path, Clock())
    with rig.database.write("test") as tx:
        row = tx.execute("SELECT * FROM licence WHERE id = 'lic'")[0]
        insert(tx, "licence", {**row, "id": "few", "max_images": 3})
    for seed in (1, 2):
        rig.order(seed, licence_id="few")
    start, answers = Barrier(8), []

    def order(seed: int) -> None:
        start.wait()
        try:
            rig.order(seed, licence_id="few")
            answers.append("ordered")
        except LicenceRefuses as error:
            answers.append(str(error))
        finally:
            rig.database.close()

    threads = [Thread(target=order, args=[seed]) for seed in range(3, 11)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    refused = "All 3 images that the licence for Nora allows are taken."
    assert sorted(answers) == sorted(["ordered", *[refused] * 7])
    assert rig.rows("SELECT taken, given FROM licence_taken WHERE licence_id = 'few'") == [{"taken": 3, "given": 0}]
    first = rig.rows("SELECT id FROM render WHERE licence_id = 'few' ORDER BY created_at, id LIMIT 1")[0]["id"]
    rig.jobs.cancel(first, MIRA)
    assert rig.state(rig.order(11, licence_id="few")) == "queued"
