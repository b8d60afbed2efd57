"""What an onlooker believes: rights, verdicts and words as they were given, worked out without any of the studio's own tests."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from moderation.vault.seal import Sealed

NOTHING = object()
"""What a refused act gives."""


@dataclass
class Right:
    """A consent or a licence: its term, the first use, the notice of a revocation, and when it was taken back."""

    starts_at: datetime
    ends_at: datetime
    twin: str
    consent: str = ""
    brand: str = ""
    first_use: datetime | None = None
    notice: timedelta = timedelta()
    asked_at: datetime | None = None
    over_at: datetime | None = None

    def runs(self, at: datetime) -> bool:
        """Whether its term covers a moment."""
        return self.starts_at <= at < self.ends_at

    def is_open(self, at: datetime) -> bool:
        """Whether its released images may still be used, for all that its end says."""
        return at < self.ends_at and (self.over_at is None or at < self.over_at)

    def stop(self, at: datetime) -> datetime:
        """When use ends if this is taken back at a moment."""
        return min(at + self.notice, self.over_at or datetime.max.replace(tzinfo=at.tzinfo))


@dataclass
class Image:
    """One image: what it was ordered under, what was sealed, and what people and safeguards said."""

    id: str
    licence: str
    twin: str
    maker: str
    brand: str
    tone: int
    sealed: Sealed | None = None
    clear: bool = False
    her_no: bool = False
    asked_at: datetime | None = None
    over_at: datetime | None = None


@dataclass
class Belief:
    """Everything that was granted and said, by id; twins bear the name of their person."""

    consents: dict[str, Right] = field(default_factory=dict)
    licences: dict[str, Right] = field(default_factory=dict)
    images: dict[str, Image] = field(default_factory=dict)
    erased: set[str] = field(default_factory=set)
    represented: set[str] = field(default_factory=set)

    def may_paint(self, image: Image, at: datetime) -> bool:
        """Whether painting may begin or go on."""
        return self._holds(image, at, stops="asked_at")

    def may_decide(self, image: Image, at: datetime) -> bool:
        """Whether the image may go on to somebody who decides."""
        return self._holds(image, at, stops="over_at")

    def may_use(self, image: Image, at: datetime) -> bool:
        """Whether its file may leave."""
        first = self.licences[image.licence].first_use
        return self.may_decide(image, at) and (first is None or first <= at)

    def _holds(self, image: Image, at: datetime, stops: str) -> bool:
        licence = self.licences[image.licence]
        consent = self.consents[licence.consent]
        over = [getattr(one, stops) for one in (licence, image)]
        if consent.asked_at is not None and stops == "asked_at":
            over.append(consent.asked_at)
        return consent.runs(at) and licence.runs(at) and not any(one is not None and one <= at for one in over)

    def take_back(self, scope: str, subject: str, at: datetime, *, released: bool = False) -> None:
        """She took something back; each licence ends as it says, one image as its licence says if it was released."""
        if scope == "image":
            image = self.images[subject]
            licence = self.licences[image.licence]
            image.asked_at = at
            image.over_at = licence.stop(at) if released and licence.is_open(at) else at
            return
        for key, right in self.consents.items():
            if (scope == "twin" and right.twin == subject) or (scope == "consent" and key == subject):
                right.asked_at = right.asked_at or at
        for key, right in self.licences.items():
            hit = {"twin": right.twin, "consent": right.consent, "licence": key}[scope] == subject
            if hit and right.is_open(at):
                right.over_at, right.asked_at = right.stop(at), right.asked_at or at

    def of(self, person: str) -> list[Image]:
        """The images of a person."""
        return [image for image in self.images.values() if image.twin == person]
