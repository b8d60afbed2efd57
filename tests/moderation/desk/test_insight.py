"""What pages read: the whole story for those it belongs to, nothing for others, and what waits for each."""

from pathlib import Path

import pytest

from moderation.desk.insight import Insight
from moderation.desk.signoff import State
from moderation.errors import NotFound, NotYours
from tests.moderation.scene import ADMIN, AGENT, AMARA, EVERYBODY, MAYA, MINA, MODO, NORA, OTTO, RIVAL, Scene


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_an_image_is_known_to_its_brand_its_person_her_agency_and_who_judges(scene: Scene) -> None:
    scene.order("queued")
    scene.judged("submitted")
    insight = Insight(scene.database)

    def knowing(render_id: str) -> set[str]:
        known = set()
        for account in EVERYBODY:
            for read in (insight.card, insight.story):
                try:
                    read(account, render_id)
                    known.add(account.id)
                except NotFound:
                    assert account.id not in known
        return known

    assert knowing("submitted") == {"maya", "otto", "modo", "mina", "nora-account", "agent", "admin"}
    assert knowing("queued") == {"maya", "otto", "nora-account", "agent", "admin"}
    assert knowing("no-such-image") == set()


def test_a_story_tells_recipe_findings_decisions_money_and_downloads(scene: Scene) -> None:
    sealed = scene.judged("image", "refer", "clear")
    with scene.database.write("worker") as tx:
        tx.execute("INSERT INTO recipe VALUES ('image', '{\"steps\": 20}', ?)", [tx.now])
    claim = scene.desk.claim(MODO, "image")
    scene.desk.review(MODO, "image", 3, "pass", None, "Fine.", claim["token"])
    scene.signoff.approve(NORA, "image", sealed.sealed_sha256)
    scene.signoff.undo(NORA, "image")
    scene.signoff.approve(NORA, "image", sealed.sealed_sha256)
    scene.releases.release(OTTO, "image")
    scene.releases.grant(MAYA, "image")

    story = Insight(scene.database).story(MAYA, "image")

    assert (story.maker_name, story.recipe) == ("Maya Okafor", {"steps": 20})
    assert story.submission is not None
    assert story.submission["sealed_sha256"] == sealed.sealed_sha256 == story.card.sealed_sha256
    assert [(f["safeguard"], f["outcome"], f["evidence"]) for f in story.findings] == [
        ("safeguard-0", "refer", {"box": [1, 2]}),
        ("safeguard-1", "clear", {"box": [1, 2]}),
    ]
    assert [(d["by_name"], d["choice"], d["superseded"]) for d in story.decisions] == [
        ("Mo Dorn", "pass", 0),
        ("Nora", "approve", 1),
        ("Nora", "undo", 0),
        ("Nora", "approve", 0),
    ]
    assert story.release is not None
    assert story.release["by_name"] == "Otto Lind"
    assert [d["by_name"] for d in story.downloads] == ["Maya Okafor"]
    assert [h["event"] for h in story.history][-2:] == ["render.released", "release.granted"]


def test_money_is_told_to_those_it_concerns(scene: Scene) -> None:
    scene.released("image")
    insight = Insight(scene.database)
    told = {a.id: [line["party"] for line in insight.story(a, "image").lines] for a in (MAYA, NORA, AGENT, MODO)}
    everything = ["brand", "agency", "person"]
    assert told == {"maya": ["brand"], "nora-account": everything, "agent": everything, "modo": []}


def test_the_queue_tells_verdict_and_claims_oldest_first(scene: Scene) -> None:
    for render_id, outcome in (("b", "refer"), ("a", "unexamined"), ("clear", "clear")):
        scene.judged(render_id, outcome)
        scene.clock.forward(minutes=1)
    scene.desk.claim(MODO, "b")
    insight = Insight(scene.database)
    cards = insight.queue_for(MINA)
    assert [(c.render_id, c.verdict, c.claimed_by_name) for c in cards] == [("b", "refer", "Mo Dorn"), ("a", "unexamined", None)]
    scene.clock.forward(minutes=10)
    assert [c.claimed_by_name for c in insight.queue_for(MINA)] == [None, None]


def test_she_sees_what_waits_for_her_and_what_was_made_of_her(scene: Scene) -> None:
    scene.judged("waiting")
    scene.clock.forward(minutes=1)
    scene.released("out")
    scene.judged("amaras", licence="halden-amara")
    insight = Insight(scene.database)
    assert [c.render_id for c in insight.waiting_for_her(NORA)] == ["waiting"]
    assert [c.render_id for c in insight.images_of_her(NORA)] == ["out", "waiting"]
    assert [c.render_id for c in insight.images_of_her(NORA, State.RELEASED)] == ["out"]
    card = insight.waiting_for_her(NORA)[0]
    assert (card.brand_name, card.campaign, card.fee_minor, card.currency, card.media) == (
        "Halden",
        "Spring",
        12_345,
        "EUR",
        ["web"],
    )
    assert card.steps == ("approve", "refuse", "ask change", "withdraw")
    for account in (MAYA, MODO, AGENT, ADMIN):
        for read in (insight.waiting_for_her, insight.images_of_her):
            with pytest.raises(NotYours):
                read(account)


def test_a_shoot_belongs_to_its_brand(scene: Scene) -> None:
    scene.order("one")
    scene.clock.forward(minutes=1)
    scene.order("two")
    insight = Insight(scene.database)
    assert [c.render_id for c in insight.shoot_renders(MAYA, "halden-shoot")] == ["two", "one"]
    assert insight.shoot_renders(RIVAL, "other-shoot") == ()
    for account, shoot in ((RIVAL, "halden-shoot"), (MAYA, "other-shoot"), (AMARA, "halden-shoot"), (MAYA, "none")):
        with pytest.raises(NotFound):
            insight.shoot_renders(account, shoot)


def test_the_inbox_counts_what_waits_for_each(scene: Scene) -> None:
    scene.judged("turn-1")
    scene.judged("turn-2")
    scene.judged("review", "refer")
    scene.judged("blocked", "block")
    scene.approved("approved")
    insight = Insight(scene.database)
    found = {a.id: {w.key: w.count for w in insight.inbox(a)} for a in EVERYBODY}
    assert found == {
        "maya": {"release": 1, "blocked": 1},
        "otto": {"release": 1, "blocked": 1},
        "rival": {},
        "modo": {"review": 1},
        "mina": {"review": 1},
        "nora-account": {"decide": 2},
        "amara-account": {},
        "agent": {"decide": 2},
        "admin": {},
    }
    assert [c.render_id for c in insight.inbox(NORA, cards=1)[0].cards] == ["turn-1"]


@pytest.mark.parametrize(
    ("account", "bring", "expected"),
    [
        (MAYA, "order", ("cancel",)),
        (MAYA, "approved", ("release",)),
        (MAYA, "released", ("download",)),
        (MODO, "judged", ()),
        (NORA, "approved", ("undo", "withdraw")),
        (NORA, "released", ("withdraw",)),
        (AGENT, "judged", ()),
    ],
    ids=lambda value: getattr(value, "id", None),
)
def test_a_card_says_what_the_account_can_do_next(scene: Scene, account, bring: str, expected: tuple[str, ...]) -> None:
    getattr(scene, bring)("image")
    assert Insight(scene.database).card(account, "image").steps == expected


def test_only_the_maker_is_offered_an_appeal_and_never_against_her_no(scene: Scene) -> None:
    insight = Insight(scene.database)
    scene.judged("blocked", "block")
    scene.judged("hers")
    scene.signoff.refuse(NORA, "hers", "quality")
    assert insight.card(MAYA, "blocked").steps == ("appeal",)
    assert insight.card(OTTO, "blocked").steps == ()
    assert insight.card(MAYA, "hers").steps == ()
