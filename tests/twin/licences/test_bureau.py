"""What an agency writes in forms becomes drafts, licences and rate cards, or sentences beside the fields that are wrong."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.twin.cast import NOW
from tests.twin.consents.test_drafts import ADA, DARIO, GRETA, MAYA, NORA, Desk, Someone
from twin.consents.text import text_sha256
from twin.errors import BadValue, LicenceRefuses, NotFound
from twin.form_reading import FormRefused
from twin.licences.bureau import KINDS, Bureau
from twin.licences.licensing import rate_cards
from twin.licences.shares import share_of

Fields = dict[str, list[str]]
FOREIGN = (DARIO, MAYA, NORA, ADA)
"""Whoever is not of Nora's agency."""


class Office(Desk):
    """An office with forms."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.bureau = Bureau(self.database, self.drafts)

    def drafting(self, kind: str = "painting", **changes: str) -> Fields:
        return self.bureau.draft_form(GRETA, "nora", kind).fields | _told(changes)

    def licensing(self, **changes: str) -> Fields:
        told = {"brand": "osterby", "campaign": "Shirts", "advertiser": "Osterby Knit", "line": "shirts", "territory": "EU"}
        told |= {"uses": "Product pages of the web shop", "agreed": "150"}
        return self.bureau.licence_form(GRETA, "nora-1").fields | _told(told | changes)

    def complaints(self, fields: Mapping[str, list[str]], kind: str = "painting") -> Mapping[str, str]:
        with pytest.raises(FormRefused) as refused:
            self.bureau.send(GRETA, "nora", kind, fields)
        assert self.bureau.preview(GRETA, "nora", kind, fields).complaints == refused.value.complaints
        return refused.value.complaints


def _told(changes: Mapping[str, str]) -> Fields:
    return {name: [value] for name, value in changes.items()}


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


@pytest.mark.parametrize("kind", ["painting", "biometric"])
def test_a_form_begins_as_the_renewal_of_what_she_signed_and_its_preview_is_the_text_she_reads(office: Office, kind: str) -> None:
    fields = office.drafting(kind)
    form = office.bureau.preview(GRETA, "nora", kind, fields)
    assert (form.complaints, form.version) == ({}, 2)
    draft_id = office.bureau.send(GRETA, "nora", kind, fields)
    draft = office.drafts.read(NORA, draft_id)
    assert draft.text == form.text
    assert draft.text_sha256 == text_sha256(form.text)


def test_she_is_never_asked_to_sign_a_permission_to_train_by_accident(office: Office) -> None:
    assert set(office.complaints(office.drafting("training"), "training")) == {"purpose"}


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"scope": "Any and all uses of my face and body for everything"}, "scope", "which nobody can agree to"),
        ({"purpose": "Pictures"}, "purpose", "at least 6 words"),
        ({"pay": "-5"}, "pay", "Write the amount"),
        ({"currency": "Euro"}, "currency", "three letters"),
        ({"pay_basis": "hour"}, "pay_basis", "not to be chosen"),
        ({"territory_0": "Europe"}, "line_0", "is no territory"),
        ({"media_0": "billboard"}, "line_0", "not to be chosen"),
        ({"never_alcohol": "Never"}, "never_alcohol", "needs the sentence"),
        ({"disclosure": "AI"}, "disclosure", "AI-generated"),
        ({"starts": "2020-01-01"}, "starts", "time to read"),
        ({"starts": "soon"}, "starts", "Choose a day"),
        ({"ends": "2028-03-01"}, "ends", "ends before it starts"),
        ({"ends": "2040-01-01"}, "ends", "three years"),
        ({"language": "English"}, "language", "is no language"),
        ({"counsel": "Somebody\u200b"}, "counsel", "in signs that show"),
    ],
)
def test_each_refusal_stands_beside_its_field(office: Office, changes: dict[str, str], field: str, says: str) -> None:
    told = office.complaints(office.drafting(**changes))
    assert set(told) == {field}
    assert says in told[field]
    assert len(office.drafts.waiting(GRETA)) == 1  # the one that the demo begins with


def test_several_refusals_are_told_at_once(office: Office) -> None:
    assert set(office.complaints({})) >= {"scope", "purpose", "pay", "starts", "ends", "line_0", "disclosure"}


def test_a_draft_can_be_taken_back_until_she_signs(office: Office) -> None:
    draft_id = office.bureau.send(GRETA, "nora", "painting", office.drafting())
    with pytest.raises(NotFound):
        office.bureau.withdraw(DARIO, draft_id)
    office.bureau.withdraw(GRETA, draft_id)
    assert office.drafts.waiting(NORA) == ()


def test_the_price_is_told_step_by_step_and_written_as_told(office: Office) -> None:
    fields = office.licensing(images="3", share="10")
    form = office.bureau.price(GRETA, "nora-1", fields)
    assert form.offer is not None
    assert form.offer.objections == ()
    assert form.offer.fee == "EUR 150.00 for each released image"
    assert dict(form.offer.steps)["Agreed above it"] == "EUR 150.00"
    assert dict(form.offer.sums)["She gets"] == "EUR 123.00"
    assert dict(form.offer.sums)["The brand pays at most, for 3 images"] == "EUR 495.00"
    licence_id = office.bureau.write(GRETA, "nora-1", fields)
    row = office.database.rows("SELECT * FROM licence WHERE id = ?", [licence_id])[0]
    assert (row["fee_minor"], row["max_images"], row["commission_bp"]) == (15_000, 3, 1800)
    with office.write() as tx:
        assert share_of(tx, licence_id) == 1000


def test_steps_multiply_to_what_the_card_asks(office: Office) -> None:
    offer = office.bureau.price(GRETA, "nora-1", office.licensing(agreed="", exclusive="yes", category="shirts")).offer
    assert offer is not None
    told = [value for _, value in offer.steps]
    fee = float(told[0].removeprefix("EUR "))
    for times in told[1:5]:
        fee *= float(times.removeprefix("× "))
    assert told[5] == f"EUR {fee:.2f}"


def test_what_stands_against_a_licence_is_named_before_it_is_written_and_then_refused(office: Office) -> None:
    office.bureau.write(GRETA, "nora-1", office.licensing(exclusive="yes", category="hats", agreed="400"))
    rival = office.licensing(brand="calloway", category="hats")
    offer = office.bureau.price(GRETA, "nora-1", rival).offer
    assert offer is not None
    assert any("Osterby Knit holds the category “hats”" in sentence for sentence in offer.objections)
    with pytest.raises(LicenceRefuses, match="Osterby Knit holds"):
        office.bureau.write(GRETA, "nora-1", rival)
    below = office.bureau.price(GRETA, "nora-1", office.licensing(agreed="")).offer
    assert below is not None
    assert any("below the rate of pay" in sentence for sentence in below.objections)


def test_a_share_that_cannot_be_agreed_leaves_no_licence_behind(office: Office) -> None:
    before = office.database.rows("SELECT count(*) AS n FROM licence")
    with pytest.raises(BadValue):
        office.bureau.write(GRETA, "nora-1", office.licensing(share="60"))
    assert office.database.rows("SELECT count(*) AS n FROM licence") == before


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"brand": ""}, "brand"),
        ({"images": "0"}, "images"),
        ({"images": "1e9"}, "images"),
        ({"uses": "All uses"}, "uses"),
        ({"media": "billboard"}, "media"),
        ({"starts": ""}, "starts"),
        ({"ends": "2028-03-01"}, "ends"),
        ({"agreed": "1,5"}, "agreed"),
        ({"fee_model": "hour"}, "fee_model"),
        ({"share": "51"}, "share"),
        ({"notice_hours": "47"}, ""),
        ({"territory": "Atlantis"}, ""),
    ],
)
def test_a_licence_form_says_which_field_is_wrong(office: Office, changes: dict[str, str], field: str) -> None:
    form = office.bureau.price(GRETA, "nora-1", office.licensing(**changes))
    assert set(form.complaints) == {field}
    assert form.offer is None


def test_a_rate_card_is_carried_on_and_changed_field_by_field(office: Office) -> None:
    form = office.bureau.card_form(GRETA)
    office.bureau.add_card(GRETA, form.fields)
    with office.write() as tx:
        new, old = rate_cards(tx, "lantern")
    assert (new.version, old.version) == (2, 1)
    assert new.card == old.card
    office.bureau.add_card(GRETA, form.fields | _told({"exclusive": "2.5", "image_nora": "145.50", "medium_print": ""}))
    newest = office.bureau.cards(GRETA)[0].card
    assert (newest.exclusive_bp, newest.bases["nora"].image) == (25_000, 14_550)
    assert "print" not in newest.media


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"exclusive": "lots"}, "exclusive"),
        ({"exclusive": "0.5"}, ""),
        ({"image_*": "", "variant_*": "", "buyout_*": ""}, "image_*"),
        ({"territory_0": "Europe"}, "territory_0"),
        ({"territory_0": "EU", "territory_1": "eu"}, "territory_1"),
        ({"days_0": "0"}, "days_0"),
        ({"days_factor_0": "30"}, ""),
        ({"medium_print": "x"}, "medium_print"),
    ],
)
def test_a_rate_card_says_which_field_is_wrong(office: Office, changes: dict[str, str], field: str) -> None:
    fields = office.bureau.card_form(GRETA).fields | _told(changes)
    assert set(office.bureau.card_form(GRETA, fields).complaints) == {field}
    with pytest.raises(FormRefused):
        office.bureau.add_card(GRETA, fields)


def test_a_card_prices_nobody_of_another_agency(office: Office) -> None:
    office.bureau.add_card(
        DARIO, office.bureau.card_form(DARIO).fields | _told({"image_nora": "1", "variant_nora": "1", "buyout_nora": "1"})
    )
    assert "nora" not in office.bureau.cards(DARIO)[0].card.bases


@pytest.mark.parametrize("stranger", FOREIGN, ids=lambda one: one.id)
def test_other_agencies_and_other_roles_find_nothing(office: Office, stranger: Someone) -> None:
    draft, licence = office.drafting(), office.licensing()
    acts: list[Any] = [
        *(lambda kind=kind: office.bureau.draft_form(stranger, "nora", kind) for kind in KINDS),
        lambda: office.bureau.preview(stranger, "nora", "painting", draft),
        lambda: office.bureau.send(stranger, "nora", "painting", draft),
        lambda: office.bureau.licence_form(stranger, "nora-1"),
        lambda: office.bureau.price(stranger, "nora-1", licence),
        lambda: office.bureau.write(stranger, "nora-1", licence),
    ]
    if stranger is not DARIO:
        acts += [
            lambda: office.bureau.cards(stranger),
            lambda: office.bureau.card_form(stranger),
            lambda: office.bureau.add_card(stranger, {}),
        ]
    for act in acts:
        with pytest.raises(NotFound):
            act()


def test_nothing_is_drafted_for_somebody_erased(office: Office) -> None:
    with office.write() as tx:
        tx.execute("INSERT INTO erasure VALUES ('x', 'nora', 'nora', 'hers', '', '{}', ?)", [tx.now])
    with pytest.raises(NotFound):
        office.bureau.draft_form(GRETA, "nora", "painting")
    with pytest.raises(NotFound):
        office.bureau.licence_form(GRETA, "nora-1")
    assert "nora" not in dict(office.bureau.card_form(GRETA).people)


def test_the_term_offered_first_gives_her_time_to_read(office: Office) -> None:
    starts = office.drafting()["starts"][0]
    assert starts >= f"{NOW + timedelta(days=14):%Y-%m-%d}"
