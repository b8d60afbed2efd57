"""Facts about the review desk's events, over the real desk and database."""

from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from moderation.desk.comments import Comments
from moderation.errors import BadRequest, IllegalMove, NotFound, ReasonMissing
from tests.moderation.pages.open_page import Page, desk_page
from tests.moderation.scene import MAYA, MINA, MODO, Scene


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def held(shown: dict[str, Any]) -> dict[str, Any]:
    return dict(shown["state-0"])


def test_every_event_runs_through_the_guard(scene: Scene) -> None:
    page = desk_page(scene, MODO)
    functions = [block.fn for block in page.blocks.fns.values()]
    assert len(functions) == 17
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


def test_a_row_says_late_in_words_too_and_the_longest_waiting_comes_first(scene: Scene) -> None:
    for name, hours in (("r1", 3), ("r2", 2), ("r3", 0)):
        scene.judged(name, "refer")
        scene.clock.forward(hours=hours)
    shown = desk_page(scene, MODO).does("enter")
    names = [name for name, _ in shown["queue"]["choices"]]
    assert [value for _, value in shown["queue"]["choices"]] == ["r1", "r2", "r3"]
    assert ["late: waiting" in names[0], "due: waiting" in names[1], ": waiting" in names[2]] == [True, True, False]
    assert "1 late" in shown["queue-count"]
    assert "1 due" in shown["queue-count"]


def test_leaving_an_image_to_another_opens_the_next_and_the_other_reads_why(scene: Scene) -> None:
    for name in ("r1", "r2"):
        scene.judged(name, "refer")
        scene.clock.forward(minutes=1)
    page = desk_page(scene, MODO)
    case = held(page.does("enter"))
    assert page.does("open_second", case)["second"]["visible"] is True
    with pytest.raises(ReasonMissing):
        page.does("escalate", case, [], "refuse", "")
    shown = page.does("escalate", case, [], "refuse", "Her hand has six fingers.")
    assert held(shown)["render_id"] == "r2"
    assert [value for _, value in shown["queue"]["choices"]] == ["r2"]
    other = desk_page(scene, MINA)
    opened = other.does("enter")
    assert held(opened)["render_id"] == "r1"
    assert opened["open-second"]["visible"] is False
    assert "would refuse it" in opened["case-words"]
    assert "six fingers" in opened["case-words"]
    assert "Mo Dorn asks for your eyes" in opened["queue"]["choices"][0][0]


def test_undo_brings_the_last_decision_back_to_the_stage(scene: Scene) -> None:
    for name in ("r1", "r2"):
        scene.judged(name, "refer")
        scene.clock.forward(minutes=1)
    page = desk_page(scene, MODO)
    first = page.does("enter")
    assert first["undo-bar"]["visible"] is False
    with pytest.raises(IllegalMove):
        page.does("undo", held(first), [])
    after = page.does("refuse", held(first), [], "quality", "")
    assert (after["undo-bar"]["visible"], "refused" in after["undo-words"]) == (True, True)
    back = page.does("undo", held(after), [])
    assert (held(back)["render_id"], scene.state("r1")) == ("r1", "in review")
    assert back["undo-bar"]["visible"] is False
    assert scene.count("claim") == 1


def test_a_comment_stands_beside_the_image_for_whoever_may_read_it(scene: Scene) -> None:
    scene.judged("r1", "refer")
    page = desk_page(scene, MODO)
    case = held(page.does("enter"))
    said = page.does("comment", case, "Look at the <b>hand</b>.", "maker")
    assert "&lt;b&gt;hand" in said["case-words"]
    assert "to its maker too" in said["case-words"]
    assert (said["remark"], said["talk"]["visible"]) == ("", False)
    with pytest.raises(BadRequest):
        page.does("comment", held(said), "  ", "desk")
    with pytest.raises(NotFound):
        page.does("comment", {}, "Hello.", "desk")
    quiet = page.does("tick", held(said), [])
    assert "case-words" not in quiet
    Comments(scene.database, scene.person_keys).say(MINA, "r1", "I see it too.", audience="desk")
    heard = page.does("tick", held(said), [])
    assert "I see it too." in heard["case-words"]
    assert held(heard)["comments"] == 2
    assert "case-words" not in page.does("tick", held(heard), [])
    assert [one.text for one in Comments(scene.database, scene.person_keys).of(MAYA, "r1")] == ["Look at the <b>hand</b>."]


def test_several_are_refused_at_once_but_not_what_needs_a_look(scene: Scene) -> None:
    for name in ("r1", "r2", "r3", "asked", "held"):
        scene.judged(name, "refer")
        scene.clock.forward(minutes=1)
    token = scene.desk.claim(MINA, "asked")["token"]
    scene.desk.escalate(MINA, "asked", 3, "unsure", "Look.", token)
    scene.desk.claim(MINA, "held")
    page = desk_page(scene, MODO)
    case = held(page.does("enter"))
    listed = page.does("list_many")
    rows = [value for _, value in listed["many"]["choices"]]
    assert rows == ["r1@3", "r2@3", "r3@3"]
    page.does("pass_on", held(page.does("choose", "r3", case, [])), [], "")
    with pytest.raises(ReasonMissing):
        page.does("refuse_many", {}, [], rows, None, "")
    for wrong in (["r1"], ["r1@x"], ["@3"], []):
        with pytest.raises(BadRequest):
            page.does("refuse_many", {}, [], wrong, "quality", "")
    shown = page.does("refuse_many", case, [], rows, "quality", "Out of focus.")
    assert [scene.state(name) for name in ("r1", "r2", "r3")] == ["refused", "refused", "her turn"]
    assert "1 left alone" in shown["said"]
    assert shown["many-panel"]["visible"] is False
    assert held(shown)["render_id"] == "asked"


def test_a_wish_is_kept_and_shown_at_the_next_visit(scene: Scene) -> None:
    page = desk_page(scene, MODO)
    page.events["wish"](["blur", "grey"])
    assert page.does("enter")["wishes"]["value"] == ["blur", "grey"]
    page.events["wish"](None)
    assert page.does("enter")["wishes"]["value"] == []
    assert desk_page(scene, MINA).does("enter")["wishes"]["value"] == []
