"""The second panel: who decides about images, how fast, why not, what the safeguards said, and what each licence gave."""

import math

from markupsafe import Markup

from moderation.desk.signoff import REASON_WORDS
from moderation.pages.insights_parts import blocks, brand_of, counted, empty, folded, nothing_told, span
from moderation.pages.markup import figures, money
from moderation.pages.plots import BAR, NAME, ROW, WIDTH, Bar, Part, bars, svg
from moderation.questions.answers import Answers
from moderation.questions.judged import FATES, Judged, Licence, Times

TONES = {
    "her yes": "t-hers",
    "her no": "t-hers-2",
    "her change": "t-hers-3",
    "agency no": "t-calm",
    "moderator": "t-wait",
    "blocked": "t-stop",
    "waiting": "t-off",
    "ended": "t-off",
}
FATE_WORDS = {name: (words, TONES[name]) for name, words in FATES.items()}
OUTCOME_WORDS = {
    "clear": ("cleared", "t-go"),
    "refer": ("referred to a person", "t-wait"),
    "unexamined": ("could not be examined", "t-off"),
    "block": ("blocked", "t-stop"),
}
REASONS = {reason.value: (words, "t-calm") for reason, words in REASON_WORDS.items()}
WHO = {"signoff": "she herself", "review": "moderators"}
SCALE = (1, 60, 3600, 86400, 7 * 86400)
"""The marks of the axis of decision times, in seconds."""


def judged_panel(found: Answers) -> Markup:
    """Is it ethical at scale?"""
    one = found.judged
    if not one.images and found.reader.is_outside:
        body = nothing_told("Images examined")
    elif not one.images:
        body = empty(
            "No image has been examined yet.",
            "With the first ones this shows who decided about them (she, a moderator, a safeguard), how long people took, their"
            " reasons for a no, and how many images and how much money each licence gave.",
        )
    else:
        body = blocks(
            _herself(one),
            counted("What became of the examined images", one.fates, FATE_WORDS, "what became of it"),
            _times(one),
            counted("Why she said no", one.reasons["signoff"], REASONS, "reason"),
            counted("Why moderators said no", one.reasons["review"], REASONS, "reason"),
            counted("What the safeguards said", one.verdicts, OUTCOME_WORDS, "verdict") + _safeguards(one),
            _licences(one.licences) if one.licences else "",
        )
    return Markup(
        '<section class="panel" aria-labelledby="q-ethical"><h2 id="q-ethical">Is it ethical at scale?</h2>'
        "<p>Nothing is released that she did not approve herself. These figures tell what that takes.</p>{}</section>"
    ).format(body)


def _herself(one: Judged) -> Markup:
    if one.decided is None or one.by_her is None:
        return nothing_told("Decided by herself")
    if not one.decided:
        return empty(
            "Nobody has decided about an image yet.", "This will show the share of images decided by the person herself."
        )
    share, rest = one.by_her / one.decided, one.decided - one.by_her
    parts = (
        Part("decided by herself", one.by_her, f"{one.by_her}", "t-hers"),
        Part("stopped by others", rest, f"{rest}", "t-off"),
    )
    told = f"{share:.0%} of {one.decided} decided images were decided by the person herself"
    signed = f" Of {one.released} released images, {one.signed} carry her own yes." if one.released else ""
    return Markup(
        '<p class="big">{:.0%} decided by the person herself <span class="n">n = {:,} decided images</span></p>{}<p>{}</p>'
    ).format(
        share, one.decided, bars([Bar("of decided images", parts, "")], told, alike=True),
        f"The other {rest} were stopped by a safeguard, a moderator or her agency.{signed}",
    )  # fmt: skip


def _times(one: Judged) -> Markup:
    told = {kind: times for kind, times in one.times.items() if times.median is not None}
    if not told:
        return Markup("")
    rows = [(WHO[kind], str(times.n), span(times.median or 0), span(times.p90 or 0)) for kind, times in told.items()]
    said = "; ".join(f"{who}: median {median}, nine of ten within {p90}, n = {n}" for who, n, median, p90 in rows)
    table = figures(("who decides", "decisions (n)", "median", "nine of ten within"), rows)
    return Markup(
        '<h3>How long a decision takes</h3><p class="quiet">From when an image began to wait until the decision. The bar reaches'
        " from the median to the time within which nine of ten were decided; the axis is logarithmic.</p>{}{}"
    ).format(_ranges(told, said), folded("The same as a table", table))


def _ranges(told: dict[str, Times], said: str) -> Markup:
    drawn, edge = [], 24
    text = Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>')

    def at(seconds: float) -> float:
        whole = math.log(SCALE[-1] / SCALE[0])
        return edge + (WIDTH - 2 * edge) * min(1.0, max(0.0, math.log(max(seconds, SCALE[0])) / whole))

    foot = len(told) * ROW + 6
    for second, name in zip(SCALE, ("1 s", "1 min", "1 h", "1 day", "7 days"), strict=True):
        drawn.append(Markup('<line class="grid" x1="{0:.1f}" x2="{0:.1f}" y1="0" y2="{1}"/>').format(at(second), foot))
        drawn.append(text.format(at(second), foot + 18, "middle", name))
    for place, (kind, times) in enumerate(told.items()):
        y, low, high = place * ROW + NAME, at(times.median or 0), at(times.p90 or 0)
        drawn.append(text.format(0, y, "start", f"{WHO[kind]}, n = {times.n}"))
        drawn.append(text.format(WIDTH, y, "end", f"{span(times.median or 0)} to {span(times.p90 or 0)}"))
        tone, bar = "t-hers" if kind == "signoff" else "t-wait", '<rect class="{}" x="{:.1f}" y="{}" width="{:.1f}" height="{}"/>'
        drawn.append(Markup(bar).format(tone, low, y + 8, max(2.0, high - low), BAR - 4))
        drawn.append(Markup('<path class="mark line" d="M{:.1f} {}v{}"/>').format(low, y + 5, BAR + 2))
    return svg(foot + 24, drawn, said)


def _safeguards(one: Judged) -> Markup:
    if not one.safeguards:
        return Markup("")
    rows = []
    for name, told in one.safeguards.items():
        by = {count.label: count.n for count in told.shown}
        rows.append((name, str(sum(by.values())), *(str(by.get(outcome, 0)) for outcome in OUTCOME_WORDS)))
    head = ("safeguard", "images (n)", *(words for words, _ in OUTCOME_WORDS.values()))
    return folded("Each safeguard by itself", figures(head, rows))


def _licences(licences: tuple[Licence, ...]) -> Markup:
    rows = [
        Bar(
            f"{one.person}, {brand_of(one.label)}",
            (
                Part("released", one.released, str(one.released), "t-go"),
                Part("not released", one.images - one.released, str(one.images - one.released), "t-off"),
            ),
            f"{one.released} of {one.images}",
        )
        for one in licences
    ]
    said = "; ".join(f"{row.label}: {row.end} images released" for row in rows)
    table = figures(
        ("person", "licence", "images (n)", "released", "brand paid"),
        [(one.person, one.label, str(one.images), str(one.released), money(one.gross_minor, one.currency)) for one in licences],
    )
    return Markup("<h3>Images and money per licence</h3>{}{}").format(bars(rows, said), folded("The same as a table", table))
