from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from moderation.audit.chain import verify
from moderation.database import Database
from tests.twin.cast import ASSETS, LOOKBOOK, NOW, WARDROBE, empty_registry
from twin import demo
from twin.engines.catalogue import Catalogue
from twin.errors import BadValue, ConsentWithdrawn, LicenceRefuses, LookRefused, NotFound, TwinError, WordsRefused
from twin.orders.order import RenderOrder
from twin.plates.reference import RENDERED, Reference
from twin.ports import Transaction
from twin.registry import registry

CATALOGUE = Catalogue.read(ASSETS / "painters.json")
ATELIER, KLEIN = (CATALOGUE.entry(name).card for name in ("atelier", "flux2-klein-4b"))
CAST = demo.Demo.read(ASSETS / "demo")
NORA = CAST.people[0]


class Studio:
    """A registry with the demo's cast, and a clock that tests turn."""

    def __init__(self, folder: Path) -> None:
        self.now: datetime = NOW
        self.database: Database = empty_registry(folder, lambda: self.now)
        with self.write() as tx:
            demo.plant(tx, CAST, [])

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        with self.database.write("test") as tx:
            yield tx

    def revoke(self, scope: str, subject_id: str, in_days: float = 0) -> None:
        moment = (self.now + timedelta(days=in_days)).isoformat(timespec="microseconds")
        with self.write() as tx:
            tx.execute(
                "INSERT INTO revocation VALUES (:id, :scope, :id, :at, :at, 'nora', 'a reason')",
                {"id": subject_id, "scope": scope, "at": moment},
            )

    def render(self, state: str, number: int, licence_id: str = "calloway-nora") -> None:
        with self.write() as tx:
            tx.execute(
                "INSERT INTO render (id, shoot_id, twin_id, licence_id, brand_id, maker_id, painter, look, seed, state,"
                " twin_epoch, licence_epoch, created_at, moved_at) SELECT :id, 'calloway-shirts', twin_id, id, brand_id, 'theo',"
                " 'atelier', :look, 1, :state, 0, 0, :now, :now FROM licence WHERE id = :licence_id",
                {"id": f"{state}-{number}", "state": state, "now": tx.now, "licence_id": licence_id, "look": look().as_json()},
            )

    def in_force(self, licence_id: str = "calloway-nora", brand_id: str = "calloway") -> dict[str, Any]:
        with self.write() as tx:
            return registry.licence_in_force(tx, licence_id, brand_id)


def look() -> Any:
    return LOOKBOOK.looks[0].worn_by("nora", WARDROBE)


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio(tmp_path)


def test_a_licence_in_force_tells_its_terms(studio: Studio) -> None:
    terms = studio.in_force()
    assert (terms["twin_id"], terms["fee_minor"], terms["images_left"], terms["twin_epoch"]) == ("nora", 15500, 150, 0)


@pytest.mark.parametrize(
    ("licence_id", "brand_id"), [("calloway-nora", "osterby"), ("nosuch", "calloway"), ("osterby-amara", "calloway")]
)
def test_a_foreign_licence_does_not_exist_for_a_brand(studio: Studio, licence_id: str, brand_id: str) -> None:
    with pytest.raises(NotFound, match="no such licence"):
        studio.in_force(licence_id, brand_id)


def test_a_licence_holds_from_its_first_moment_to_the_one_before_its_last(studio: Studio) -> None:
    start, tick = NOW - demo.STARTED, timedelta(microseconds=1)
    end = start + timedelta(days=300)
    for moment, reason in ((start - tick, "starts on 30 January 2028"), (end, "ended on 25 November 2028")):
        studio.now = moment
        with pytest.raises(LicenceRefuses, match=reason):
            studio.in_force()
    for moment in (start, end - tick):
        studio.now = moment
        assert studio.in_force()["id"] == "calloway-nora"


def test_a_consent_taken_back_stops_every_licence_that_rests_on_it(studio: Studio) -> None:
    studio.revoke("consent", "nora-1")
    for licence_id, brand_id in (("calloway-nora", "calloway"), ("osterby-nora", "osterby")):
        with pytest.raises(ConsentWithdrawn, match="Nora has taken the consent back"):
            studio.in_force(licence_id, brand_id)
    assert studio.in_force("calloway-mei")["id"] == "calloway-mei"


def test_a_licence_taken_back_stops_alone_and_from_its_moment_on(studio: Studio) -> None:
    studio.revoke("licence", "calloway-nora", in_days=2)
    assert studio.in_force()["requested_at"]
    studio.now += timedelta(days=2)
    with pytest.raises(LicenceRefuses, match="licence for Nora has been taken back"):
        studio.in_force()
    assert studio.in_force("osterby-nora", "osterby")["id"] == "osterby-nora"


def test_images_that_can_still_be_used_count_and_spent_ones_do_not(studio: Studio) -> None:
    for state in registry.SPENT:
        studio.render(state, 0)
    assert studio.in_force()["images_left"] == 150
    for i, state in enumerate(("queued", "painting", "examining", "in review", "her turn", "approved", "released", "recalled")):
        studio.render(state, 1)
        assert studio.in_force()["images_left"] == 149 - i
    for i in range(142):
        studio.render("released", 2 + i)
    with pytest.raises(LicenceRefuses, match="All 150 images that the licence for Nora allows are taken"):
        studio.in_force()


def order(**changes: Any) -> RenderOrder:
    facts = {
        "twin_id": "nora",
        "licence_id": "calloway-nora",
        "shoot_id": "calloway-shirts",
        "painter": "atelier",
        "look": look(),
        "seed": 1,
    }
    return RenderOrder(**{**facts, **changes})


@pytest.mark.parametrize(
    ("changes", "error", "reason"),
    [
        ({"twin_id": "mei"}, LicenceRefuses, "another twin"),
        ({"licence_id": "osterby-nora"}, NotFound, "no such licence"),
        (
            {"look": replace(look(), words="with a glass of champagne")},
            WordsRefused,
            "The consent says: “I am not shown with alcohol.”",
        ),
        ({"look": replace(look(), garment="male_casualsuit03")}, LookRefused, "Nora does not have the open-collar shirt"),
    ],
)
def test_an_order_that_licence_consent_or_wardrobe_forbid_is_refused(
    studio: Studio, changes: dict[str, Any], error: type[TwinError], reason: str
) -> None:
    with pytest.raises(error, match=reason), studio.write() as tx:
        registry.check_order(tx, order(**changes), "calloway", WARDROBE, ATELIER)


def test_an_order_that_names_another_twin_is_refused_and_her_own_name_is_not(studio: Studio) -> None:
    with studio.write() as tx:
        assert registry.check_order(
            tx, order(look=replace(look(), words="Nora Hallbeck, smiling")), "calloway", WARDROBE, ATELIER
        )
        for words in ("as Mei", "Viktor Halvgren"):
            with pytest.raises(WordsRefused, match="nobody but the person who consented"):
                registry.check_order(tx, order(look=replace(look(), words=words)), "calloway", WARDROBE, ATELIER)


def newcomer(studio: Studio, *, pictured: bool) -> RenderOrder:
    """An order of somebody whom no painter has learned, under a licence of Calloway's."""
    with studio.write() as tx:
        person = registry.add_person(tx, "Ayla Demir", fictional=True)
        registry.add_twin(tx, person, "Ayla", twin_id="ayla")
        for table, old in (("consent", "nora-1"), ("licence", "calloway-nora")):
            (row,) = tx.execute(f"SELECT * FROM {table} WHERE id = ?", [old])
            changed = {"id": f"{old}-ayla", "twin_id": "ayla"} | ({"consent_id": "nora-1-ayla"} if table == "licence" else {})
            row = {name: value for name, value in {**row, **changed}.items() if name != "signature_id" or value is not None}
            marks = ", ".join("?" * len(row))
            tx.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", list(row.values()))
        if pictured:
            registry.add_reference(tx, Reference("ayla-1", "ayla", "ayla.avif", "0" * 64, RENDERED, "{}"))
    worn = LOOKBOOK.looks[0].worn_by("ayla", WARDROBE, worded=True)
    return order(twin_id="ayla", licence_id="calloway-nora-ayla", look=worn, painter=KLEIN.name)


def test_somebody_whom_no_painter_learned_is_ordered_of_one_that_paints_from_pictures_and_words(studio: Studio) -> None:
    asked = newcomer(studio, pictured=True)
    with studio.write() as tx:
        for garment in WARDROBE.garments:
            assert registry.check_order(
                tx, replace(asked, look=replace(asked.look, garment=garment.id)), "calloway", WARDROBE, KLEIN
            )
        with pytest.raises(LookRefused, match=r"Atelier cannot paint Ayla: it paints only the people it has learned\."):
            registry.check_order(tx, replace(asked, painter="atelier"), "calloway", WARDROBE, ATELIER)


def test_somebody_without_pictures_is_ordered_of_nobody(studio: Studio) -> None:
    asked = newcomer(studio, pictured=False)
    with studio.write() as tx, pytest.raises(LookRefused, match="there are none of Ayla: she is not enrolled yet"):
        registry.check_order(tx, asked, "calloway", WARDROBE, KLEIN)


def test_words_dress_one_of_the_cast_too_and_what_she_never_wears_stays_refused(studio: Studio) -> None:
    with studio.write() as tx:
        registry.add_reference(tx, Reference("nora-1", "nora", "nora.avif", "1" * 64, RENDERED, "{}"))
        coat = order(look=replace(look(), garment="trench_coat"), painter=KLEIN.name)
        assert registry.check_order(tx, coat, "calloway", WARDROBE, KLEIN)
        with pytest.raises(LookRefused, match="Nora does not have the trench coat"):
            registry.check_order(tx, replace(coat, painter="atelier"), "calloway", WARDROBE, ATELIER)
        bikini = replace(WARDROBE.garment("trench_coat"), title="Bikini")
        swimwear = replace(WARDROBE, garments=(bikini,))
        with pytest.raises(LookRefused, match="The consent says"):
            registry.check_order(tx, coat, "calloway", swimwear, KLEIN)


def test_a_garment_that_her_consent_forbids_is_refused_though_the_wardrobe_has_it(studio: Studio) -> None:
    worn = WARDROBE.garment(look().garment)
    swimsuits = replace(WARDROBE, garments=(replace(worn, title="Swimsuit"),))
    with studio.write() as tx, pytest.raises(LookRefused, match=r"The consent says.*another garment than “Swimsuit”"):
        registry.check_order(tx, order(), "calloway", swimsuits, ATELIER)


def test_an_order_within_everything_is_let_through(studio: Studio) -> None:
    with studio.write() as tx:
        assert registry.check_order(tx, order(), "calloway", WARDROBE, ATELIER)["brand_id"] == "calloway"


def test_the_consent_behind_a_licence_comes_back_as_it_was_signed(studio: Studio) -> None:
    with studio.write() as tx:
        assert registry.consent_behind(tx, "osterby-nora") == demo.consent_of(NORA, NOW)
        with pytest.raises(NotFound):
            registry.consent_behind(tx, "nosuch")


def test_consents_are_numbered_without_gaps_and_never_signed_in_advance(studio: Studio) -> None:
    signed = demo.consent_of(NORA, NOW)
    with studio.write() as tx:
        for version in (1, 3):
            with pytest.raises(BadValue, match=f"is 2, not {version}"):
                registry.add_consent(tx, replace(signed, version=version))
        with pytest.raises(BadValue, match="future"):
            registry.add_consent(tx, replace(demo.consent_of(NORA, NOW + timedelta(days=40)), version=2))
        registry.add_consent(tx, replace(signed, version=2), consent_id="nora-2")
    with pytest.raises(Exception, match="never changed"), studio.write() as tx:
        tx.execute("UPDATE consent SET pay_minor = 1 WHERE id = 'nora-2'")


def test_no_licence_rests_on_a_consent_that_was_taken_back_or_is_exceeded(studio: Studio) -> None:
    licence = demo.licence_of(CAST.licences[0], NOW)
    with studio.write() as tx, pytest.raises(LicenceRefuses, match="does not cover"):
        registry.add_licence(tx, replace(licence, territory="worldwide"), "nora-1")
    with studio.write() as tx, pytest.raises(NotFound, match="no such brand"):
        registry.add_licence(tx, replace(licence, brand_id="nosuch"), "nora-1")
    studio.revoke("consent", "nora-1")
    with studio.write() as tx, pytest.raises(ConsentWithdrawn):
        registry.add_licence(tx, licence, "nora-1")


def test_an_agency_takes_at_most_a_fifth(studio: Studio) -> None:
    with studio.write() as tx:
        registry.add_agency(tx, "Fair", 2000)
        with pytest.raises(BadValue, match="at most 20 per cent"):
            registry.add_agency(tx, "Greedy", 2001)


def test_a_reference_is_entered_once_and_for_somebody_who_exists(studio: Studio) -> None:
    reference = Reference("r1", "nora", "r1.avif", "0" * 64, RENDERED, "{}")
    with studio.write() as tx:
        registry.add_reference(tx, reference)
        with pytest.raises(BadValue, match="already"):
            registry.add_reference(tx, replace(reference, id="r2"))
        with pytest.raises(NotFound, match="no such twin"):
            registry.add_reference(tx, replace(reference, id="r3", twin_id="nosuch"))


@pytest.mark.parametrize("title", ["", "   ", "t" * 121, "two\nlines"])
def test_a_shoot_needs_a_title_on_one_line(studio: Studio, title: str) -> None:
    with studio.write() as tx, pytest.raises(BadValue):
        registry.open_shoot(tx, "osterby", title, "maya")


def test_a_shoot_belongs_to_a_brand_that_exists(studio: Studio) -> None:
    with studio.write() as tx:
        with pytest.raises(NotFound):
            registry.open_shoot(tx, "nosuch", "Coats", "maya")
        shoot_id = registry.open_shoot(tx, "osterby", " Coats ", "maya")
        assert tx.execute("SELECT brand_id, title, account_id FROM shoot WHERE id = ?", [shoot_id]) == [
            {"brand_id": "osterby", "title": "Coats", "account_id": "maya"}
        ]


def test_everything_entered_stands_in_the_audit_without_names(studio: Studio) -> None:
    rows = studio.database.rows("SELECT * FROM audit ORDER BY seq")
    verify(rows)
    entered = sum(
        studio.database.rows(f"SELECT count(*) AS n FROM {table}")[0]["n"]
        for table in (
            "agency",
            "rate_card",
            "brand",
            "person",
            "twin",
            "consent",
            "biometric_consent",
            "licence",
            "shoot",
            "creative_share",
            "consent_draft",
        )
    )
    assert len(rows) == entered
    assert not any(person["name"].split()[1] in str(row) for row in rows for person in CAST.people)
