"""Consents that stand apart from painting: to measure her face, and to train a model; each with its own purpose and end."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from twin.consents.consent import LONGEST_TERM, check_language, check_specific, check_term
from twin.errors import BadValue


class Apart(StrEnum):
    """What needs a document of its own, beside the consent to be painted."""

    BIOMETRIC = "biometric"
    TRAINING = "training"


@dataclass(frozen=True)
class OwnConsent:
    """One version of such a consent. Raises BadValue.

    A face template needs an explicit consent with its own purpose and expiry (GDPR Art. 9, 740 ILCS 14/15); training on a
    person's pictures is a separate permission (SAG-AFTRA commercials contract 2025).
    """

    kind: Apart
    person_id: str
    version: int
    purpose: str
    starts_at: datetime
    ends_at: datetime
    signed_at: datetime
    language: str = "en"

    def __post_init__(self) -> None:
        """Refuse what is vague, endless or signed afterwards."""
        if self.kind not in Apart.__members__.values():
            raise BadValue(f"There is no consent of the kind {self.kind!r}.")
        if not self.person_id or self.version < 1:
            raise BadValue("A consent belongs to one person and has a version from 1 upward.")
        check_specific(self.purpose, "The purpose")
        check_language(self.language)
        check_term(self.starts_at, self.ends_at, "The consent")
        if self.ends_at - self.starts_at > LONGEST_TERM:
            raise BadValue("A consent lasts at most three years; a renewal is a new version that she signs.")
        if self.signed_at.utcoffset() is None or self.signed_at > self.starts_at:
            raise BadValue("A consent is signed before it starts, never afterwards.")
