"""What the findings point at, drawn over the picture that is judged, with a sentence for whoever cannot see the drawing."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

Finding = Mapping[str, Any]
Box = tuple[float, float, float, float]
MUCH = 0.5
"""From here on a field of a map counts as marked."""
MOST_FIELDS = 4096


def overlay(findings: Sequence[Finding], width: int | None, height: int | None) -> Markup:
    """An SVG over a picture of `width` × `height` pixels: a group for each finding that draws something, faces first.

    The page shows one group at a time, at first the faces. Empty when nothing is drawn.
    """
    if not width or not height:
        return Markup("")
    groups = Markup("").join(
        Markup('<g data-drawn="{}"{}>{}</g>').format(finding["safeguard"], Markup(' class="on"') if not place else "", drawn)
        for place, (finding, drawn) in enumerate(_drawings(findings, (0.0, 0.0, float(width), float(height))))
    )
    return (
        Markup('<svg class="ts-boxes" viewBox="0 0 {} {}" aria-hidden="true">{}</svg>').format(width, height, groups)
        if groups
        else groups
    )


def place_of(finding: Finding, width: int | None, height: int | None) -> str:
    """Where a finding points, in words; empty when it points nowhere."""
    if not width or not height:
        return ""
    whole = (0.0, 0.0, float(width), float(height))
    grid = _grid(finding)
    if grid is not None:
        return _map_words(grid, _area(finding, whole), whole)
    return "; ".join(_box_words(box, whole) for box in _boxes(finding))


def _drawings(findings: Sequence[Finding], whole: Box) -> list[tuple[Finding, Markup]]:
    drawn = [(finding, _drawn(finding, whole)) for finding in findings]
    faces_first = sorted(drawn, key=lambda one: one[0]["safeguard"] != "one_face")
    return [(finding, drawing) for finding, drawing in faces_first if drawing]


def _drawn(finding: Finding, whole: Box) -> Markup:
    grid = _grid(finding)
    boxes = Markup("").join(_frame(box, number, whole) for number, box in enumerate(_boxes(finding), 1))
    return boxes if grid is None else _fields(grid, _area(finding, whole)) + boxes


def _frame(box: Box, number: int, whole: Box) -> Markup:
    """A frame with its number, so that a sentence can name it; the size of the number follows the picture's."""
    left, top, right, bottom = box
    size = whole[2] / 26
    return Markup(
        '<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/><text x="{:.1f}" y="{:.1f}" font-size="{:.1f}">{}</text>'
    ).format(left, top, right - left, bottom - top, left + size * 0.3, top + size * 1.05, size, number)


def _boxes(finding: Finding) -> list[Box]:
    """The faces a finding speaks of, as far as it tells sensible boxes."""
    evidence = finding.get("evidence") or {}
    faces = evidence.get("faces")
    told = [face.get("box") for face in faces if isinstance(face, dict)] if isinstance(faces, list) else [evidence.get("box")]
    return [box for box in map(_box, told) if box is not None]


def _box(told: Any) -> Box | None:
    if not isinstance(told, list | tuple) or len(told) != 4 or not all(_number(edge) for edge in told):
        return None
    left, top, right, bottom = (float(edge) for edge in told)
    return (left, top, right, bottom) if left < right and top < bottom else None


class _Grid:
    """A coarse map: `rows` × `columns` values in 0..1, row by row."""

    def __init__(self, rows: int, columns: int, values: Sequence[float]) -> None:
        self.rows, self.columns, self.values = rows, columns, values


def _grid(finding: Finding) -> _Grid | None:
    """The map of a finding; None when it has none, or one that makes no sense and so shows nothing."""
    told = (finding.get("evidence") or {}).get("map")
    if not isinstance(told, dict):
        return None
    rows, columns, values = (told.get(name) for name in ("rows", "columns", "values"))
    if not (isinstance(rows, int) and isinstance(columns, int) and isinstance(values, list)):
        return None
    sensible = rows > 0 and columns > 0 and rows * columns == len(values) <= MOST_FIELDS
    return _Grid(rows, columns, values) if sensible and all(_number(value) and 0 <= value <= 1 for value in values) else None


def _area(finding: Finding, whole: Box) -> Box:
    """Where the map lies: its own box, else the whole picture."""
    return _box((finding.get("evidence") or {}).get("map_box")) or whole


def _fields(grid: _Grid, area: Box) -> Markup:
    """The fields of a map, the fuller the higher their value; those that count as marked have an edge too."""
    wide, high = (area[2] - area[0]) / grid.columns, (area[3] - area[1]) / grid.rows
    drawn = Markup("")
    for index, value in enumerate(grid.values):
        row, column = divmod(index, grid.columns)
        drawn += Markup(
            '<rect class="ts-field{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" fill-opacity="{:.2f}"/>'
        ).format(" ts-much" if value >= MUCH else "", area[0] + column * wide, area[1] + row * high, wide, high, 0.75 * value)
    return drawn


def _map_words(grid: _Grid, area: Box, whole: Box) -> str:
    top = max(range(len(grid.values)), key=lambda index: grid.values[index])
    row, column = divmod(top, grid.columns)
    wide, high = (area[2] - area[0]) / grid.columns, (area[3] - area[1]) / grid.rows
    centre = area[0] + (column + 0.5) * wide, area[1] + (row + 0.5) * high
    marked = sum(value >= MUCH for value in grid.values)
    return f"strongest {_where(*centre, whole)} ({grid.values[top]:.2f}); {marked} of {len(grid.values)} fields reach {MUCH:.1f}"


def _box_words(box: Box, whole: Box) -> str:
    left, top, right, bottom = box
    return f"{_where((left + right) / 2, (top + bottom) / 2, whole)}, {right - left:.0f} px wide"


def _where(x: float, y: float, whole: Box) -> str:
    """A point as one of nine places."""
    across = ("left", "middle", "right")[min(2, max(0, int(3 * x / whole[2])))]
    down = ("upper", "", "lower")[min(2, max(0, int(3 * y / whole[3])))]
    return (
        f"in the {down} {across}".replace("  ", " ") if down else ("in the middle" if across == "middle" else f"at the {across}")
    )


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
