"""The review desk's list and stage as HTML: who waits, how long, how risky, and the image that is judged."""

from collections.abc import Sequence
from datetime import datetime

from markupsafe import Markup

from moderation.desk.comments import Comment
from moderation.desk.figures import WINDOW, Figures, urgency
from moderation.desk.insight import PAGE, Card, Story
from moderation.desk.moves import Row
from moderation.pages.decision_lines import took
from moderation.pages.findings import OUTCOMES, findings_list
from moderation.pages.markup import chip, css_string, facts, listed, moment, money, note, picture, until, waited
from moderation.pages.overlay import overlay
from moderation.pages.said import asked_by, said_before
from moderation.safeguards.finding import Outcome

_HUES = {"fresh": "go", "due": "wait", "late": "stop"}


def row_name(card: Card, now: datetime, me: str) -> str:
    """What a row of the list is called: person, brand, time waited, what is unusual, who looks at it, and the end of its id.

    Pictures are laid upon rows by name, so no two rows may share one.
    """
    word = urgency(card.moved_at, now)
    late = "" if word == "fresh" else f"{word}: "
    risk = "" if card.verdict == Outcome.REFER else f", {OUTCOMES.get(card.verdict or '', 'asked again')}"
    asked = f", {card.escalated_by} asks for your eyes" if card.escalated_by else ", a second look" if card.appealed else ""
    held = "" if card.claimed_by is None else ", with you" if card.claimed_by == me else f", {card.claimed_by_name} looks at it"
    told = f"{late}waiting {waited(card.moved_at, now)}{risk}{asked}{held}"
    return f"{card.twin_name} · {card.brand_name}, {told} · {card.render_id[-4:]}"


def queue_choices(cards: Sequence[Card], now: datetime, me: str) -> list[tuple[str, str]]:
    """The list's choices, in the order of the queue."""
    return [(row_name(card, now, me), card.render_id) for card in cards]


def queue_style(cards: Sequence[Card], now: datetime, me: str) -> Markup:
    """The colour of waiting, and a small picture, upon each row."""
    named = [css_string(row_name(card, now, me) + "-radio-label") for card in cards]
    return _style([f"#queue label[data-testid={name}]" for name in named], cards, now)


def many_style(cards: Sequence[Card], now: datetime) -> Markup:
    """The same upon the rows that can be ticked, which stay as they are while somebody ticks."""
    return _style([f"#many label:nth-of-type({place})" for place in range(1, len(cards) + 1)], cards, now)


def _style(rows: Sequence[str], cards: Sequence[Card], now: datetime) -> Markup:
    rules = []
    for row, card in zip(rows, cards, strict=True):
        url = css_string(f"/media/preview/{card.render_id}?v={(card.preview_sha256 or '')[:12]}")
        rules.append(f"{row}{{--chip-ink:var(--{_HUES[urgency(card.moved_at, now)]});background-image:url({url})}}")
    return Markup("<style>{}</style>").format(Markup("\n".join(rules)))  # every text has passed through css_string


def queue_count(cards: Sequence[Card], figures: Figures, now: datetime) -> Markup:
    """How many wait, how many of them too long, since when the oldest does, and how the desk keeps up."""
    if not cards:
        head = Markup('<h2>Nothing waits</h2><p class="ts-note">New images appear here by themselves.</p>')
        return head + _keeping_up(figures)
    words = [urgency(card.moved_at, now) for card in cards]
    stamps = Markup(" ").join(chip(f"{words.count(word)} {word}", word) for word in ("late", "due") if word in words)
    more = "+" if len(cards) >= PAGE else ""
    return Markup('<h2>{}{} waiting {}</h2><p class="ts-note">The oldest came {}.</p>{}').format(
        len(cards), more, stamps, moment(cards[0].moved_at, now), _keeping_up(figures)
    )


def _keeping_up(figures: Figures) -> Markup:
    log = Markup('<a class="ts-link" href="/decisions">Decision log</a>')
    if not figures.decided:
        return Markup('<p class="ts-note">Nothing was decided in the last {} days. {}</p>').format(WINDOW.days, log)
    half = f", half of them within {took(figures.median_seconds)}" if figures.median_seconds is not None else ""
    return Markup('<p class="ts-note">Last {} days: {} decided{}; {} refused, {} by you. {}</p>').format(
        WINDOW.days, figures.decided, half, figures.refused, figures.mine, log
    )


def last_words(last: Row | None) -> Markup:
    """Which decision can be taken back."""
    if last is None:
        return Markup("")
    did = "passed on" if last["choice"] == "pass" else "refused"
    return Markup("<p>You {} <b>{}</b> for {}.</p>").format(did, last["twin_name"], last["brand_name"])


def told(said: str) -> Markup:
    """A sentence above the stage, read aloud."""
    return note(said, aloud=True)


def case_picture(story: Story) -> Markup:
    """The image that is judged, and over it what the findings point at, at first a frame about each face."""
    card = story.card
    alt = f"{card.twin_name} for {card.brand_name}, {card.state}, AI-generated"
    url = f"/media/preview/{card.render_id}?v={(card.preview_sha256 or '')[:12]}"
    drawn = overlay(story.findings, card.width, card.height)
    return picture(url, alt, Markup("{} · {}").format(card.twin_name, card.shoot_title), drawn)


def case_words(story: Story, comments: Sequence[Comment], now: datetime) -> Markup:
    """Beside the image: who asks to look closely, whose it is, for what, what was found, and what was said before."""
    card = story.card
    told = facts(
        [
            ("Made by", f"{story.maker_name}, {card.brand_name}"),
            ("For", f"{card.campaign}, {card.product_line}"),
            ("Shown in", f"{listed(card.media)}, {card.territory}"),
            ("Until", until(card.licence_ends_at, now)),
            ("Fee", money(card.fee_minor, card.currency)),
            ("Asked for", card.look.get("words") or ""),
        ]
    )
    waits = urgency(card.moved_at, now)
    since = Markup('<p class="ts-line">{} <span class="ts-quiet">came to the desk {}</span></p>').format(
        chip({"fresh": "in time"}.get(waits, waits), waits), moment(card.moved_at, now)
    )
    return Markup("<h2>Is this {}, as agreed?</h2>{}{}{}<h3>What the safeguards found</h3>{}{}").format(
        card.twin_name,
        since,
        asked_by(story, now),
        told,
        findings_list(story.findings, (card.width, card.height)),
        said_before(story, comments, now),
    )


def idle_stage(cards: Sequence[Card]) -> Markup:
    """The stage while nothing is judged."""
    said = "Others are looking at what waits." if cards else "Everything is decided."
    return Markup('<div class="ts-picture ts-empty"><p>{}</p><p>The next image opens here by itself.</p></div>').format(said)
