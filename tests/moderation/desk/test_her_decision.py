"""Her decision: her own account, exactly the image she saw, a final no, and an approval she can take back."""

import threading
from pathlib import Path

import pytest

from moderation.errors import AlreadyDecided, IllegalMove, NotFound, NotYours, ReasonMissing, RightsLapsed, SealBroken
from moderation.vault.vault import Shelf
from tests.moderation.scene import ADMIN, AGENT, AMARA, MAYA, MODO, NORA, Scene


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_she_approves_what_she_saw(scene: Scene) -> None:
    sealed = scene.judged("image")
    decision = scene.signoff.approve(NORA, "image", sealed.sealed_sha256, version=3)
    assert scene.state("image") == "approved"
    bound = {name: getattr(sealed, name) for name in ("sealed_sha256", "pixels_sha256", "preview_sha256")}
    bound |= {"kind": "signoff", "choice": "approve", "account_id": "nora-account", "licence_id": "halden-nora"}
    bound |= {"fee_minor": 12_345, "currency": "EUR", "twin_epoch": 0, "licence_epoch": 0, "supersedes_id": None}
    assert {name: decision[name] for name in bound} == bound


@pytest.mark.parametrize("account", [MAYA, MODO, AGENT, ADMIN], ids=lambda a: a.role.value)
def test_no_other_role_decides_in_her_place(scene: Scene, account) -> None:
    sealed = scene.judged("image")
    for act in (
        lambda: scene.signoff.approve(account, "image", sealed.sealed_sha256),
        lambda: scene.signoff.refuse(account, "image", "quality"),
        lambda: scene.signoff.ask_change(account, "image", "Softer light."),
        lambda: scene.signoff.undo(account, "image"),
    ):
        with pytest.raises(NotYours):
            act()
    assert (scene.state("image"), scene.count("decision")) == ("her turn", 0)


def test_another_model_is_told_that_there_is_no_such_image(scene: Scene) -> None:
    sealed = scene.judged("image")
    for act in (
        lambda: scene.signoff.approve(AMARA, "image", sealed.sealed_sha256),
        lambda: scene.signoff.refuse(AMARA, "image", "quality"),
        lambda: scene.signoff.ask_change(AMARA, "image", "Softer light."),
        lambda: scene.signoff.undo(AMARA, "image"),
        lambda: scene.signoff.approve(NORA, "no-such-image", sealed.sealed_sha256),
    ):
        with pytest.raises(NotFound):
            act()
    assert (scene.state("image"), scene.count("decision")) == ("her turn", 0)


def test_an_account_that_is_no_longer_hers_decides_nothing(scene: Scene) -> None:
    sealed = scene.judged("image")
    with scene.database.write("admin") as tx:
        tx.execute("UPDATE account SET person_id = 'somebody' WHERE id = 'nora-account'")
    with pytest.raises(NotYours):
        scene.signoff.approve(NORA, "image", sealed.sealed_sha256)
    assert (scene.state("image"), scene.count("decision")) == ("her turn", 0)


def test_an_approval_of_another_image_than_the_waiting_one_counts_nothing(scene: Scene) -> None:
    scene.judged("image")
    with pytest.raises(SealBroken, match="load the page again"):
        scene.signoff.approve(NORA, "image", "0" * 64)
    assert (scene.state("image"), scene.count("decision")) == ("her turn", 0)


@pytest.mark.parametrize("shelf", [Shelf.ORIGINAL, Shelf.PREVIEW])
def test_files_altered_at_rest_are_not_approved(scene: Scene, shelf: Shelf) -> None:
    sealed = scene.judged("image")
    content = bytearray(scene.vault.read(shelf, "image"))
    content[len(content) // 2] ^= 1
    scene.vault.keep(shelf, "image", bytes(content))
    with pytest.raises(SealBroken):
        scene.signoff.approve(NORA, "image", sealed.sealed_sha256)
    assert scene.state("image") == "her turn"


def test_her_no_is_final(scene: Scene) -> None:
    sealed = scene.judged("image")
    with pytest.raises(ReasonMissing):
        scene.signoff.refuse(NORA, "image", "")
    scene.signoff.refuse(NORA, "image", "manipulated", "My waist is not that narrow.")
    for act in (
        lambda: scene.signoff.approve(NORA, "image", sealed.sealed_sha256),
        lambda: scene.signoff.undo(NORA, "image"),
        lambda: scene.desk.appeal(MAYA, "image", "Please."),
        lambda: scene.desk.claim(MODO, "image"),
    ):
        with pytest.raises(IllegalMove):
            act()
    assert scene.state("image") == "refused"


def test_a_wish_for_a_change_ends_this_image_and_says_what_to_change(scene: Scene) -> None:
    scene.judged("image")
    with pytest.raises(ReasonMissing):
        scene.signoff.ask_change(NORA, "image", " ")
    decision = scene.signoff.ask_change(NORA, "image", "Softer light.")
    assert (decision["choice"], decision["note"], scene.state("image")) == ("change", "Softer light.", "change asked")


def test_she_takes_an_approval_back_until_it_is_released(scene: Scene) -> None:
    sealed = scene.judged("image")
    first = scene.signoff.approve(NORA, "image", sealed.sealed_sha256)
    undone = scene.signoff.undo(NORA, "image")
    assert (undone["supersedes_id"], undone["kind"], scene.state("image")) == (first["id"], "undo", "her turn")
    with pytest.raises(IllegalMove):
        scene.releases.release(MAYA, "image")
    second = scene.signoff.approve(NORA, "image", sealed.sealed_sha256)
    assert scene.releases.release(MAYA, "image")["decision_id"] == second["id"]
    with pytest.raises(AlreadyDecided, match="released already"):
        scene.signoff.undo(NORA, "image")


def test_an_expired_licence_stops_her_yes_but_not_her_no(scene: Scene) -> None:
    sealed = scene.judged("image", licence="halden-short")
    scene.clock.forward(minutes=30)
    with pytest.raises(RightsLapsed):
        scene.signoff.approve(NORA, "image", sealed.sealed_sha256)
    scene.signoff.refuse(NORA, "image", "quality")
    assert scene.state("image") == "refused"


def test_fifty_decisions_of_hers_at_once_count_as_one(scene: Scene) -> None:
    sealed = scene.judged("image")
    audits, start, answers = scene.count("audit"), threading.Barrier(50), []

    def decide(yes: bool) -> None:
        start.wait()
        try:
            if yes:
                scene.signoff.approve(NORA, "image", sealed.sealed_sha256, version=3)
            else:
                scene.signoff.refuse(NORA, "image", "quality", version=3)
            answers.append("counted")
        except AlreadyDecided:
            answers.append("late")
        finally:
            scene.database.close()

    threads = [threading.Thread(target=decide, args=(i % 2 == 0,)) for i in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["counted"] + ["late"] * 49
    assert (scene.count("decision"), scene.count("audit") - audits) == (1, 1)
