import re
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.twin.cast import CAST, LOOKBOOK, WARDROBE
from twin.errors import BadValue
from twin.looks.look import Look
from twin.looks.lookbook import NamedLook
from twin.looks.words import Reading, Setting, read_words

BASE = LOOKBOOK.look("studio-classic")


def read(text: str, twin_id: str = "nora", look: Look | None = None) -> Reading:
    return read_words(text, look or BASE.worn_by(twin_id, WARDROBE), Setting(twin_id, WARDROBE, LOOKBOOK))


@pytest.mark.parametrize(
    ("text", "part", "value"),
    [
        ("turned left", "yaw", -22),
        ("head turned to the right", "yaw", 22),
        ("looking slightly left", "yaw", -10),
        ("turned far to the right", "yaw", 36),
        ("turned to her left", "yaw", 22),
        ("facing his right", "yaw", -22),
        ("three-quarter view right", "yaw", 30),
        ("three quarter", "yaw", -30),
        ("straight at the camera", "yaw", 0),
        ("chin up", "pitch", -6),
        ("looking slightly down", "pitch", 4),
        ("head tilted right", "roll", -4),
        ("tilted to her right", "roll", 4),
        ("smiling", "smile", 0.38),
        ("a slight smile", "smile", 0.18),
        ("big smile", "smile", 0.6),
        ("serious", "smile", 0),
        ("no smile", "smile", 0),
        ("raised eyebrows", "brows", 0.35),
        ("narrowed eyes", "squint", 0.25),
    ],
)
def test_words_move_the_head_and_the_face(text: str, part: str, value: float) -> None:
    reading = read(text)
    assert getattr(reading.look.pose, part) == value
    assert reading.unpainted == ()


def test_words_without_a_side_keep_the_side_she_is_turned_to() -> None:
    base = BASE.worn_by("nora", WARDROBE)
    turned = replace(base, pose=replace(base.pose, yaw=12.0))
    assert read("three-quarter view", look=turned).look.pose.yaw == 30


@pytest.mark.parametrize("named", LOOKBOOK.looks, ids=lambda named: named.name)
def test_each_named_look_is_understood_by_its_title_and_all_of_its_words(named: NamedLook) -> None:
    for word in (*named.words, named.title):
        reading = read(f"in {word} light, please")
        assert (reading.look.light, reading.look.backdrop_colour) == (named.light, named.backdrop_colour)
        assert reading.unpainted == ()


def test_details_refine_a_mood_wherever_they_stand() -> None:
    before, after = read("ivory backdrop, no fill, golden hour"), read("golden hour, ivory backdrop, no fill")
    assert (before.look.light, before.look.backdrop_colour) == (after.look.light, after.look.backdrop_colour)
    assert before.look.light.fill.strength == 0
    assert before.look.light.rim == LOOKBOOK.look("golden-hour").light.rim


def test_of_two_moods_the_later_holds_and_the_earlier_is_named() -> None:
    reading = read("golden hour and low key")
    assert reading.look.light == LOOKBOOK.look("low-key").light
    assert [part.text for part in reading.understood] == ["low key"]
    assert [part.text for part in reading.unpainted] == ["golden hour"]


def test_warm_and_cool_move_every_lamp_and_stay_in_range() -> None:
    warm, cool, hottest = read("warm light"), read("cold light"), read("warmer, warmer, warmer, warmer, warmer, warmer")
    neutral = read("").look.light
    assert all(
        w.kelvin < n.kelvin < c.kelvin
        for w, n, c in zip(warm.look.light.lamps, neutral.lamps, cool.look.light.lamps, strict=True)
    )
    assert {lamp.kelvin for lamp in hottest.look.light.lamps} == {2500}


def test_brighter_and_darker_undo_each_other() -> None:
    assert read("brighter").look.exposure > BASE.exposure
    assert read("brighter, darker").look.exposure == pytest.approx(BASE.exposure)


@pytest.mark.parametrize(
    ("text", "lamp", "part", "value"),
    [
        ("warm rim light", "rim", "kelvin", 3000),
        ("a blue key", "key", "kelvin", 8600),
        ("fill off", "fill", "strength", 0),
        ("turn off the rim", "rim", "strength", 0),
        ("stronger key", "key", "strength", 2.2),
        ("deeper shadows", "fill", "strength", pytest.approx(1 / 1.8)),
        ("softer light", "ambient", "strength", 1.8),
    ],
)
def test_one_lamp_is_named_and_moves_alone(text: str, lamp: str, part: str, value: float) -> None:
    reading = read(text)
    assert getattr(getattr(reading.look.light, lamp), part) == value
    assert reading.unpainted == ()
    assert reading.look.light.key == BASE.light.key or lamp == "key"


def test_exposure_goes_by_stops() -> None:
    assert read("half a stop darker").look.exposure == pytest.approx(BASE.exposure / 2**0.5)
    assert read("one stop up").look.exposure == pytest.approx(BASE.exposure * 2)


@pytest.mark.parametrize(
    ("twin_id", "text", "garment", "colour"),
    [
        ("nora", "navy blouse", "female_elegantsuit01", "#1f2d4d"),
        ("nora", "a crew-neck in terracotta", "female_casualsuit01", "#b5654a"),
        ("kofi", "wearing a white T-shirt", "male_casualsuit06", "#ffffff"),
        ("kofi", "burgundy sweaters", "male_casualsuit04", "#5e1a28"),
        ("haru", "sky blue shirt", "male_casualsuit03", "#a9c4da"),
        ("mei", "dressed in teal, shirt", "female_elegantsuit01", "#123f4a"),
    ],
)
def test_garments_and_their_colours_go_by_name(twin_id: str, text: str, garment: str, colour: str) -> None:
    reading = read(text, twin_id)
    assert (reading.look.garment, reading.look.garment_colour) == (garment, colour)
    assert reading.unpainted == ()


@pytest.mark.parametrize("text", ["sage backdrop", "against sage", "a background in sage", "on a sage wall", "sage behind her"])
def test_a_backdrop_takes_its_colour_and_nothing_else_does(text: str) -> None:
    reading, before = read(text), BASE.worn_by("nora", WARDROBE)
    assert reading.look == replace(before, backdrop_colour="#7d8b78", words=text)
    assert reading.unpainted == ()


def test_shades_make_a_colour_lighter_or_darker() -> None:
    def sums(text: str) -> int:
        return sum(bytes.fromhex(read(text).look.backdrop_colour[1:]))

    assert sums("dark blue backdrop") < sums("blue backdrop") < sums("pale blue backdrop")


@pytest.mark.parametrize(
    ("text", "named", "because"),
    [
        ("full profile", "full profile", "38°"),
        ("laughing", "laughing", "closed"),
        ("in sunglasses and a hat", "sunglasses", "accessories"),
        ("on the beach", "on the beach", "paper"),
        ("light from the right", "light from the right", "lamps stay"),
        ("blonde hair", "blonde hair", "as they are"),
        ("green eyes", "green eyes", "as they are"),
        ("black and white", "black and white", "in colour"),
        ("teal", "teal", "garment or the backdrop"),
        ("a red leather jacket", "leather", "learned"),
        ("holding a small parrot", "holding a small parrot", "no such thing"),
    ],
)
def test_what_cannot_be_painted_is_named_with_its_reason(text: str, named: str, because: str) -> None:
    unpainted = {part.text: part.because for part in read(text).unpainted}
    assert because in unpainted[named]


def test_a_garment_of_somebody_else_is_refused_with_her_own() -> None:
    (part,) = read("blouse", "viktor").unpainted
    assert part.because.startswith("Viktor has no blouse; choose the open-collar shirt")


def test_every_part_lies_where_it_was_typed() -> None:
    text = "  Élégant; turned left,\n“smiling” — navy BLOUSE, with a cockatoo?"
    reading = read(text)
    for part in (*reading.understood, *reading.unpainted):
        assert text[part.start : part.end] == part.text
    assert [part.text for part in reading.understood] == ["turned left", "smiling", "navy BLOUSE"]
    assert [part.text for part in reading.unpainted] == ["Élégant", "cockatoo"]
    assert reading.look.words == text


words = st.lists(
    st.sampled_from(
        re.findall(
            r"\S+",
            "turned left right her smile big slightly warm light golden hour navy blouse shirt backdrop against dark , . in a no"
            " rim parrot profile teal 3 4 — é ß key chin up",
        )
    ),
    max_size=12,
)


@given(words, st.sampled_from(CAST))
def test_every_word_is_understood_named_or_a_filler(typed: list[str], twin_id: str) -> None:
    text = " ".join(typed)
    reading = read(text, twin_id)
    spans = sorted((part.start, part.end) for part in (*reading.understood, *reading.unpainted))
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
    left = text
    for start, end in spans:
        left = left[:start] + " " * (end - start) + left[end:]
    assert set(left.split()) <= {"her", "in", "a", ",", ".", "—"}
    WARDROBE.check(twin_id, reading.look)


def test_no_words_change_nothing() -> None:
    assert read("").look == BASE.worn_by("nora", WARDROBE)


def test_words_longer_than_a_look_keeps_are_refused() -> None:
    with pytest.raises(BadValue):
        read("left " * 101)


def test_a_painter_that_reads_words_is_told_what_no_rule_understands_and_nothing_that_would_change_her() -> None:
    base = BASE.worn_by("nora", WARDROBE)
    text = "warm light, a trench coat on a beach, red hair"
    told = read_words(text, base, Setting("nora", WARDROBE, LOOKBOOK, worded=True, read=True))
    assert told.look.garment == "trench_coat"
    assert told.look.words == text
    assert [one.text for one in told.understood if "as you typed it" in one.meaning] == ["beach"]
    assert [one.text for one in told.unpainted] == ["red hair"]
    narrow = read_words(text, base, Setting("nora", WARDROBE, LOOKBOOK))
    assert narrow.look.garment == base.garment
    assert {one.text for one in narrow.unpainted} == {"trench coat", "on a beach", "red hair"}


def test_whoever_is_dressed_in_words_is_dressed_by_them() -> None:
    base = BASE.worn_by("ayla", WARDROBE, worded=True)
    setting = Setting("ayla", WARDROBE, LOOKBOOK, worded=True, read=True)
    told = read_words("a navy roll neck", base, setting)
    assert (told.look.garment, told.unpainted) == ("roll_neck_jumper", ())
    assert [one.meaning for one in told.understood] == ["navy roll-neck jumper"]
