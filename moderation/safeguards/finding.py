"""What a safeguard answers: an outcome with its score, threshold, model and reason, and how outcomes add up to a verdict."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self


class Outcome(StrEnum):
    """What follows from one safeguard: pass, a person decides, stop, or it could not run and a person decides."""

    CLEAR = "clear"
    REFER = "refer"
    BLOCK = "block"
    UNEXAMINED = "unexamined"


SEVERITY = (Outcome.CLEAR, Outcome.REFER, Outcome.UNEXAMINED, Outcome.BLOCK)


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """The most severe outcome; where nothing was asked, nothing was examined."""
    return max(outcomes, key=SEVERITY.index, default=Outcome.UNEXAMINED)


@dataclass(frozen=True)
class Finding:
    """One answer. `evidence` is JSON for the desk: boxes in pixels, the nearest reference, both thresholds.

    `model` and `model_sha256` name the weights that the score comes from. Raises ValueError without a reason, on numbers that
    are none, and on a clear or a block that rests on no score.
    """

    safeguard: str
    outcome: Outcome
    score: float | None
    threshold: float | None
    reason: str
    model: str | None = None
    model_sha256: str | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.reason.strip() or not self.safeguard:
            raise ValueError("A finding says which safeguard found what, in words.")
        if any(value is not None and not math.isfinite(value) for value in (self.score, self.threshold)):
            raise ValueError("A finding's score is not a number.")
        if self.outcome in (Outcome.CLEAR, Outcome.BLOCK) and self.score is None:
            raise ValueError("Without a score nothing clears and nothing is blocked.")
        if (self.model is None) != (self.model_sha256 is None) or len(self.model_sha256 or "0" * 64) != 64:
            raise ValueError("A model is named together with its SHA-256.")

    def as_dict(self) -> dict[str, Any]:
        """What the command line prints of it."""
        return {
            "safeguard": self.safeguard,
            "outcome": str(self.outcome),
            "score": self.score,
            "threshold": self.threshold,
            "reason": self.reason,
        }


@dataclass(frozen=True)
class Verdict:
    """All findings on one picture, in the order they were asked, and the worst of their outcomes."""

    outcome: Outcome
    findings: tuple[Finding, ...]

    def __post_init__(self) -> None:
        """Raises ValueError when the outcome is not the worst of the findings."""
        if self.outcome is not worst(finding.outcome for finding in self.findings):
            raise ValueError("A verdict is the worst of its findings.")

    @classmethod
    def of(cls, findings: Iterable[Finding]) -> Self:
        """The verdict that follows from these findings."""
        kept = tuple(findings)
        return cls(worst(finding.outcome for finding in kept), kept)

    def as_dict(self) -> dict[str, Any]:
        """What `examine --json` prints."""
        return {"verdict": str(self.outcome), "findings": [finding.as_dict() for finding in self.findings]}
