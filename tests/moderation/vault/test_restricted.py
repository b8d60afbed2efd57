"""Photographs and weights: sealed, opened only while allowed, each opening on record, and never one in another's place."""

from contextlib import suppress
from pathlib import Path

import pytest

from moderation.errors import BadRequest, NotFound, RightsLapsed, SealBroken
from moderation.vault.restricted import drop_destroyed
from moderation.vault.vault import Shelf
from tests.moderation.sealed_scene import SealedScene

PHOTO = b"\xff\xd8\xff her photograph"


@pytest.fixture
def scene(tmp_path: Path) -> SealedScene:
    scene = SealedScene(tmp_path)
    for person in ("nora", "amara"):
        scene.allow("biometric", person)
    return scene


def test_a_photograph_lies_sealed_and_each_opening_is_one_row(scene: SealedScene) -> None:
    photo = scene.keep_photograph("nora", PHOTO)
    assert PHOTO not in scene.everything()
    assert scene.events("reference.opened") == []
    for _ in range(2):
        assert scene.photographs.open("enrolment", photo, "to measure her face") == PHOTO
    rows = scene.events("reference.opened")
    assert [(row["actor"], row["subject"]) for row in rows] == [("enrolment", photo)] * 2
    assert '"why":"to measure her face"' in rows[0]["facts"]
    assert [held.id for held in scene.photographs.of_twin("nora")] == [photo]


def test_without_a_reason_or_of_another_kind_nothing_opens(scene: SealedScene) -> None:
    photo = scene.keep_photograph("nora", PHOTO)
    with pytest.raises(BadRequest):
        scene.photographs.open("enrolment", photo, "")
    for absent in ("nothing", "../nora", ""):
        with pytest.raises(NotFound):
            scene.photographs.open("enrolment", absent, "to measure her")
    with pytest.raises(NotFound):
        scene.weights.open("worker", photo, "to paint her")
    assert scene.events("reference.opened") == []


def test_swapped_files_open_neither_of_the_two(scene: SealedScene) -> None:
    first, second = scene.keep_photograph("nora", PHOTO), scene.keep_photograph("nora", b"another")
    one, other = (scene.vault.path(Shelf.REFERENCE, name) for name in (first, second))
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)
    for photo in (first, second):
        with pytest.raises(SealBroken):
            scene.photographs.open("enrolment", photo, "to measure her")


def test_weights_need_her_word_for_training(scene: SealedScene) -> None:
    with scene.database.write("training") as tx, pytest.raises(RightsLapsed, match="allows training"):
        scene.weights.keep(tx, "nora", b"weights")
    scene.allow("training", "nora")
    with scene.database.write("training") as tx:
        held = scene.weights.keep(tx, "nora", b"weights")
    assert scene.weights.open("worker", held.id, "to paint her") == b"weights"


def test_what_was_never_entered_leaves_no_file(scene: SealedScene) -> None:
    kept = scene.keep_photograph("nora", PHOTO)
    with suppress(ZeroDivisionError), scene.database.write("enrolment") as tx:
        scene.photographs.keep(tx, "nora", b"another", object_id="lost")
        raise ZeroDivisionError
    assert scene.vault.names(Shelf.REFERENCE) == sorted([kept, "lost"])
    assert drop_destroyed(scene.database, scene.vault) == 1
    assert scene.vault.names(Shelf.REFERENCE) == [kept]


def test_what_is_known_of_an_object_is_never_changed(scene: SealedScene) -> None:
    scene.keep_photograph("nora", PHOTO)
    for change in (
        "UPDATE restricted_object SET twin_id = 'amara'",
        "UPDATE restricted_object SET sha256 = 'f' || substr(sha256, 2)",
        "DELETE FROM restricted_object",
    ):
        with pytest.raises(Exception, match=r"never changed|stays on record"), scene.database.write("operator") as tx:
            tx.execute(change)
    with scene.database.write("retention") as tx:
        tx.execute("UPDATE restricted_object SET destroyed_at = ?", [tx.now])
    with pytest.raises(Exception, match="stays so"), scene.database.write("operator") as tx:
        tx.execute("UPDATE restricted_object SET destroyed_at = NULL")
