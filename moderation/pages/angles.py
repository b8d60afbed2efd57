"""The small map of an enrolment as a drawing: a dot for each photograph, by how she turned and held her chin."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from markupsafe import Markup

from moderation.pages.plots import WIDTH, svg

LEFT, TOP, FOOT = 84.0, 4.0, 26.0
ROW, COLUMN = 58.0, (WIDTH - LEFT) / 5
INSET = 9.0
"""A dot stays so far within the map."""
TURNS = (-60.0, -28.0, -10.0, 10.0, 28.0, 60.0)
NODS = (-24.0, -6.0, 6.0, 24.0)
"""Degrees at the edges of the columns and rows; what lies beyond the last is drawn there."""
COLUMNS = ("far right", "right", "front", "left", "far left")
ROWS = ("chin up", "level", "chin down")


def drawing(coverage: Any) -> Markup:
    """The map; its words tell the same as the dots. Turned to her left is drawn on the right, as whoever looks at her sees it."""
    return svg(TOP + ROW * len(ROWS) + FOOT, [*_fields(coverage), *_dots(coverage)], words(coverage))


def words(coverage: Any) -> str:
    """All that the drawing shows: how many photographs there are, and for each height of the chin from where."""
    told = [
        f"{chin.capitalize()}: {', '.join(f'{count} {angle}' for angle, count in row.items() if count)}."
        for chin, row in coverage.chins.items()
        if any(row.values())
    ]
    count = len(coverage.seen)
    return " ".join([f"A map of {count} {'photograph' if count == 1 else 'photographs'} by turn and chin.", *told])


def _fields(coverage: Any) -> Iterator[Markup]:
    """The fields with the names of their rows and columns; one that holds a photograph is filled."""
    for at, (name, row) in enumerate(zip(ROWS, coverage.chins.values(), strict=False)):
        yield Markup('<text x="0" y="{:.0f}">{}</text>').format(TOP + ROW * (at + 0.5) + 4, name)
        for column, count in enumerate(row.values()):
            kind = "field there" if count else "field"
            yield Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="3"/>').format(
                kind, LEFT + COLUMN * column + 1.5, TOP + ROW * at + 1.5, COLUMN - 3, ROW - 3
            )
    for at, name in enumerate(COLUMNS):
        x, y = LEFT + COLUMN * (at + 0.5), TOP + ROW * len(ROWS) + 17
        yield Markup('<text x="{:.1f}" y="{:.0f}" text-anchor="middle">{}</text>').format(x, y, name)


def _dots(coverage: Any) -> Iterator[Markup]:
    """A ring where nobody measured the chin: it lies on the middle line."""
    for one in coverage.seen:
        x = min(max(LEFT + COLUMN * _cells(one.yaw, TURNS), LEFT + INSET), WIDTH - INSET)
        y = min(max(TOP + ROW * _cells(one.pitch or 0.0, NODS), TOP + INSET), TOP + ROW * len(ROWS) - INSET)
        kind = "dot ring" if one.pitch is None else "dot"
        yield Markup('<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="5"/>').format(kind, x, y)


def _cells(value: float, edges: tuple[float, ...]) -> float:
    """How many fields lie before a value, with the part of its own."""
    for at, (low, high) in enumerate(pairwise(edges)):
        if value < high:
            return at + max(0.0, (value - low) / (high - low))
    return float(len(edges) - 1)
