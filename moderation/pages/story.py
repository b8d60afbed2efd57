"""The story of one image: how it was made, what was found, who decided what and when, what it pays, and its download."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from markupsafe import Markup

from moderation.access.account import Role
from moderation.desk.insight import Story
from moderation.desk.signoff import REASON_WORDS, Reason, State
from moderation.money.credits import ROLES, credits_of
from moderation.pages.findings import findings_list
from moderation.pages.markup import facts, moment, money, until

DECISIONS = {
    ("review", "pass"): "{by} passed it on to {name}",
    ("review", "refuse"): "{by} refused it",
    ("review", "undo"): "{by} took that decision back",
    ("signoff", "approve"): "{by} approved it",
    ("signoff", "refuse"): "{by} said no",
    ("signoff", "change"): "{by} asked for a change",
    ("undo", "undo"): "{by} took the approval back",
    ("appeal", "appeal"): "{by} asked for a second look",
}
PARTIES = {
    "brand": "the brand pays",
    "agency": "the agency keeps",
    "person": "{name} receives",
    "author": "the people behind the look share",
}

COPY_WORDS = {"web": "Copy for the web", "small": "Small copy"}


def story_html(story: Story, role: Role, now: datetime) -> Markup:
    """The whole story for an account of `role`; the download first, since it is what one comes for."""
    parts = (
        _gone(story),
        _download(story, role, now),
        _section("Decisions", _decisions(story, now)),
        _section("What the safeguards found", findings_list(story.findings) if story.submission else Markup("")),
        _section("Money", _money(story)),
        _section("Credits", _credits(story)),
        _recipe(story),
    )
    return Markup('<div class="ts-story">{}</div>').format(Markup("").join(parts))


def _gone(story: Story) -> Markup:
    return (
        Markup('<section class="ts-gone" role="note"><p>{}</p></section>').format(story.card.gone)
        if story.card.gone
        else Markup("")
    )


def _section(title: str, body: Markup) -> Markup:
    return Markup("<section><h3>{}</h3>{}</section>").format(title, body) if body else Markup("")


def _download(story: Story, role: Role, now: datetime) -> Markup:
    if story.card.gone or story.card.state != State.RELEASED or role is not Role.CREATIVE or story.submission is None:
        return Markup("")
    sealed = story.submission
    size = f"{sealed['width']} × {sealed['height']} px, {sealed['bytes'] / 1_000_000:.1f} MB, PNG"
    return Markup(
        '<section class="ts-download"><button type="button" class="ts-first" data-post="/release/{}/download">'
        'Download the full file</button>{}<p><a class="ts-link" href="/approval/{}" download>Her signed approval</a>, which'
        " anybody can check against the fingerprint of her key</p>{}</section>"
    ).format(
        story.card.render_id,
        _copies(story),
        story.card.render_id,
        facts(
            [
                ("File", size),
                ("Sealed", Markup('<code title="{0}">{1}…</code>').format(sealed["sealed_sha256"], sealed["sealed_sha256"][:16])),
                ("Says", sealed["disclosure_text"]),
                ("Use until", until(story.card.use_ends_at, now)),
            ]
        ),
    )


def _copies(story: Story) -> Markup:
    """A button for each smaller copy; where there is none, why."""
    if not story.copies:
        return Markup('<p class="ts-quiet">No smaller copies: she allowed the file as it is.</p>')
    button = Markup('<button type="button" data-post="/release/{}/download?which={}">{}, {} × {} px, {:.0f} kB, JPEG</button>')
    image = story.card.render_id
    made = (
        button.format(image, one["name"], COPY_WORDS[one["name"]], one["width"], one["height"], one["bytes"] / 1000)
        for one in story.copies
    )
    return Markup('<p class="ts-copies">{}</p>').format(Markup(" ").join(made))


def _decisions(story: Story, now: datetime) -> Markup:
    lines = [decision_line(row, story.card.twin_name, now) for row in story.decisions]
    if story.release:
        told = Markup("{} released it").format(story.release["by_name"])
        lines.append(Markup("<li><p>{}, {}</p></li>").format(told, moment(story.release["released_at"], now)))
    for row in story.downloads:
        what = f"the {COPY_WORDS[row['copy']].lower()}" if row["copy"] else "the file"
        lines.append(Markup("<li><p>{} fetched {}, {}</p></li>").format(row["by_name"], what, moment(row["granted_at"], now)))
    return Markup('<ol class="ts-decisions">{}</ol>').format(Markup("").join(lines)) if lines else Markup("")


def decision_line(row: Mapping[str, Any], name: str, now: datetime) -> Markup:
    """One decision as an item of a list: who, what, when, and the reason in quotes."""
    words = DECISIONS.get((row["kind"], row["choice"]), "{by} decided").format(by=row["by_name"], name=name)
    why = REASON_WORDS[Reason(row["reason_code"])] if row["reason_code"] else ""
    told = ". ".join(part for part in (why, row["note"]) if part)
    gone = Markup(' <span class="ts-quiet">(no longer stands)</span>') if row["superseded"] else Markup("")
    quote = Markup("<blockquote>{}</blockquote>").format(told) if told else Markup("")
    hers = row["kind"] in ("signoff", "undo")
    for_her = hers and row["by_role"] == Role.AGENCY
    signed = ", for her, as she allows" if for_her else ", signed with her key" if row["signature_id"] else ", not signed"
    return Markup("<li><p>{}{}, {}{}</p>{}</li>").format(
        words, signed if hers else "", moment(row["decided_at"], now), gone, quote
    )


def _money(story: Story) -> Markup:
    card = story.card
    if not story.lines:
        fee = f"{money(card.fee_minor, card.currency)}, posted when it is released"
        return facts([("Fee", fee)])
    sums: dict[tuple[str, bool], int] = {}
    for line in story.lines:
        key = line["party"], line["kind"] == "refund"
        sums[key] = sums.get(key, 0) + line["amount_minor"]
    currency = story.lines[0]["currency"]
    return facts(
        [
            (
                _sentence(PARTIES[party].format(name=card.person_name)) + (", paid back" if refunded else ""),
                money(abs(amount), currency),
            )
            for (party, refunded), amount in sums.items()
        ]
    )


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _credits(story: Story) -> Markup:
    """Who made the look."""
    return facts([(ROLES[one.role], one.name) for one in credits_of(story.card.look)])


def _recipe(story: Story) -> Markup:
    """Everything that repaints the image, folded away."""
    card, look = story.card, story.card.look
    lamps = "; ".join(f"{name} {lamp['strength']:g} at {lamp['kelvin']:g} K" for name, lamp in (look.get("light") or {}).items())
    pose = ", ".join(f"{name} {value:g}" for name, value in (look.get("pose") or {}).items())
    recipe = story.recipe or {}
    told = facts(
        [
            ("Made by", story.maker_name),
            ("Painter", card.painter),
            ("Seed", str(card.seed)),
            ("Words", look.get("words") or ""),
            ("Light", lamps),
            ("Pose", pose),
            ("Wears", f"{look.get('garment', '')} in {look.get('garment_colour', '')}"),
            ("Backdrop", look.get("backdrop_colour") or ""),
            *_run(recipe.get("made_by") or {}),
            *((name.replace("_", " ").capitalize(), _short(value)) for name, value in sorted(recipe.items()) if _plain(value)),
        ]
    )
    return Markup('<details class="ts-fold"><summary>Recipe</summary>{}</details>').format(told)


def _run(made_by: Mapping[str, Any]) -> list[tuple[str, str]]:
    """How the model was held on the machine and what happened on the way, where the painter told."""
    tries = (made_by.get("best_of") or {}).get("tries") or ()
    told = {
        "Model held": str(made_by.get("mode") or ""),
        "On the way": " ".join(str(one) for one in made_by.get("told") or ()),
        "Best of": f"{len(tries)} paintings, by likeness" if len(tries) > 1 else "",
    }
    return [(name, value) for name, value in told.items() if value]


def _plain(value: object) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:20]}…"
