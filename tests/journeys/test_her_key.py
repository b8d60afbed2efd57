"""Her key in a real browser: made there, used to say yes, missing in a second browser, and brought there in a file."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from moderation.access.invitation import Invitations
from moderation.keys.p256 import fingerprint_of, insist_signed
from tests.attacks.stage import Stage
from tests.moderation.access.little_site import PASSWORD, serving

pytestmark = pytest.mark.browser

SLOW_MS = 20_000
PASSPHRASE = "seven paper cranes over water"
KEPT = """() => new Promise((done) => {
  const opening = indexedDB.open("twin-studio", 1);
  opening.onsuccess = () => {
    const all = opening.result.transaction("keys").objectStore("keys").getAll();
    all.onsuccess = async () => done(await Promise.all(all.result.map(async (one) => [
      one.fingerprint, one.key.extractable, await crypto.subtle.exportKey("pkcs8", one.key).then(() => "read", () => "closed"),
    ])));
  };
})"""


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """A studio in which Nora has a password, so that nobody can be her, and no key yet; four images wait for her."""
    stage = Stage(tmp_path_factory.mktemp("her-key") / "home", keyless=frozenset({"nora"}))
    invitations = Invitations(stage.house.accounts)
    invitations.accept(invitations.make("nora", "test"), PASSWORD)
    for _ in range(4):
        stage.bring("her turn", "maya", "nora")
    return stage


@pytest.fixture(scope="module")
def address(stage: Stage) -> Iterator[str]:
    with serving(stage.site()) as address:
        yield address


@pytest.fixture
def as_nora(chromium: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """A fresh browser in which Nora has signed in with her password."""
    contexts = []

    def enter(width: int = 1440, height: int = 900) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": height}, accept_downloads=True)
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{address}/sign-in?to=/me")
        page.get_by_label("Login").fill("nora")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.locator("#case-words")).to_contain_text("May Osterby Knit use", timeout=SLOW_MS)
        return page

    yield enter
    for context in contexts:
        context.close()


def shown(page: Page) -> str:
    """The image before her."""
    return page.locator("#case-words [data-image]").get_attribute("data-image") or ""


def signature_of(stage: Stage, image: str) -> dict[str, Any] | None:
    """What stands behind the decision about an image."""
    found = stage.database.rows(
        "SELECT d.choice, d.signature_id, g.statement, g.signature, k.public_key FROM decision d"
        " LEFT JOIN signature g ON g.id = d.signature_id LEFT JOIN person_key k ON k.id = g.key_id WHERE d.render_id = ?",
        [image],
    )
    return found[-1] if found else None


def make_a_key(page: Page, folder: Path) -> Path:
    """Make a key with a copy for a second device; the file."""
    page.get_by_role("button", name="Make it now").click()
    box = page.locator("#key-make")
    box.get_by_label("Your password").fill("not her password at all")
    box.get_by_label("Passphrase").fill(PASSPHRASE)
    box.get_by_label("Again").fill(PASSPHRASE)
    box.get_by_role("button", name="Make it").click()
    expect(box.get_by_role("alert")).to_have_text("Login or password is wrong.")
    box.get_by_label("Your password").fill(PASSWORD)
    with page.expect_download() as arriving:
        box.get_by_role("button", name="Make it").click()
    file = folder / arriving.value.suggested_filename
    arriving.value.save_as(file)
    expect(page.locator("body")).to_have_attribute("data-key", "here", timeout=SLOW_MS)
    return file


def bring(page: Page, file: Path, passphrase: str) -> None:
    """Choose the file of her key and open it with a passphrase."""
    box = page.locator("#key-bring")
    box.get_by_label("File").set_input_files(file)
    box.get_by_label("Its passphrase").fill(passphrase)
    box.get_by_role("button", name="Bring it").click()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the file of her key is kept."""
    return tmp_path_factory.mktemp("key")


def approve(page: Page, stage: Stage) -> str:
    """Press Approve and wait for the next image; the one that was approved."""
    image = shown(page)
    page.get_by_role("button", name="Approve", exact=True).click()
    expect(page.locator(f'#case-words [data-image="{image}"]')).to_have_count(0, timeout=SLOW_MS)
    assert stage.state(image) == "approved"
    return image


def test_her_yes_is_signed_in_her_browser_and_counts_in_no_other_without_her_key(
    as_nora: Callable[..., Page], stage: Stage, folder: Path
) -> None:
    first = as_nora()
    file = make_a_key(first, folder)
    fingerprint = stage.house.keys.current("nora").fingerprint  # type: ignore[union-attr]
    assert first.evaluate(KEPT) == [[fingerprint, False, "closed"]]
    first.get_by_label("Crops of it").check()
    image = approve(first, stage)
    kept = signature_of(stage, image)
    assert kept is not None
    insist_signed(kept["public_key"], kept["statement"], kept["signature"])
    assert fingerprint_of(kept["public_key"]) == fingerprint
    said = json.loads(kept["statement"])
    assert (said["render_id"], said["choice"], said["sealed_sha256"]) == (image, "approve", stage.sealed(image))
    assert said["renditions"] == ["sealed file", "crops"]

    second = as_nora(390, 844)
    waits = shown(second)
    expect(second.locator("#key-note")).to_contain_text("This browser does not hold your key")
    second.get_by_role("button", name="Approve", exact=True).click()
    expect(second.locator("#key-note [data-key-said]")).to_contain_text("cannot say yes for you")
    assert (stage.state(waits), signature_of(stage, waits)) == ("her turn", None)

    second.get_by_role("button", name="Refuse …").click()
    second.get_by_label("It is not well made").check()
    second.get_by_role("button", name="Refuse for good").click()
    box = second.locator("#key-password")
    box.get_by_label("Your password").fill(PASSWORD)
    box.get_by_role("button", name="Go on").click()
    expect(second.locator(f'#case-words [data-image="{waits}"]')).to_have_count(0, timeout=SLOW_MS)
    refused = signature_of(stage, waits)
    assert refused is not None
    assert (stage.state(waits), refused["choice"], refused["signature_id"]) == ("refused", "refuse", None)

    second.get_by_role("button", name="Bring your key").click()
    bring(second, file, "six paper cranes over water")
    alert = second.locator("#key-bring").get_by_role("alert")
    expect(alert).to_have_text("The passphrase does not open this file.", timeout=SLOW_MS)
    bring(second, file, PASSPHRASE)
    expect(second.locator("body")).to_have_attribute("data-key", "here", timeout=SLOW_MS)
    assert second.evaluate(KEPT) == [[fingerprint, False, "closed"]]
    there = signature_of(stage, approve(second, stage))
    assert there is not None
    insist_signed(kept["public_key"], there["statement"], there["signature"])


def test_her_wish_to_be_erased_is_signed_where_her_key_is_and_takes_her_password_too(
    as_nora: Callable[..., Page], stage: Stage, address: str, folder: Path
) -> None:
    page = as_nora()
    if stage.house.keys.current("nora") is None:
        make_a_key(page, folder)
    else:
        page.get_by_role("button", name="Bring your key").click()
        bring(page, next(folder.iterdir()), PASSPHRASE)
    expect(page.locator("body")).to_have_attribute("data-key", "here", timeout=SLOW_MS)
    page.goto(f"{address}/my-data")
    for password, answer in (("not her password at all", "Login or password is wrong."), (PASSWORD, "The wish is signed")):
        page.get_by_label("Type ERASE").fill("ERASE")
        page.get_by_label("Your password").fill(password)
        page.get_by_role("button", name="Erase me for good").click()
        expect(page.locator("main")).to_contain_text(answer, timeout=SLOW_MS)
    row = stage.database.rows(
        "SELECT g.*, k.public_key FROM signature g JOIN person_key k ON k.id = g.key_id WHERE kind = 'erasure'"
    )
    insist_signed(row[0]["public_key"], row[0]["statement"], row[0]["signature"])
    told = stage.database.rows("SELECT facts ->> 'signature_id' AS signed FROM audit WHERE event = 'person.erased'")
    assert [one["signed"] for one in told] == [row[0]["id"]]
