"""The gate, the headers and the forms, as a real browser meets them."""

from collections.abc import Iterator
from functools import partial

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, expect

from tests.moderation.access.little_site import LittleSite

pytestmark = pytest.mark.browser


@pytest.fixture
def complaints() -> list[str]:
    """What the browser's console complains about: a blocked script, a missing file, an error in a page."""
    return []


@pytest.fixture
def page(chromium: Browser, complaints: list[str]) -> Iterator[Page]:
    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(f"{message.text} {message.location['url']}")

    context = chromium.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.on("console", hear)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()


def test_a_role_works_through_the_queue_and_nothing_it_needs_is_closed(
    page: Page, demo_address: str, complaints: list[str]
) -> None:
    page.goto(demo_address)
    page.get_by_role("button", name="Enter as Carla").click()
    page.get_by_label("Words").fill("hello")
    page.get_by_role("button", name="Greet").click()
    expect(page.get_by_label("Said")).to_have_value("Carla says hello")
    page.get_by_role("button", name="Count").click()
    expect(page.get_by_label("Said")).to_have_value("2")
    page.get_by_label("Words").fill("no")
    page.get_by_role("button", name="Refuse").click()
    expect(page.get_by_test_id("toast-text")).to_have_text("The licence <ended> on 1 May.")
    assert complaints == []


def test_a_page_left_open_says_that_somebody_else_came_in(page: Page, demo_address: str) -> None:
    page.goto(demo_address)
    page.get_by_role("button", name="Enter as Carla").click()
    expect(page.get_by_role("button", name="Greet")).to_be_visible()
    other = page.context.new_page()
    other.goto(demo_address)
    other.get_by_role("button", name="Enter as Mona").click()
    other.wait_for_url("**/review/")
    page.get_by_role("button", name="Greet").click()
    expect(page.get_by_role("heading", name="Not for this account")).to_be_visible()
    expect(page.locator("main")).to_contain_text("The Studio is for a creative; you are signed in as Mona, moderator.")
    page.goto(f"{demo_address}/review/")
    expect(page.get_by_role("button", name="Greet")).to_be_visible()
    other.goto(demo_address)
    other.get_by_role("button", name="Sign out").click()
    expect(other.get_by_role("button", name="Enter as Carla")).to_be_visible()
    page.get_by_role("button", name="Greet").click()
    page.wait_for_url("**/sign-in?to=*")


def test_a_button_in_a_gradio_page_sends_a_form_of_ours(page: Page, demo: LittleSite, demo_address: str) -> None:
    page.goto(demo_address)
    page.get_by_role("button", name="Enter as Carla").click()
    expect(page.get_by_role("button", name="Greet")).to_be_visible()
    page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<button data-post=\"/release/of-carla/download\">Fetch</button>')"
    )
    with page.expect_download() as fetched:
        page.get_by_role("button", name="Fetch").click()
    assert fetched.value.suggested_filename == "nora.png"
    assert fetched.value.path().read_bytes() == (demo.home / "original.png").read_bytes()
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<button data-post=\"/demo/enter/nora\">Be Nora</button>')")
    page.get_by_role("button", name="Be Nora").click()
    page.wait_for_url("**/me/")


def test_another_site_cannot_send_a_form_with_her_cookie(page: Page, demo: LittleSite, demo_address: str) -> None:
    page.goto(demo_address)
    page.get_by_role("button", name="Enter as Carla").click()
    page.wait_for_url("**/studio/")
    demo.heard.clear()
    for path in ("/sign-out", "/studio/gradio_api/run/predict"):
        lure = f'<form method="post" enctype="text/plain" action="{demo_address}{path}"><button>Win</button></form>'
        page.unroute_all()
        page.route("http://elsewhere.example/", partial(Route.fulfill, body=lure, content_type="text/html"))
        page.goto("http://elsewhere.example/")
        page.get_by_role("button", name="Win").click()
        expect(page.locator("body")).to_contain_text("another site")
    page.goto(f"{demo_address}/studio/")
    expect(page.get_by_role("button", name="Greet")).to_be_visible()
    assert demo.heard == []


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("path", ["/", "/sign-in", "/nothing-here"])
def test_our_own_pages_fit_the_window(page: Page, demo_address: str, width: int, path: str) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(demo_address + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.title().endswith("Twin Studio")
