"""The review desk's list and stage as HTML: who waits, how long, how risky, and the image that is judged."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from markupsafe import Markup

from moderation.insight import Card, Story
from moderation.pages.findings import OUTCOMES, findings_list
from moderation.pages.markup import chip, css_string, facts, listed, moment, money, picture, until, waited
from moderation.pages.overlay import overlay

DUE, LATE = timedelta(hours=1), timedelta(hours=4)
"""How long somebody may wait before the list says so, and before it says so loudly."""
_HUES = {"fresh": "go", "due": "wait", "late": "stop"}


def urgency(card: Card, now: datetime) -> str:
    """How long an image has waited: fresh, due or late."""
    waited = now - datetime.fromisoformat(card.moved_at)
    return "late" if waited >= LATE else "due" if waited >= DUE else "fresh"


def row_name(card: Card, now: datetime, me: str) -> str:
    """What a row of the list is called: person, brand, time waited, verdict, who looks at it, and the end of its id.

    Pictures are laid upon rows by name, so no two rows may share one.
    """
    risk = OUTCOMES.get(card.verdict or "", "asked again")
    held = "" if card.claimed_by is None else ", with you" if card.claimed_by == me else f", {card.claimed_by_name} looks at it"
    return f"{card.twin_name} · {card.brand_name}, waiting {waited(card.moved_at, now)}, {risk}{held} · {card.render_id[-4:]}"


def queue_choices(cards: Sequence[Card], now: datetime, me: str) -> list[tuple[str, str]]:
    """The list's choices, in the order of the queue."""
    return [(row_name(card, now, me), card.render_id) for card in cards]


def queue_style(cards: Sequence[Card], now: datetime, me: str) -> Markup:
    """The colour of waiting, and a small picture, upon each row."""
    rules = []
    for card in cards:
        row = f"#queue label[data-testid={css_string(row_name(card, now, me) + '-radio-label')}]"
        url = css_string(f"/media/preview/{card.render_id}?v={(card.preview_sha256 or '')[:12]}")
        rules.append(f"{row}{{--chip-ink:var(--{_HUES[urgency(card, now)]});background-image:url({url})}}")
    return Markup("<style>{}</style>").format(Markup("\n".join(rules)))  # every text has passed through css_string


def queue_count(cards: Sequence[Card], now: datetime) -> Markup:
    """How many wait, how many of them too long, and since when the oldest does."""
    if not cards:
        return Markup('<h2>Nothing waits</h2><p class="ts-note">New images appear here by themselves.</p>')
    late = sum(urgency(card, now) == "late" for card in cards)
    stamp = Markup(" {}").format(chip(f"{late} late", "late")) if late else Markup("")
    return Markup('<h2>{} waiting{}</h2><p class="ts-note">The oldest came {}.</p>').format(
        len(cards), stamp, moment(cards[0].moved_at, now)
    )


def case_picture(story: Story) -> Markup:
    """The image that is judged, and over it what the findings point at, at first a frame about each face."""
    card = story.card
    alt = f"{card.twin_name} for {card.brand_name}, {card.state}, AI-generated"
    url = f"/media/preview/{card.render_id}?v={(card.preview_sha256 or '')[:12]}"
    drawn = overlay(story.findings, card.width, card.height)
    return picture(url, alt, Markup("{} · {}").format(card.twin_name, card.shoot_title), drawn)


def case_words(story: Story, now: datetime) -> Markup:
    """Beside the image: whose it is, for what, what the safeguards found, and what was decided before."""
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
    appeal = next((row["note"] for row in reversed(story.decisions) if row["kind"] == "appeal"), "")
    plea = Markup('<p class="ts-note" data-kind="wait">A second look was asked for: “{}”</p>').format(appeal) if appeal else ""
    return Markup("<h2>Is this {}, as agreed?</h2>{}{}<h3>What the safeguards found</h3>{}").format(
        card.twin_name, plea, told, findings_list(story.findings, (card.width, card.height))
    )


def idle_stage(cards: Sequence[Card]) -> Markup:
    """The stage while nothing is judged."""
    said = "Others are looking at what waits." if cards else "Everything is decided."
    return Markup('<div class="ts-picture ts-empty"><p>{}</p><p>The next image opens here by itself.</p></div>').format(said)
