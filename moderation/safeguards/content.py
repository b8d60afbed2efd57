"""Does the image show what the person's consent excludes? A slot for a model that tells content by topic, once one is configured.

Where none is, the question is not asked: words and garment were held against the consent before painting, and the painter at hand
paints nothing but the wardrobe's garments on plain paper. To refer every image for want of a model would tell a person nothing.
Where one is configured, whatever keeps it from answering goes to a person.
"""

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from moderation.errors import Unexaminable
from moderation.safeguards.exhibit import Exhibit, Picture
from moderation.safeguards.finding import Finding, Outcome

Excluded = Callable[[str], Mapping[str, str]]
"""{topic: the sentence that excludes it} for a twin, at the moment of asking."""


ALWAYS = {
    "nudity": "The studio paints nobody undressed.",
    "childhood": "The studio paints adults, as the adults they are.",
}
"""What no consent can allow."""


class ContentModel(Protocol):
    """Tells which topics a picture shows; `topics` are those it has learned, in the words of the consents."""

    @property
    def name(self) -> str: ...
    @property
    def sha256(self) -> str: ...
    @property
    def topics(self) -> Collection[str]: ...

    def shown(self, picture: Picture) -> Mapping[str, float]:
        """How sure it is (0..1) that an (h, w, 3) sRGB picture shows each of its topics."""
        ...


@dataclass(frozen=True)
class ContentPack:
    """A model with its limits: from `refer` on a person must look, from `block` on the image is stopped; both in 0..1."""

    model: ContentModel
    refer: float
    block: float

    def __post_init__(self) -> None:
        """Raises ValueError unless 0 < refer <= block <= 1."""
        if not 0 < self.refer <= self.block <= 1:
            raise ValueError("The limits of the content safeguard must rise from above 0 to 1 at most.")


class Content:
    """Asks for the excluded topics that the model knows; the others rest on words and garments alone, which the evidence says."""

    name = "content"

    def __init__(self, pack: ContentPack, excluded: Excluded) -> None:
        self._pack = pack
        self._excluded = excluded

    def examine(self, exhibit: Exhibit) -> Finding:
        """The topic it is surest of decides. Raises Unexaminable on senseless scores, or where it knows none of the topics."""
        excluded, model = {**ALWAYS, **self._excluded(exhibit.twin_id)}, self._pack.model
        asked = sorted(excluded.keys() & set(model.topics))
        if not asked:
            raise Unexaminable("The installed content model knows nothing of what this consent excludes, so a person must look.")
        shown = model.shown(exhibit.picture)
        scores = {topic: float(shown.get(topic, math.nan)) for topic in asked}
        if not all(0 <= score <= 1 for score in scores.values()):
            raise Unexaminable("The content model gave a score that makes no sense.")
        topic = max(asked, key=scores.__getitem__)
        outcome, limit, words = self._judged(topic, scores[topic], excluded[topic])
        reason = f"{words} ({scores[topic]:.2f}; limit {limit:.2f})."
        evidence = {
            "refer": self._pack.refer,
            "block": self._pack.block,
            "topics": {one: round(score, 3) for one, score in scores.items()},
            "not_asked": sorted(excluded.keys() - set(asked)),
        }
        return Finding(self.name, outcome, scores[topic], limit, reason, model.name, model.sha256, evidence)

    def _judged(self, topic: str, score: float, sentence: str) -> tuple[Outcome, float, str]:
        quoted = f"{topic}, and it is agreed: “{sentence.rstrip('.')}”"
        if score >= self._pack.block:
            return Outcome.BLOCK, self._pack.block, f"The image shows {quoted}"
        if score >= self._pack.refer:
            return Outcome.REFER, self._pack.refer, f"The image may show {quoted}"
        return Outcome.CLEAR, self._pack.refer, "Nothing was found that the consent excludes"
