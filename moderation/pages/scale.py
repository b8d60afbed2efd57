"""A score on a small scale with the limits that decided it, as an SVG for eyes and a sentence for screen readers."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

WIDTH, HEIGHT = 240, 34
TALLER = 46
"""The height with a second row of labels."""
LABEL = 66.0
"""How wide a label is at most; nearer ticks put theirs above and below the line."""
LEFT, RIGHT = 8.0, 232.0
LIMITS = (
    ("accept", "accepted"),
    ("refuse", "refused"),
    ("alike", "alike"),
    ("same", "the same"),
    ("apart", "apart"),
    ("mistaken", "mistaken"),
)
"""Names under which a finding's evidence may hold its limits, and what is beyond each."""
SPREAD = ("own_median", "own_farthest")
"""Names under which evidence may hold how far this person's own pictures lie apart."""


@dataclass(frozen=True)
class Scale:
    """What is drawn: a score, named limits, and perhaps a span of what is usual for this person.

    Raises ValueError on numbers that are none.
    """

    score: float
    limits: tuple[tuple[str, float], ...]
    usual: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be placed on a line."""
        if not all(math.isfinite(value) for value in self.places):
            raise ValueError("A scale shows numbers only.")

    @property
    def places(self) -> list[float]:
        """Every number on the scale."""
        return [self.score, *(value for _, value in self.limits), *(self.usual or ())]

    @property
    def span(self) -> tuple[float, float]:
        """The ends of the line: 0 to 1 for fractions, else a little beyond what is shown."""
        low, high = min(self.places), max(self.places)
        if low >= 0 and high <= 1 and any(0 < value < 1 for value in self.places):
            return 0.0, 1.0
        room = (high - low) * 0.15 or max(abs(high) * 0.25, 1.0)
        return (0.0 if low >= 0 else low - room), high + room


def scale_of(finding: Mapping[str, Any]) -> Scale | None:
    """The scale of one finding (score, threshold, evidence); None when it has no score or no limit."""
    score, threshold = finding["score"], finding["threshold"]
    if score is None or threshold is None:
        return None
    evidence = finding.get("evidence") or {}
    named = [(word, float(evidence[key])) for key, word in LIMITS if _number(evidence.get(key))]
    limits = named if any(value == threshold for _, value in named) else [("limit", float(threshold)), *named]
    ends = [float(evidence[key]) for key in SPREAD if _number(evidence.get(key))]
    usual = (ends[0], ends[1]) if len(ends) == len(SPREAD) else None
    return Scale(float(score), tuple(limits), usual)


def scale_svg(scale: Scale, outcome: str) -> Markup:
    """The line with its limits as ticks, the usual span as a band and the score as a dot in the outcome's colour."""
    low, high = scale.span
    told = f"score {_short(scale.score)}; " + "; ".join(f"{word} {_short(value)}" for word, value in scale.limits)

    def x(value: float) -> float:
        return LEFT + (RIGHT - LEFT) * (value - low) / (high - low)

    ticks = _ticks(scale.limits, x)
    height = TALLER if len(ticks) > 1 and any(below for _, below in ticks) else HEIGHT
    return Markup(
        '<svg class="ts-scale" data-state="{}" viewBox="0 0 {} {}" role="img" aria-label="{}">'
        '{}<path class="ts-scale-line" d="M{} 22 H{}"/>{}<circle class="ts-scale-dot" cx="{:.1f}" cy="22" r="5.5"/></svg>'
    ).format(
        outcome,
        WIDTH,
        height,
        told,
        _band(scale.usual, x),
        LEFT,
        RIGHT,
        Markup("").join(tick for tick, _ in ticks),
        x(scale.score),
    )


def _band(usual: tuple[float, float] | None, x: Any) -> Markup:
    if usual is None:
        return Markup("")
    left, right = x(usual[0]), x(usual[1])
    return Markup('<rect class="ts-scale-usual" x="{:.1f}" y="17" width="{:.1f}" height="10" rx="3"/>').format(
        left, max(2.0, right - left)
    )


def _ticks(limits: Sequence[tuple[str, float]], x: Any) -> list[tuple[Markup, bool]]:
    """A tick and a label for each limit, and whether the label stands below; labels neither leave the picture nor meet."""
    drawn, last, below = [], -LABEL, False
    for word, value in sorted(limits, key=lambda limit: limit[1]):
        at = x(value)
        below = not below if at - last < LABEL else False
        last = at
        anchor = "start" if at < LABEL / 2 else "end" if at > WIDTH - LABEL / 2 else "middle"
        mark = Markup(
            '<path class="ts-scale-tick" d="M{0:.1f} 14 V30"/><text class="ts-scale-text" x="{0:.1f}" y="{1}" text-anchor="{2}">'
            "{3} {4}</text>"
        ).format(at, 41 if below else 9, anchor, word, _short(value))
        drawn.append((mark, below))
    return drawn


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _short(value: float) -> str:
    return f"{value:.0f}" if float(value).is_integer() and abs(value) >= 1 else f"{value:.2f}"
