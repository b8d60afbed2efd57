"""Repainting a part in a real browser: marked with the mouse, by finger and by keys, painted by klein, and judged like any."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from moderation.vault.seal import xmp_of
from moderation.vault.vault import Shelf
from tests.attacks.stage import a_picture
from tests.journeys.test_journey import SLOW_MS
from tests.journeys.with_klein import Served, passed_on, studio_with_klein, wait_for
from twin.commands import repaint
from twin.orders.edits import mask_of
from twin.orders.recipe import Sameness
from twin.painter import EDITED_PHOTOGRAPH

pytestmark = pytest.mark.browser
CRIMSON = "#b3222d"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    torch.set_num_threads(1)
    with studio_with_klein(tmp_path_factory.mktemp("repainting")) as served:
        yield served


@pytest.fixture(scope="module")
def base(served: Served) -> str:
    return passed_on(served)


@pytest.fixture
def visit(chromium: Browser, served: Served) -> Iterator[Callable[..., Page]]:
    contexts = []

    def enter(login: str, width: int = 1440, height: int = 900, **more: Any) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": height}, **more)
        contexts.append(context)
        page = context.new_page()
        page.goto(served.address)
        page.locator(f'form[action="/demo/enter/{login}"] button').click()
        return page

    yield enter
    for context in contexts:
        context.close()


def opened(page: Page, served: Served, base: str) -> Page:
    page.goto(f"{served.address}/repaint/{base}")
    expect(page.get_by_role("status")).to_contain_text("Her face is found and kept.", timeout=SLOW_MS)
    return page


def marked(page: Page) -> int:
    """How many of a hundred parts of the picture are marked, as the page says."""
    said = page.locator("[data-status]").inner_text()
    return 0 if said.startswith("Nothing") else int(said.split(" %")[0].removeprefix("Less than "))


def newest(served: Served) -> str:
    return str(served.rows("SELECT id FROM render ORDER BY created_at DESC, id DESC LIMIT 1")[0]["id"])


def draw(page: Page, *points: tuple[float, float]) -> None:
    """Draw along points, each in parts of the picture's width and height."""
    canvas = page.locator("[data-mask]")
    canvas.evaluate("canvas => canvas.scrollIntoView({ block: 'end' })")
    box = canvas.bounding_box()
    assert box is not None
    first, *others = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*first)
    page.mouse.down()
    for point in others:
        page.mouse.move(*point, steps=6)
    page.mouse.up()


def test_a_part_drawn_with_the_mouse_is_repainted_and_her_face_and_all_else_stay_to_the_pixel(
    visit: Callable[..., Page], served: Served, base: str
) -> None:
    maya = visit("maya")
    maya.locator("#film label").first.click()
    maya.get_by_role("link", name="Repaint a part", exact=True).click()
    expect(maya.get_by_role("status")).to_contain_text("Her face is found and kept.", timeout=SLOW_MS)
    expect(maya.get_by_text("€140 an image")).to_be_visible()
    order = maya.get_by_role("button", name="Order the repainting")
    expect(order).to_be_disabled()
    maya.get_by_label("Size").fill("90")
    draw(maya, (0.1, 0.93), (0.9, 0.93), (0.5, 0.45))  # over her clothes, and up across her face
    expect(order).to_be_enabled()
    maya.locator(f'input[name="cloth"][value="{CRIMSON}"]').check(force=True)
    maya.get_by_label("Painter").select_option("flux2-klein-4b")
    maya.get_by_label("In words").fill("a scarf")
    order.click()
    expect(maya.get_by_role("heading", name="Ordered")).to_be_visible(timeout=SLOW_MS)
    expect(maya.get_by_text("of the shoot “Autumn")).to_be_visible()
    made = newest(served)
    wait_for(served, made, "in review")
    _only_the_marked_part_changed(served, base, made)
    maya.get_by_role("link", name="To the studio", exact=True).click()
    expect(maya.locator("#stage .ts-chip").first).to_have_text("in review", timeout=SLOW_MS)


def _only_the_marked_part_changed(served: Served, base: str, made: str) -> None:
    picture = served.studio.judging.submissions.picture
    before, after = picture(base), picture(made)
    assert served.rows("SELECT base_id FROM edit_mask WHERE render_id = ?", made) == [{"base_id": base}]
    mask = mask_of(served.studio.judging.submissions.masks.open(made), (512, 640))
    assert 0.05 < mask.mean() < 0.5
    assert mask[595, 60:450].all(), "what was drawn is what was sent"
    left, top, right, bottom = (round(side) for side in served.studio.judging.examiner.boxes(before)[0])
    kept = ~mask
    kept[top:bottom, left:right] = True
    assert np.array_equal(after[kept], before[kept])
    assert (after[590:600, 80:430] != before[590:600, 80:430]).mean() > 0.5
    render = served.rows("SELECT * FROM render WHERE id = ?", made)[0]
    assert (render["parent_id"], render["painter"], render["maker_id"]) == (base, "flux2-klein-4b", "maya")
    assert json.loads(render["look"])["garment_colour"] == CRIMSON
    recipe = served.rows("SELECT recipe FROM recipe WHERE render_id = ?", made)[0]["recipe"]
    made_by = json.loads(recipe)["made_by"]
    assert made_by["pipeline"] == "Flux2KleinInpaintPipeline"
    assert set(made_by["edit"]) == {"base_sha256", "mask_sha256", "source_type"}
    verdict = served.rows("SELECT outcome FROM verdict WHERE render_id = ?", made)
    assert verdict, "it was examined like any other"


def test_the_embedded_painter_changes_her_clothes_and_nothing_else(visit: Callable[..., Page], served: Served, base: str) -> None:
    page = opened(visit("maya"), served, base)
    page.get_by_role("button", name="Her clothes").click()
    expect(page.get_by_role("status")).not_to_contain_text("Nothing")
    page.get_by_role("button", name="Order the repainting").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose another garment or colour first", timeout=SLOW_MS)
    page.get_by_label("Garment").select_option(label="Wide-neck T-shirt")
    page.locator(f'input[name="cloth"][value="{CRIMSON}"]').check(force=True)
    page.get_by_role("button", name="Order the repainting").click()
    expect(page.get_by_role("heading", name="Ordered")).to_be_visible(timeout=SLOW_MS)
    made = newest(served)
    wait_for(served, made, "in review")
    picture = served.studio.judging.submissions.picture
    before, after = picture(base), picture(made)
    left, top, right, bottom = (round(side) for side in served.studio.judging.examiner.boxes(before)[0])
    assert np.array_equal(after[top:bottom, left:right], before[top:bottom, left:right])
    assert np.array_equal(after[:top], before[:top])
    red = after[600:, 200:310].astype(int).mean((0, 1))
    assert red[0] > 2 * red[1], "she wears it"
    row = served.rows("SELECT * FROM render WHERE id = ?", made)[0]
    assert (row["painter"], row["parent_id"]) == ("atelier", base)
    assert served.rows("SELECT variant FROM image_fee WHERE render_id = ?", made) == [{"variant": 0}]
    findings = served.rows("SELECT safeguard, outcome FROM finding WHERE render_id = ?", made)
    assert {one["safeguard"]: one["outcome"] for one in findings}["likeness"] == "clear"
    assert repaint(served.studio.painting, made, served.studio.judging.bases.picture).sameness is Sameness.EQUAL


def test_what_was_marked_is_erased_undone_done_again_inverted_and_cleared(
    visit: Callable[..., Page], served: Served, base: str
) -> None:
    page = opened(visit("maya"), served, base)
    assert marked(page) == 0
    page.get_by_role("button", name="The backdrop").click()
    expect(page.get_by_role("status")).not_to_contain_text("Nothing")
    backdrop = marked(page)
    page.get_by_role("button", name="Everything but her face").click()
    expect(page.get_by_role("status")).not_to_contain_text(f"{backdrop} %")
    everything = marked(page)
    assert 60 > everything > backdrop > 5
    page.get_by_role("button", name="Undo").click()
    assert marked(page) == backdrop
    page.get_by_role("button", name="Redo").click()
    assert marked(page) == everything
    page.get_by_label("Erase").check()
    draw(page, (0.1, 0.95), (0.9, 0.95))
    assert 0 < marked(page) < everything
    page.get_by_role("button", name="Invert").click()
    assert 0 < marked(page) < everything
    page.get_by_role("button", name="Clear").click()
    assert marked(page) == 0
    assert page.get_by_role("button", name="Order the repainting").is_disabled()


def test_a_part_is_marked_by_keys_alone(visit: Callable[..., Page], served: Served, base: str) -> None:
    page = opened(visit("maya"), served, base)
    page.locator("[data-mask]").focus()
    for key in ("]", "Space", "Shift+ArrowDown", "p", "Shift+ArrowRight", "Shift+ArrowRight", "p"):
        page.keyboard.press(key)
    expect(page.get_by_role("status")).to_contain_text("The brush is up.")
    there = marked(page)
    assert there > 0
    page.keyboard.press("x")
    page.keyboard.press("Space")
    page.keyboard.press("Control+z")
    assert marked(page) == there
    page.get_by_role("button", name="Her clothes").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("marked.")


def test_a_finger_marks_on_a_phone_and_the_page_fits_it(visit: Callable[..., Page], served: Served, base: str) -> None:
    page = opened(visit("maya", 390, 844, has_touch=True, is_mobile=True), served, base)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    canvas = page.locator("[data-mask]")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    page.touchscreen.tap(box["x"] + 0.5 * box["width"], box["y"] + 0.95 * box["height"])
    expect(page.get_by_role("status")).to_contain_text("marked.")
    expect(page.get_by_role("status")).not_to_contain_text("Nothing")
    page.get_by_role("button", name="Order the repainting").scroll_into_view_if_needed()
    expect(page.get_by_role("button", name="Order the repainting")).to_be_enabled()


def test_a_picture_of_her_own_is_handed_in_marked_and_repainted_as_a_photograph_with_generated_parts(
    visit: Callable[..., Page], served: Served, tmp_path: Path
) -> None:
    painting = served.studio.painting
    file = tmp_path / "a day out.png"
    picture = a_picture(painting.lookbook.looks[2].worn_by("nora", painting.wardrobe))
    Image.fromarray(np.pad(picture, ((0, 7), (0, 9), (0, 0)), "edge")).save(file)
    maya = visit("maya", 390, 844)
    maya.goto(f"{served.address}/repaint")
    maya.get_by_label("Who is in it?").select_option("nora")
    maya.get_by_label("The picture").set_input_files(file)
    maya.get_by_role("button", name="Hand in").click()
    expect(maya.get_by_role("status")).to_contain_text("Her face is found and kept.", timeout=SLOW_MS)
    maya.get_by_label("Size").fill("100")
    draw(maya, (0.2, 0.95), (0.8, 0.95))
    maya.get_by_label("Shoot that it belongs to").select_option("osterby-autumn")
    maya.get_by_role("button", name="Order the repainting").click()
    expect(maya.get_by_role("heading", name="Ordered")).to_be_visible(timeout=SLOW_MS)
    made = newest(served)
    wait_for(served, made, "in review")
    before = np.pad(picture, ((0, 7), (0, 9), (0, 0)), "edge")[3:643, 4:516]
    after = served.studio.judging.submissions.picture(made)
    assert np.array_equal(after[:500], before[:500])
    assert (after[600:615, 150:380] != before[600:615, 150:380]).mean() > 0.5
    row = served.rows("SELECT source_type FROM submission WHERE render_id = ?", made)[0]
    assert row["source_type"] == EDITED_PHOTOGRAPH
    assert served.rows("SELECT parent_id FROM render WHERE id = ?", made) == [{"parent_id": None}]
    assert "compositeWithTrainedAlgorithmicMedia" in xmp_of(served.studio.judging.vault.read(Shelf.ORIGINAL, made))
    recipe = served.rows("SELECT recipe FROM recipe WHERE render_id = ?", made)[0]["recipe"]
    handed_in = served.rows("SELECT pixels_sha256 FROM base_picture")[0]["pixels_sha256"]
    assert json.loads(recipe)["made_by"]["edit"]["base_sha256"] == handed_in


def test_a_refusal_is_told_beside_the_button_and_nothing_is_ordered(
    visit: Callable[..., Page], served: Served, base: str
) -> None:
    page = opened(visit("maya"), served, base)
    before = newest(served)
    draw(page, (0.2, 0.95), (0.8, 0.95))
    page.get_by_label("In words").fill("in lingerie")
    page.get_by_role("button", name="Order the repainting").click()
    expect(page.get_by_role("alert")).to_contain_text("lingerie", timeout=SLOW_MS)
    expect(page.get_by_role("button", name="Order the repainting")).to_be_enabled()
    assert newest(served) == before
