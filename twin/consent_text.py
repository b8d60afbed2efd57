"""The words of a consent, as she reads, signs and prints them: plain text made from its terms alone, always the same.

The text names a person by her id: her name stands beside it on the page, from the one row that erasure takes away.
"""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime

from twin.consent import Consent, PayBasis, Use
from twin.licence import money
from twin.own_consent import Apart, OwnConsent

_PAID = {
    PayBasis.IMAGE: "for each released image, at least",
    PayBasis.VARIANT: "for each released image and each variant of it, at least",
    PayBasis.BUYOUT: "once for all images of a licence, at least",
}
_TITLES = {
    Apart.BIOMETRIC: "CONSENT TO MEASURE MY FACE",
    Apart.TRAINING: "PERMISSION TO TRAIN A MODEL ON MY PICTURES",
}
_APART = {
    Apart.BIOMETRIC: (
        "What is measured: numbers that describe my face, taken from my reference pictures. They are kept under a key of"
        " my own, serve the purpose above and no other, are given to nobody, and are destroyed when this consent ends, when"
        " I take it back, or three years after the last time they were used, whichever comes first.",
        "This is no consent to paint me and no permission to train a model on me.",
    ),
    Apart.TRAINING: (
        "What is trained: weights that belong to my twin alone. They are kept under a key of my own, are loaded only while"
        " this permission and a licence hold, and are destroyed when it ends or I take it back.",
        "This is no consent to paint me and no consent to measure my face.",
    ),
}
_ALWAYS = (
    "It ends by itself at its end. Nothing renews by itself: a renewal is a new version that I read and sign.",
    "I can take it back at any time, from my own account, without giving a reason.",
    "Nobody signs for me: no agency, no administrator, nobody with a power of attorney.",
)


def text_of_consent(consent: Consent) -> str:
    """The whole text of a consent to be painted, in numbered sections; lines are paragraphs."""
    sections = (
        ("Scope", [consent.scope]),
        ("Purpose", [consent.purpose]),
        ("Rate of pay", [f"{money(consent.pay.minor, consent.pay.currency)} {_PAID[consent.pay.basis]}."]),
        ("Duration", [_span(consent.starts_at, consent.ends_at)]),
        ("Uses", _uses(consent.uses)),
        ("Never", [f"- {limit.sentence}" for limit in consent.content_limits] or ["- Nothing further is excluded."]),
        ("What every image says", [f"“{consent.disclosure_text}”"]),
        ("Training", ["No. No model is trained on my pictures; that would be a permission of its own."]),
        ("My face in numbers", ["Measured under a consent of its own, not under this one."]),
        ("Counsel or union", [consent.counsel_or_union or "I had neither counsel nor union, and was told that I may."]),
        ("Ending", _ALWAYS),
    )
    who = f"Twin {consent.twin_id}, version {consent.version}. Language of this text: {consent.language}."
    return _set("CONSENT TO BE PAINTED AS A DIGITAL TWIN", who, sections)


def text_of_own(consent: OwnConsent) -> str:
    """The whole text of a consent that stands apart."""
    what, not_what = _APART[Apart(consent.kind)]
    sections = (
        ("Purpose", [consent.purpose]),
        ("What it allows", [what, not_what]),
        ("Duration", [_span(consent.starts_at, consent.ends_at)]),
        ("Ending", _ALWAYS),
    )
    who = f"Person {consent.person_id}, version {consent.version}. Language of this text: {consent.language}."
    return _set(_TITLES[Apart(consent.kind)], who, sections)


def text_sha256(text: str) -> str:
    """The hash that she signs: SHA-256 of the text in UTF-8, hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def _uses(uses: Iterable[Use]) -> list[str]:
    """One line for each product line and territory, with its media."""
    found: dict[tuple[str, str], list[str]] = {}
    for use in uses:
        found.setdefault((use.product_line, use.territory), []).append(use.medium.value)
    return [f"- {line}, {territory}: {', '.join(media)}" for (line, territory), media in found.items()]


def _set(title: str, who: str, sections: Iterable[tuple[str, Iterable[str]]]) -> str:
    told = (f"{number}. {name}\n" + "\n".join(lines) for number, (name, lines) in enumerate(sections, 1))
    return "\n\n".join((f"{title}\n{who}", *told)) + "\n"


def _span(starts_at: datetime, ends_at: datetime) -> str:
    return f"From {_moment(starts_at)} until {_moment(ends_at)}."


def _moment(moment: datetime) -> str:
    there = moment.astimezone(UTC)
    return f"{there.day} {there:%B %Y}, {there:%H:%M:%S} UTC"
