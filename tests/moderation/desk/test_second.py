"""Second thoughts and second eyes: undo supersedes, who escalated does not decide, several are refused but never passed."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from moderation.access.account import Account
from moderation.desk import claims as desk_claims
from moderation.desk.insight import Insight
from moderation.errors import (
    AlreadyDecided,
    BadRequest,
    ClaimHeld,
    Gone,
    IllegalMove,
    ModerationError,
    NotFound,
    NotYours,
    ReasonMissing,
    RightsLapsed,
)
from tests.moderation.desk.test_desk import review
from tests.moderation.scene import ADMIN, AGENT, MAYA, MINA, MODO, NORA, Scene, insert


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def escalate(
    scene: Scene, render_id: str, account=MODO, leaning: str = "unsure", note: str = "Is that her hand?"
) -> dict[str, Any]:
    """Claim and leave to another moderator in one go."""
    token = scene.desk.claim(account, render_id)["token"]
    return scene.desk.escalate(account, render_id, scene.render(render_id)["version"], leaning, note, token)


def at_once(scene: Scene, *acts: Callable[[], object]) -> list[str]:
    """Run acts at the same moment; what each came to, "done" or the refusal's name."""
    start, answers = threading.Barrier(len(acts)), [""] * len(acts)

    def run(place: int) -> None:
        start.wait()
        try:
            acts[place]()
            answers[place] = "done"
        except ModerationError as refused:
            answers[place] = type(refused).__name__
        finally:
            scene.database.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.parametrize(("choice", "reason"), [("pass", None), ("refuse", "quality")])
def test_a_moderator_takes_her_own_decision_back_and_decides_anew(scene: Scene, choice: str, reason: str | None) -> None:
    scene.judged("image", "refer")
    first = review(scene, "image", choice, reason=reason)
    assert [row["id"] for row in scene.desk.undoable(MODO)] == [first["id"]]
    undone = scene.desk.undo(MODO, "image")
    assert (undone["kind"], undone["choice"], undone["supersedes_id"]) == ("review", "undo", first["id"])
    assert scene.state("image") == "in review"
    assert scene.desk.undoable(MODO) == ()
    facts = scene.database.rows("SELECT json_extract(facts, '$.supersedes_id') AS id FROM audit ORDER BY seq DESC LIMIT 1")
    assert facts == [{"id": first["id"]}]
    review(scene, "image", "pass")
    assert scene.state("image") == "her turn"


def test_nobody_takes_back_what_another_decided_or_what_was_decided_since(scene: Scene) -> None:
    sealed = {name: scene.judged(name, "refer") for name in ("passed", "approved", "undone", "appealed", "untouched")}
    for name in ("passed", "approved", "undone"):
        review(scene, name, "pass")
    review(scene, "appealed", "refuse", reason="quality")
    scene.desk.appeal(MAYA, "appealed", "Look again.")
    for name in ("approved", "undone"):
        scene.signoff.approve(NORA, name, sealed[name].sealed_sha256)
    scene.signoff.undo(NORA, "undone")
    decisions = scene.count("decision")
    for account, name, error in (
        (MINA, "passed", NotYours),
        (MAYA, "passed", NotYours),
        (NORA, "passed", NotYours),
        (AGENT, "passed", NotYours),
        (ADMIN, "passed", NotYours),
        (MODO, "approved", NotYours),
        (MODO, "undone", NotYours),
        (MODO, "appealed", NotYours),
        (MODO, "untouched", NotFound),
        (MODO, "nothing", NotFound),
    ):
        with pytest.raises(error):
            scene.desk.undo(account, name)
    with pytest.raises(AlreadyDecided):
        scene.desk.undo(MODO, "passed", 1)
    assert scene.count("decision") == decisions
    assert [row["render_id"] for row in scene.desk.undoable(MODO, 9)] == ["passed"]


def test_nothing_is_taken_back_twice_nor_without_rights_or_pixels(scene: Scene) -> None:
    for name, licence in (("twice", "halden-nora"), ("lapsed", "halden-short"), ("gone", "halden-nora")):
        scene.judged(name, "refer", licence=licence)
        review(scene, name, "refuse", reason="quality")
    scene.desk.undo(MODO, "twice")
    with pytest.raises(IllegalMove):
        scene.desk.undo(MODO, "twice")
    with scene.database.write("retention") as tx:
        tx.execute("INSERT INTO retention_run VALUES ('run', ?, '{}')", [tx.now])
        insert(tx, "removed_picture", {"render_id": "gone", "run_id": "run", "removed_at": tx.now})
    scene.clock.forward(hours=1)
    for name, error in (("lapsed", RightsLapsed), ("gone", Gone)):
        with pytest.raises(error):
            scene.desk.undo(MODO, name)
    assert scene.state("lapsed") == scene.state("gone") == "refused"


@pytest.mark.parametrize("turn", range(6))
def test_of_her_decision_and_the_moderators_undo_one_holds(scene: Scene, turn: int) -> None:
    sealed = scene.judged("image", "refer")
    review(scene, "image", "pass")
    version = scene.render("image")["version"]
    acts = [lambda: scene.desk.undo(MODO, "image", version)]
    acts.insert(turn % 2, lambda: scene.signoff.approve(NORA, "image", sealed.sealed_sha256, version))
    answers = at_once(scene, *acts)
    assert sorted(answers)[1] == "done"
    assert answers.count("done") == 1
    assert scene.state("image") == ("approved" if answers[turn % 2] == "done" else "in review")
    assert scene.count("decision") == 2


def test_whoever_asked_for_a_second_pair_of_eyes_does_not_decide(scene: Scene) -> None:
    scene.judged("image", "refer")
    row = escalate(scene, "image", leaning="refuse")
    assert (row["leaning"], row["note"], scene.state("image"), scene.count("claim")) == (
        "refuse",
        "Is that her hand?",
        "in review",
        0,
    )
    assert scene.desk.claim_next(MODO) is None
    assert scene.desk.queue(MODO) == ()
    with pytest.raises(NotYours):
        scene.desk.claim(MODO, "image")
    with scene.database.write("test") as tx:  # as if a claim had been left over
        tx.execute("INSERT INTO claim VALUES ('image', 'modo', 'token', '9999')")
    with pytest.raises(ClaimHeld):
        scene.desk.review(MODO, "image", 3, "pass", None, "", "token")
    with scene.database.write("test") as tx:
        tx.execute("DELETE FROM claim")
    with pytest.raises(IllegalMove, match="yours"):
        escalate(scene, "image", account=MINA)
    review(scene, "image", "pass", account=MINA)
    scene.desk.undo(MINA, "image")
    with pytest.raises(NotYours):
        scene.desk.claim(MODO, "image")
    review(scene, "image", "refuse", account=MINA, reason="not-her")
    assert scene.state("image") == "refused"


def test_an_appeal_begins_an_escalated_image_anew(scene: Scene) -> None:
    scene.judged("image", "refer")
    escalate(scene, "image")
    review(scene, "image", "refuse", account=MINA, reason="not-her")
    scene.clock.forward(minutes=1)
    scene.desk.appeal(MAYA, "image", "It is her.")
    with pytest.raises(NotYours):
        scene.desk.claim(MINA, "image")
    review(scene, "image", "pass", account=MODO)


def test_asking_another_needs_a_claim_a_leaning_a_note_and_another(scene: Scene) -> None:
    scene.judged("image", "refer")
    token = scene.desk.claim(MODO, "image")["token"]
    for account, image, version, leaning, note, used, error in (
        (MODO, "image", 3, "maybe", "Look.", token, ReasonMissing),
        (MODO, "image", 3, "pass", "  ", token, ReasonMissing),
        (MODO, "image", 2, "pass", "Look.", token, AlreadyDecided),
        (MODO, "image", 3, "pass", "Look.", "guessed", ClaimHeld),
        (MINA, "image", 3, "pass", "Look.", token, ClaimHeld),
        (MODO, "nothing", 3, "pass", "Look.", token, NotFound),
        *((one, "image", 3, "pass", "Look.", token, NotYours) for one in (MAYA, NORA, AGENT, ADMIN)),
    ):
        with pytest.raises(error):
            scene.desk.escalate(account, image, version, leaning, note, used)
    with scene.database.write("admin") as tx:
        tx.execute("UPDATE account SET disabled_at = ? WHERE id = 'mina'", [tx.now])
    with pytest.raises(NotYours, match="no other moderator"):
        scene.desk.escalate(MODO, "image", 3, "pass", "Look.", token)
    assert (scene.count("escalation"), scene.count("claim")) == (0, 1)


@pytest.mark.parametrize("turn", range(4))
def test_of_escalating_and_deciding_one_holds(scene: Scene, turn: int) -> None:
    scene.judged("image", "refer")
    token = scene.desk.claim(MODO, "image")["token"]
    acts = [lambda: scene.desk.escalate(MODO, "image", 3, "unsure", "Look.", token)]
    acts.insert(turn % 2, lambda: scene.desk.review(MODO, "image", 3, "pass", None, "", token))
    answers = at_once(scene, *acts)
    assert answers.count("done") == 1
    decided = answers[turn % 2] == "done"
    assert scene.state("image") == ("her turn" if decided else "in review")
    assert (scene.count("decision"), scene.count("escalation")) == (int(decided), int(not decided))


def test_several_are_refused_for_one_reason_each_by_its_own_version(scene: Scene) -> None:
    for name in ("a", "b", "held", "own", "asked", "late"):
        scene.judged(name, "refer", maker="modo" if name == "own" else "maya")
    scene.desk.claim(MINA, "held")
    escalate(scene, "asked", account=MINA)
    review(scene, "late", "pass", account=MINA)
    chosen = [(name, 3) for name in ("a", "b", "held", "own", "asked", "late", "nothing")]
    answers = scene.desk.refuse_many(MODO, [("a", 2), *chosen[1:]], "quality", "Out of focus.")
    assert [name for name, why in answers.items() if not why] == ["b"]
    assert "closer look" in answers["asked"]
    assert {name: scene.state(name) for name in ("a", "b", "held", "own", "asked", "late")} == {
        **dict.fromkeys(("a", "held", "own", "asked"), "in review"),
        **{"b": "refused", "late": "her turn"},
    }
    assert scene.count("claim") == 1
    assert scene.count("decision", render_id="b", reason_code="quality", note="Out of focus.") == 1


def test_refusing_several_needs_a_moderator_a_reason_and_not_too_many(scene: Scene) -> None:
    scene.judged("image", "refer")
    for account, chosen, reason, error in (
        (MAYA, [("image", 3)], "quality", NotYours),
        (NORA, [("image", 3)], "quality", NotYours),
        (ADMIN, [("image", 3)], "quality", NotYours),
        (MODO, [("image", 3)], None, ReasonMissing),
        (MODO, [("image", 3)], "other", ReasonMissing),
        (MODO, [], "quality", BadRequest),
        (MODO, [(f"image{n}", 3) for n in range(51)], "quality", BadRequest),
    ):
        with pytest.raises(error):
            scene.desk.refuse_many(account, chosen, reason, "")
    assert scene.state("image") == "in review"


def test_of_two_reviewers_one_decides_though_both_refuse_several(scene: Scene) -> None:
    names = [f"image{n}" for n in range(6)]
    for name in names:
        scene.judged(name, "refer")
    chosen = [(name, 3) for name in names]
    at_once(
        scene,
        lambda: scene.desk.refuse_many(MODO, chosen, "quality", ""),
        lambda: scene.desk.refuse_many(MINA, chosen[::-1], "content", ""),
    )
    assert {scene.state(name) for name in names} == {"refused"}
    assert scene.count("decision") == len(names)


def test_an_escalation_stands_as_it_was_written(scene: Scene) -> None:
    scene.judged("image", "refer")
    escalate(scene, "image")
    for change in ("UPDATE escalation SET account_id = 'mina'", "DELETE FROM escalation"):
        with pytest.raises(Exception, match="never changed"), scene.database.write("test") as tx:
            tx.execute(change)


def test_the_number_at_the_head_of_the_desk_is_that_of_the_images_this_moderator_may_judge(scene: Scene) -> None:
    insight = Insight(scene.database)

    def told(account: Account) -> tuple[int, int]:
        return sum(one.count for one in insight.inbox(account) if one.key == "review"), len(insight.queue_for(account))

    for image in ("plain", "refused", "appealed", "escalated", "passed", "undone"):
        scene.judged(image, "refer")
    assert told(MODO) == told(MINA) == (6, 6)
    for image in ("refused", "appealed", "undone"):
        review(scene, image, "refuse", reason="quality")
    scene.desk.undo(MODO, "undone")
    scene.desk.appeal(MAYA, "appealed", "Look again, please.")
    review(scene, "passed", "pass")
    escalate(scene, "escalated")
    assert (told(MODO), told(MINA)) == ((2, 2), (4, 4))
    plan = scene.database.rows("EXPLAIN QUERY PLAN " + desk_claims.WAITING, {"account_id": MODO.id})
    assert any("render USING COVERING INDEX render_waiting" in row["detail"] for row in plan)
    assert not any(row["detail"].startswith("SCAN r") for row in plan)
