"""What may not be kept any longer goes, with a receipt for each run; what may be kept stays to the second."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from moderation.desk.insight import Insight
from moderation.desk.signoff import State
from moderation.desk.viewing import Viewing
from moderation.errors import Gone, NotFound, RightsLapsed, VaultFull
from moderation.rights.biometrics import keeps, measurable
from moderation.rights.retention import ACTOR, FAULTS, PIXELS, Retention
from moderation.vault.vault import Shelf
from tests.moderation.scene import AMARA, MAYA, NORA
from tests.moderation.sealed_scene import SealedScene

END = datetime(2026, 9, 1, tzinfo=UTC)


class Killed(Exception):
    """The power went."""


@pytest.fixture
def scene(tmp_path: Path) -> SealedScene:
    scene = SealedScene(tmp_path)
    scene.allow("biometric", "nora", until="2026-09-01")
    scene.allow("biometric", "amara")
    scene.measure("nora", "amara")
    return scene


def templates(scene: SealedScene) -> set[str]:
    return {row["twin_id"] for row in scene.database.rows("SELECT twin_id FROM template UNION SELECT twin_id FROM outline")}


def test_templates_go_with_the_consent_to_them_and_not_a_second_before(scene: SealedScene) -> None:
    scene.clock.at = END - timedelta(seconds=1)
    assert scene.retention.run().facts["templates"] == []
    assert measurable(scene.database.rows, now(scene)) == {"nora", "amara"}
    scene.clock.at = END
    run = scene.retention.run()
    assert run.facts["templates"] == [{"twin": "nora", "why": "consent ended", "count": 2}]
    assert templates(scene) == {"amara"}
    assert measurable(scene.database.rows, now(scene)) == {"amara"}
    assert scene.store.known().gallery.twin_ids == ("amara",)


def test_a_consent_that_was_taken_back_ends_them_at_once(scene: SealedScene) -> None:
    scene.rights.revoke(AMARA, "twin", "amara", "")
    assert scene.retention.run().facts["templates"] == [{"twin": "amara", "why": "consent ended", "count": 2}]


def test_a_renewed_consent_keeps_them(scene: SealedScene) -> None:
    scene.clock.at = END - timedelta(days=1)
    scene.allow("biometric", "nora", until="2027-09-01", version=2)
    scene.clock.at = END
    assert scene.retention.run().facts["templates"] == []


def test_three_years_after_her_last_dealing_they_go_whatever_she_signed(scene: SealedScene) -> None:
    scene.allow("biometric", "amara", since="2029-01-01", until="2031-12-01", version=2)
    scene.clock.forward(days=200)
    with scene.database.write(AMARA.id) as tx:
        tx.record("account.signed_in", AMARA.id)
    dealt = scene.clock.at
    scene.clock.at = dealt + timedelta(days=3 * 365) - timedelta(seconds=1)
    assert "amara" not in {one["twin"] for one in scene.retention.run().facts["templates"]}
    scene.clock.forward(seconds=1)
    assert {"twin": "amara", "why": "unused", "count": 2} in scene.retention.run().facts["templates"]


def test_photographs_and_weights_go_with_what_allowed_them(scene: SealedScene) -> None:
    scene.allow("training", "nora", until="2026-07-01")
    photo = scene.keep_photograph("nora", b"her photograph")
    with scene.database.write("training") as tx:
        weights = scene.weights.keep(tx, "nora", b"weights").id
    scene.clock.at = datetime(2026, 7, 1, tzinfo=UTC)
    with pytest.raises(RightsLapsed):
        scene.weights.open("worker", weights, "to paint her")
    run = scene.retention.run()
    assert run.facts["weights_objects"] == [{"twin": "nora", "why": "consent ended", "ids": [weights]}]
    assert run.facts["reference_objects"] == []
    assert scene.photographs.open("enrolment", photo, "to measure her") == b"her photograph"
    scene.clock.at = datetime(2026, 12, 31, tzinfo=UTC)
    assert [one["ids"] for one in scene.retention.run().facts["reference_objects"]] == [[photo]]
    assert not scene.vault.path(Shelf.REFERENCE, photo).exists()
    with pytest.raises(Gone, match="destroyed on 2026-12-31"):
        scene.photographs.open("enrolment", photo, "to measure her")


@pytest.mark.parametrize("state", sorted(PIXELS))
def test_pixels_of_what_nobody_may_use_go_after_their_time(scene: SealedScene, state: State) -> None:
    scene.released("image")
    with scene.database.write("test") as tx:
        tx.execute("UPDATE render SET state = ?, moved_at = ? WHERE id = 'image'", [state.value, tx.now])
    scene.clock.at += PIXELS[state] - timedelta(seconds=1)
    assert scene.retention.run().facts["pictures"] == []
    assert scene.vault.read(Shelf.PREVIEW, "image")
    scene.clock.forward(seconds=1)
    assert scene.retention.run().facts["pictures"] == ["image"]
    assert scene.retention.run().facts["pictures"] == []
    for shelf in (Shelf.ORIGINAL, Shelf.PREVIEW):
        with pytest.raises(NotFound):
            scene.vault.read(shelf, "image")
    card = Insight(scene.database).card(NORA, "image")
    assert (card.picture, card.preview_sha256 is not None) == (False, True)
    with pytest.raises(Gone, match="pixels were removed on"):
        Viewing(scene.database, scene.vault).preview(NORA, "image")


def test_pixels_of_what_waits_or_is_in_use_stay(scene: SealedScene) -> None:
    scene.released("released")
    scene.judged("waiting")
    scene.judged("review", "refer")
    scene.clock.forward(days=400)
    assert scene.retention.run().facts["pictures"] == []


def test_nobody_looks_a_second_time_at_what_is_not_there(scene: SealedScene) -> None:
    scene.judged("image", "block")
    scene.clock.forward(days=90)
    scene.retention.run()
    with pytest.raises(Gone):
        scene.desk.appeal(MAYA, "image", "Please look again.")
    assert scene.state("image") == "blocked"


def test_each_run_leaves_a_receipt_that_stays_and_a_row_of_the_audit(scene: SealedScene) -> None:
    first, second = scene.retention.run(), scene.retention.run()
    assert [run.id for run in scene.retention.runs()] == [second.id, first.id]
    rows = scene.events("retention.ran")
    assert [(row["actor"], row["subject"], json.loads(row["facts"])) for row in rows] == [
        (ACTOR, run.id, run.facts) for run in (first, second)
    ]
    for change in ("DELETE FROM retention_run", "UPDATE retention_run SET facts = '{}'"):
        with pytest.raises(Exception, match="never changed"), scene.database.write("operator") as tx:
            tx.execute(change)


def test_it_runs_at_start_and_once_a_day_by_the_given_clock(scene: SealedScene) -> None:
    assert scene.retention.when_due() is not None
    for _ in range(3):
        scene.clock.forward(hours=7)
        assert scene.retention.when_due() is None
    scene.clock.forward(hours=3)
    assert scene.retention.when_due() is not None
    assert scene.count("retention_run") == 2


def test_a_refusal_stops_no_worker_and_is_tried_again_in_an_hour(scene: SealedScene) -> None:
    def refuse() -> None:
        raise VaultFull("The disk is full.")

    retention = Retention(scene.database, scene.vault, also=(refuse,))
    assert retention.when_due() is None
    scene.clock.forward(minutes=59)
    assert retention.when_due() is None
    assert scene.count("retention_run") == 1
    scene.clock.forward(minutes=1)
    assert retention.when_due() is None
    assert scene.count("retention_run") == 2


@pytest.mark.parametrize("point", FAULTS)
def test_killed_anywhere_the_next_run_finishes(scene: SealedScene, tmp_path: Path, point: str) -> None:
    scene.judged("image", "block")
    scene.clock.forward(days=90)

    def die(passed: str) -> None:
        if passed == point:
            raise Killed

    with pytest.raises(Killed):
        Retention(scene.database, scene.vault, die).run()
    scene.retention.run()
    assert not list(tmp_path.rglob("image.*.sealed"))
    assert scene.count("removed_picture") == 1


def test_a_fictional_person_without_such_a_document_is_kept_as_long_as_she_is_painted(tmp_path: Path) -> None:
    scene = SealedScene(tmp_path)
    assert measurable(scene.database.rows, now(scene)) == {"nora", "amara"}
    with scene.database.write("test") as tx:
        tx.execute("UPDATE person SET fictional = 0 WHERE id = 'nora'")
    assert measurable(scene.database.rows, now(scene)) == {"amara"}
    assert {one.twin_id: one.templates for one in keeps(scene.database.rows, now(scene))}["nora"] == ""


def now(scene: SealedScene) -> str:
    return scene.clock.at.isoformat(timespec="microseconds")
