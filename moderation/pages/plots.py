"""Bars and timelines as SVG, drawn here; each says in words all that it shows, and beside each stands a table of the same."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

WIDTH = 480
"""Of a drawing, in its own units; a page scales it."""
ROW, BAR, NAME = 46, 14, 17
"""A row holds a line of words, whose foot is at `NAME` and which a phone draws larger, and a bar below it."""
LONGEST_LABEL = 36


@dataclass(frozen=True)
class Part:
    """One part of a bar: its name, how much, how that is written, and the tone (a CSS class) it is drawn in."""

    name: str
    amount: float
    words: str
    tone: str


@dataclass(frozen=True)
class Bar:
    """One bar: whose it is, its parts from left to right, and what stands at its end."""

    label: str
    parts: tuple[Part, ...]
    end: str

    @property
    def amount(self) -> float:
        """Its whole length."""
        return sum(max(0.0, part.amount) for part in self.parts)


def bars(rows: Sequence[Bar], told: str, *, alike: bool = False) -> Markup:
    """Horizontal bars on one scale, or with `alike` each filling the width, as for shares of a whole."""
    most = max((row.amount for row in rows), default=0) or 1
    drawn = []
    for place, row in enumerate(rows):
        y, x = place * ROW + NAME, 0.0
        drawn += [_text(0, y, _short(row.label)), _text(WIDTH, y, row.end, "end")]
        for part in row.parts:
            wide = WIDTH * max(0.0, part.amount) / ((row.amount if alike else most) or 1)
            if wide:
                drawn.append(_rect(x, y + 6, max(wide, 1.5), part.tone, f"{part.name}: {part.words}"))
            x += wide
        if not row.amount:
            drawn.append(Markup('<line class="axis" x1="0.5" x2="0.5" y1="{}" y2="{}"/>').format(y + 6, y + 6 + BAR))
    return svg(len(rows) * ROW + 4, drawn, told)


def legend(parts: Sequence[Part]) -> Markup:
    """What each tone means, with how much of it there is."""
    key = Markup('<svg class="key" viewBox="0 0 12 12" aria-hidden="true"><rect class="{}" width="12" height="12"/></svg>')
    told = Markup("").join(
        Markup("<li>{}{} <b>{}</b></li>").format(key.format(part.tone), part.name, part.words) for part in parts
    )
    return Markup('<ul class="legend">{}</ul>').format(told)


@dataclass(frozen=True)
class Line:
    """One line of a timeline: a label, its marks as (where from 0 to 1, shape) and how far it is drawn."""

    label: str
    marks: tuple[tuple[float, str], ...]
    until: float
    end: str


SHAPES = ("requested", "effective", "stopped", "acknowledged", "deleted")
"""Marks differ in shape, not in colour alone."""


def timeline(lines: Sequence[Line], first: str, last: str, told: str) -> Markup:
    """One line an act, marks where its stages were reached; `first` and `last` are written at the ends of the axis."""
    edge = 8
    across, drawn = WIDTH - 2 * edge, []
    foot = len(lines) * ROW + 6
    for place, line in enumerate(lines):
        y = place * ROW + NAME
        drawn += [_text(0, y, _short(line.label)), _text(WIDTH, y, line.end, "end")]
        start, end = edge + across * min((where for where, _ in line.marks), default=0), edge + across * line.until
        drawn.append(Markup('<line class="run" x1="{0:.1f}" x2="{1:.1f}" y1="{2}" y2="{2}"/>').format(start, end, y + 14))
        drawn += [mark(edge + across * where, y + 14, shape) for where, shape in line.marks]
    drawn.append(Markup('<line class="axis" x1="{0}" x2="{1}" y1="{2}" y2="{2}"/>').format(edge, WIDTH - edge, foot))
    drawn += [_text(0, foot + 18, first), _text(WIDTH, foot + 18, last, "end")]
    return svg(foot + 24, drawn, told)


def mark(x: float, y: float, shape: str) -> Markup:
    """One of `SHAPES` around a point."""
    match shape:
        case "requested":
            return Markup('<circle class="mark open" cx="{:.1f}" cy="{:.1f}" r="5"/>').format(x, y)
        case "effective":
            return Markup('<path class="mark line" d="M{:.1f} {:.1f}v18"/>').format(x, y - 9)
        case "stopped":
            return Markup('<rect class="mark t-stop" x="{:.1f}" y="{:.1f}" width="9" height="9"/>').format(x - 4.5, y - 4.5)
        case "acknowledged":
            return Markup('<path class="mark t-wait" d="M{:.1f} {:.1f}l6 10h-12z"/>').format(x, y - 6)
        case _:
            return Markup('<circle class="mark t-go" cx="{:.1f}" cy="{:.1f}" r="5.5"/>').format(x, y)


def marks_legend(words: Sequence[tuple[str, str]]) -> Markup:
    """What each shape means."""
    keys = Markup("").join(
        Markup('<li><svg class="key" viewBox="0 0 20 20" aria-hidden="true">{}</svg>{}</li>').format(mark(10, 10, shape), told)
        for shape, told in words
    )
    return Markup('<ul class="legend">{}</ul>').format(keys)


def svg(height: float, drawn: Sequence[Markup], told: str) -> Markup:
    """A drawing whose words are `told`."""
    return Markup('<svg class="plot" viewBox="0 0 {} {:.0f}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, height, told, Markup("").join(drawn)
    )


def _short(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1].rstrip()}…"


def _rect(x: float, y: float, wide: float, tone: str, words: str) -> Markup:
    return Markup('<rect class="{}" x="{:.1f}" y="{}" width="{:.1f}" height="{}"><title>{}</title></rect>').format(
        tone, x, y, wide, BAR, words
    )


def _text(x: float, y: float, words: str, anchor: str = "start") -> Markup:
    return Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(x, y, anchor, words)
