"""What is gathered for an enrolment goes with her consent, with time, and with her word; a power cut leaves no half of it."""

from datetime import timedelta

import pytest

from moderation.enrolment.enrolments import Enrolments, Handed
from moderation.enrolment.forgetting import LEFT_ALONE
from moderation.errors import AlreadyDecided, Erased, Gone, NotFound, RightsLapsed
from moderation.uploads.uploads import read_upload
from tests.moderation.enrolment.newcomer import Newcomer, hers
from tests.moderation.safeguards.test_packed import brightness, pack_of


def handed(newcomer: Newcomer, count: int = 2, first: int = 0) -> list[str]:
    """The ids of so many photographs that were handed in."""
    newcomer.house.enrolments.take(newcomer.account("vera"), "vera", [Handed(*file) for file in hers(count, first).items()])
    rows = newcomer.database.rows("SELECT id FROM photograph WHERE removed_at IS NULL ORDER BY added_at, id")
    return [row["id"] for row in rows]


def sealed(newcomer: Newcomer) -> int:
    return len(newcomer.database.rows("SELECT 1 FROM photograph WHERE sealed IS NOT NULL"))


def test_what_is_removed_or_replaced_leaves_no_file(newcomer: Newcomer) -> None:
    first, second = handed(newcomer)
    her, enrolments = newcomer.account("vera"), newcomer.house.enrolments
    enrolments.remove(her, "vera", first)
    with pytest.raises((Gone, NotFound)):
        enrolments.thumbnail(her, first)
    enrolments.take(her, "vera", [Handed(*file) for file in hers(1, 2).items()], instead=second)
    found = enrolments.open(her, "vera").album
    assert len(found.photographs) == 1
    assert len(newcomer.files()) == 3
    assert sealed(newcomer) == 1
    with pytest.raises(NotFound):
        enrolments.remove(her, "vera", first)


def test_a_power_cut_or_a_refusal_between_files_and_rows_leaves_nothing(newcomer: Newcomer) -> None:
    house = newcomer.house

    def dies(point: str) -> None:
        if point == "enrol.entered":
            raise ZeroDivisionError

    dying = Enrolments(
        house.database, house.vault, house.photographs, house.person_keys, lambda: house.examiner, demo=False, reach=dies
    )
    with pytest.raises(ZeroDivisionError):
        dying.take(newcomer.account("vera"), "vera", [Handed(*file) for file in hers(1).items()])
    assert newcomer.files() == []
    assert newcomer.database.rows("SELECT 1 FROM photograph UNION SELECT 1 FROM restricted_object") == []
    assert len(handed(newcomer, 1)) == 1


def test_when_her_consent_to_be_measured_ends_all_of_it_goes(newcomer: Newcomer) -> None:
    handed(newcomer)
    newcomer.clock.now += timedelta(days=366)
    with pytest.raises(RightsLapsed):
        handed(newcomer, 1, 3)
    run = newcomer.house.retention.run()
    assert [(one["twin"], one["why"], len(one["ids"])) for one in run.facts["enrolments"]] == [("vera", "consent ended", 2)]
    assert newcomer.files() == []
    assert sealed(newcomer) == 0


def test_what_nobody_goes_on_with_is_given_up(newcomer: Newcomer) -> None:
    handed(newcomer)
    newcomer.clock.now += LEFT_ALONE - timedelta(minutes=1)
    assert newcomer.house.retention.run().facts["enrolments"] == []
    newcomer.clock.now += timedelta(minutes=2)
    assert [one["why"] for one in newcomer.house.retention.run().facts["enrolments"]] == ["left alone"]
    assert newcomer.files() == []


def test_giving_up_destroys_and_a_new_enrolment_can_begin(newcomer: Newcomer) -> None:
    handed(newcomer)
    her, enrolments = newcomer.account("vera"), newcomer.house.enrolments
    enrolments.give_up(her, "vera")
    assert newcomer.files() == []
    with pytest.raises(AlreadyDecided):
        enrolments.give_up(her, "vera")
    assert len(handed(newcomer, 1)) == 1


def test_when_she_is_erased_nothing_opens_and_her_files_lose_their_names(newcomer: Newcomer) -> None:
    handed(newcomer)
    newcomer.house.erasure.erase(newcomer.account("ada"), "vera", asked="She asked for it in a letter of today.")
    assert newcomer.files() == []
    assert sealed(newcomer) == 0
    assert {row["name"] for row in newcomer.database.rows("SELECT name FROM photograph")} == {"photograph"}
    with pytest.raises((Erased, NotFound)):
        newcomer.house.enrolments.open(newcomer.account("greta"), "vera")


def test_what_was_measured_lies_sealed_and_each_opening_is_on_record(newcomer: Newcomer) -> None:
    handed(newcomer, 1)
    newcomer.database.tables.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = (newcomer.home / "studio.sqlite").read_bytes()
    assert b"lopsided" not in content
    assert b"sharpness" not in content
    before = len(newcomer.events("photographs.measured"))
    newcomer.house.enrolments.open(newcomer.account("vera"), "vera")
    assert len(newcomer.events("photographs.measured")) == before + 1


def test_a_chosen_pack_that_tells_generated_pictures_is_asked_of_photographs_and_of_no_image_of_ours(newcomer: Newcomer) -> None:
    pack = pack_of(newcomer.home / "packs" / "bright", brightness(), refer=0.01)
    with newcomer.database.write("test") as tx:
        tx.execute("INSERT INTO pack_install VALUES ('bright', ?, ?)", [pack.sha256, tx.now])
        tx.execute("INSERT INTO pack_choice VALUES ('generated', 'bright', ?)", [tx.now])
    (photograph,) = handed(newcomer, 1)
    her, enrolments = newcomer.account("vera"), newcomer.house.enrolments
    before = enrolments.open(her, "vera").album.photographs[0]
    assert [(one.code, one.stops) for one in before.reasons] == [("generated", True)]
    enrolments.vouch(her, "vera", photograph)
    after = enrolments.open(her, "vera").album.photographs[0]
    assert after.fits
    assert [(one.code, one.vouched) for one in after.reasons] == [("generated", True)]
    assert [(row["actor"], row["subject"]) for row in newcomer.events("photograph.vouched")] == [("vera", photograph)]
    verdict = newcomer.house.examination.examine(read_upload(next(iter(hers(1).values()))), "vera")
    names = {found.safeguard for found in verdict.findings}
    assert "manipulation" in names
    assert "generated" not in names
