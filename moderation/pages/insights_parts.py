"""Pieces that the panels of the insights page share: what stands where there is nothing, a table to open, spans of time."""

from markupsafe import Markup

from moderation.pages.markup import figures
from moderation.pages.plots import Bar, Part, bars
from moderation.questions.judged import Count
from moderation.questions.reader import FEWEST, Told

SPANS = ((86400, "day"), (3600, "hour"), (60, "minute"))


def empty(now: str, then: str) -> Markup:
    """What stands in a figure's place: that there is none, and what will be there."""
    return Markup('<div class="empty"><p><b>{}</b></p><p>{}</p></div>').format(now, then)


def nothing_told(title: str) -> Markup:
    """What stands where a figure would tell of too few."""
    sentence = f"Fewer than {FEWEST} images or people are behind this figure, so it is not told."
    return Markup('<h3>{}</h3><p class="quiet">{}</p>').format(title, sentence)


def blocks(*parts: Markup | str) -> Markup:
    """Pieces of a panel side by side where there is room; empty ones are left out."""
    told = Markup("").join(Markup("<div>{}</div>").format(part) for part in parts if part)
    return Markup('<div class="blocks">{}</div>').format(told)


def folded(title: str, table: Markup) -> Markup:
    """A table that opens."""
    return Markup("<details><summary>{}</summary>{}</details>").format(title, table)


def span(seconds: float) -> str:
    """A length of time in the largest unit of which it has one and a half."""
    for size, unit in SPANS:
        if seconds >= 1.5 * size or seconds == size:
            count = round(seconds / size, 1) if seconds < 10 * size else round(seconds / size)
            return f"{count:g} {unit}{'' if count == 1 else 's'}"
    return f"{round(seconds)} second{'' if round(seconds) == 1 else 's'}"


def counted(title: str, told: Told[Count], words: dict[str, tuple[str, str]], head: str) -> Markup:
    """Counts as a bar each, and as a table; `words` gives each label its name and tone."""
    total = sum(one.n for one in told.shown)
    if not total:
        return nothing_told(title) if told.hidden else Markup("")
    rows = [_bar(one, total, *words.get(one.label, (one.label, "t-calm"))) for one in told.shown if one.n]
    table = figures((head, "images (n)", "share"), [(row.label, str(row.parts[0].amount), row.parts[0].words) for row in rows])
    said = "; ".join(f"{row.label}: {row.end}" for row in rows)
    hidden = Markup('<p class="quiet">Kinds of which there are fewer than {} are told together.</p>').format(FEWEST)
    return Markup('<h3>{} <span class="n">n = {:,}</span></h3>{}{}{}').format(
        title, total, bars(rows, said), hidden if told.together is not None else "", folded("The same as a table", table)
    )


def _bar(one: Count, total: int, name: str, tone: str) -> Bar:
    share = f"{one.n / total:.0%}"
    return Bar(name, (Part(name, one.n, share, tone),), f"{one.n:,} ({share})")


def brand_of(label: str) -> str:
    """The brand in a licence's label, which is a brand and a campaign."""
    return label.partition(", ")[0]
