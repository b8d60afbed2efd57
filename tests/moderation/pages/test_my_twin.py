"""Facts about the person's page, over the real desk and database."""

from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from moderation.errors import AlreadyDecided, NotFound, ReasonMissing
from moderation.pages.taking_back import TAKE_ALL
from tests.moderation.pages.open_page import her_page
from tests.moderation.rights.test_revocation import allow
from tests.moderation.scene import AMARA, NORA, Scene


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def case(shown: dict[str, Any]) -> dict[str, Any]:
    return dict(shown["state-0"])


def test_every_event_runs_through_the_guard(scene: Scene) -> None:
    page = her_page(scene, NORA)
    functions = [block.fn for block in page.blocks.fns.values()]
    assert len(functions) == 17
    assert all(function in page.guarded for function in functions)
    assert not {type(block) for block in page.blocks.blocks.values()} & {gr.Image, gr.File, gr.DownloadButton, gr.Gallery}


def test_she_is_told_who_for_what_until_when_and_what_she_earns(scene: Scene) -> None:
    scene.judged("r1")
    told = her_page(scene, NORA).does("enter")["case-words"]
    for part in ("May Halden use", "Spring, Dresses", "web, EU", "31 December 2026", "€101.85", "of €123.45; Lumen keeps €21.60"):
        assert part in told


def test_without_an_agency_the_whole_fee_is_hers(scene: Scene) -> None:
    scene.judged("r1", licence="halden-amara")
    told = her_page(scene, AMARA).does("enter")["case-words"]
    assert "€3.33" in told
    assert "keeps" not in told


def test_she_approves_the_image_she_sees_and_the_next_comes(scene: Scene) -> None:
    scene.judged("r1")
    scene.clock.forward(minutes=1)
    scene.judged("r2")
    page = her_page(scene, NORA)
    shown = page.does("approve", case(page.does("enter")))
    assert scene.state("r1") == "approved"
    assert case(shown)["render_id"] == "r2"
    assert shown["undo"]["visible"] is True


def test_an_image_that_changed_meanwhile_is_not_approved_unseen(scene: Scene) -> None:
    scene.judged("r1")
    page = her_page(scene, NORA)
    seen = case(page.does("enter"))
    page.does("undo", page.does("approve", seen)["mine"]["value"])
    with pytest.raises(AlreadyDecided):
        page.does("approve", seen)
    assert scene.state("r1") == "her turn"


def test_her_no_needs_a_reason_and_a_wish_needs_words(scene: Scene) -> None:
    scene.judged("r1")
    scene.judged("r2")
    page = her_page(scene, NORA)
    here = case(page.does("enter"))
    with pytest.raises(ReasonMissing):
        page.does("refuse", here, None, "")
    there = case(page.does("refuse", here, "quality", "My eye."))
    with pytest.raises(ReasonMissing):
        page.does("ask_change", there, " ")
    page.does("ask_change", there, "Softer.")
    assert {scene.state("r1"), scene.state("r2")} == {"refused", "change asked"}


def test_nothing_can_be_decided_where_nothing_waits(scene: Scene) -> None:
    page = her_page(scene, NORA)
    shown = page.does("enter")
    assert "Nothing waits for you." in shown["case"]
    assert shown["turn-bar"]["visible"] is False
    with pytest.raises(NotFound):
        page.does("approve", case(shown))


def test_later_goes_round_all_that_waits(scene: Scene) -> None:
    for name in ("r1", "r2", "r3"):
        scene.judged(name)
        scene.clock.forward(minutes=1)
    page = her_page(scene, NORA)
    shown, seen = page.does("enter"), []
    for _ in range(6):
        seen.append(case(shown)["render_id"])
        shown = page.does("later", case(shown))
    assert seen == ["r1", "r2", "r3", "r1", "r2", "r3"]


def test_another_persons_images_are_not_hers_to_see_or_take_back(scene: Scene) -> None:
    scene.judged("r1")
    page = her_page(scene, AMARA)
    assert page.does("enter")["mine"]["choices"] == []
    assert page.does("pick", "r1")["mine-picture"] == ""
    with pytest.raises(NotFound):
        page.does("withdraw", "r1")
    with pytest.raises(NotFound):
        page.does("foresee", "licence:halden-nora")


def test_taking_back_says_beforehand_what_it_does_and_then_does_that(scene: Scene) -> None:
    scene.judged("r1")
    scene.released("r2")
    page = her_page(scene, NORA)
    told = page.does("foresee", "licence:halden-nora")["foreseen"]
    assert "1 image not yet released disappears" in told
    assert "Halden may no longer use you for Spring, which would have ended on 31 December 2026. 1 released image must" in told
    assert "1 released file will be recalled: the brands must say by 5 May 2026 that they know, and by 10 May 2026" in told
    shown = page.does("revoke", "licence:halden-nora", "")
    assert (scene.state("r1"), scene.state("r2")) == ("withdrawn", "recalled")
    assert "1 image disappeared, 1 released file recalled" in shown["foreseen"]
    assert "licence:halden-nora" not in [value for _, value in shown["subject"]["choices"]]


def test_nothing_is_taken_back_without_a_choice(scene: Scene) -> None:
    with pytest.raises(gr.Error):
        her_page(scene, NORA).does("foresee", None)
    shown = her_page(scene, NORA).does("forget")
    assert shown["back-bar"]["visible"] is False


def test_everything_is_taken_back_in_two_steps_the_first_of_which_does_nothing(scene: Scene) -> None:
    scene.judged("r1")
    scene.released("r2", licence="halden-free")
    page = her_page(scene, NORA)
    first = page.does("foresee_everything")
    assert (first["subject"], first["back-bar"]["visible"], first["revoke"]["value"]) == ("twin:nora", True, TAKE_ALL)
    assert first["foreseen"].count("may no longer use you") == 4
    assert "Other House may no longer use you" in first["foreseen"]
    assert (scene.state("r1"), scene.count("taking_back")) == ("her turn", 0)
    left = page.does("leave")
    assert (left["subject"], left["back-bar"]["visible"], left["foreseen"]) == (None, False, "")
    shown = page.does("revoke", first["subject"], "")
    assert (scene.state("r1"), scene.state("r2")) == ("withdrawn", "recalled")
    assert (shown["subject"]["choices"], shown["everything"]["visible"]) == ([], False)
    with pytest.raises(NotFound):
        page.does("foresee_everything")


def test_before_one_image_is_taken_back_she_reads_what_that_does(scene: Scene) -> None:
    scene.judged("waiting")
    scene.released("out", licence=allow(scene, "slow", 48))
    page = her_page(scene, NORA)
    told = {image: page.does("open_withdraw", image) for image in ("waiting", "out")}
    assert "It disappears, and nobody can ever use it." in told["waiting"]["withdraw-words"]
    assert "Halden must stop using it by 5 May 2026, 12:00 UTC" in told["out"]["withdraw-words"]
    assert told["out"]["withdraw-sure"]["visible"] is True
    assert (scene.state("waiting"), scene.count("taking_back")) == ("her turn", 0)
    assert page.does("pick", "out")["withdraw-words"] == ""
    with pytest.raises(NotFound):
        her_page(scene, AMARA).does("open_withdraw", "out")


def test_what_will_end_later_is_told_with_day_and_hour(scene: Scene) -> None:
    scene.released("r1", licence=allow(scene, "slow", 48))
    page = her_page(scene, NORA)
    told = page.does("foresee", "licence:slow")["foreseen"]
    assert "1 released image must be gone from use by 5 May 2026, 12:00 UTC, as the licence&#39;s 48 hours of notice say" in told
    assert "1 released file to be gone by 5 May 2026, 12:00 UTC" in page.does("revoke", "licence:slow", "")["foreseen"]


def test_what_has_ended_is_not_offered_for_taking_back(scene: Scene) -> None:
    scene.clock.forward(hours=2)
    offered = [value for _, value in her_page(scene, NORA).does("enter")["subject"]["choices"]]
    assert "licence:halden-nora" in offered
    assert "licence:halden-short" not in offered


def test_her_money_is_what_was_posted(scene: Scene) -> None:
    scene.released("r1")
    scene.released("r2")
    told = her_page(scene, NORA).does("enter")
    assert "€203.70 earned." in told["money"]
    assert told["money"].count("<tr>") == 3
    assert "Halden" in told["used"]


def test_a_tick_brings_what_came_and_leaves_a_half_written_note_alone(scene: Scene) -> None:
    page = her_page(scene, NORA)
    nothing = case(page.does("enter"))
    assert list(page.does("tick", nothing)) == ["header"]
    scene.judged("r1")
    came = page.does("tick", nothing)
    assert case(came)["render_id"] == "r1"
    scene.judged("r2")
    assert list(page.does("tick", case(came))) == ["header"]
