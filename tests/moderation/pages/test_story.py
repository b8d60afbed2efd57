"""Facts about the story of an image, the list of findings, the queue's rows and the head of a page."""

import json
from pathlib import Path

import pytest

from moderation.access.account import Account, Role
from moderation.desk.comments import Comment
from moderation.desk.insight import Card, Insight, Waiting
from moderation.money.earnings import Share
from moderation.pages.findings import findings_list
from moderation.pages.her_sheet import images_style, turn_words
from moderation.pages.inbox import header_html
from moderation.pages.queue import case_words, queue_style
from moderation.pages.story import story_html
from tests.moderation.pages.open_page import EVIL
from tests.moderation.scene import MAYA, MODO, NORA, Scene


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def told(scene: Scene, account: Account, render_id: str = "r1") -> str:
    return str(story_html(Insight(scene.database).story(account, render_id), account.role, scene.clock()))


def test_only_a_released_image_offers_its_file_and_only_to_the_brand(scene: Scene) -> None:
    scene.approved("r1")
    assert "data-post" not in told(scene, MAYA)
    scene.releases.release(MAYA, "r1")
    assert 'data-post="/release/r1/download"' in told(scene, MAYA)
    assert 'href="/approval/r1"' in told(scene, MAYA)
    assert "Made with AI" in told(scene, MAYA)
    assert "data-post" not in told(scene, NORA)


def test_who_decided_what_is_told_with_reason_and_note(scene: Scene) -> None:
    scene.judged("r1", "refer")
    token = scene.desk.claim(MODO, "r1")["token"]
    scene.desk.review(MODO, "r1", scene.render("r1")["version"], "pass", None, "Looks fine.", token)
    scene.signoff.refuse(NORA, "r1", "quality", "My eye.")
    story = told(scene, MAYA)
    assert story.index("Mo Dorn passed it on to Nora") < story.index("Nora said no, signed with her key")
    assert "Looks fine." in story
    assert "It is not well made. My eye." in story


def test_an_approval_taken_back_no_longer_stands(scene: Scene) -> None:
    scene.approved("r1")
    assert "no longer stands" not in told(scene, MAYA)
    scene.signoff.undo(NORA, "r1")
    assert "no longer stands" in told(scene, MAYA)


def test_each_finding_shows_outcome_reason_and_scale(scene: Scene) -> None:
    scene.judged("r1", "clear", "refer", "unexamined")
    story = told(scene, MAYA)
    assert story.count('<svg class="ts-scale"') == 3
    assert all(f'<li data-state="{outcome}">' in story for outcome in ("clear", "refer", "unexamined"))
    assert "score 0.40; limit 0.50" in story


def test_a_brand_is_told_the_fee_before_and_what_it_paid_after(scene: Scene) -> None:
    scene.approved("r1")
    assert "€123.45, posted when it is released" in told(scene, MAYA)
    scene.releases.release(MAYA, "r1")
    assert "The brand pays" in told(scene, MAYA)
    assert "The agency keeps" not in told(scene, MAYA)
    assert "The agency keeps" in told(scene, NORA)


def test_no_text_of_anybody_becomes_markup(scene: Scene) -> None:
    scene.judged("r1", "refer")
    scene.desk.review(MODO, "r1", scene.render("r1")["version"], "refuse", "other", EVIL, scene.desk.claim(MODO, "r1")["token"])
    card = Insight(scene.database).card(MAYA, "r1")
    evil = Card(
        **{**{f: getattr(card, f) for f in Card.__dataclass_fields__}, "twin_name": EVIL, "brand_name": EVIL, "campaign": EVIL}
    )
    finding = {
        "safeguard": EVIL,
        "outcome": "refer",
        "score": 0.1,
        "threshold": 0.2,
        "reason": EVIL,
        "model": EVIL,
        "model_sha256": EVIL,
    }
    styles = [queue_style([evil], scene.clock(), "modo"), images_style([evil])]
    texts = [
        told(scene, MAYA),
        findings_list([finding]),
        turn_words(evil, Share(100, 0, "EUR", 30, EVIL), (1, 1), scene.clock()),
        case_words(Insight(scene.database).story(MODO, "r1"), [Comment(EVIL, EVIL, EVIL, "desk", card.moved_at)], scene.clock()),
        header_html(Account("x", "x", EVIL, Role.MODERATOR), [Waiting("k", EVIL, 1), Waiting("l", EVIL, 2)], demo=[MAYA]),
    ]
    assert all("<img src=x" not in text and "onerror=alert(1)>" not in text for text in texts)
    assert all(str(style).count("<") == 2 for style in styles)


def test_the_head_counts_what_waits_and_switches_roles_in_a_demo_only() -> None:
    waiting = [Waiting("decide", "waiting for your decision", 3), Waiting("x", "refused", 2)]
    demo = header_html(NORA, waiting, demo=[NORA, MAYA])
    assert "<b>3</b>waiting for your decision" in demo
    assert "and 2 more" in demo
    assert 'data-post="/demo/enter/maya"' in demo
    assert "/demo/enter/nora" not in demo
    assert "do not exist" in demo
    studio = header_html(NORA, [], demo=None)
    assert "Nothing waits for you" in studio
    assert "/demo/enter" not in studio
    assert "do not exist" not in studio
    assert 'data-post="/sign-out"' in studio


def test_how_the_model_was_held_and_what_happened_on_the_way_is_told(scene: Scene) -> None:
    scene.judged("r1")
    assert "Model held" not in told(scene, MAYA)
    tries = [{"seed": 7, "likeness": 0.1}, {"seed": 8, "likeness": 0.7}]
    made_by = {"mode": "quantised", "told": [f"The GPU ran out of memory. {EVIL}"], "best_of": {"tries": tries}}
    with scene.database.write("worker") as tx:
        tx.execute("INSERT INTO recipe VALUES ('r1', ?, ?)", [json.dumps({"painter": "klein", "made_by": made_by}), tx.now])
    story = told(scene, MAYA)
    assert "<dt>Model held</dt><dd>quantised</dd>" in story
    assert "<dd>The GPU ran out of memory. &lt;" in story
    assert "<dd>2 paintings, by likeness</dd>" in story
