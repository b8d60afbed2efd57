from dataclasses import replace

import pytest

from tests.twin.cast import LOOKBOOK, WARDROBE
from tests.twin.test_consent import GIVEN
from twin.consent import ContentLimit, Topic
from twin.errors import WordsRefused
from twin.limits import refuse_words

SENTENCES = {topic: ContentLimit(topic, f"I am not shown with {topic}.") for topic in Topic}
STRICT = replace(GIVEN, content_limits=tuple(SENTENCES.values()))
FREE = replace(GIVEN, content_limits=())


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
    refuse_words(STRICT, words)


def test_no_word_of_the_wardrobe_or_lookbook_is_ever_refused() -> None:
    for words in (
        *(g.words for g in WARDROBE.garments),
        *(s.words for s in WARDROBE.swatches),
        *(n.words for n in LOOKBOOK.looks),
    ):
        for word in words:
            refuse_words(STRICT, word)


def test_the_refusal_says_what_to_leave_out() -> None:
    with pytest.raises(WordsRefused, match="Leave out “champagne”"):
        refuse_words(STRICT, "smiling, a flute of Champagne")
