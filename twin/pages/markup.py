"""Small pieces of HTML that the studio page is put together from; every text is escaped here."""

from collections.abc import Sequence
from datetime import datetime

from markupsafe import Markup, escape

RUNNING = ("queued", "painting")
"""States in which a painter still has the image and Stop makes sense."""

MOVING = (*RUNNING, "examining")
"""States that change without anybody doing anything."""

CURRENCY = {"EUR": "€", "USD": "$", "GBP": "£"}


def chip(state: str) -> Markup:
    """A state as a word with a colour; the word is enough by itself."""
    return Markup('<span class="ts-chip" data-state="{0}">{0}</span>').format(state)


def money(minor: int, currency: str) -> str:
    """An amount in hundredths, as people write it: €120 or €120.50."""
    whole, cents = divmod(abs(minor), 100)
    sign = "−" if minor < 0 else ""
    text = f"{whole:,}" + (f".{cents:02d}" if cents else "")
    return f"{sign}{CURRENCY[currency]}{text}" if currency in CURRENCY else f"{sign}{text} {currency}"


def day(when: datetime) -> str:
    """A date in full: 3 May 2026."""
    return f"{when.day} {when:%B %Y}"


def relative(when: datetime, now: datetime) -> str:
    """How long ago or how far ahead, in the largest unit that fits."""
    seconds = (when - now).total_seconds()
    distance = abs(seconds)
    if distance < 45:
        return "just now" if seconds <= 0 else "in a moment"
    for size, unit in ((86400 * 365.25, "year"), (86400 * 30.44, "month"), (86400, "day"), (3600, "hour"), (60, "minute")):
        if distance >= size * 0.95:
            count = max(1, round(distance / size))
            text = f"{count} {unit}{'s' if count > 1 else ''}"
            return f"{text} ago" if seconds < 0 else f"in {text}"
    return "a minute ago" if seconds < 0 else "in a minute"


def moment(when: datetime, now: datetime) -> Markup:
    """A relative time whose exact one shows on hover and is read by machines."""
    exact = f"{day(when)}, {when:%H:%M} UTC"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(when.isoformat(), exact, relative(when, now))


def facts(pairs: Sequence[tuple[str, str | Markup]]) -> Markup:
    """A list of terms and what they are."""
    lines = Markup("").join(Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(term, said) for term, said in pairs)
    return Markup('<dl class="ts-facts">{}</dl>').format(lines)


def picture(url: str, alt: str, caption: str | Markup = "") -> Markup:
    """A figure that always says that the image is AI-generated."""
    return Markup(
        '<figure class="ts-picture"><img src="{}" alt="{}" decoding="async">'
        "<figcaption><b>AI-generated</b> {}</figcaption></figure>"
    ).format(url, alt, caption)


def css_string(text: str) -> str:
    """A text as a quoted CSS string inside a <style> element, where neither quotes nor tags may break out."""
    safe = "".join(c if c.isalnum() or c in " -_.,/:?=&%+" else f"\\{ord(c):x} " for c in text)
    return f'"{safe}"'


def note(text: str, kind: str = "plain") -> Markup:
    """One line of inline advice."""
    return Markup('<p class="ts-note" data-kind="{}">{}</p>').format(kind, text) if text else Markup("")


__all__ = [
    "MOVING",
    "RUNNING",
    "chip",
    "css_string",
    "day",
    "escape",
    "facts",
    "moment",
    "money",
    "note",
    "picture",
    "relative",
]
