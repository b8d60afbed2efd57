"""Does the face look blended into the picture? A slot for a manipulation model; while none is installed, a person must look."""

from dataclasses import dataclass
from typing import Protocol

from moderation.errors import Unexaminable
from moderation.safeguards.exhibit import Exhibit, Picture, SeenFace
from moderation.safeguards.finding import Finding, Outcome


class ManipulationModel(Protocol):
    """A detector of swapped or spliced faces; `detects` is “blend” or “generated” (the latter says nothing about our outputs)."""

    @property
    def name(self) -> str: ...
    @property
    def sha256(self) -> str: ...
    @property
    def detects(self) -> str: ...

    def score(self, picture: Picture, faces: tuple[SeenFace, ...]) -> float:
        """How sure it is that a face was blended in, 0..1."""
        ...


@dataclass(frozen=True)
class ManipulationLimits:
    """From `refer` on a person must look, from `block` on the image is stopped; both in 0..1."""

    refer: float
    block: float

    def __post_init__(self) -> None:
        """Raises ValueError unless 0 < refer <= block <= 1."""
        if not 0 < self.refer <= self.block <= 1:
            raise ValueError("The limits of the manipulation safeguard must rise from above 0 to 1 at most.")


class Manipulation:
    """Every image here is generated, so only a model that detects blends counts."""

    name = "manipulation"

    def __init__(self, model: ManipulationModel | None, limits: ManipulationLimits | None) -> None:
        self._model = model
        self._limits = limits

    def examine(self, exhibit: Exhibit) -> Finding:
        """Raises Unexaminable without a model that detects blends, and what the model raises."""
        if self._model is None or self._limits is None:
            raise Unexaminable("No manipulation model is installed, so a person must look for signs of a swapped face.")
        if self._model.detects != "blend":
            raise Unexaminable(
                "The installed manipulation model only tells generated from photographed, which says nothing here."
            )
        score = float(self._model.score(exhibit.picture, exhibit.faces))
        if not 0 <= score <= 1:
            raise Unexaminable("The manipulation model gave a score that makes no sense.")
        if score >= self._limits.block:
            outcome, limit, words = Outcome.BLOCK, self._limits.block, "The face looks blended into the picture"
        elif score >= self._limits.refer:
            outcome, limit, words = Outcome.REFER, self._limits.refer, "The face may be blended into the picture"
        else:
            outcome, limit, words = Outcome.CLEAR, self._limits.refer, "No sign of a blended face was found"
        reason = f"{words} ({score:.2f}; limit {limit:.2f})."
        return Finding(self.name, outcome, score, limit, reason, self._model.name, self._model.sha256)
