"""The page, the receipt and the lists of what was taken back say what the rows say, to whom they may, and no markup of others."""

import re
from pathlib import Path

import pytest

from moderation.desk.insight import Insight
from moderation.pages.recalls import her_list, recalls_list, strip
from moderation.pages.revocation import receipt_html, timeline_html
from moderation.rights.recall import Recalls
from moderation.rights.receipt import Receipts
from tests.moderation.pages.open_page import EVIL
from tests.moderation.rights.test_revocation import allow
from tests.moderation.scene import ADMIN, AGENT, MAYA, NORA, RIVAL, Scene


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def taken(scene: Scene, **changes: str) -> str:
    """She takes back a licence with two days of notice, under which one image waits and one is released."""
    allow(scene, "slow", 48, **changes)
    scene.judged("waiting", licence="slow")
    scene.released("out", licence="slow")
    act = scene.rights.revoke(NORA, "licence", "slow", f"Enough. {EVIL}").revocation_id
    scene.receipts.issue()
    return act


def page(scene: Scene, act: str, account: object = NORA) -> str:
    return str(timeline_html(Receipts(scene.database).timeline(account, act), account, scene.clock()))  # type: ignore[arg-type]


def test_the_page_tells_what_happened_in_order_with_hash_and_name(scene: Scene) -> None:
    act = taken(scene)
    steps = re.findall(r"<li><time[^>]*>([^<]*)</time><p>([^<]*)</p></li>", page(scene, act))
    assert steps == [
        ("3 May 2026, 12:00 UTC", "Nora took back the licence of Halden for Spring. Nothing new is painted under it from here."),
        ("3 May 2026, 12:00 UTC", "1 image was withdrawn."),
        ("3 May 2026, 12:00 UTC", "Halden was told to stop using 1 released image by 5 May 2026, 12:00 UTC."),
        ("5 May 2026, 12:00 UTC", "From here nothing of it may be used any more."),
    ]
    sealed = scene.database.rows("SELECT sealed_sha256 FROM submission")
    assert all(row["sealed_sha256"] in page(scene, act) for row in sealed)
    scene.clock.forward(days=2)
    scene.endings.sweep()
    recalls = Recalls(scene.database)
    recalls.attest(MAYA, [one.recall_id for one in recalls.of_brand(MAYA)], "Maya Okafor")
    told = page(scene, act)
    assert "1 image was recalled, brought about by the studio." in told
    assert "Maya Okafor of Halden stated that every copy is deleted of 1 image." in told


def test_pictures_and_her_reason_are_for_her_alone_or_her_agency(scene: Scene) -> None:
    act = taken(scene)
    assert ("/media/preview/waiting" in page(scene, act), "Her reason" in page(scene, act)) == (True, True)
    assert ("/media/preview/waiting" in page(scene, act, AGENT), "Her reason" in page(scene, act, AGENT)) == (True, False)
    assert ("/media/preview/waiting" in page(scene, act, ADMIN), "Her reason" in page(scene, act, ADMIN)) == (False, False)
    assert b"Enough" not in scene.receipts.receipt(NORA, act).statement


def test_no_name_of_anybody_becomes_markup(scene: Scene) -> None:
    act = taken(scene, campaign=EVIL)
    recalls = Recalls(scene.database)
    texts = [
        page(scene, act),
        str(receipt_html(scene.receipts.receipt(NORA, act))),
        str(recalls_list(recalls.of_brand(MAYA), scene.clock())),
        str(her_list(scene.receipts.of_her(NORA), recalls.of_her(NORA), scene.clock())),
    ]
    assert all("<img src=x" not in text for text in texts)
    assert sum("&lt;img src=x" in text for text in texts) == 3


def test_a_brand_is_told_on_every_page_until_it_has_deleted_everything(scene: Scene) -> None:
    taken(scene)
    recalls = Recalls(scene.database)
    assert "1 image is recalled" in strip(recalls.open_of(MAYA))
    assert strip(recalls.open_of(RIVAL)) == ""
    waiting = {one.key: one.count for one in Insight(scene.database).inbox(MAYA)}
    assert waiting == {"recall": 1}
    (one,) = recalls.of_brand(MAYA)
    shown = str(recalls_list([one], scene.clock()))
    assert f'value="{one.recall_id}" checked' in shown
    assert "You may use it until 5 May 2026, 12:00 UTC." in shown
    assert "Acknowledge it by 5 May 2026, 12:00 UTC. Delete every copy and say so by 12 May 2026, 12:00 UTC." in shown
    scene.clock.forward(days=3)
    assert "overdue" in recalls_list([one], scene.clock())
    recalls.attest(MAYA, [one.recall_id], "Maya Okafor")
    assert strip(recalls.open_of(MAYA)) == ""
    assert "<input" not in recalls_list(recalls.of_brand(MAYA), scene.clock())
    assert "1 of 1 deleted by Maya Okafor" in her_list(scene.receipts.of_her(NORA), recalls.of_her(NORA), scene.clock())


def test_an_image_that_will_be_recalled_says_until_when_and_offers_nothing_more(scene: Scene) -> None:
    taken(scene)
    card = Insight(scene.database).card(NORA, "out")
    assert (card.state, card.use_ends_at[:10], card.steps) == ("released", "2026-05-05", ())
    scene.released("other")
    other = Insight(scene.database).card(NORA, "other")
    assert (other.use_ends_at, other.steps) == (other.licence_ends_at, ("withdraw",))
