"""Somebody who is enrolled adds, replaces and takes out photographs; until that is finished she stands as she is."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from moderation.access.account import Account
from moderation.audit.chain import verify
from moderation.enrolment.album import Album
from moderation.enrolment.enrolments import Handed
from moderation.enrolment.finishing import FAULTS, Finishing
from moderation.enrolment.forgetting import LEFT_ALONE
from moderation.errors import AlreadyDecided, BadRequest, Gone, NotFound, RightsLapsed
from moderation.faces.pack import Pack
from moderation.vault.vault import Shelf
from tests.moderation.enrolment.newcomer import FOREIGN, Newcomer, ayla, photo, plates
from twin.errors import NotFound as NoReference
from twin.registry import registry

FIRST = (0, 1, 2, 3, 4, 5, 6, 8)
OTHERS = ("wim", "dario", "maya", "rosa", "ada")


def file(number: int) -> Handed:
    return Handed(f"ayla_{number:02}.jpg", ayla(number))


class Studio(Newcomer):
    """Vera is enrolled with eight photographs of Ayla."""

    def enrol(self) -> None:
        self.prepare()
        self.house.enrolments.take(self.her, "vera", [file(number) for number in FIRST])
        self.house.finishing.finish(self.her, "vera")

    @property
    def her(self) -> Account:
        return self.account("vera")

    @property
    def album(self) -> Album:
        return self.house.enrolments.open(self.her, "vera").album

    def id_of(self, number: int) -> str:
        return next(one.id for one in self.album.standing if one.name == f"ayla_{number:02}.jpg")

    def reopen(self) -> None:
        self.house.changing.reopen(self.her, "vera")

    def references(self) -> set[str]:
        rows = self.database.rows("SELECT id FROM standing_reference WHERE twin_id = 'vera'")
        return {row["id"] for row in rows}

    def templates(self) -> set[str]:
        return {row["reference_id"] for row in self.database.rows("SELECT reference_id FROM template WHERE twin_id = 'vera'")}

    def shelves(self) -> list[set[str]]:
        return [set(self.house.vault.names(shelf)) for shelf in (Shelf.REFERENCE, Shelf.CROP, Shelf.THUMBNAIL)]


@pytest.fixture(scope="module")
def enrolled(cc0_pack: Pack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """One studio whose tests follow each other: each leaves her enrolled, and nothing open."""
    made = Studio(tmp_path_factory.mktemp("changing") / "home", cc0_pack.folder.parent)
    made.enrol()
    yield made
    made.database.close()


def settled(studio: Studio) -> None:
    """References, templates and files are of the same photographs, and nothing is open."""
    assert studio.references() == studio.templates()
    assert studio.shelves() == [studio.references()] * 3
    assert studio.database.rows("SELECT 1 FROM enrolment WHERE ended_at IS NULL") == []
    assert studio.database.rows("SELECT 1 FROM photograph WHERE sealed IS NOT NULL") == []
    assert {one.id for one in studio.house.photographs.of_twin("vera")} == studio.references()
    verify(studio.database.rows("SELECT * FROM audit ORDER BY seq"))


def test_nothing_is_taken_until_somebody_says_that_it_is_to_be_changed(enrolled: Studio) -> None:
    with pytest.raises(AlreadyDecided, match="enrolled already"):
        enrolled.house.enrolments.take(enrolled.her, "vera", [file(9)])
    with pytest.raises(AlreadyDecided):
        enrolled.house.enrolments.remove(enrolled.her, "vera", enrolled.id_of(0))
    with pytest.raises(AlreadyDecided):
        enrolled.house.finishing.finish(enrolled.her, "vera")


@pytest.mark.parametrize("login", OTHERS)
def test_nobody_but_she_and_her_agency_changes_anything(enrolled: Studio, login: str) -> None:
    account, before = enrolled.account(login), enrolled.references()
    for act in (
        lambda: enrolled.house.changing.reopen(account, "vera"),
        lambda: enrolled.house.changing.keep(account, "vera", next(iter(before))),
        lambda: enrolled.house.enrolments.remove(account, "vera", next(iter(before))),
    ):
        with pytest.raises(NotFound):
            act()
    assert enrolled.database.rows("SELECT 1 FROM enrolment WHERE ended_at IS NULL") == []


def test_while_it_is_changed_she_stands_as_she_is_and_it_can_be_left_as_it_was(enrolled: Studio) -> None:
    before, templates = enrolled.references(), enrolled.templates()
    enrolled.reopen()
    with pytest.raises(AlreadyDecided, match="being changed already"):
        enrolled.reopen()
    out = enrolled.id_of(0)
    enrolled.house.enrolments.remove(enrolled.account("greta"), "vera", out)
    enrolled.house.enrolments.take(enrolled.her, "vera", [file(9)])
    assert [one.id for one in enrolled.album.leaving] == [out]
    assert (enrolled.references(), enrolled.templates()) == (before, templates)
    assert len(enrolled.studio.painting.references("vera")) == 3
    enrolled.house.enrolments.give_up(enrolled.her, "vera")
    assert not enrolled.album.leaving
    assert enrolled.references() == before
    settled(enrolled)


def test_what_is_taken_out_can_stay_after_all_and_nothing_changed_is_refused(enrolled: Studio) -> None:
    enrolled.reopen()
    out = enrolled.id_of(1)
    enrolled.house.enrolments.remove(enrolled.her, "vera", out)
    with pytest.raises(BadRequest, match="7 of at least 8 photographs would be left"):
        enrolled.house.finishing.finish(enrolled.her, "vera")
    with pytest.raises(NotFound):
        enrolled.house.enrolments.remove(enrolled.her, "vera", out)
    enrolled.house.changing.keep(enrolled.her, "vera", out)
    with pytest.raises(NotFound):
        enrolled.house.changing.keep(enrolled.her, "vera", out)
    with pytest.raises(BadRequest, match="Nothing was changed"):
        enrolled.house.finishing.finish(enrolled.her, "vera")
    enrolled.house.enrolments.give_up(enrolled.her, "vera")
    settled(enrolled)


def test_a_copy_and_a_stranger_are_named_against_those_that_stand(enrolled: Studio) -> None:
    enrolled.reopen()
    strange = photo(plates(FOREIGN)[0])
    answers = enrolled.house.enrolments.take(enrolled.her, "vera", [file(2), Handed("foreign.jpg", strange), file(10)])
    assert answers[0] == "This very file was handed in already."
    shown = {one.name: one for one in enrolled.album.photographs}
    assert next(reason.code for reason in shown["foreign.jpg"].reasons if reason.stops) == "foreign"
    assert shown["ayla_10.jpg"].fits
    enrolled.house.enrolments.give_up(enrolled.her, "vera")
    settled(enrolled)


def test_a_photograph_is_added_another_replaced_and_references_and_limits_are_made_anew(enrolled: Studio) -> None:
    before = enrolled.house.examiner.known_now().limits("vera")
    enrolled.reopen()
    out = enrolled.id_of(3)
    enrolled.house.enrolments.take(enrolled.her, "vera", [file(9)], instead=out)
    enrolled.house.enrolments.take(enrolled.her, "vera", [file(10)])
    album = enrolled.album
    assert (len(album.staying), [one.id for one in album.leaving], len(album.fitting)) == (7, [out], 2)
    told = enrolled.house.finishing.finish(enrolled.account("greta"), "vera")
    assert told.photographs == 9
    assert out not in enrolled.references()
    assert len(enrolled.references()) == 9
    settled(enrolled)
    assert enrolled.house.examiner.known_now().limits("vera") != before
    with pytest.raises(Gone):
        enrolled.house.enrolments.crop(out)
    with pytest.raises(NoReference):
        enrolled.studio.painting.reference_picture(out)
    row = enrolled.events("enrolment.finished")[-1]
    assert (row["actor"], out in row["facts"]) == ("greta", True)
    assert [one["subject"] for one in enrolled.events("photograph.leaves")][-1] == out


def test_the_same_file_may_come_back_once_it_was_taken_out(enrolled: Studio) -> None:
    enrolled.reopen()
    enrolled.house.enrolments.take(enrolled.her, "vera", [file(3)])
    enrolled.house.finishing.finish(enrolled.her, "vera")
    assert len(enrolled.references()) == 10
    settled(enrolled)


def test_a_change_that_nobody_goes_on_with_is_given_up_and_takes_nothing_out(enrolled: Studio) -> None:
    before, now = enrolled.references(), enrolled.clock.now
    enrolled.reopen()
    enrolled.house.enrolments.remove(enrolled.her, "vera", enrolled.id_of(4))
    enrolled.clock.now += LEFT_ALONE + timedelta(minutes=1)
    run = enrolled.house.retention.run()
    assert [one["why"] for one in run.facts["enrolments"]] == ["left alone"]
    enrolled.clock.now = now
    assert enrolled.references() == before
    assert not enrolled.album.leaving
    settled(enrolled)


@pytest.mark.parametrize("point", FAULTS)
def test_a_power_cut_at_the_end_of_a_change_leaves_it_whole_or_undone(enrolled: Studio, point: str) -> None:
    def dies(reached: str) -> None:
        if reached == point:
            raise ZeroDivisionError

    house, before = enrolled.house, enrolled.references()
    enrolled.reopen()
    out = next(one.id for one in enrolled.album.standing)
    house.enrolments.remove(enrolled.her, "vera", out)
    dying = Finishing(house.database, house.vault, house.enrolments, lambda: house.examiner, registry.enrol, dies)
    with pytest.raises(ZeroDivisionError):
        dying.finish(enrolled.her, "vera")
    if enrolled.references() == before:
        assert point == "enrol.recorded"
        house.enrolments.give_up(enrolled.her, "vera")
    else:
        assert enrolled.references() == before - {out}
        enrolled.prepare()  # the next start
        house.retention.run()
    settled(enrolled)


def test_without_her_consent_nothing_is_changed_and_after_it_ended_she_can_be_enrolled_anew(enrolled: Studio) -> None:
    enrolled.reopen()
    enrolled.clock.now += timedelta(days=366)
    with pytest.raises(RightsLapsed):
        enrolled.house.finishing.finish(enrolled.her, "vera")
    with pytest.raises(RightsLapsed):
        enrolled.house.enrolments.take(enrolled.her, "vera", [file(11)])
    enrolled.house.retention.run()
    assert enrolled.references() == set()
    assert enrolled.shelves() == [set()] * 3
    with enrolled.database.write("test") as tx:
        enrolled.agree(tx, "vera", version=2)
    enrolled.house.enrolments.take(enrolled.her, "vera", [file(number) for number in FIRST])
    assert enrolled.house.finishing.finish(enrolled.her, "vera").photographs == 8
    settled(enrolled)
