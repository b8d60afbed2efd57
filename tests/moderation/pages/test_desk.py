"""Facts about the review desk's events, over the real desk and database."""

from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from moderation.errors import ReasonMissing
from tests.moderation.pages.open_page import Page, desk_page
from tests.moderation.scene import MINA, MODO, Scene


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def held(shown: dict[str, Any]) -> dict[str, Any]:
    return dict(shown["state-0"])


def test_every_event_runs_through_the_guard(scene: Scene) -> None:
    page = desk_page(scene, MODO)
    functions = [block.fn for block in page.blocks.fns.values()]
    assert len(functions) == 8
    assert all(function in page.guarded for function in functions)
    assert not {type(block) for block in page.blocks.blocks.values()} & {gr.Image, gr.File, gr.DownloadButton, gr.Gallery}


def test_the_oldest_image_opens_by_itself_and_is_claimed(scene: Scene) -> None:
    scene.judged("r1", "refer")
    scene.clock.forward(hours=5)
    scene.judged("r2", "unexamined")
    shown = desk_page(scene, MODO).does("enter")
    assert held(shown)["render_id"] == "r1"
    assert scene.count("claim", render_id="r1", account_id="modo") == 1
    assert "/media/preview/r1" in shown["case"]
    assert "2 waiting" in shown["queue-count"]
    assert "1 late" in shown["queue-count"]
    assert "It was measured." in shown["case-words"]


def test_two_moderators_never_hold_the_same_image(scene: Scene) -> None:
    scene.judged("r1", "refer")
    desk_page(scene, MODO).does("enter")
    shown = desk_page(scene, MINA).does("enter")
    assert "render_id" not in held(shown)
    assert shown["decide"]["visible"] is False
    assert "Mo Dorn looks at it" in shown["queue"]["choices"][0][0]


def test_passing_on_moves_the_image_to_her_and_opens_the_next(scene: Scene) -> None:
    scene.judged("r1", "refer")
    scene.clock.forward(minutes=1)
    scene.judged("r2", "refer")
    page = desk_page(scene, MODO)
    shown = page.does("pass_on", held(page.does("enter")), [], "")
    assert scene.state("r1") == "her turn"
    assert held(shown)["render_id"] == "r2"


def test_a_no_needs_a_reason_and_keeps_the_image(scene: Scene) -> None:
    scene.judged("r1", "refer")
    page = desk_page(scene, MODO)
    case = held(page.does("enter"))
    with pytest.raises(ReasonMissing):
        page.does("refuse", case, [], None, "no")
    assert scene.state("r1") == "in review"
    page.does("refuse", case, [], "quality", "Soft focus.")
    assert scene.state("r1") == "refused"
    assert scene.count("decision", render_id="r1", reason_code="quality", note="Soft focus.") == 1


def test_skipping_gives_the_image_back_and_starts_anew_at_the_end(scene: Scene) -> None:
    scene.judged("r1", "refer")
    scene.clock.forward(minutes=1)
    scene.judged("r2", "refer")
    page = desk_page(scene, MODO)
    second = page.does("skip", held(page.does("enter")), [])
    assert held(second)["render_id"] == "r2"
    assert scene.count("claim", render_id="r1") == 0
    again = page.does("skip", held(second), second["state-1"])
    assert held(again)["render_id"] == "r1"


def test_choosing_another_image_gives_the_first_one_back(scene: Scene) -> None:
    scene.judged("r1", "refer")
    scene.judged("r2", "refer")
    page = desk_page(scene, MODO)
    shown = page.does("choose", "r2", held(page.does("enter")), [])
    assert held(shown)["render_id"] == "r2"
    assert scene.count("claim") == 1


def test_somebody_elses_decision_is_told_and_the_next_image_opens(scene: Scene) -> None:
    scene.judged("r1", "refer")
    page = desk_page(scene, MODO)
    case = held(page.does("enter"))
    scene.clock.forward(minutes=11)
    other = desk_page(scene, MINA)
    other.does("pass_on", held(other.does("enter")), [], "")
    shown = page.does("tick", case, [])
    assert "somebody else decided" in shown["said"]
    assert "render_id" not in held(shown)


def test_a_lost_claim_is_told_at_the_next_beat(scene: Scene) -> None:
    scene.judged("r1", "refer")
    page = desk_page(scene, MODO)
    case = held(page.does("enter"))
    scene.clock.forward(minutes=5)
    assert list(page.does("beat", case, [])) == ["header"]
    scene.clock.forward(minutes=11)
    assert "no longer hold" in page.does("beat", case, [])["said"]


def test_a_tick_leaves_an_unchanged_list_alone(scene: Scene) -> None:
    scene.judged("r1", "refer")
    page = desk_page(scene, MODO)
    case = held(page.does("enter"))
    assert list(page.does("tick", case, [])) == ["state-0"]
    scene.judged("r2", "refer")
    assert len(page.does("tick", case, [])["queue"]["choices"]) == 2


def test_an_idle_desk_says_so_and_opens_what_comes(scene: Scene) -> None:
    page = desk_page(scene, MODO)
    idle = page.does("enter")
    assert "Everything is decided." in idle["case"]
    scene.judged("r1", "refer")
    assert held(page.does("tick", held(idle), []))["render_id"] == "r1"


def test_the_token_of_a_claim_is_shown_to_nobody(scene: Scene) -> None:
    scene.judged("r1", "refer")
    page: Page = desk_page(scene, MODO)
    shown = page.does("enter")
    token = held(shown)["token"]
    assert token
    assert not [name for name, value in shown.items() if name != "state-0" and token in str(value)]
