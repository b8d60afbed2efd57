"""Times a subject and its baseline in turns, so that a noisy machine troubles both alike."""

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Measurement:
    """What ran, how often, how long (seconds), and how its median compares with the baseline's (below 1 is faster)."""

    name: str
    ran: str
    n: int
    median_s: float
    spread_s: tuple[float, float]
    baseline: str
    baseline_median_s: float
    ratio: float
    figures: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def compare(
    name: str,
    ran: str,
    subject: Callable[[], object],
    baseline_name: str,
    baseline: Callable[[], object],
    *,
    n: int = 5,
    figures: dict[str, Any] | None = None,
) -> Measurement:
    """One warm-up each, then `n` rounds of subject and baseline in turns."""
    subject(), baseline()
    rounds = [(seconds(subject), seconds(baseline)) for _ in range(n)]
    mine, theirs = zip(*rounds, strict=True)
    median, base = statistics.median(mine), statistics.median(theirs)
    return Measurement(name, ran, n, median, (min(mine), max(mine)), baseline_name, base, median / base, figures or {})
