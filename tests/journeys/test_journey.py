"""The whole way of one image, in a real browser: painted, examined, reviewed, signed off, released, downloaded."""

import hashlib
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Running

SLOW_MS = 120_000

pytestmark = pytest.mark.browser


def rows_of(home: Path, sql: str) -> list[dict[str, object]]:
    """Read only: the studio's own SQLite is another library, and two of them never write the same file."""
    connection = sqlite3.connect(f"file:{home / 'studio.sqlite'}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    try:
        return [dict(row) for row in connection.execute(sql).fetchall()]
    finally:
        connection.close()


def refused(page: Page, path: str) -> int:
    return page.request.get(path, max_redirects=0).status


def compare_by_keys(rosa: Page, home: Path) -> None:
    """Leaf to the second reference, point at a face, and find two looks on record, since only what is looked at is fetched."""
    caption = rosa.locator("#reference figcaption")
    expect(caption).to_contain_text("1 of 8 of Nora, a render, the nearest")
    rosa.keyboard.press("n")
    expect(caption).to_contain_text("2 of 8")
    second = rosa.locator('#reference img[alt^="Reference 2 of 8"]')
    expect(second).to_have_js_property("complete", True)
    assert second.evaluate("image => image.naturalWidth") == 400
    rosa.keyboard.press("f")
    expect(rosa.locator('[data-draws][aria-pressed="true"]')).to_have_count(1)
    expect(rosa.locator("#case g.on rect").first).to_be_visible()
    looks = rows_of(home, "SELECT actor, subject FROM audit WHERE event = 'reference.seen'")
    assert [look["actor"] for look in looks] == ["rosa", "rosa"]
    assert len({look["subject"] for look in looks}) == 2


def decide_by_keys(rosa: Page) -> None:
    """Comment while keys are off, choose how to look, pass on, take it back, refuse, take that back, and pass on again."""
    nothing, words = rosa.get_by_text("Nothing waits", exact=True), rosa.locator("#case-words")
    rosa.keyboard.press("c")
    expect(rosa.locator("#remark textarea, #remark input")).to_be_focused(timeout=SLOW_MS)
    rosa.keyboard.type("as ruby?")
    expect(nothing).to_have_count(0)
    rosa.keyboard.press("Control+Enter")
    expect(words).to_contain_text("as ruby?", timeout=SLOW_MS)
    rosa.keyboard.press("g")
    expect(rosa.locator("#case img")).to_have_css("filter", "blur(0px) grayscale(1)")
    rosa.keyboard.press("?")
    expect(rosa.get_by_role("dialog", name="Keys")).to_be_visible()
    rosa.keyboard.press("a")
    rosa.keyboard.press("?")
    expect(nothing).to_have_count(0)
    for key, told in (("a", "You passed on"), ("r", "You refused")):
        rosa.keyboard.press(key)
        if key == "r":
            expect(rosa.locator("#reasons")).to_be_visible(timeout=SLOW_MS)
            rosa.keyboard.press("2")
            expect(rosa.locator("#reason input").nth(1)).to_be_checked()
            rosa.keyboard.press("r")
        expect(nothing).to_be_visible(timeout=SLOW_MS)
        expect(rosa.locator("#undo-words")).to_contain_text(told)
        rosa.keyboard.press("u")
        expect(words).to_contain_text("Nora", timeout=SLOW_MS)
    rosa.reload()
    expect(rosa.locator("#case img")).to_have_css("filter", "blur(0px) grayscale(1)", timeout=SLOW_MS)
    rosa.keyboard.press("a")
    expect(nothing).to_be_visible(timeout=SLOW_MS)


def test_an_image_goes_from_an_empty_shoot_to_a_released_file(
    visit: Callable[..., Page], studio: Running, tmp_path: Path
) -> None:
    maya = visit("maya")
    maya.get_by_label("Title of a new shoot").fill("Journey")
    maya.get_by_role("button", name="Open a shoot").click()
    maya.locator("#twin label", has_text="Nora").click()
    maya.locator("#look label", has_text="Studio classic").click()
    maya.get_by_label("Words").fill("looking to the left, navy backdrop, on a horse")
    expect(maya.locator("#reading")).to_contain_text("horse")
    maya.get_by_role("button", name="Generate").click()
    with studio.held_while_painting():
        expect(maya.get_by_role("button", name="Stop")).to_be_visible()
        expect(maya.locator('#picture img[src*="/media/progress/"]')).to_be_visible(timeout=SLOW_MS)
    expect(maya.locator("#stage .ts-chip").first).to_have_text("in review", timeout=SLOW_MS)
    expect(maya.locator("#story")).to_contain_text("manipulation", ignore_case=True)

    render = rows_of(studio.home, "SELECT * FROM render ORDER BY created_at DESC LIMIT 1")[0]
    assert refused(maya, f"{studio.address}/media/original/{render['id']}") == 404

    rosa = visit("rosa")
    expect(rosa.locator("#case-words")).to_contain_text("Nora", timeout=SLOW_MS)
    compare_by_keys(rosa, studio.home)
    decide_by_keys(rosa)

    nora = visit("nora", width=390, height=844)
    expect(nora.locator("#case-words")).to_contain_text("Osterby", timeout=SLOW_MS)
    nora.get_by_role("button", name="Approve").click()
    expect(nora.locator("#turn")).to_contain_text("Nothing waits", timeout=SLOW_MS)

    maya.get_by_role("button", name="Release").click(timeout=SLOW_MS)
    with maya.expect_download(timeout=SLOW_MS) as arriving:
        maya.get_by_role("button", name="Download").click()
    file = tmp_path / "released.png"
    arriving.value.save_as(file)
    submission = rows_of(studio.home, f"SELECT * FROM submission WHERE render_id = '{render['id']}'")[0]
    assert hashlib.sha256(file.read_bytes()).hexdigest() == submission["sealed_sha256"]
    assert (submission["width"], submission["height"]) == (512, 640)

    money = rows_of(studio.home, "SELECT sum(amount_minor) AS sum, count(*) AS lines FROM ledger_line")[0]
    assert money["sum"] == 0
    assert money["lines"] == 7  # her fee in three, the share of three authors in four
