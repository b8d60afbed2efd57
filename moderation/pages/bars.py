"""Amounts by month as a small bar chart, whose every figure is also said in words."""

from collections.abc import Mapping

from markupsafe import Markup

from moderation.pages.markup import money

MONTHS_AT_LEAST, MONTHS_AT_MOST = 6, 12
NUMBERED = 8
"""Up to so many bars have their amount written above."""
WIDTH, HEIGHT, FOOT = 420, 120, 20
"""Of the drawing; the foot holds the names of the months."""


def months_until(first: str, last: str) -> list[str]:
    """Every month from `first` to `last` (both like 2026-05): at least the six and at most the twelve that end with `last`."""
    year, month = (int(part) for part in last.split("-"))
    found: list[str] = []
    while len(found) < MONTHS_AT_LEAST or (len(found) < MONTHS_AT_MOST and f"{year:04d}-{month:02d}" >= first):
        found.append(f"{year:04d}-{month:02d}")
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return found[::-1]


def bars_svg(amounts: Mapping[str, int], last: str, currency: str, chosen: str) -> Markup:
    """A bar for each month up to `last`, that of the month `chosen` marked; one without fees has a line alone."""
    months = months_until(min(amounts, default=last), last)
    most = max([amounts.get(month, 0) for month in months] + [1])
    step = WIDTH / len(months)
    parts, words = [], []
    for place, month in enumerate(months):
        amount = amounts.get(month, 0)
        tall = max(1.0, (HEIGHT - FOOT - 16) * max(0, amount) / most)
        x, y = place * step + step * 0.15, HEIGHT - FOOT - tall
        mark = Markup('<rect class="bar" data-chosen="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="2"/>')
        parts.append(mark.format("yes" if month == chosen else "no", x, y, step * 0.7, tall))
        if len(months) <= NUMBERED and amount:
            parts.append(_text(x + step * 0.35, y - 4, money(amount, currency)))
        parts.append(_text(x + step * 0.35, HEIGHT - 4, _name(month, alone=place == 0)))
        words.append(f"{month}: {money(amount, currency)}")
    return Markup('<svg class="bars" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, HEIGHT, "; ".join(words), Markup("").join(parts)
    )


def _name(month: str, *, alone: bool) -> str:
    """A month's short name, with the year where a year begins."""
    year, number = month.split("-")
    name = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][int(number) - 1]
    return f"{name} {year}" if alone or number == "01" else name


def _text(x: float, y: float, words: str) -> Markup:
    return Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="middle">{}</text>').format(x, y, words)
