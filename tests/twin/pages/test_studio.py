"""Facts about the studio page's events."""

from dataclasses import replace
from typing import Any

import gradio as gr
import pytest

from tests.twin.pages.pretend import LOOK, OFFERS, Page, Pretend, image, twin
from twin.pages.form import FIELDS
from twin.pages.lighttable import FOLLOW

PLACE = ("s1", "r1", "nora")


def ordering(
    page: Page, *, shoot: str | None = "s1", twin: str | None = "nora", words: str = "", seed: int | None = None
) -> list[Any]:
    look = page.does("enter")["look"]
    return [shoot, twin, look, "atelier", 2, seed, seed is None, words, *page.standing()]


def test_every_event_runs_through_the_guard() -> None:
    page = Page(Pretend())
    functions = [block.fn for block in page.blocks.fns.values() if block.fn is not None]
    assert len(functions) > 15
    assert all(block.js == FOLLOW for block in page.blocks.fns.values() if block.fn is None)
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
    page = Page(Pretend())
    shown = page.does("enter")
    assert shown["twin"]["value"] == "nora"
    assert shown["generate"]["interactive"] is True
    assert [garment for _, garment in shown["garment"]["choices"]] == [garment.id for garment in page.wardrobe.of("nora")]
    assert shown["garment"]["value"] in [garment for _, garment in shown["garment"]["choices"]]


def test_a_twin_without_a_licence_cannot_be_painted() -> None:
    shown = Page(Pretend()).does("choose_twin", "s1", None, "viktor", "atelier", None)
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
    assert "No swimwear." in page.events["read"]("nora", "atelier", "swimwear", *page.standing())
    assert page.events["read"]("nora", "atelier", " ", *page.standing()) == ""


def test_stop_cancels_what_is_not_finished_and_nothing_else() -> None:
    pretend = Pretend(images=[image(1), image(2, "painting"), image(3, "queued"), image(4, "queued", mine=False)])
    Page(pretend).does("stop", *PLACE)
    assert pretend.did == [("cancelled", "r2"), ("cancelled", "r3")]


def test_one_of_several_can_be_stopped_alone() -> None:
    pretend = Pretend(images=[image(1), image(2, "painting"), image(3, "queued")])
    page = Page(pretend)
    shown = page.does("pick", "s1", "r2", "nora")
    assert (shown["stop-one"]["visible"], shown["stop"]["value"]) == (True, "Stop all")
    assert page.does("pick", *PLACE)["stop-one"]["visible"] is False
    after = page.does("stop_one", "s1", "r2", "nora")
    assert pretend.did == [("cancelled", "r2")]
    assert (after["stop-one"]["visible"], after["stop"]["value"]) == (False, "Stop")
    with pytest.raises(gr.Error):
        page.does("stop_one", "s1", None, "nora")


def test_deeds_are_offered_only_where_they_can_be_done() -> None:
    def offered(state: str, **more: Any) -> set[str]:
        shown = Page(Pretend(images=[image(1, state, **more)])).does("pick", *PLACE)
        return {deed for deed in ("release", "relight", "repaint", "appeal") if shown[deed]["visible"]}

    assert offered("approved") == {"release", "repaint"}
    assert offered("approved", mine=False) == set()
    assert offered("blocked") == {"repaint", "appeal"}
    assert offered("refused", her_no=True) == {"repaint"}
    assert offered("painting") == set()
    assert offered("withdrawn") == set()
    assert offered("her turn", negative=True) == {"relight", "repaint"}


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
    assert list(page.does("tick", *PLACE, "", seen)) == ["seen"]
    pretend.images = [image(1, "approved")]
    told = page.does("tick", *PLACE, "", seen)
    assert "approved" in told["beside"]
    assert "value" not in told["film"]


def test_a_tick_mends_a_page_whose_two_quick_clicks_were_answered_in_the_other_order() -> None:
    page = Page(Pretend())
    page.does("open_shoot", "Autumn", "nora")
    late = page.does("choose_twin", None, None, "nora", "atelier", None)  # asked before the shoot had been opened
    assert late["generate"]["interactive"] is False
    assert page.does("tick", "s2", None, "nora", "", late["seen"])["generate"]["interactive"] is True


def test_no_shoot_can_be_opened_before_the_page_has_been_laid_out() -> None:
    page = Page(Pretend())
    built = {block.elem_id: block for block in page.blocks.blocks.values()}
    shown = page.does("enter")
    for control in ("open-shoot", "shoot-title"):
        assert built[control].interactive is False
        assert shown[control]["interactive"] is True


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


def turned(standing: list[Any], **values: Any) -> list[Any]:
    """The tools' values with some of them moved."""
    return [values.get(name, value) for name, value in zip(FIELDS, standing, strict=True)]


def test_a_look_that_is_changed_says_so_and_has_a_way_back() -> None:
    page = Page(Pretend())
    standing = page.standing()
    still = page.does("follow", "studio-classic", "nora", "atelier", "", "", *standing)
    assert "Changed from" not in still["look-words"]
    assert still["back-to-look"]["visible"] is False
    moved = page.does("follow", "studio-classic", "nora", "atelier", "", "", *turned(standing, key_strength=2.5, yaw=20.0))
    assert "Changed from Studio classic:</b> turn, key strength." in moved["look-words"]
    assert (moved["back-to-look"]["visible"], moved["back-to-look"]["value"]) == (True, "Back to Studio classic")
    assert "proof" not in moved
    back = page.does("choose_look", "studio-classic", "nora", "atelier", "", *turned(standing, key_strength=2.5, yaw=20.0))
    assert (back["key-strength"], back["yaw"], back["back-to-look"]["visible"]) == (1.0, -8.0, False)


def test_another_twin_wears_her_own_garment_of_the_same_cut() -> None:
    page = Page(Pretend())
    for garment in ("female_elegantsuit01", "female_casualsuit01"):
        worn = page.does("choose_twin", "s1", None, "viktor", "atelier", garment)["garment"]["value"]
        cuts = {one.id: one.cut for one in page.wardrobe.garments}
        assert cuts[worn] == cuts[garment]


def laid(pretend: Pretend) -> tuple[Page, list[Any]]:
    """A page whose light table holds the first image, and the tools as they stand then."""
    page = Page(pretend)
    shown = page.does("lay", "s1", "r1")
    return page, page.standing_of(shown)


def test_the_light_table_takes_the_stages_place_and_starts_as_painted() -> None:
    pretend = Pretend(images=[image(1, negative=True)])
    shown = Page(pretend).does("lay", "s1", "r1")
    assert (shown["stage"]["visible"], shown["light-table"]["visible"]) == (False, True)
    assert shown["proof"].count("AI-generated") == 2
    assert 'data-negative="r1"' in shown["proof"]
    assert "data:image/jpeg;base64,anBlZw==" in shown["proof"]
    assert shown["develop"]["interactive"] is False
    assert shown["backdrop"] == "White"


def test_a_moved_lamp_is_told_of_and_a_turned_head_needs_a_new_painting() -> None:
    pretend = Pretend(images=[image(1, negative=True)])
    page, standing = laid(pretend)
    moved = page.does("follow", None, "nora", "atelier", "r1", "navy backdrop", *turned(standing, key_strength=2.0))
    assert moved["develop"]["interactive"] is True
    assert "proof" not in moved
    assert "navy" in moved["table-moved"]
    assert "Key strength <span>1 → <b>2</b>" in moved["table-moved"]
    assert "needs a new painting" not in moved["table-moved"].lower()
    head = page.does("follow", None, "nora", "atelier", "r1", "", *turned(standing, yaw=-20.0))
    assert "Needs a new painting" in head["table-moved"]
    assert "Turn <span>0° → <b>−20°</b>" in head["table-moved"]
    assert head["develop"]["interactive"] is False


def test_a_look_chosen_on_the_light_table_leaves_the_pose_as_painted() -> None:
    pretend = Pretend(images=[image(1, negative=True)])
    page, standing = laid(pretend)
    shown = page.does("choose_look", "moonlight", "nora", "atelier", "r1", *standing)
    assert (shown["rim-kelvin"], shown["yaw"], shown["garment"]["value"]) == (8600, 0.0, LOOK.garment)
    after = page.does("follow", "moonlight", "nora", "atelier", "r1", "", *page.standing_of({**dict_of(page, standing), **shown}))
    assert "Changed from" not in after["look-words"]


def dict_of(page: Page, standing: list[Any]) -> dict[str, Any]:
    return dict(zip(page.ids, standing, strict=True))


def test_what_is_developed_is_ordered_in_the_light_that_stands_and_shown_on_the_stage() -> None:
    pretend = Pretend(images=[image(1, negative=True)])
    page, standing = laid(pretend)
    shown = page.does("develop", "s1", "moonlight", "nora", "r1", "", *turned(standing, rim_strength=2.75))
    ((render_id, look),) = pretend.developed
    assert (render_id, look.light.rim.strength) == ("r1", 2.75)
    assert look.authors.lighting == page.lookbook.look("moonlight").authors.lighting
    assert (shown["stage"]["visible"], shown["light-table"]["visible"]) == (True, False)
    assert shown["film"]["value"] == "r2"
    assert "after no. 1" in shown["beside"]


def test_what_may_not_be_developed_any_more_leaves_the_table() -> None:
    pretend = Pretend(images=[image(1, negative=True)])
    page, _ = laid(pretend)
    seen = page.does("pick", *PLACE)["seen"]
    assert "light-table" not in page.does("tick", *PLACE, "r1", seen)
    pretend.images = [image(1, "withdrawn", preview_url=None)]
    shown = page.does("tick", *PLACE, "r1", seen)
    assert (shown["stage"]["visible"], shown["light-table"]["visible"], shown["proof"]) == (True, False, "")


def test_nothing_is_developed_from_an_empty_table() -> None:
    pretend = Pretend(images=[image(1, negative=True)])
    page, standing = laid(pretend)
    with pytest.raises(gr.Error):
        page.does("develop", "s1", None, "nora", "", "", *standing)
    assert pretend.developed == []


def test_only_painters_that_can_be_ordered_of_are_in_the_choice() -> None:
    choices = next(part.choices for part in Page(Pretend()).blocks.blocks.values() if part.elem_id == "painter")
    assert [tuple(one) for one in choices] == [("Atelier", "atelier")]


def test_what_painters_there_are_and_what_is_free_for_them_is_told_as_of_when_the_page_is_opened() -> None:
    pretend = Pretend(painters=list(OFFERS))
    page = Page(pretend)
    before = page.does("enter")["painters"]
    pretend.painters[:] = [OFFERS[0], replace(OFFERS[1], refusal="", detail="A GPU, 3.0 of 24.0 GB free.")]
    after = page.does("enter")
    assert "3.0 of 24.0 GB free" not in before
    assert "3.0 of 24.0 GB free" in after["painters"]


BIG = replace(OFFERS[1], refusal="")
"""A painter for anybody, with its weights."""


def ayla(*painters: Any, **more: Any) -> Page:
    """A studio that has a licence of somebody whom no painter learned."""
    return Page(Pretend(twins=[twin(), twin("ayla", **more)], painters=[OFFERS[0], *painters]))


def test_a_twin_whom_nobody_learned_is_offered_the_painters_and_the_garments_that_can_show_her() -> None:
    page = ayla(BIG)
    shown = page.does("choose_twin", "s1", None, "ayla", "atelier", "female_casualsuit01")
    assert (shown["painter"]["choices"], shown["painter"]["value"]) == ([("Big", "big")], "big")
    assert {garment for _, garment in shown["garment"]["choices"]} == {garment.id for garment in page.wardrobe.garments}
    assert shown["garment"]["value"] == "female_casualsuit01"
    assert shown["painted-by"] == ""
    assert shown["generate"]["interactive"] is True
    looked = page.does("choose_look", "moonlight", "ayla", "big", "", *page.standing())
    assert looked["garment"]["value"]
    back = page.does("choose_twin", "s1", None, "nora", "big", "trench_coat")
    assert [name for _, name in back["painter"]["choices"]] == ["atelier", "big"]
    assert (back["painter"]["value"], back["garment"]["value"]) == ("big", "trench_coat")


def test_another_painter_hangs_out_what_it_can_dress_her_in() -> None:
    page = ayla(BIG)
    hung = page.events["choose_painter"]("nora", "atelier", "trench_coat")
    assert [garment for _, garment in hung["choices"]] == [garment.id for garment in page.wardrobe.of("nora")]
    assert hung["value"] in [garment for _, garment in hung["choices"]]
    assert page.events["choose_painter"]("nora", "big", "trench_coat")["value"] == "trench_coat"


def test_where_nobody_here_can_paint_her_the_page_says_what_would_be_needed_and_offers_no_generate() -> None:
    shown = ayla(OFFERS[1]).does("choose_twin", "s1", None, "ayla", "atelier", None)
    assert (shown["painter"]["choices"], shown["painter"]["value"]) == ([], None)
    assert "No painter that runs here can paint Ayla. The weights of Big are not here." in shown["painted-by"]
    assert "onerror=alert(1)&gt;&#34;" in shown["painted-by"]
    assert shown["generate"]["interactive"] is False
    assert shown["garment"]["choices"] == []


def test_whoever_has_no_pictures_yet_is_painted_by_nobody_and_the_page_says_why() -> None:
    shown = ayla(BIG, pictured=False).does("choose_twin", "s1", None, "ayla", "big", None)
    assert "There are no pictures of Ayla to paint from: she is not enrolled yet." in shown["painted-by"]
    assert shown["generate"]["interactive"] is False


def test_without_a_painter_nothing_is_ordered() -> None:
    pretend = Pretend()
    page = Page(pretend)
    values = ordering(page, seed=1)
    values[3] = None
    with pytest.raises(gr.Error, match="No painter"):
        page.does("generate", *values)
    assert pretend.asked == []
