"""The page of three questions: something to see before anything happened, every figure with its n, and words beside each plot."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from moderation.pages.insights import insights_html
from moderation.questions.answers import Questions
from tests.moderation.scene import ADMIN, MAYA, NORA, Scene

HOSTILE = "<script>alert('x')</script>"


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def page(scene: Scene, account: object = None, *, demo: bool = True) -> str:
    return str(insights_html(Questions(scene.database, scene.endings.sweep, demo=demo).for_account(account)))  # type: ignore[arg-type]


def plots(html: str) -> list[ElementTree.Element]:
    return [ElementTree.fromstring(found) for found in re.findall(r'<svg class="plot".*?</svg>', html, re.DOTALL)]


def test_before_anything_happened_it_says_so_and_shows_what_is_agreed(scene: Scene) -> None:
    html = page(scene)
    for sentence in ("nobody has been paid", "No image has been examined yet", "Nobody has taken anything back yet"):
        assert sentence in html
    assert "6 licences" in html
    assert "€101.85" in html  # what an image of Nora's pays her
    assert "This demo’s figures" in html
    assert len(plots(html)) == 1


def test_each_plot_says_in_words_what_it_shows_and_stays_well_formed(scene: Scene) -> None:
    with scene.database.write("test") as tx:
        tx.execute("UPDATE person SET name = ? WHERE id = 'nora'", [HOSTILE])
    scene.released("one")
    scene.judged("stopped", "block")
    scene.signoff.refuse(NORA, scene.judged("no") and "no", "content")
    scene.clock.forward(days=31)
    scene.rights.withdraw_image(NORA, "one")
    scene.clock.forward(days=9)
    html = page(scene)
    assert HOSTILE not in html
    drawn = plots(html)
    assert len(drawn) >= 8
    for plot in drawn:
        assert plot.get("role") == "img"
        assert len(plot.get("aria-label", "")) > 10
        assert "style" not in plot.attrib  # the page's policy allows no inline style
    for said in ("n = 1 release", "n = 3 decided images", "67% decided by the person herself", "overdue", "€123.45"):
        assert said in html


def test_what_an_outsider_is_not_told_is_said_to_be_withheld(scene: Scene) -> None:
    scene.released("one")
    Questions(scene.database, demo=False).open(ADMIN, opened=True)
    html = page(scene, MAYA, demo=False)
    assert html.count("so it is not told") >= 3
    for secret in ("Nora", "Amara", "Halden", "€", "No image has been examined"):
        assert secret not in html
