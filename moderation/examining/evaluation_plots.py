"""The plots of a pack's report as SVG: how misses trade against false matches, and how conditions change what clears."""

from collections.abc import Callable, Mapping, Sequence
from statistics import NormalDist

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from moderation.examining.evaluation import Rate

Place = Callable[[float], float]
Curve = tuple[NDArray[np.float64], NDArray[np.float64]]
INK, MUTED, LINE, PAPER = "#1e1a16", "#625a4f", "#dcd4c5", "#fcfaf5"
"""A plot is a print on paper, in the dark too."""
STROKES = (("#8b8071", "2 3"), ("#1e1a16", ""), ("#b3261a", "7 3"))
"""Colour and dashes of each curve: they differ without their colours too."""
TICKS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4)
MOST_POINTS = 160
FONT = 'font-family="ui-sans-serif, system-ui, sans-serif"'


def det_svg(curves: Mapping[str, Curve], told: str) -> str:
    """A DET plot (Martin et al., Eurospeech 1997): false matches across, false non-matches up, both on normal deviate axes."""
    size, left, bottom = 380.0, 58.0, 400.0
    low, high = _deviate(TICKS[0]), _deviate(TICKS[-1])

    def at(part: float) -> float:
        return (min(max(_deviate(part), low), high) - low) / (high - low) * (size - 20)

    drawn = [_grid(at, left, bottom, size)]
    for place, ((name, (across, up)), (colour, dashes)) in enumerate(zip(curves.items(), STROKES, strict=True)):
        kept = np.unique(np.linspace(0, len(across) - 1, MOST_POINTS).round().astype(int))
        points = " ".join(f"{left + at(across[i]):.1f},{bottom - at(up[i]):.1f}" for i in kept)
        dash = f' stroke-dasharray="{dashes}"' if dashes else ""
        drawn.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.8"{dash}/>')
        y = 34 + 18 * place
        drawn.append(f'<path d="M210 {y - 4} h28" stroke="{colour}" stroke-width="1.8"{dash}/>' + _text(244, y, name, INK))
    return _sheet(size + left + 10, bottom + 46, drawn, told)


def _grid(at: Place, left: float, bottom: float, size: float) -> str:
    marks = []
    for tick in TICKS:
        x, y = left + at(tick), bottom - at(tick)
        marks.append(f'<path d="M{x:.1f} {bottom} V{bottom - size + 20} M{left} {y:.1f} H{left + size - 20}" stroke="{LINE}"/>')
        marks.append(
            _text(x, bottom + 16, _percent(tick), MUTED, "middle") + _text(left - 6, y + 4, _percent(tick), MUTED, "end")
        )
    marks.append(_text(left + size / 2, bottom + 36, "somebody else within the limit (FMR), %", INK, "middle"))
    turned = f'<g transform="translate(14 {bottom - size / 2}) rotate(-90)">{{}}</g>'
    marks.append(turned.format(_text(0, 0, "her own beyond it (FNMR), %", INK, "middle")))
    return "".join(marks)


def conditions_svg(rows: Mapping[str, Sequence[tuple[str, Rate]]], told: str) -> str:
    """For each kind of condition and each of its values the part that clears as her own, with its 95 % interval."""
    left, right, line, y = 128.0, 430.0, 21.0, 20.0
    drawn: list[str] = []
    for kind, values in rows.items():
        drawn.append(_text(10, y + 4, kind, INK, weight="600"))
        y += line
        for value, rate in values:
            low, high = (left + part * (right - left) for part in rate.interval)
            drawn.append(f'<path d="M{left} {y} H{right}" stroke="{LINE}"/>')
            drawn.append(f'<path d="M{low:.1f} {y} H{high:.1f}" stroke="{MUTED}" stroke-width="5"/>')
            drawn.append(f'<circle cx="{left + rate.part * (right - left):.1f}" cy="{y}" r="4.5" fill="{INK}"/>')
            drawn.append(
                _text(left - 8, y + 4, value, MUTED, "end") + _text(right + 10, y + 4, f"{rate.part:.0%} of {rate.all}", INK)
            )
            y += line
        y += 6
    for part in (0.0, 0.5, 1.0):
        drawn.append(_text(left + part * (right - left), y + 6, f"{part:.0%}", MUTED, "middle"))
    return _sheet(right + 90, y + 20, drawn, told)


def _sheet(width: float, height: float, drawn: Sequence[str], told: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" role="img"'
        f' aria-label="{Markup.escape(told)}"><rect width="100%" height="100%" fill="{PAPER}"/>{"".join(drawn)}</svg>\n'
    )


def _text(x: float, y: float, words: str, colour: str, anchor: str = "start", weight: str = "400") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="12" font-weight="{weight}" {FONT} fill="{colour}"'
        f' text-anchor="{anchor}">{Markup.escape(words)}</text>'
    )


def _deviate(part: float) -> float:
    return NormalDist().inv_cdf(min(max(part, 1e-6), 1 - 1e-6))


def _percent(part: float) -> str:
    return f"{100 * part:g}"
