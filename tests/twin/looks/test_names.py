"""Names of other people and of houses are refused with the rule that forbids them; words that only look so are let through."""

import pytest

from twin.errors import WordsRefused
from twin.looks.names import NO_MARKS, NOBODY_ELSE, Cast, refuse_names

CAST = Cast(("Nora", "Nora Hallbeck"), ("Mei", "Mei Xu-Larsen", "Kofi", "Rose"))


def refusal(words: str) -> str | None:
    try:
        refuse_names(words, CAST)
    except WordsRefused as refused:
        return str(refused)
    return None


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("like Grace Kelly", "Grace Kelly"),
        ("Grace Kelly, smiling", "Grace Kelly"),
        ("Audrey Hepburn", "Audrey Hepburn"),
        ("smiling, as Madonna", "Madonna"),
        ("LIKE MADONNA", "MADONNA"),
        ("resembling the actress Greta Garbo", "Greta Garbo"),
        ("in the style of Leonardo da Vinci", "Leonardo da Vinci"),
        ("Vincent van Gogh colours", "Vincent van Gogh"),
        ("with Brad Pitt's smile", "Brad Pitt"),
        ("Beyoncé's face", "Beyoncé"),
    ],
)
def test_what_reads_like_a_strangers_name_is_refused_with_the_rule_and_a_way_out(words: str, name: str) -> None:
    said = refusal(words) or ""
    assert NOBODY_ELSE in said
    assert f"“{name}”" in said
    assert "small letters" in said


@pytest.mark.parametrize("words", ["Mei, smiling", "as mei", "beside Kofi", "like kofi", "MEI", "Rose smiling"])
def test_the_other_twins_are_known_by_name(words: str) -> None:
    assert (refusal(words) or "").startswith(f"A rule of the studio says: “{NOBODY_ELSE}”")


@pytest.mark.parametrize(
    "words", ["a celebrity", "Lookalike", "look-alike of a singer", "a deep fake", "famous actress", "faceswap"]
)
def test_asking_for_a_likeness_is_refused_without_a_name(words: str) -> None:
    assert NOBODY_ELSE in (refusal(words) or "")


@pytest.mark.parametrize(
    "words",
    [
        *("gucci bag", "A GUCCI BAG", "g u c c i", "g.u.c.c.i", "gu\u200bcci", "Hermès orange", "hermes", "louis-vuitton"),
        *("Louis Vuitton", "H&M shirt", "h & m", "levi’s", "levis", "the north face", "a Gap hoodie", "a shirt by Boss"),
    ],
)
def test_a_mark_is_refused_however_it_is_written(words: str) -> None:
    assert NO_MARKS in (refusal(words) or "")


@pytest.mark.parametrize(
    "words",
    [
        "",
        "Nora smiling",
        "like Nora Hallbeck",
        "rose backdrop",
        "mango backdrop",
        "Mango backdrop",
        "a gap in the light",
        "next to the window",
        "polo neck",
        "boss of the room",
        "Golden Hour, Navy Blouse",
        "smiling in Golden Hour light",
        "as in Golden Hour",
        "like Rembrandt",
        "Turned left, Navy blouse, Three-Quarter View",
        "a New York street",
        "as an Italian summer",
        "holding a small parrot",
        "Élégant; turned left",
        "looks like spring",
    ],
)
def test_words_that_only_look_like_names_are_let_through(words: str) -> None:
    assert refusal(words) is None


def test_a_name_of_the_twins_own_is_none_of_anothers() -> None:
    refused = []
    for own, others in ((("Rose", "Rose Kelly"), ("Nora",)), (("Nora",), ("Rose", "Rose Kelly"))):
        try:
            refuse_names("Rose smiling", Cast(own, others))
        except WordsRefused:
            refused.append(own)
    assert refused == [("Nora",)]
