"""Small pieces of HTML that the moderation pages are put together from; every text is escaped here."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from markupsafe import Markup

CURRENCY = {"EUR": "€", "USD": "$", "GBP": "£"}
UNITS = ((86400 * 365.25, "year"), (86400 * 30.44, "month"), (86400, "day"), (3600, "hour"), (60, "minute"))


def chip(word: str, state: str | None = None) -> Markup:
    """A word with the colour of a state; the word is enough by itself."""
    return Markup('<span class="ts-chip" data-state="{}">{}</span>').format(state or word, word)


def money(minor: int, currency: str) -> str:
    """An amount in hundredths, as people write it: €120 or €120.50."""
    whole, cents = divmod(abs(minor), 100)
    text = f"{whole:,}" + (f".{cents:02d}" if cents else "")
    sign = "−" if minor < 0 else ""
    return f"{sign}{CURRENCY[currency]}{text}" if currency in CURRENCY else f"{sign}{text} {currency}"


def day(text: str) -> str:
    """The date of an ISO time, in full: 3 May 2026."""
    when = datetime.fromisoformat(text)
    return f"{when.day} {when:%B %Y}"


def age(text: str, now: datetime) -> str:
    """How long ago or how far ahead an ISO time is, in the largest unit that fits."""
    seconds = (datetime.fromisoformat(text) - now).total_seconds()
    if abs(seconds) < 45:
        return "just now" if seconds <= 0 else "in a moment"
    size, unit = next((pair for pair in UNITS if abs(seconds) >= pair[0] * 0.95), UNITS[-1])
    count = max(1, round(abs(seconds) / size))
    told = f"{count} {unit}{'s' if count > 1 else ''}"
    return f"{told} ago" if seconds < 0 else f"in {told}"


def waited(text: str, now: datetime) -> str:
    """How long something has waited since an ISO time: 5 hours."""
    told = age(text, now)
    return told.removesuffix(" ago") if told.endswith(" ago") else "a moment"


def moment(text: str, now: datetime) -> Markup:
    """A relative time whose exact one shows on hover and is read by machines."""
    exact = f"{day(text)}, {datetime.fromisoformat(text):%H:%M} UTC"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(text, exact, age(text, now))


def until(text: str, now: datetime) -> Markup:
    """The day on which something ends, and how far off that is."""
    return Markup('{} <span class="ts-quiet">({})</span>').format(day(text), age(text, now))


def facts(pairs: Sequence[tuple[str, str | Markup]]) -> Markup:
    """A list of terms and what they are; empty facts are left out."""
    told = [Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(*pair) for pair in pairs if pair[1]]
    return Markup('<dl class="ts-facts">{}</dl>').format(Markup("").join(told))


def figures(head: Sequence[str], rows: Iterable[Sequence[str | Markup]]) -> Markup:
    """A table of a page outside Gradio, whose cells know their column, so that it can become cards on a phone."""
    heads = Markup("").join(Markup('<th scope="col">{}</th>').format(name) for name in head)
    lines = Markup("").join(
        Markup("<tr>{}</tr>").format(
            Markup("").join(Markup('<td data-head="{}"><div>{}</div></td>').format(*pair) for pair in zip(head, row, strict=True))
        )
        for row in rows
    )
    return Markup('<table class="figures"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>').format(heads, lines)


def picture(url: str, alt: str, caption: str | Markup = "", drawn: Markup | None = None) -> Markup:
    """A figure that always says that the image is AI-generated; `drawn` is an SVG laid over it."""
    return Markup(
        '<figure class="ts-picture"><div class="ts-print"><img src="{}" alt="{}" decoding="async">{}</div>'
        "<figcaption><b>AI-generated</b> {}</figcaption></figure>"
    ).format(url, alt, drawn or "", caption)


def note(text: str, kind: str = "plain", *, aloud: bool = False) -> Markup:
    """One line of inline advice; `aloud` lets screen readers say it at once."""
    role = Markup(' role="alert"') if aloud else ""
    return Markup('<p class="ts-note" data-kind="{}"{}>{}</p>').format(kind, role, text) if text else Markup("")


def listed(words: object) -> str:
    """Words of a JSON list as one line."""
    return ", ".join(str(word) for word in words) if isinstance(words, list | tuple) else str(words or "")


def css_string(text: str) -> str:
    """A text as a quoted CSS string inside a <style> element, where neither quotes nor tags may break out."""
    return '"' + "".join(c if c.isalnum() or c in " -_.,/:?=&%+" else f"\\{ord(c):x} " for c in text) + '"'
