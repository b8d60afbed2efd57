"""Does the face look blended into the picture? Asks a manipulation model; without one a person must look."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from moderation.errors import Unexaminable
from moderation.safeguards.exhibit import Exhibit, Picture, SeenFace
from moderation.safeguards.finding import Finding, Outcome

BLEND, GENERATED = "blend", "generated"
"""What a model may detect: a face that was swapped or spliced in, or any synthetic picture."""
ON_OUTPUTS = frozenset({BLEND})
"""Every output is generated, so that a model which detects just that says nothing about it."""
ON_UPLOADS = frozenset({BLEND, GENERATED})

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Traces:
    """What a model saw: how sure it is (0..1) and, if it can tell, where.

    `grid` (rows, columns) in 0..1 lies over `box` (left, top, right, bottom) in pixels of the picture, which may reach beyond
    its edges. Raises Unexaminable on numbers that make no sense, so that such an answer never clears.
    """

    score: float
    grid: NDArray[np.float32] | None = None
    box: Box | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.score <= 1:
            raise Unexaminable("The manipulation model gave a score that makes no sense.")
        if (self.grid is None) != (self.box is None):
            raise Unexaminable("The manipulation model gave a map without a place, or a place without a map.")
        if self.grid is not None and (self.grid.ndim != 2 or not ((self.grid >= 0) & (self.grid <= 1)).all()):
            raise Unexaminable("The manipulation model gave a map that makes no sense.")

    def as_evidence(self) -> dict[str, Any]:
        """JSON for the desk: `map` with its rows, columns and values row by row, and `map_box`; empty without a map."""
        if self.grid is None or self.box is None:
            return {}
        rows, columns = self.grid.shape
        values = [round(float(value), 3) for value in self.grid.ravel()]
        return {"map": {"rows": rows, "columns": columns, "values": values}, "map_box": [round(edge, 1) for edge in self.box]}


class ManipulationModel(Protocol):
    """A detector of manipulated pictures; `detects` is “blend” or “generated”."""

    @property
    def name(self) -> str: ...
    @property
    def sha256(self) -> str: ...
    @property
    def detects(self) -> str: ...

    def traces(self, picture: Picture, faces: tuple[SeenFace, ...]) -> Traces:
        """What it sees in an (h, w, 3) sRGB picture with these faces, largest first. Raises Unexaminable."""
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


SENTENCES = {
    BLEND: {
        Outcome.CLEAR: "No sign of a blended face was found",
        Outcome.REFER: "The face may be blended into the picture",
        Outcome.BLOCK: "The face looks blended into the picture",
    },
    GENERATED: {
        Outcome.CLEAR: "No sign of a generated picture was found",
        Outcome.REFER: "The picture may be generated",
        Outcome.BLOCK: "The picture looks generated",
    },
}
"""A score is a sign and never a proof, so no sentence calls a picture genuine."""


class Manipulation:
    """One model with its limits; it is heard only if what it detects is in `counts`, for the pictures that it is asked of."""

    def __init__(
        self,
        model: ManipulationModel | None,
        limits: ManipulationLimits | None,
        counts: Collection[str] = ON_OUTPUTS,
        name: str = "manipulation",
    ) -> None:
        self.name = name
        self._model = model
        self._limits = limits
        self._counts = counts

    def examine(self, exhibit: Exhibit) -> Finding:
        """Raises Unexaminable without a model that counts here, and what the model raises."""
        if self._model is None or self._limits is None:
            raise Unexaminable("No manipulation model is installed, so a person must look for signs of a swapped face.")
        if self._model.detects not in self._counts or self._model.detects not in SENTENCES:
            raise Unexaminable(
                "The installed manipulation model only tells generated from photographed, which says nothing here."
            )
        seen = self._model.traces(exhibit.picture, exhibit.faces)
        outcome, limit = self._judged(seen.score, self._limits)
        reason = f"{SENTENCES[self._model.detects][outcome]} ({seen.score:.2f}; limit {limit:.2f})."
        evidence = {"refer": self._limits.refer, "block": self._limits.block, "detects": self._model.detects}
        return Finding(
            self.name,
            outcome,
            seen.score,
            limit,
            reason,
            self._model.name,
            self._model.sha256,
            {**evidence, **seen.as_evidence()},
        )

    @staticmethod
    def _judged(score: float, limits: ManipulationLimits) -> tuple[Outcome, float]:
        if score >= limits.block:
            return Outcome.BLOCK, limits.block
        if score >= limits.refer:
            return Outcome.REFER, limits.refer
        return Outcome.CLEAR, limits.refer
