"""The number of images that a licence allows is given once, whichever way an image comes to count again."""

from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlite_utils.utils import sqlite3

from moderation.desk.moves import move
from moderation.errors import ModerationError, RightsLapsed
from tests.moderation.scene import MAYA, NORA, Scene

TAKEN = "All 2 images that the licence allows are taken."


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    made = Scene(tmp_path)
    made.licence("two", max_images=2)
    return made


def test_an_appeal_does_not_bring_back_an_image_whose_place_is_taken(scene: Scene) -> None:
    scene.judged("disputed", "block", licence="two")
    for render_id in ("first", "second"):
        scene.order(render_id, licence="two")
    with pytest.raises(RightsLapsed, match=TAKEN):
        scene.desk.appeal(MAYA, "disputed", "It is a fair picture.")
    with scene.database.write("maya") as tx:
        move(tx, "first", "cancelled", "creative")
    scene.desk.appeal(MAYA, "disputed", "It is a fair picture.")
    assert scene.state("disputed") == "in review"


def test_a_recalled_image_was_given_and_is_not_given_again(scene: Scene) -> None:
    for render_id in ("first", "second"):
        scene.released(render_id, licence="two")
    scene.rights.withdraw_image(NORA, "first")
    assert scene.state("first") == "recalled"
    with pytest.raises(sqlite3.IntegrityError, match="the licence allows no further image"):
        scene.order("third", licence="two")


def test_a_release_beyond_the_number_is_refused_even_if_the_rows_already_hold_too_many(scene: Scene) -> None:
    with scene.database.write("test") as tx:
        tx.execute("DROP TRIGGER licence_number_insert")
    for render_id in ("first", "second", "third"):
        scene.approved(render_id, licence="two")
    for render_id in ("first", "second"):
        scene.releases.release(MAYA, render_id)
    with pytest.raises(RightsLapsed, match=TAKEN):
        scene.releases.release(MAYA, "third")
    assert (scene.state("third"), scene.count("release")) == ("approved", 2)


def test_of_many_appeals_for_the_last_place_one_is_heard(scene: Scene) -> None:
    names = [f"disputed-{number}" for number in range(6)]
    for render_id in names:
        scene.judged(render_id, "block", licence="two")
    scene.order("other", licence="two")
    start, answers = Barrier(len(names)), []

    def appeal(render_id: str) -> None:
        start.wait()
        try:
            scene.desk.appeal(MAYA, render_id, "It is a fair picture.")
            answers.append("heard")
        except ModerationError as error:
            answers.append(str(error))
        finally:
            scene.database.close()

    threads = [Thread(target=appeal, args=[render_id]) for render_id in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == sorted(["heard", *[TAKEN] * 5])
    assert [scene.state(render_id) for render_id in names].count("in review") == 1


def test_nothing_leaves_before_the_day_of_its_first_use(scene: Scene) -> None:
    scene.licence("later", earliest_use_at="2026-05-05T12:00:00.000000+00:00")
    scene.approved("image", licence="later")
    with pytest.raises(RightsLapsed, match=r"may be used from 2026-05-05 12:00 UTC on, not earlier"):
        scene.releases.release(MAYA, "image")
    scene.clock.forward(days=2)
    scene.releases.release(MAYA, "image")
    assert scene.releases.grant(MAYA, "image")


def test_a_variant_pays_its_own_fee_and_a_new_picture_the_full_one(scene: Scene) -> None:
    scene.licence("variants", fee_model="variant", variant_minor=700)
    scene.approved("first", licence="variants")
    scene.order("again", licence="variants")
    scene.order("variant", licence="variants")
    with scene.database.write("test") as tx:
        tx.execute("UPDATE render SET parent_id = 'first' WHERE id IN ('again', 'variant')")
        tx.execute("UPDATE render SET seed = 8 WHERE id = 'again'")
    fees = scene.database.rows("SELECT render_id, fee_minor FROM image_fee ORDER BY render_id")
    assert [tuple(row.values()) for row in fees] == [("again", 12_345), ("first", 12_345), ("variant", 700)]
