"""Taking back: told beforehand, effective at once, complete, and possible for nobody but the person."""

from pathlib import Path

import pytest

from moderation.audit.chain import verify
from moderation.desk.moves import move
from moderation.errors import AlreadyDecided, IllegalMove, ModerationError, NotFound, NotYours, ReasonMissing, RightsLapsed
from tests.moderation.scene import ADMIN, AGENT, AMARA, MAYA, MODO, NORA, Scene, verdict


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def one_of_each(scene: Scene, licence: str) -> dict[str, str]:
    """Images of one licence in many states; where taking back should leave each."""
    scene.order(f"{licence}-queued", licence=licence)
    scene.order(f"{licence}-painting", licence=licence, state="painting")
    scene.order(f"{licence}-failed", licence=licence, state="failed")
    scene.examining(f"{licence}-examining", licence=licence)
    for outcome, name in (("clear", "turn"), ("refer", "review"), ("block", "blocked")):
        scene.judged(f"{licence}-{name}", outcome, licence=licence)
    scene.approved(f"{licence}-approved", licence=licence)
    scene.released(f"{licence}-released", licence=licence)
    gone = dict.fromkeys(("queued", "painting", "examining", "turn", "review", "blocked", "approved"), "withdrawn")
    return {f"{licence}-{name}": state for name, state in {**gone, "released": "recalled", "failed": "failed"}.items()}


def test_taking_a_licence_back_stops_everything_under_it_and_nothing_else(scene: Scene) -> None:
    expected = one_of_each(scene, "halden-nora")
    scene.judged("elsewhere", licence="halden-free")
    foreseen = scene.rights.foresee(NORA, "licence", "halden-nora")
    assert (foreseen.waiting, foreseen.files, [one.licence_id for one in foreseen.licences]) == (7, 1, ["halden-nora"])

    done = scene.rights.revoke(NORA, "licence", "halden-nora", "They changed the campaign.")

    assert {render_id: scene.state(render_id) for render_id in expected} == expected
    assert (len(done.withdrawn), done.recalled) == (foreseen.waiting, ("halden-nora-released",))
    assert scene.state("elsewhere") == "her turn"
    sealed = scene.judged("later", licence="halden-free")
    scene.signoff.approve(NORA, "later", sealed.sealed_sha256)
    assert scene.rights.foresee(NORA, "licence", "halden-nora").licences == ()
    verify(scene.database.rows("SELECT * FROM audit ORDER BY seq"))


def test_taking_a_consent_back_ends_all_its_licences(scene: Scene) -> None:
    expected = {**one_of_each(scene, "halden-nora"), **one_of_each(scene, "halden-free")}
    foreseen = scene.rights.foresee(NORA, "consent", "nora-1")
    assert (foreseen.waiting, foreseen.files, len(foreseen.licences)) == (14, 2, 4)
    scene.rights.revoke(NORA, "consent", "nora-1", "")
    assert {render_id: scene.state(render_id) for render_id in expected} == expected
    assert scene.database.rows("SELECT id, epoch FROM twin ORDER BY id") == [
        {"id": "amara", "epoch": 0},
        {"id": "nora", "epoch": 1},
    ]
    assert scene.database.rows("SELECT DISTINCT epoch FROM licence WHERE twin_id = 'nora'") == [{"epoch": 1}]


def test_whoever_takes_everything_back_is_fenced_though_every_licence_of_hers_had_ended_before(scene: Scene) -> None:
    for row in scene.database.rows("SELECT id FROM licence WHERE twin_id = 'amara'"):
        scene.rights.revoke(AMARA, "licence", row["id"], "")
    assert scene.database.rows("SELECT epoch FROM twin WHERE id = 'amara'") == [{"epoch": 0}]
    scene.rights.revoke(AMARA, "twin", "amara", "")
    assert scene.database.rows("SELECT epoch FROM twin WHERE id = 'amara'") == [{"epoch": 1}]


def test_a_consent_that_still_stands_keeps_its_images(scene: Scene) -> None:
    scene.judged("old", licence="halden-amara")
    newer = scene.judged("new", licence="halden-amara-2")
    scene.rights.revoke(AMARA, "consent", "amara-1", "")
    assert scene.state("old") == "withdrawn"
    scene.signoff.approve(AMARA, "new", newer.sealed_sha256)
    scene.rights.revoke(AMARA, "consent", "amara-2", "")
    assert scene.state("new") == "withdrawn"
    assert scene.database.rows("SELECT epoch FROM twin WHERE id = 'amara'") == [{"epoch": 1}]


def test_nothing_begins_under_what_was_taken_back(scene: Scene) -> None:
    scene.rights.revoke(NORA, "licence", "halden-nora", "")
    for state, target, mover in (
        ("queued", "painting", "worker"),
        ("her turn", "approved", "person"),
        ("approved", "released", "creative"),
    ):
        scene.order(f"late-{target}", state=state)
        with pytest.raises(RightsLapsed, match="taken back on 2026-05-03"), scene.database.write("test") as tx:
            move(tx, f"late-{target}", target, mover)


def test_a_verdict_that_comes_after_taking_back_moves_nothing(scene: Scene) -> None:
    scene.examining("image")
    scene.rights.revoke(NORA, "consent", "nora-1", "")
    with pytest.raises(ModerationError), scene.database.write("worker") as tx:
        scene.desk.judge(tx, "image", verdict("clear"), 1)
    assert (scene.state("image"), scene.count("finding")) == ("withdrawn", 0)


def test_only_she_takes_back_only_what_is_hers_and_only_once(scene: Scene) -> None:
    scene.judged("image")
    for account in (MAYA, MODO, AGENT, ADMIN):
        for act in (
            lambda account=account: scene.rights.revoke(account, "consent", "nora-1", ""),
            lambda account=account: scene.rights.foresee(account, "consent", "nora-1"),
            lambda account=account: scene.rights.withdraw_image(account, "image"),
        ):
            with pytest.raises(NotYours):
                act()
    for scope, subject in (("consent", "nora-1"), ("licence", "halden-nora"), ("licence", "nora-1"), ("shoot", "halden-shoot")):
        for act in (scene.rights.foresee, lambda *subject: scene.rights.revoke(*subject, "")):
            with pytest.raises(NotFound):
                act(AMARA, scope, subject)
    with pytest.raises(NotFound):
        scene.rights.withdraw_image(AMARA, "image")
    with pytest.raises(ReasonMissing):
        scene.rights.revoke(NORA, "consent", "nora-1", "why " * 600)
    assert (scene.state("image"), scene.count("revocation")) == ("her turn", 0)
    scene.rights.revoke(NORA, "consent", "nora-1", "")
    with pytest.raises(AlreadyDecided):
        scene.rights.revoke(NORA, "consent", "nora-1", "")
    assert scene.count("revocation") == 1


def test_one_image_is_withdrawn_or_recalled_alone(scene: Scene) -> None:
    scene.judged("waiting")
    scene.released("out")
    scene.approved("kept")
    assert scene.rights.withdraw_image(NORA, "waiting", "Not this one.")["state"] == "withdrawn"
    assert scene.rights.withdraw_image(NORA, "out")["state"] == "recalled"
    assert scene.state("kept") == "approved"
    for render_id in ("waiting", "out"):
        with pytest.raises((IllegalMove, AlreadyDecided)):
            scene.rights.withdraw_image(NORA, render_id)
    scene.releases.release(MAYA, "kept")
