"""An agency in a real browser: the price follows what is typed, and it says no for her once her browser signed that it may."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.attacks.stage import Stage
from tests.moderation.access.little_site import serving

pytestmark = pytest.mark.browser

SLOW_MS = 20_000


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    stage = Stage(tmp_path_factory.mktemp("agency") / "home", keyless=frozenset({"nora"}))
    stage.cast["maya", "nora", "her turn"] = stage.bring("her turn", "maya", "nora")
    return stage


@pytest.fixture(scope="module")
def address(stage: Stage) -> Iterator[str]:
    with serving(stage.site()) as address:
        yield address


@pytest.fixture
def enter(chromium: Browser, address: str) -> Iterator[Callable[[str, str], Page]]:
    """A fresh browser of somebody of the demo, at a page."""
    contexts = []

    def come_in(login: str, path: str) -> Page:
        context = chromium.new_context(viewport={"width": 390, "height": 844})
        contexts.append(context)
        page = context.new_page()
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        page.locator(f'form[action="/demo/enter/{login}"] button').first.click()
        page.wait_for_url(lambda url: url.rstrip("/") != address)
        page.goto(f"{address}{path}")
        return page

    yield come_in
    for context in contexts:
        context.close()


def test_the_price_follows_what_is_typed(enter: Callable[[str, str], Page]) -> None:
    page = enter("greta", "/agency/licence/nora-1")
    page.get_by_label("Brand").select_option("osterby")
    for label, text in (("Advertiser", "Osterby Knit"), ("Campaign", "Winter"), ("Where she will be seen", "Pages of the shop")):
        page.get_by_label(label).fill(text)
    price = page.locator("#price")
    expect(price).to_contain_text("below the rate of pay in the consent", timeout=SLOW_MS)
    page.get_by_label("Agreed above the card").fill("150")
    expect(price).to_contain_text("EUR 150.00 for each released image", timeout=SLOW_MS)
    expect(price).not_to_contain_text("below the rate of pay")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_her_browser_signs_that_her_agency_may_say_no_and_ends_it(enter: Callable[[str, str], Page], stage: Stage) -> None:
    image = stage.cast["maya", "nora", "her turn"]
    greta = enter("greta", f"/image/{image}")
    expect(greta.get_by_text("She has not allowed you to say no for her")).to_be_visible()
    nora = enter("nora", "/my-agency")
    nora.get_by_role("button", name="Allow it, signed with my key").click()
    expect(nora.get_by_text("Yes, since")).to_be_visible(timeout=SLOW_MS)
    greta.reload()
    greta.get_by_label("It is not well made").check()
    greta.get_by_role("button", name="Refuse for good, in her place").click()
    expect(greta.get_by_text("said no, for her, as she allows")).to_be_visible(timeout=SLOW_MS)
    assert stage.state(image) == "refused"
    nora.get_by_role("button", name="No longer allow it").click()
    expect(nora.get_by_role("button", name="Allow it, signed with my key")).to_be_visible(timeout=SLOW_MS)
    rows = stage.database.rows("SELECT allowed, signature_id IS NOT NULL AS signed FROM refusal_permission ORDER BY seq")
    assert [(row["allowed"], row["signed"]) for row in rows] == [(1, 1), (0, 1)]
