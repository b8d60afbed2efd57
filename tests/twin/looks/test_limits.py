from dataclasses import replace
from typing import Any

import pytest

from tests.twin.cast import LOOKBOOK, WARDROBE
from tests.twin.consents.test_consent import GIVEN
from twin.consents.consent import Consent, ContentLimit, Topic
from twin.errors import LookRefused, WordsRefused
from twin.looks.limits import NOBODY_KNOWN, refuse_garment, refuse_words
from twin.looks.names import NO_MARKS, NOBODY_ELSE, Cast
from twin.looks.wardrobe import Garment

SENTENCES = {topic: ContentLimit(topic, f"I am not shown with {topic}.") for topic in Topic}
STRICT = replace(GIVEN, content_limits=tuple(SENTENCES.values()))
FREE = replace(GIVEN, content_limits=())


def refused(words: str, cast: Cast = NOBODY_KNOWN) -> str | None:
    """Why the strictest consent refuses the words; None where it lets them through."""
    try:
        refuse_words(STRICT, words, cast)
    except WordsRefused as refusal:
        return str(refusal)
    return None


def unworn(consent: Consent, garment: Garment) -> str | None:
    try:
        refuse_garment(consent, garment)
    except LookRefused as refusal:
        return str(refusal)
    return None


@pytest.mark.parametrize(
    ("topic", "words"),
    [
        (Topic.SWIMWEAR, "in a bikini"),
        (Topic.SWIMWEAR, "Swim-suits on the sand"),
        (Topic.SWIMWEAR, "a swim suit"),
        (Topic.SWIMWEAR, "BİKİNİ"),
        (Topic.SWIMWEAR, "b i k i n i"),
        (Topic.SWIMWEAR, "b.i.k.i.n.i"),
        (Topic.SWIMWEAR, "bi\u200bki\u00adni"),
        (Topic.LINGERIE, "black bra"),
        (Topic.ALCOHOL, "holding a glass of red wine"),
        (Topic.ALCOHOL, "Champagne!"),
        (Topic.TOBACCO, "smoking"),
        (Topic.DRUGS, "with cannabis"),
        (Topic.WEAPONS, "two knives"),
        (Topic.POLITICS, "at a political rally"),
        (Topic.RELIGION, "in front of a church"),
        (Topic.GAMBLING, "at the casino"),
        (Topic.FUR, "a fur collar"),
    ],
)
def test_a_limit_of_the_consent_is_quoted_when_words_break_it(topic: Topic, words: str) -> None:
    with pytest.raises(WordsRefused) as refused:
        refuse_words(STRICT, words)
    assert f"The consent says: “{SENTENCES[topic].sentence}”" in str(refused.value)
    refuse_words(replace(GIVEN, content_limits=tuple(limit for t, limit in SENTENCES.items() if t is not topic)), words)


@pytest.mark.parametrize("words", ["topless", "nude", "as a child", "teenager", "9 years old", "a schoolgirl"])
def test_what_the_house_never_paints_no_consent_can_allow(words: str) -> None:
    with pytest.raises(WordsRefused, match="A rule of the studio says"):
        refuse_words(FREE, words)


@pytest.mark.parametrize(
    "words",
    [
        "a wine red shirt",
        "baby blue backdrop",
        "29 years old",
        "ginger hair",
        "bracelet",
        "embracing",
        "further",
        "tomboyish",
        "gunmetal",
    ],
)
def test_words_that_only_resemble_a_limit_are_let_through(words: str) -> None:
    assert refused(words) is None


def test_no_word_of_the_wardrobe_or_lookbook_is_ever_refused() -> None:
    named = (*WARDROBE.garments, *WARDROBE.swatches, *LOOKBOOK.looks)
    words = [word for one in named for word in (one.title, one.title.title(), *one.words)]
    assert len(words) > 100
    assert {word: why for word in words if (why := refused(f"in {word} light")) or (why := refused(word))} == {}


def test_no_garment_that_the_wardrobe_has_is_refused_by_the_strictest_consent() -> None:
    assert [garment.title for garment in WARDROBE.garments if unworn(STRICT, garment)] == []


@pytest.mark.parametrize("told", [{"title": "Bikini top"}, {"words": ("swimsuit", "top")}, {"cut": "swimwear"}])
def test_a_garment_that_the_consent_forbids_is_refused_with_its_sentence(told: dict[str, Any]) -> None:
    garment = replace(Garment("g1", "Top", "top", ("nora",), ("top",)), **told)
    assert f"The consent says: “{SENTENCES[Topic.SWIMWEAR].sentence}”" in (unworn(STRICT, garment) or "")
    assert unworn(FREE, garment) is None


def test_names_are_refused_where_words_are() -> None:
    assert NOBODY_ELSE in (refused("smiling, like Madonna") or "")
    assert NOBODY_ELSE in (refused("as mei", Cast(("Nora",), ("Mei",))) or "")
    assert NO_MARKS in (refused("a gucci belt") or "")


def test_the_refusal_says_what_to_leave_out() -> None:
    with pytest.raises(WordsRefused, match="Leave out “champagne”"):
        refuse_words(STRICT, "smiling, a flute of Champagne")
