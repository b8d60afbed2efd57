"""The desk: what the safeguards found decides where an image goes, and a moderator decides only what she holds."""

import threading
from pathlib import Path

import pytest

from moderation.errors import AlreadyDecided, ClaimHeld, IllegalMove, NotFound, NotYours, ReasonMissing, RightsLapsed, SealBroken
from moderation.safeguards.finding import Verdict
from moderation.vault.vault import Shelf
from tests.moderation.scene import ADMIN, AGENT, MAYA, MINA, MODO, NORA, OTTO, RIVAL, Scene, verdict


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def review(scene: Scene, render_id: str, choice: str, account=MODO, reason: str | None = None, note: str = "") -> dict:
    """Claim and decide in one go, as a moderator does."""
    claim = scene.desk.claim(account, render_id)
    version = scene.render(render_id)["version"]
    return scene.desk.review(account, render_id, version, choice, reason, note, claim["token"])


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [
        (("clear", "clear"), "her turn"),
        (("clear", "refer"), "in review"),
        (("clear", "unexamined"), "in review"),
        (("refer", "block", "clear"), "blocked"),
        ((), "in review"),
    ],
)
def test_the_worst_finding_decides_where_an_image_goes(scene: Scene, outcomes: tuple[str, ...], state: str) -> None:
    scene.examining("image")
    with scene.database.write("worker") as tx:
        scene.desk.judge(tx, "image", verdict(*outcomes) if outcomes else Verdict.of([]), 1)
    assert scene.state("image") == state
    kept = scene.database.rows("SELECT outcome, score, threshold, model, evidence FROM finding ORDER BY position")
    assert [row["outcome"] for row in kept] == list(outcomes)
    assert all(row["evidence"] == '{"box": [1, 2]}' and row["score"] == 0.4 for row in kept)


def test_an_examination_that_gave_up_refers(scene: Scene) -> None:
    scene.examining("image")
    with scene.database.write("worker") as tx:
        scene.desk.give_up(tx, "image", "The detector did not answer.")
    assert scene.state("image") == "in review"
    assert scene.database.rows("SELECT v.outcome, f.reason FROM verdict v JOIN finding f USING (render_id, attempt)") == [
        {"outcome": "unexamined", "reason": "The detector did not answer."}
    ]


@pytest.mark.parametrize(("outcome", "state"), [("clear", "withdrawn"), ("refer", "withdrawn"), ("block", "blocked")])
def test_an_image_whose_licence_ended_while_examined_reaches_nobody(scene: Scene, outcome: str, state: str) -> None:
    scene.examining("image", licence="halden-short")
    scene.clock.forward(hours=1)
    with scene.database.write("worker") as tx:
        scene.desk.judge(tx, "image", verdict(outcome), 1)
    assert scene.state("image") == state


def test_only_files_that_lie_in_the_vault_are_taken_in(scene: Scene) -> None:
    sealed = scene.examining("first")
    scene.order("second", state="painting")
    with pytest.raises(NotFound), scene.database.write("worker") as tx:
        scene.desk.submit(tx, "second", sealed)
    scene.vault.keep(Shelf.ORIGINAL, "second", sealed.content)
    scene.vault.keep(Shelf.PREVIEW, "second", sealed.preview + b" ")
    with pytest.raises(SealBroken), scene.database.write("worker") as tx:
        scene.desk.submit(tx, "second", sealed)
    assert (scene.state("second"), scene.count("submission")) == ("painting", 1)


def test_a_claim_keeps_others_away_until_its_lease_ends(scene: Scene) -> None:
    scene.judged("image", "refer")
    claim = scene.desk.claim(MODO, "image")
    with pytest.raises(ClaimHeld):
        scene.desk.claim(MINA, "image")
    scene.clock.forward(minutes=9)
    scene.desk.beat(MODO, "image", claim["token"])
    scene.clock.forward(minutes=9)
    with pytest.raises(ClaimHeld):
        scene.desk.claim(MINA, "image")
    scene.clock.forward(minutes=1)
    hers = scene.desk.claim(MINA, "image")
    for act in (
        lambda: scene.desk.beat(MODO, "image", claim["token"]),
        lambda: scene.desk.review(MODO, "image", 3, "pass", None, "", claim["token"]),
        lambda: scene.desk.review(MODO, "image", 3, "pass", None, "", hers["token"]),
    ):
        with pytest.raises(ClaimHeld):
            act()
    assert (scene.state("image"), scene.count("decision")) == ("in review", 0)
    scene.desk.review(MINA, "image", 3, "pass", None, "", hers["token"])
    assert (scene.state("image"), scene.count("decision"), scene.count("claim")) == ("her turn", 1, 0)


def test_a_claim_that_ran_out_decides_nothing_though_nobody_else_took_it(scene: Scene) -> None:
    scene.judged("image", "refer")
    claim = scene.desk.claim(MODO, "image")
    scene.clock.forward(minutes=10)
    with pytest.raises(ClaimHeld):
        scene.desk.review(MODO, "image", 3, "pass", None, "", claim["token"])
    with pytest.raises(ClaimHeld):
        scene.desk.beat(MODO, "image", claim["token"])
    assert (scene.state("image"), scene.count("decision")) == ("in review", 0)


def test_the_next_image_is_the_oldest_that_is_free(scene: Scene) -> None:
    for render_id in ("c", "a", "b"):
        scene.judged(render_id, "refer")
        scene.clock.forward(minutes=1)
    assert scene.desk.claim_next(MODO)["render_id"] == "c"
    first = scene.desk.claim_next(MINA)
    assert first["render_id"] == "a"
    assert scene.desk.claim_next(MINA, skip=["a"])["render_id"] == "b"
    assert scene.desk.claim_next(MODO, skip=["c"]) is None
    assert scene.desk.let_go(MINA, "a", first["token"])
    assert scene.desk.claim_next(MODO, skip=["c"])["render_id"] == "a"


def test_a_no_needs_a_listed_reason_and_another_reason_a_note(scene: Scene) -> None:
    scene.judged("image", "refer")
    claim = scene.desk.claim(MODO, "image")
    for reason, note in ((None, "because"), ("ugly", ""), ("other", "  ")):
        with pytest.raises(ReasonMissing):
            scene.desk.review(MODO, "image", 3, "refuse", reason, note, claim["token"])
    decision = scene.desk.review(MODO, "image", 3, "refuse", "other", " Not lit. ", claim["token"])
    assert (decision["reason_code"], decision["note"], scene.state("image")) == ("other", "Not lit.", "refused")


def test_a_decision_names_pixels_licence_fee_and_fence_and_is_named_by_the_audit_row(scene: Scene) -> None:
    sealed = scene.judged("image", "refer")
    decision = review(scene, "image", "pass")
    bound = {name: getattr(sealed, name) for name in ("sealed_sha256", "pixels_sha256", "preview_sha256")}
    bound |= {"licence_id": "halden-nora", "fee_minor": 12_345, "currency": "EUR", "twin_epoch": 0, "licence_epoch": 0}
    assert {name: decision[name] for name in bound} == bound
    facts = scene.database.rows("SELECT json_extract(facts, '$.decision_id') AS id FROM audit ORDER BY seq DESC LIMIT 1")
    assert facts == [{"id": decision["id"]}]


def test_nobody_but_a_moderator_reviews(scene: Scene) -> None:
    scene.judged("image", "refer")
    for account in (MAYA, NORA, AGENT, ADMIN):
        for act in (
            lambda account=account: scene.desk.claim(account, "image"),
            lambda account=account: scene.desk.claim_next(account),
            lambda account=account: scene.desk.queue(account),
            lambda account=account: scene.desk.review(account, "image", 3, "pass", None, "", "token"),
        ):
            with pytest.raises(NotYours):
                act()


def test_a_moderator_whose_role_ended_decides_nothing(scene: Scene) -> None:
    scene.judged("image", "refer")
    claim = scene.desk.claim(MODO, "image")
    with scene.database.write("admin") as tx:
        tx.execute("UPDATE account SET disabled_at = ? WHERE id = 'modo'", [tx.now])
    with pytest.raises(NotYours):
        scene.desk.review(MODO, "image", 3, "pass", None, "", claim["token"])
    assert scene.state("image") == "in review"


def test_nobody_moderates_her_own_work(scene: Scene) -> None:
    scene.judged("image", "refer", maker="modo")
    with pytest.raises(NotYours):
        scene.desk.claim(MODO, "image")
    assert scene.desk.claim_next(MODO) is None
    assert scene.desk.queue(MODO) == ()
    assert [card.render_id for card in scene.desk.queue(MINA)] == ["image"]


def test_an_appeal_goes_to_another_moderator(scene: Scene) -> None:
    scene.judged("image", "refer")
    review(scene, "image", "refuse", reason="quality")
    scene.desk.appeal(MAYA, "image", "The blur is motion.")
    with pytest.raises(NotYours):
        scene.desk.claim(MODO, "image")
    review(scene, "image", "pass", account=MINA)
    assert scene.state("image") == "her turn"
    kinds = scene.database.rows("SELECT kind, choice, note FROM decision ORDER BY rowid")
    assert [tuple(row.values()) for row in kinds] == [
        ("review", "refuse", ""),
        ("appeal", "appeal", "The blur is motion."),
        ("review", "pass", ""),
    ]


def test_only_the_maker_appeals_with_a_note_and_only_a_no_of_others(scene: Scene) -> None:
    scene.judged("image", "block")
    for account, note, error in (
        (MODO, "why", NotYours),
        (RIVAL, "why", NotFound),
        (OTTO, "why", NotYours),
        (MAYA, " ", ReasonMissing),
    ):
        with pytest.raises(error):
            scene.desk.appeal(account, "image", note)
    scene.desk.appeal(MAYA, "image", "Her face is free.")
    assert scene.state("image") == "in review"
    scene.judged("hers")
    scene.signoff.refuse(NORA, "hers", "content")
    with pytest.raises(IllegalMove, match="final"):
        scene.desk.appeal(MAYA, "hers", "Please.")


def test_a_lapsed_licence_stops_a_pass_but_not_a_refusal(scene: Scene) -> None:
    scene.judged("image", "refer", licence="halden-short")
    scene.clock.forward(hours=1)
    claim = scene.desk.claim(MODO, "image")
    with pytest.raises(RightsLapsed):
        scene.desk.review(MODO, "image", 3, "pass", None, "", claim["token"])
    scene.desk.review(MODO, "image", 3, "refuse", "quality", "", claim["token"])
    assert scene.state("image") == "refused"


def test_fifty_deciding_at_once_make_one_decision_and_one_audit_row(scene: Scene) -> None:
    scene.judged("image", "refer")
    token = scene.desk.claim(MODO, "image")["token"]
    audits, start, answers = scene.count("audit"), threading.Barrier(50), []

    def decide(choice: str) -> None:
        start.wait()
        try:
            scene.desk.review(MODO, "image", 3, choice, "quality", "", token)
            answers.append(choice)
        except AlreadyDecided:
            answers.append("late")
        finally:
            scene.database.close()

    threads = [threading.Thread(target=decide, args=(("pass", "refuse")[i % 2],)) for i in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 50
    assert answers.count("late") == 49
    assert (scene.count("decision"), scene.count("audit") - audits) == (1, 1)
