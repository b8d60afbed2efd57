"""The light table in a real browser: a lamp is moved on a painted negative, and what is seen becomes an image of its own."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Running
from tests.journeys.test_journey import SLOW_MS, rows_of

pytestmark = pytest.mark.browser

MOVE = """([tool, value]) => {
  const slider = document.querySelector(tool + ' input[type=range]');
  slider.value = value;
  slider.dispatchEvent(new Event('input', { bubbles: true }));
}"""
LAST_TWO = "SELECT * FROM render ORDER BY created_at DESC LIMIT 2"


def test_a_lamp_is_moved_on_the_negative_and_the_development_is_examined_as_an_image(
    visit: Callable[..., Page], studio: Running
) -> None:
    maya = visit("maya")
    maya.get_by_label("Title of a new shoot").fill("Light table")
    maya.get_by_role("button", name="Open a shoot").click()
    maya.locator("#twin label", has_text="Kofi").click()
    maya.locator("#look label", has_text="Overcast").click()
    expect(maya.get_by_role("button", name="Generate")).to_be_enabled()
    maya.get_by_role("button", name="Generate").click()
    maya.get_by_role("button", name="Light table").click(timeout=SLOW_MS)

    proof = maya.locator("#proof img")
    expect(proof).to_have_attribute("alt", "Kofi, developed as the tools stand, AI-generated")
    expect(maya.get_by_role("button", name="Develop as a new image")).to_be_disabled()
    as_painted = proof.get_attribute("src") or ""
    assert as_painted.startswith(("data:image/jpeg;base64,", "blob:"))  # as the page laid it there, or as a proof already
    maya.evaluate(MOVE, ["#rim-strength", "2.9"])
    expect(maya.locator("#table-moved")).to_contain_text("Rim strength")
    expect(proof).not_to_have_attribute("src", as_painted)
    relit = proof.get_attribute("src") or ""
    maya.get_by_label("Words").fill("navy backdrop, on a horse")
    expect(maya.locator("#table-moved")).to_contain_text("navy")
    expect(proof).not_to_have_attribute("src", relit)
    expect(maya.locator("#reading del")).to_have_text("horse")

    maya.get_by_role("button", name="Develop as a new image").click()
    expect(maya.locator("#beside")).to_contain_text("after no. 1", timeout=SLOW_MS)
    # The stage may show the parent, which is in review as well, a moment longer; the database tells.
    for _ in range(SLOW_MS // 500):
        if [row["state"] for row in rows_of(studio.home, LAST_TWO)] == ["in review"] * 2:
            break
        maya.wait_for_timeout(500)
    expect(maya.locator("#stage .ts-chip").first).to_have_text("in review", timeout=SLOW_MS)
    child, parent = rows_of(studio.home, LAST_TWO)
    assert (child["parent_id"], child["seed"]) == (parent["id"], parent["seed"])
    looks = [json.loads(str(row["look"])) for row in (child, parent)]
    assert (looks[0]["light"]["rim"]["strength"], looks[0]["backdrop_colour"]) == (2.9, "#1f2d4d")
    assert looks[0]["pose"] == looks[1]["pose"]
    recipe = rows_of(studio.home, f"SELECT recipe FROM recipe WHERE render_id = '{child['id']}'")[0]
    assert json.loads(str(recipe["recipe"]))["made_by"]["developed_from"]["image"] == parent["id"]
