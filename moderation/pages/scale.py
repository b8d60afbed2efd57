"""A score on a small scale: the limits that decided it, her own spread, the nearest of the others; drawn, and said in words."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

WIDTH = 240
LEFT, RIGHT = 8.0, 232.0
LABEL = 96.0
"""How wide a label is at most."""
ROW = 12
"""The height of a row of labels."""
PAIRS = (("accept", "refuse"), ("alike", "same"), ("refer", "block"), ("apart", "mistaken"))
"""Names under which a finding's evidence may hold what clears and what stops."""
COUNTED = frozenset({"one_face"})
"""Safeguards whose score is a number of things, which no scale explains."""
PARTS = 5
"""Her own spread is told by its 5, 25, 50, 75 and 95 % marks."""


@dataclass(frozen=True)
class Scale:
    """What is drawn: a score, its limits each with the word for it, the marks of her own pictures, and the nearest other.

    Two limits have a band between them in which a person decides. Raises ValueError on numbers that are none, and on marks
    that are not five rising ones.
    """

    score: float
    limits: tuple[tuple[str, float], ...]
    spread: tuple[float, ...] | None = None
    other: float | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be placed on a line."""
        if not all(math.isfinite(value) for value in self.places):
            raise ValueError("A scale shows numbers only.")
        if self.spread is not None and (len(self.spread) != PARTS or list(self.spread) != sorted(self.spread)):
            raise ValueError("A spread is told by five rising marks.")

    @property
    def places(self) -> list[float]:
        """Every number on the scale."""
        others = () if self.other is None else (self.other,)
        return [self.score, *(value for _, value in self.limits), *(self.spread or ()), *others]

    @property
    def span(self) -> tuple[float, float]:
        """The ends of the line, a little beyond what is shown; 0 ends it where nothing is negative."""
        low, high = min(self.places), max(self.places)
        room = (high - low) * 0.15 or max(abs(high) * 0.25, 1.0)
        return (max(0.0, low - room) if low >= 0 else low - room), high + room

    @property
    def words(self) -> str:
        """All that is drawn, as a sentence."""
        told = [f"score {short(self.score)}", *(f"{word} {short(value)}" for word, value in self.limits)]
        if self.spread is not None:
            low, lower, _, upper, high = (short(value) for value in self.spread)
            told.append(f"her own pictures mostly {low} to {high}, half of them {lower} to {upper}")
        if self.other is not None:
            told.append(f"nearest of the others {short(self.other)}")
        return "; ".join(told)


def scale_of(finding: Mapping[str, Any]) -> Scale | None:
    """The scale of one finding (score, threshold, evidence); None when it has no score, no limit, or only counts."""
    score, threshold = finding["score"], finding["threshold"]
    if score is None or threshold is None or finding.get("safeguard") in COUNTED:
        return None
    evidence = finding.get("evidence") or {}
    limits = next((pair for pair in (_pair(evidence, *names) for names in PAIRS) if pair), None)
    if limits is None or threshold not in [value for _, value in limits]:
        limits = (("limit", float(threshold)),)
    marks = evidence.get("spread")
    listed = isinstance(marks, list) and len(marks) == PARTS and all(_number(mark) for mark in marks)
    spread = tuple(float(mark) for mark in marks) if listed and marks is not None and sorted(marks) == marks else None
    other = evidence.get("other")
    return Scale(float(score), limits, spread, float(other) if _number(other) and other is not None else None)


def _pair(evidence: Mapping[str, Any], clear: str, stop: str) -> tuple[tuple[str, float], ...] | None:
    if not (_number(evidence.get(clear)) and _number(evidence.get(stop))):
        return None
    clears, stops = float(evidence[clear]), float(evidence[stop])
    words = ("clears up to", "stops beyond") if clears <= stops else ("clears from", "stops below")
    return (words[0], clears), (words[1], stops)


def scale_svg(scale: Scale, outcome: str) -> Markup:
    """Limits as ticks with the band between them, her spread as two bars, the nearest other as a triangle, the score as a dot."""
    low, high = scale.span

    def x(value: float) -> float:
        return LEFT + (RIGHT - LEFT) * (value - low) / (high - low)

    labels, rows = _labels(scale.limits, x)
    line = ROW * rows + 11
    height = line + (11 + ROW if scale.other is not None else 10)
    parts = (_between(scale.limits, x, line), _spread(scale.spread, x, line), labels, _other(scale.other, x, line))
    return Markup(
        '<svg class="ts-scale" data-state="{}" viewBox="0 0 {} {}" role="img" aria-label="{}">'
        '<path class="ts-scale-line" d="M{} {line} H{}"/>{}<circle class="ts-scale-dot" cx="{:.1f}" cy="{line}" r="5.5"/></svg>'
    ).format(outcome, WIDTH, height, scale.words, LEFT, RIGHT, Markup("").join(parts), x(scale.score), line=line)


Place = Callable[[float], float]


def _between(limits: Sequence[tuple[str, float]], x: Place, line: int) -> Markup:
    """The band in which a person decides."""
    if len(limits) < 2:
        return Markup("")
    left, right = sorted((x(limits[0][1]), x(limits[1][1])))
    return _bar("ts-scale-refer", left, right, line - 2, 4)


def _spread(marks: tuple[float, ...] | None, x: Place, line: int) -> Markup:
    if marks is None:
        return Markup("")
    low, lower, _, upper, high = (x(mark) for mark in marks)
    return _bar("ts-scale-usual", low, high, line - 5, 10) + _bar("ts-scale-half", lower, upper, line - 5, 10)


def _bar(name: str, left: float, right: float, top: float, height: float) -> Markup:
    return Markup('<rect class="{}" x="{:.1f}" y="{}" width="{:.1f}" height="{}" rx="2"/>').format(
        name, left, top, max(2.0, right - left), height
    )


def _other(other: float | None, x: Place, line: int) -> Markup:
    if other is None:
        return Markup("")
    at = x(other)
    mark = Markup('<path class="ts-scale-other" d="M{:.1f} {} l-4 7 h8 z"/>').format(at, line + 2)
    return mark + _text(at, line + 9 + ROW, _anchor(at), "nearest other", other)


def _labels(limits: Sequence[tuple[str, float]], x: Place) -> tuple[Markup, int]:
    """A tick and a label for each limit, and how many rows of labels there are; labels neither leave the picture nor meet.

    The lower limit's label stands to the left of its tick, the upper one's to the right of its own. Where one has no room
    there, it gets a row of its own, so that no tick runs through a label.
    """
    rising = sorted(limits, key=lambda limit: limit[1])
    first, last = x(rising[0][1]), x(rising[-1][1])
    if len(rising) == 1:
        placed = [(0, _anchor(first))]
    elif last > WIDTH - LABEL:
        placed = [(1, "end" if first >= LABEL else "start"), (0, "end")]
    elif first < LABEL and last - first < LABEL:
        placed = [(0, "start"), (1, "start")]
    else:
        placed = [(0, "end" if first >= LABEL else "start"), (0, "start")]
    rows = 1 + max(row for row, _ in placed)
    line, drawn = ROW * rows + 11, Markup("")
    for (word, value), (row, anchor) in zip(rising, placed, strict=True):
        base = ROW * (row + 1) - 3
        drawn += Markup('<path class="ts-scale-tick" d="M{:.1f} {} V{}"/>').format(x(value), base + 3, line + 8)
        drawn += _text(x(value), base, anchor, word, value)
    return drawn, rows


def _anchor(at: float) -> str:
    return "start" if at < LABEL / 2 else "end" if at > WIDTH - LABEL / 2 else "middle"


def _text(at: float, base: float, anchor: str, word: str, value: float) -> Markup:
    return Markup('<text class="ts-scale-text" x="{:.1f}" y="{}" text-anchor="{}">{} {}</text>').format(
        at, base, anchor, word, short(value)
    )


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def short(value: float) -> str:
    """A number as a scale writes it: two decimals, whole ones without, and a true minus."""
    text = f"{value:.0f}" if float(value).is_integer() and abs(value) >= 1 else f"{value:.2f}"
    return text.replace("-", "−")
