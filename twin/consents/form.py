"""The form in which an agency drafts a consent: what stands in it at first, and the terms that it says."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from twin.consents.consent import (
    LONGEST_TERM,
    Consent,
    ContentLimit,
    Medium,
    Pay,
    PayBasis,
    Topic,
    Use,
    check_language,
    check_line,
    check_specific,
    check_term,
)
from twin.consents.own_consent import Apart, OwnConsent
from twin.errors import BadValue
from twin.form_reading import Reading, amount, as_amount, first_moment

USE_ROWS = 4
"""How many product lines and territories one form has room for."""
TERM = timedelta(days=365)
READING_TIME = timedelta(days=14)
"""How long after today a new draft begins at first, so that she has time to read."""
PURPOSES = {
    Apart.BIOMETRIC: "Measuring the face in the reference pictures, to tell whether an image shows this person and nobody else.",
    Apart.TRAINING: "",
}
_NEVER = datetime(2000, 1, 1, tzinfo=UTC)
Fields = dict[str, list[str]]


def first_fields(last: Consent | OwnConsent | None, kind: str, now: datetime) -> Fields:
    """What a form says before anybody writes: the last version carried on where that ends, or little more than dates."""
    begins = max(last.ends_at if last else now, now + READING_TIME) + timedelta(hours=23, minutes=59)
    fields = {
        "starts": [f"{begins:%Y-%m-%d}"],
        "ends": [f"{begins + TERM:%Y-%m-%d}"],
        "language": [last.language if last else "en"],
    }
    if kind in list(Apart):
        return {**fields, "purpose": [last.purpose if last else PURPOSES[Apart(kind)]]}
    return {**fields, **(_painting_fields(last) if isinstance(last, Consent) else {"currency": ["EUR"], "pay_basis": ["image"]})}


def _painting_fields(last: Consent) -> Fields:
    rows: dict[tuple[str, str], list[str]] = {}
    for use in last.uses:
        rows.setdefault((use.product_line, use.territory), []).append(use.medium.value)
    fields = {
        "scope": [last.scope],
        "purpose": [last.purpose],
        "pay": [as_amount(last.pay.minor)],
        "currency": [last.pay.currency],
        "pay_basis": [last.pay.basis.value],
        "disclosure": [last.disclosure_text],
        "counsel": [last.counsel_or_union or ""],
        **{f"never_{limit.topic.value}": [limit.sentence] for limit in last.content_limits},
    }
    for number, ((line, territory), media) in enumerate(rows.items()):
        fields |= {f"line_{number}": [line], f"territory_{number}": [territory], f"media_{number}": media}
    return fields


def read_terms(reading: Reading, kind: str, whose: str, version: int, now: datetime) -> Consent | OwnConsent:
    """The terms that a form says, of a twin for painting and of a person for the rest. Raises FormRefused."""
    starts_at, ends_at = _term(reading, now)
    shared: dict[str, Any] = {"version": version, "starts_at": starts_at, "ends_at": ends_at, "signed_at": now}
    language = reading.text("language") or "en"
    reading.check("language", lambda: check_language(language))
    purpose = reading.text("purpose")
    reading.check("purpose", lambda: check_specific(purpose, "The purpose"))
    shared |= {"language": language, "purpose": purpose}
    if kind in list(Apart):
        return reading.built(lambda: OwnConsent(kind=Apart(kind), person_id=whose, **shared))
    told = _painting(reading)
    return reading.built(lambda: Consent(twin_id=whose, **shared, **told))


def _term(reading: Reading, now: datetime) -> tuple[datetime, datetime]:
    starts_at, ends_at = (reading.take(name, first_moment, _NEVER) for name in ("starts", "ends"))
    if not {"starts", "ends"} & reading.complaints.keys():
        reading.check("ends", lambda: check_term(starts_at, ends_at, "The consent"))
        if starts_at <= now:
            reading.complain("starts", "A consent is signed before it starts: let it start later, so that she has time to read.")
        elif ends_at - starts_at > LONGEST_TERM:
            reading.complain("ends", "A consent lasts at most three years; a renewal is a new version that she signs.")
    return starts_at, ends_at


def _painting(reading: Reading) -> dict[str, Any]:
    scope, disclosure, counsel = (reading.text(name) for name in ("scope", "disclosure", "counsel"))
    reading.check("scope", lambda: check_specific(scope, "The scope"))
    reading.check("disclosure", lambda: check_line(disclosure, "The disclosing text"))
    if len(disclosure.split()) < 2 or len(disclosure) < 10:
        reading.complain("disclosure", "Say in a few words that the picture is AI-generated.")
    reading.check("counsel", lambda: check_line(counsel, "The name of counsel or union"))
    return {
        "scope": scope,
        "pay": _pay(reading),
        "uses": _uses(reading),
        "content_limits": _limits(reading),
        "disclosure_text": disclosure,
        "counsel_or_union": counsel or None,
    }


def _pay(reading: Reading) -> Pay:
    minor = reading.take("pay", amount, 0)
    nothing = Pay(0, "EUR", PayBasis.IMAGE)
    paid = reading.take("currency", lambda currency: replace(nothing, minor=minor, currency=currency.upper()), nothing)
    return reading.take("pay_basis", lambda basis: replace(paid, basis=_one_of(PayBasis, basis)), paid)


def _uses(reading: Reading) -> tuple[Use, ...]:
    uses: list[Use] = []
    for number in range(USE_ROWS):
        name, line, territory = f"line_{number}", reading.text(f"line_{number}"), reading.text(f"territory_{number}")
        media = reading.many(f"media_{number}")
        if not (line or territory or media):
            continue
        if not media:
            reading.complain(name, "Choose where these pictures may appear.")
        for medium in media:
            reading.check(name, partial(_add_use, uses, medium, territory, line))
    if not uses:
        reading.complain("line_0", "Say for which product line, in which territory and where her pictures may appear.")
    return tuple(uses)


def _add_use(uses: list[Use], medium: str, territory: str, line: str) -> None:
    uses.append(Use(_one_of(Medium, medium), _territory(territory), line))


def _territory(text: str) -> str:
    return text if text == "worldwide" else text.upper()


def _limits(reading: Reading) -> tuple[ContentLimit, ...]:
    limits: list[ContentLimit] = []
    for topic in Topic:
        sentence = reading.text(f"never_{topic.value}")
        if sentence:
            reading.check(f"never_{topic.value}", partial(_add_limit, limits, topic, sentence))
    return tuple(limits)


def _add_limit(limits: list[ContentLimit], topic: Topic, sentence: str) -> None:
    limits.append(ContentLimit(topic, sentence))


def _one_of(kind: Any, text: str) -> Any:
    try:
        return kind(text)
    except ValueError as error:
        raise BadValue(f"{text!r} is not to be chosen here.") from error
