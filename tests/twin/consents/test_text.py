"""The text that she signs: always the same from the same terms, in one language, or saying which part is in which."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.twin.consents.test_consent import GIVEN, START
from twin.consents.own_consent import Apart, OwnConsent
from twin.consents.text import binding_text, text_of_consent, text_of_own, text_sha256
from twin.consents.words import ENGLISH, LANGUAGES, Fixed

APART = OwnConsent(
    person_id="nora",
    kind=Apart.BIOMETRIC,
    version=1,
    purpose="To compare each image with my face before anybody sees it.",
    starts_at=START,
    ends_at=START + timedelta(days=300),
    signed_at=START - timedelta(days=3),
)
SIGNED_BEFORE = (
    "d44455224f82eabc0f9ca92ae64fc2384a250da026e3be835b71f8f1918ff077",
    "fddbe817c19dea1614d416e5087a52da8f32f75e738910de544258271a4ec064",
)
"""The hashes of what was signed in English before there were other languages: those texts never change."""


def fixed(words: Fixed) -> list[str]:
    """The sentences and headings that no party writes."""
    apart = [one for told in (*words.apart.values(),) for one in told]
    once = [words.title, words.nothing_excluded, words.no_training, words.face_apart, words.no_counsel]
    return [*once, *words.ending, *apart, *words.apart_titles.values(), *words.paid.values(), *words.headings]


def test_what_was_signed_in_english_stays_as_it_was_to_the_letter() -> None:
    assert (text_sha256(text_of_consent(GIVEN)), text_sha256(text_of_own(APART))) == SIGNED_BEFORE


@pytest.mark.parametrize("language", ["de", "fr", "sv", "de-AT", "fr-CH"])
def test_in_a_language_of_the_studio_no_english_word_of_its_own_is_left(language: str) -> None:
    words = LANGUAGES[language[:2].lower()]
    whole = replace(GIVEN, language=language, content_limits=())
    text = text_of_consent(whole) + text_of_own(replace(APART, language=language))
    assert not [one for one in fixed(ENGLISH) if re.search(rf"\b{re.escape(one)}\b", text) and one not in fixed(words)]
    assert words.title in text
    assert words.apart[Apart.BIOMETRIC][0] in text
    assert f"{words.months[0]} 2026" in text
    assert re.findall(r"(?m)^(\d+)\. ", text) == [*map(str, range(1, 12)), *map(str, range(1, 5))]
    for written in (GIVEN.scope, GIVEN.purpose, GIVEN.disclosure_text, APART.purpose):
        assert written in text, "what the parties wrote stays as they wrote it"
    assert f": {language}." in text
    assert "in English" not in text


def test_in_any_other_language_the_text_says_which_part_of_it_is_english() -> None:
    for text in (text_of_consent(replace(GIVEN, language="pt-BR")), text_of_own(replace(APART, language="pt-BR"))):
        second = text.split("\n")[1]
        assert second.endswith("are in English; the rest is in: pt-BR.")
        assert "Language of this text" not in second


@pytest.mark.parametrize("language", [*LANGUAGES, "pt"])
def test_a_brand_is_never_told_her_pay_or_her_counsel_in_any_language(language: str) -> None:
    consent = replace(GIVEN, language=language, counsel_or_union="The Guild of Models")
    told = binding_text(consent)
    assert "140.00" in text_of_consent(consent)
    assert "140.00" not in told
    assert "Guild" not in told
    assert re.findall(r"(?m)^(\d+)\. ", told) == ["1", "2", "4", "5", "6", "7", "8", "9", "11"]
