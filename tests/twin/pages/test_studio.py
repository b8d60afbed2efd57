"""Facts about the studio page's events."""

from typing import Any

import gradio as gr
import pytest

from tests.twin.pages.pretend import Page, Pretend, image

PLACE = ("s1", "r1", "nora")


def ordering(
    page: Page, *, shoot: str | None = "s1", twin: str | None = "nora", words: str = "", seed: int | None = None
) -> list[Any]:
    look = page.does("enter")["look"]
    return [shoot, twin, look, "atelier", 2, seed, seed is None, words, *page.standing()]


def test_every_event_runs_through_the_guard() -> None:
    page = Page(Pretend())
    functions = [block.fn for block in page.blocks.fns.values()]
    assert len(functions) > 15
    assert all(function in page.guarded for function in functions)


def test_no_picture_passes_through_gradios_own_cache() -> None:
    kinds = {type(block) for block in Page(Pretend()).blocks.blocks.values()}
    assert not kinds & {gr.Image, gr.File, gr.DownloadButton, gr.Gallery, gr.UploadButton}


def test_an_empty_studio_offers_no_generate() -> None:
    shown = Page(Pretend(shoots=[])).does("enter")
    assert shown["generate"]["interactive"] is False
    assert shown["open-shoot"]["variant"] == "primary"
    assert "Open a shoot" in shown["beside"]


def test_the_first_twin_who_may_be_painted_is_chosen_and_wears_what_she_has() -> None:
    shown = Page(Pretend()).does("enter")
    assert shown["twin"]["value"] == "nora"
    assert shown["generate"]["interactive"] is True
    assert all("female" in garment for _, garment in shown["garment"]["choices"])
    assert shown["garment"]["value"] in [garment for _, garment in shown["garment"]["choices"]]


def test_a_twin_without_a_licence_cannot_be_painted() -> None:
    shown = Page(Pretend()).does("choose_twin", "s1", None, "viktor", None)
    assert shown["generate"]["interactive"] is False
    assert "No licence of Viktor" in shown["licence"]


def test_an_opened_shoot_is_the_one_that_stands() -> None:
    shown = Page(Pretend()).does("open_shoot", " Autumn ", "nora")
    assert shown["shoot"]["value"] == "s2"
    assert ("Autumn", "s2") in shown["shoot"]["choices"]
    assert shown["shoot-title"] == ""


def test_generate_asks_for_what_the_tools_say_and_becomes_stop() -> None:
    pretend = Pretend()
    page = Page(pretend)
    shown = page.does("generate", *ordering(page, seed=41))
    (asked,) = pretend.asked
    assert (asked.shoot_id, asked.twin_id, asked.count, asked.seed) == ("s1", "nora", 2, 41)
    assert asked.look.authors.photographer
    assert shown["generate"]["visible"] is False
    assert shown["stop"]["visible"] is True


def test_a_seed_by_chance_is_told() -> None:
    pretend = Pretend()
    page = Page(pretend)
    shown = page.does("generate", *ordering(page))
    assert shown["seed"] == pretend.asked[0].seed


def test_words_change_the_look_that_is_ordered() -> None:
    pretend = Pretend()
    page = Page(pretend)
    page.does("generate", *ordering(page, words="big smile", seed=1))
    page.does("generate", *ordering(page, seed=1))
    spoken, silent = (asked.look for asked in pretend.asked)
    assert spoken.pose.smile > silent.pose.smile
    assert spoken.words == "big smile"


@pytest.mark.parametrize(("missing", "said"), [({"shoot": None}, "shoot"), ({"twin": None}, "twin")])
def test_without_a_shoot_or_a_twin_nothing_is_ordered(missing: dict[str, None], said: str) -> None:
    pretend = Pretend()
    page = Page(pretend)
    with pytest.raises(gr.Error, match=said):
        page.does("generate", *ordering(page, **missing))
    assert pretend.asked == []


def test_forbidden_words_say_which_sentence_forbids_them() -> None:
    page = Page(Pretend())
    assert "No swimwear." in page.events["read"]("nora", "swimwear", *page.standing())
    assert page.events["read"]("nora", " ", *page.standing()) == ""


def test_stop_cancels_what_is_not_finished_and_nothing_else() -> None:
    pretend = Pretend(images=[image(1), image(2, "painting"), image(3, "queued"), image(4, "queued", mine=False)])
    Page(pretend).does("stop", *PLACE)
    assert pretend.did == [("cancelled", "r2"), ("cancelled", "r3")]


def test_deeds_are_offered_only_where_they_can_be_done() -> None:
    def offered(state: str, **more: Any) -> set[str]:
        shown = Page(Pretend(images=[image(1, state, **more)])).does("pick", *PLACE)
        return {deed for deed in ("release", "repaint", "appeal") if shown[deed]["visible"]}

    assert offered("approved") == {"release", "repaint"}
    assert offered("approved", mine=False) == set()
    assert offered("blocked") == {"repaint", "appeal"}
    assert offered("refused", her_no=True) == {"repaint"}
    assert offered("painting") == set()
    assert offered("withdrawn") == set()


def test_a_released_image_tells_its_story() -> None:
    pretend = Pretend(images=[image(1, "approved")])
    shown = Page(pretend).does("release", *PLACE)
    assert pretend.did == [("released", "r1")]
    assert shown["story"] == "<p>story of r1</p>"
    assert shown["release"]["visible"] is False


def test_a_second_look_needs_a_reason() -> None:
    pretend = Pretend(images=[image(1, "blocked")])
    page = Page(pretend)
    with pytest.raises(gr.Error):
        page.does("appeal", *PLACE, "  ")
    page.does("appeal", *PLACE, " It is her. ")
    assert pretend.did == [("in review", "r1", "It is her.")]


def test_a_tick_touches_nothing_when_nothing_changed() -> None:
    pretend = Pretend(images=[image(1)])
    page = Page(pretend)
    seen = page.does("pick", *PLACE)["seen"]
    assert list(page.does("tick", *PLACE, seen)) == ["seen"]
    pretend.images = [image(1, "approved")]
    assert "approved" in page.does("tick", *PLACE, seen)["beside"]


def test_the_tools_can_take_an_images_look_over_once() -> None:
    pretend = Pretend(images=[image(1)])
    shown = Page(pretend).does("take_look", "s1", "r1")
    assert shown["twin"] == "nora"
    assert shown["words"] == ""
    assert shown["backdrop"] == "White"


def test_a_swatch_sets_its_colour_and_a_mixed_colour_names_its_swatch() -> None:
    page = Page(Pretend())
    assert page.does("dip", "White", None)["cloth-colour"] == "#ffffff"
    assert page.does("mix", "rgb(255,255,255)", "#123456") == {"cloth": "White", "backdrop": None}
