"""What a person allows to be done with her likeness, in terms a person can read and a rule can check."""

import re
import unicodedata
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from twin.errors import BadValue

LONGEST_TERM = timedelta(days=3 * 365 + 1)
"""Three years, the longest term of a management contract under N.Y. Labor Law §1035; renewal is a new version."""
FEWEST_WORDS = 6
"""Below this no scope or purpose describes an intended use 'reasonably specifically' (N.Y. GOB §5-302, Cal. Labor Code §927)."""

_UNBOUNDED = re.compile(
    r"\b(any(thing)? ?(and|or|&|/)[ /]?(or )?(all|every)\w*"
    r"|(all|any|every) (other |possible |conceivable |further |future |kinds? of |types? of |sorts? of )*"
    r"(use|usage|purpose|media|medium|manner|territor)\w*"
    r"|unlimited|without (limit|restriction)\w*|in perpetuity|perpetual\w*|irrevocabl\w+|whatsoever"
    r"|hereafter (devised|known|invented))\b",
    re.IGNORECASE,
)
_EU = frozenset(re.findall("..", "ATBEBGCYCZDEDKEEESFIFRGRHRHUIEITLTLULVMTNLPLPTROSESISK"))
_TERRITORY = re.compile(r"[A-Z]{2}|worldwide")
_CURRENCY = re.compile(r"[A-Z]{3}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")


class Medium(StrEnum):
    """Where a picture appears."""

    WEB_SHOP = "web shop"
    SOCIAL = "social media"
    EMAIL = "email"
    LOOKBOOK = "lookbook"
    PRINT = "print"
    OUT_OF_HOME = "out of home"
    IN_STORE = "in store"


class PayBasis(StrEnum):
    """What one rate of pay buys."""

    IMAGE = "image"
    VARIANT = "variant"
    BUYOUT = "buyout"


class Topic(StrEnum):
    """What a person may not want to be shown with; `twin.looks.words` knows the words of each."""

    NUDITY = "nudity"
    LINGERIE = "lingerie"
    SWIMWEAR = "swimwear"
    ALCOHOL = "alcohol"
    TOBACCO = "tobacco"
    DRUGS = "drugs"
    WEAPONS = "weapons"
    POLITICS = "politics"
    RELIGION = "religion"
    GAMBLING = "gambling"
    FUR = "fur"
    CHILDHOOD = "childhood"


def covers_territory(wide: str, narrow: str) -> bool:
    """Whether what is allowed in `wide` is allowed in `narrow` (ISO 3166 code, `EU` or `worldwide`)."""
    return wide in ("worldwide", narrow) or (wide == "EU" and narrow in _EU)


@dataclass(frozen=True)
class Use:
    """One way of using a picture: where it appears, in which territory, for which product line. Raises BadValue."""

    medium: Medium
    territory: str
    product_line: str

    def __post_init__(self) -> None:
        """Refuse unknown media, territories that are no ISO 3166 code, EU or worldwide, and a nameless product line."""
        if self.medium not in Medium.__members__.values():
            raise BadValue(f"{self.medium!r} is no medium; choose one of: {', '.join(Medium)}.")
        check_territory(self.territory)
        check_specific(self.product_line, "The product line", fewest=1)

    def covers(self, other: "Use") -> bool:
        """Whether `other` lies within this use."""
        return (
            self.medium == other.medium
            and covers_territory(self.territory, other.territory)
            and self.product_line.casefold() == other.product_line.casefold()
        )

    def __str__(self) -> str:
        """In words: the medium, product line and territory."""
        return f"{self.product_line} in {self.medium.value} ({self.territory})"


@dataclass(frozen=True)
class Pay:
    """The rate of pay: an amount in minor units (cents) of an ISO 4217 currency, and what it is paid for."""

    minor: int
    currency: str
    basis: PayBasis

    def __post_init__(self) -> None:
        """Raises BadValue for amounts below nothing, foreign currencies, or an unknown basis."""
        if isinstance(self.minor, bool) or not isinstance(self.minor, int) or self.minor < 0:
            raise BadValue("A rate of pay is a whole number of cents, zero or more.")
        if not _CURRENCY.fullmatch(self.currency):
            raise BadValue(f"{self.currency!r} is no currency; write its three letters, like EUR.")
        if self.basis not in PayBasis.__members__.values():
            raise BadValue(f"Pay is per image, per variant or a buyout, not {self.basis!r}.")


@dataclass(frozen=True)
class ContentLimit:
    """What she is never shown with, and the sentence of her consent that says so. Raises BadValue."""

    topic: Topic
    sentence: str

    def __post_init__(self) -> None:
        """Refuse a topic that no rule checks, or a limit without its sentence."""
        if self.topic not in Topic.__members__.values():
            raise BadValue(f"No rule can check the content limit {self.topic!r}; choose one of: {', '.join(Topic)}.")
        check_line(self.sentence, "A content limit")
        if len(self.sentence.split()) < 2:
            raise BadValue(f"The content limit {self.topic} needs the sentence of the consent that says so.")


@dataclass(frozen=True)
class Consent:
    """One version of a person's consent; scope, purpose, rate of pay and duration are what the law requires of it.

    `scope` and `purpose` are specific sentences; `uses` what she allows, each checked against licences. Training on her
    pictures is never part of it: that is a permission of its own. `language` is that of the text she reads (BCP 47).
    Source: N.Y. Labor Law art. 36, N.Y. GOB §5-302, Cal. Labor Code §927.
    Raises BadValue.
    """

    twin_id: str
    version: int
    scope: str
    purpose: str
    pay: Pay
    uses: tuple[Use, ...]
    content_limits: tuple[ContentLimit, ...]
    disclosure_text: str
    starts_at: datetime
    ends_at: datetime
    signed_at: datetime
    training_allowed: bool = False
    counsel_or_union: str | None = None
    language: str = "en"

    def __post_init__(self) -> None:
        """Refuse what would not be a consent: vague, unbounded, backdated, endless."""
        if not self.twin_id or self.version < 1:
            raise BadValue("A consent belongs to one twin and has a version from 1 upward.")
        check_specific(self.scope, "The scope")
        check_specific(self.purpose, "The purpose")
        check_line(self.disclosure_text, "The disclosing text")
        check_line(self.counsel_or_union or "", "The name of counsel or union")
        if not self.uses:
            raise BadValue("The consent names no use; say where pictures may appear, and for what.")
        if len({limit.topic for limit in self.content_limits}) != len(self.content_limits):
            raise BadValue("The consent limits the same thing twice.")
        if len(self.disclosure_text.split()) < 2 or len(self.disclosure_text) < 10:
            raise BadValue("The consent needs the text that discloses the picture as AI-generated.")
        check_term(self.starts_at, self.ends_at, "The consent")
        if self.ends_at - self.starts_at > LONGEST_TERM:
            raise BadValue("A consent lasts at most three years; a renewal is a new version that she signs.")
        if self.signed_at.utcoffset() is None or self.signed_at > self.starts_at:
            raise BadValue("A consent is signed before it starts, never afterwards.")
        if self.training_allowed:
            raise BadValue("Training is a permission of its own, with its own purpose and signature, never part of this one.")
        check_language(self.language)

    def allows(self, use: Use) -> bool:
        """Whether she agreed to this use (its time is not asked here)."""
        return any(mine.covers(use) for mine in self.uses)

    def in_force(self, on: datetime) -> bool:
        """Whether the consent runs at this moment; a revocation stands in the registry, not here."""
        return self.starts_at <= on < self.ends_at


def check_line(text: str, what: str) -> None:
    """Raises BadValue for a text of several lines or with signs that do not show: it could pass for another part of the text."""
    if not text.isprintable():
        raise BadValue(f"{what} is written on one line, in signs that show.")


def check_specific(text: str, what: str, fewest: int = FEWEST_WORDS) -> None:
    """Raises BadValue when a description is unbounded ("any and all uses") or says too little to be agreed to."""
    check_line(text, what)
    found = _UNBOUNDED.search(" ".join(unicodedata.normalize("NFKC", text).split()))
    if found:
        raise BadValue(f"{what} says “{found[0]}”, which nobody can agree to; name the uses that are meant.")
    if len(re.findall(r"\w+", text)) < fewest:
        raise BadValue(f"{what} is too short to be specific; describe it in at least {fewest} words.")


def check_territory(territory: str) -> None:
    """Raises BadValue for what is neither an ISO 3166 code, EU nor worldwide."""
    if not _TERRITORY.fullmatch(territory):
        raise BadValue(f"{territory!r} is no territory; write a country's two letters, EU or worldwide.")


def check_term(starts_at: datetime, ends_at: datetime, what: str) -> None:
    """Raises BadValue when a term is no time span between two aware moments."""
    if starts_at.utcoffset() is None or ends_at.utcoffset() is None:
        raise BadValue(f"{what} needs moments with a time zone.")
    if starts_at >= ends_at:
        raise BadValue(f"{what} ends before it starts.")


def check_language(language: str) -> None:
    """Raises BadValue when a language is no BCP 47 tag such as en, de-AT or zh-Hans."""
    if not _LANGUAGE.fullmatch(language):
        raise BadValue(f"{language!r} is no language; write its short name, like en or de-AT.")


def use_as_mapping(use: Use) -> dict[str, str]:
    """The JSON form of a use."""
    return {name: str(value) for name, value in asdict(use).items()}
