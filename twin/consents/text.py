"""The words of a consent, as she reads, signs and prints them: plain text made from its terms alone, always the same.

The text names a person by her id: her name stands beside it on the page, from the one row that erasure takes away. Headings
and fixed sentences are in the language of the text where the studio has them; otherwise the text says that they are English.
"""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime

from twin.consents.consent import Consent, Use
from twin.consents.own_consent import Apart, OwnConsent
from twin.consents.words import ELSEWHERE, Fixed, fixed_words, has_words_of
from twin.licences.licence import money

_RATE, _COUNSEL = 3, 10
"""The numbers of the sections that are between her and her agency."""


def text_of_consent(consent: Consent) -> str:
    """The whole text of a consent to be painted, in numbered sections; lines are paragraphs."""
    return _title(consent) + "\n\n" + "\n\n".join(_sections(consent)) + "\n"


def binding_text(consent: Consent) -> str:
    """What a licensed brand is told: everything that limits its use, nothing of her pay or her counsel."""
    told = [text for number, text in enumerate(_sections(consent), 1) if number not in (_RATE, _COUNSEL)]
    return _title(consent) + "\n\n" + "\n\n".join(told) + "\n"


def text_of_own(consent: OwnConsent) -> str:
    """The whole text of a consent that stands apart."""
    words, kind = fixed_words(consent.language), Apart(consent.kind)
    told = ([consent.purpose], words.apart[kind], [_span(words, consent.starts_at, consent.ends_at)], words.ending)
    who = _about(words.about_person, consent.person_id, consent.version, consent.language)
    return "\n\n".join((f"{words.apart_titles[kind]}\n{who}", *_numbered(words.apart_headings, told))) + "\n"


def text_sha256(text: str) -> str:
    """The hash that she signs: SHA-256 of the text in UTF-8, hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def _title(consent: Consent) -> str:
    words = fixed_words(consent.language)
    return f"{words.title}\n{_about(words.about_twin, consent.twin_id, consent.version, consent.language)}"


def _sections(consent: Consent) -> list[str]:
    words = fixed_words(consent.language)
    told = (
        [consent.scope],
        [consent.purpose],
        [f"{money(consent.pay.minor, consent.pay.currency)} {words.paid[consent.pay.basis]}."],
        [_span(words, consent.starts_at, consent.ends_at)],
        _uses(words, consent.uses),
        [f"- {limit.sentence}" for limit in consent.content_limits] or [f"- {words.nothing_excluded}"],
        [f"“{consent.disclosure_text}”"],
        [words.no_training],
        [words.face_apart],
        [consent.counsel_or_union or words.no_counsel],
        words.ending,
    )
    return _numbered(words.headings, told)


def _about(line: str, whose: str, version: int, language: str) -> str:
    """Whose text it is and in which language, so that nobody takes English words for another language's."""
    told = line.format(whose=whose, version=version, language=language)
    if has_words_of(language):
        return told
    return f"{told.split('. ')[0]}. {ELSEWHERE.format(language=language)}"


def _numbered(headings: Iterable[str], told: Iterable[Iterable[str]]) -> list[str]:
    both = zip(headings, told, strict=True)
    return [f"{number}. {name}\n" + "\n".join(lines) for number, (name, lines) in enumerate(both, 1)]


def _uses(words: Fixed, uses: Iterable[Use]) -> list[str]:
    """One line for each product line and territory, with its media."""
    found: dict[tuple[str, str], list[str]] = {}
    for use in uses:
        found.setdefault((use.product_line, use.territory), []).append(words.media[use.medium])
    return [f"- {line}, {territory}: {', '.join(media)}" for (line, territory), media in found.items()]


def _span(words: Fixed, starts_at: datetime, ends_at: datetime) -> str:
    return words.span.format(start=_moment(words, starts_at), end=_moment(words, ends_at))


def _moment(words: Fixed, moment: datetime) -> str:
    there = moment.astimezone(UTC)
    day = words.day.format(day=there.day, month=words.months[there.month - 1], year=there.year)
    return f"{day}, {there:%H:%M:%S} UTC"
