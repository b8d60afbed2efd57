"""The third panel: what happens when control is taken away, from the moment it was asked for until copies are deleted."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from markupsafe import Markup

from moderation.pages.insights_parts import blocks, counted, empty, folded, nothing_told, span
from moderation.pages.markup import chip, figures
from moderation.pages.plots import Line, marks_legend, timeline
from moderation.questions.agreed import Terms
from moderation.questions.answers import Answers
from moderation.questions.ended import Act, Ended
from moderation.rights.ending import ACKNOWLEDGE_WITHIN, DELETE_WITHIN

SCOPES = {
    "twin": ("everything taken back", "t-stop"),
    "consent": ("a consent taken back", "t-stop"),
    "licence": ("a licence taken back", "t-wait"),
    "image": ("one image taken back", "t-wait"),
    "expiry": ("a licence ran out", "t-off"),
}
STAGE_WORDS = (
    ("requested", "asked for: nothing new is painted from here"),
    ("effective", "effective: no file leaves from here"),
    ("stopped", "images withdrawn or recalled"),
    ("acknowledged", "every brand acknowledged"),
    ("deleted", "every brand stated that all copies are deleted"),
)
At = Callable[[str], float]
SHOWN = 12
"""How many acts the timeline draws; the table tells of all."""


def ended_panel(found: Answers) -> Markup:
    """What happens when control is taken away?"""
    one = found.ended
    if one.scopes.hidden or (found.reader.is_outside and not one.scopes.shown):
        body = nothing_told("Taken back, or run out")
    elif not one.scopes.shown:
        body = empty(
            "Nobody has taken anything back yet, and no licence has run out.",
            "When somebody does, this shows its timeline: asked for, effective, images withdrawn and recalled, brands that"
            " acknowledged and stated deletion, what is overdue, and how far the images’ states lagged behind.",
        )
    else:
        lines = _lines(one.acts, found.at) if one.acts else ""
        body = _sums(one) + blocks(lines, counted("What ended", one.scopes, SCOPES, "what ended"))
    return Markup(
        '<section class="panel" aria-labelledby="q-ends"><h2 id="q-ends">What happens when control is taken away?</h2>'
        "<p>Rights are tested at every step itself, so nothing begins after they have ended, swept or not.</p>{}{}</section>"
    ).format(body, _would(found.agreed.terms) if found.agreed.terms else "")


def _sums(one: Ended) -> Markup:
    told = [
        (words, "fewer than 5" if number is None else f"{number:,}")
        for words, number in (
            ("images withdrawn", one.withdrawn),
            ("released images recalled", one.recalled),
            ("files stated to be deleted", one.deleted),
            ("answers overdue", one.overdue),
        )
    ]
    if one.lag.median is not None and one.lag.longest is not None:
        told.append((f"sweep lag, median of n = {one.lag.n}", span(one.lag.median)))
        told.append((f"longest sweep lag of n = {one.lag.n}", span(one.lag.longest)))
    cells = Markup("").join(Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(*pair) for pair in told)
    return Markup('<dl class="sums">{}</dl>').format(cells)


def _lines(acts: Sequence[Act], now: str) -> Markup:
    drawn = acts[:SHOWN]
    first, last = min(act.requested_at for act in drawn), max(now, *(act.effective_at for act in drawn))
    begin = datetime.fromisoformat(first)
    whole = max((datetime.fromisoformat(last) - begin) / timedelta(seconds=1), 1.0)

    def at(moment: str) -> float:
        return min(1.0, max(0.0, (datetime.fromisoformat(moment) - begin).total_seconds() / whole))

    lines = [_line(act, at, now) for act in drawn]
    said = "; ".join(_said(act) for act in drawn)
    rows = [_row(act) for act in acts]
    head = ("who, what", *(stage for stage, _ in STAGE_WORDS), "withdrawn", "recalled", "deleted", "standing")
    more = f" The {SHOWN} latest of {len(acts)}." if len(acts) > SHOWN else ""
    return Markup(
        '<h3>Each of them <span class="n">n = {}</span></h3><p class="quiet">Times are UTC.{}</p>{}{}{}'
    ).format(
        len(acts), more, timeline(lines, first[:16].replace("T", " "), last[:16].replace("T", " "), said),
        marks_legend(STAGE_WORDS), folded("The same as a table", figures(head, rows)),
    )  # fmt: skip


def _line(act: Act, at: At, now: str) -> Line:
    reached = [(at(moment), stage) for stage, moment in act.moments().items() if moment]
    open_ = act.deleted < act.told
    until = at(now) if open_ else max(where for where, _ in reached)
    return Line(_name(act), tuple(reached), until, "overdue" if act.overdue else f"{act.deleted}/{act.told}" if act.told else "")


def _name(act: Act) -> str:
    return f"{act.person}: {act.scope}"


def _row(act: Act) -> tuple[str | Markup, ...]:
    times = (moment[:16].replace("T", " ") if moment else "–" for moment in act.moments().values())
    if act.overdue:
        standing = chip("overdue", "refused")
    elif act.deleted < act.told:
        standing = chip("brands to answer", "in review")
    else:
        standing = chip("done", "released")
    return (_name(act), *times, str(act.withdrawn), str(act.recalled), f"{act.deleted} of {act.told}", standing)


def _said(act: Act) -> str:
    stages = ", ".join(f"{stage} {moment[:16].replace('T', ' ')}" for stage, moment in act.moments().items() if moment)
    late = f", {act.overdue} overdue" if act.overdue else ""
    return f"{_name(act)}: {stages}{late}"


def _would(terms: Sequence[Terms]) -> Markup:
    """How each licence in force would end if she took it back this minute."""
    hours = sorted({one.notice_hours for one in terms})
    rows = [
        (
            "at once" if hour == 0 else f"{hour} hours later",
            str(sum(one.notice_hours == hour for one in terms)),
            ", ".join(sorted({one.person for one in terms if one.notice_hours == hour})),
        )
        for hour in hours
    ]
    table = figures(("released use would stop", "licences (n)", "of whom"), rows)
    return Markup(
        "<h3>If they took it back now</h3><p>Painting, approval and release would stop in the same moment; what is released"
        " may be used for the notice that its licence gives, and then by nobody. Brands have {} days to acknowledge and {} to"
        " delete.</p>{}"
    ).format(ACKNOWLEDGE_WITHIN.days, DELETE_WITHIN.days, table)
