from dataclasses import replace
from pathlib import Path

import pytest

from tests.twin.cast import CAST, LOOKBOOK, WARDROBE
from twin.errors import BadValue, LookRefused
from twin.looks.wardrobe import Wardrobe


@pytest.mark.parametrize("twin_id", CAST)
def test_each_of_the_cast_can_choose_between_cuts(twin_id: str) -> None:
    assert {garment.cut for garment in WARDROBE.of(twin_id)} >= {"crew-neck", "open-collar"}


@pytest.mark.parametrize("twin_id", CAST)
def test_a_twin_may_wear_all_of_her_own_and_nothing_else(twin_id: str) -> None:
    look = LOOKBOOK.looks[0].worn_by(twin_id, WARDROBE)
    for garment in WARDROBE.garments:
        worn = replace(look, garment=garment.id)
        if twin_id in garment.twins:
            WARDROBE.check(twin_id, worn)
        else:
            with pytest.raises(LookRefused, match=f"{twin_id.capitalize()} does not have the"):
                WARDROBE.check(twin_id, worn)


def test_the_refusal_names_what_she_can_wear_instead() -> None:
    worn = replace(LOOKBOOK.looks[0].worn_by("luca", WARDROBE), garment="female_elegantsuit01")
    sentence = (
        "Luca does not have the open-collar blouse; choose the open-collar shirt, the crew-neck jumper or the wide-neck T-shirt."
    )
    with pytest.raises(LookRefused, match=sentence):
        WARDROBE.check("luca", worn)


def test_a_twin_without_garments_is_told_so() -> None:
    with pytest.raises(LookRefused, match="nothing that Zoe can wear"):
        LOOKBOOK.looks[0].worn_by("zoe", WARDROBE)


@pytest.mark.parametrize(("colour", "name"), [("#1e2c4c", "navy"), ("#fefefe", "white"), ("#0a0a0a", "ink"), ("#b3272f", "red")])
def test_a_colour_goes_by_the_name_of_the_nearest_swatch(colour: str, name: str) -> None:
    assert WARDROBE.colour_name(colour) == name


def test_no_two_swatches_share_a_word_or_a_colour() -> None:
    words = [word for swatch in WARDROBE.swatches for word in swatch.words]
    assert len(set(words)) == len(words)
    assert len({swatch.colour for swatch in WARDROBE.swatches}) == len(WARDROBE.swatches)


def test_a_garment_that_hangs_twice_is_refused() -> None:
    with pytest.raises(BadValue):
        replace(WARDROBE, garments=WARDROBE.garments * 2)


def test_a_wardrobe_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "wardrobe.json").write_text('{"garments": [{"id": "x"}], "swatches": []}')
    with pytest.raises(BadValue, match=r"wardrobe\.json cannot be read"):
        Wardrobe.read(tmp_path / "wardrobe.json")


def test_a_painter_that_is_told_in_words_dresses_anybody_in_anything_that_hangs_here() -> None:
    everything = {garment.id for garment in WARDROBE.garments}
    assert any(not garment.twins for garment in WARDROBE.garments), "some of it is painted from words alone"
    for twin_id in ("nora", "luca", "ayla"):
        assert {garment.id for garment in WARDROBE.of(twin_id, worded=True)} == everything
        for garment in WARDROBE.garments:
            WARDROBE.check(
                twin_id, replace(LOOKBOOK.looks[0].worn_by(twin_id, WARDROBE, worded=True), garment=garment.id), worded=True
            )
        worn = replace(LOOKBOOK.looks[0].worn_by(twin_id, WARDROBE, worded=True), garment="armour")
        with pytest.raises(LookRefused, match="a garment called armour"):
            WARDROBE.check(twin_id, worn, worded=True)


@pytest.mark.parametrize("twin_id", [*CAST, "ayla"])
def test_a_look_is_worn_in_her_own_garment_of_its_cut_and_in_any_of_that_cut_where_words_dress_her(twin_id: str) -> None:
    for named in LOOKBOOK.looks:
        worn = WARDROBE.garment(named.worn_by(twin_id, WARDROBE, worded=True).garment)
        assert worn.cut == named.cut
        assert twin_id in worn.twins or twin_id == "ayla"
