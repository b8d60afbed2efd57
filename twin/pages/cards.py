"""Portraits, looks and swatches as pictures laid by CSS upon real radio buttons, and the lines that explain them."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from markupsafe import Markup

from twin.engines.engines import Offer
from twin.looks.lookbook import NamedLook
from twin.looks.relight import Difference
from twin.looks.wardrobe import Swatch
from twin.looks.words import Reading
from twin.orders.edits import STANDING
from twin.pages.markup import css_string, day, facts, moment, money, note
from twin.pages.ports import ImageCard, TwinCard

TERRITORIES = {"EU": "European Union", "worldwide": "worldwide"}
"""Territories that are no country's two letters, in words."""
NAMED_AT_MOST = 5
"""How many changed tools are named."""


def option(group: str, title: str) -> str:
    """The CSS selector of one radio button's label, by the text on it."""
    return f"#{group} label[data-testid={css_string(title + '-radio-label')}]"


def sheet(rules: Iterable[str]) -> Markup:
    """A <style> element; every text in `rules` has passed through css_string."""
    return Markup("<style>{}</style>").format(Markup("\n".join(rules)))


def portrait_style(twins: Sequence[TwinCard]) -> Markup:
    """Portraits upon the twins' radio buttons; who cannot be painted now is greyed."""
    shown = [twin for twin in twins if twin.portrait_url]
    rules = [f"{option('twin', twin.name)}{{background-image:url({css_string(twin.portrait_url)})}}" for twin in shown]
    rules += [f"{option('twin', twin.name)}{{filter:grayscale(1);opacity:.7}}" for twin in twins if twin.refusal]
    return sheet(rules)


def look_style(looks: Sequence[NamedLook]) -> Markup:
    """Each look's picture upon its radio button, on the colour of its backdrop."""
    return sheet(
        f"{option('look', look.title)}{{background-color:{look.backdrop_colour};background-image:url({css_string(look.url)})}}"
        for look in looks
    )


def swatch_style(group: str, swatches: Sequence[Swatch]) -> Markup:
    """Colours upon the radio buttons of one group."""
    return sheet(f"{option(group, swatch.title)}{{--swatch:{swatch.colour}}}" for swatch in swatches)


def painters(offers: Sequence[Offer]) -> Markup:
    """What runs here and how, and what each painter that does not would need."""
    ready = [(one.title, one.detail) for one in offers if not one.refusal]
    wanting = [one.refusal for one in offers if one.refusal]
    told = facts(ready)
    if not wanting:
        return told
    lines = Markup("").join(Markup("<li>{}</li>").format(one) for one in wanting)
    more = "1 painter is" if len(wanting) == 1 else f"{len(wanting)} painters are"
    fold = Markup('<details class="ts-fold ts-wanting"><summary>{} not available here</summary><ul>{}</ul></details>')
    return told + fold.format(more, lines)


def painted_by(twin: TwinCard | None, offers: Sequence[Offer]) -> Markup:
    """Where nobody here can paint a twin, what would be needed for it; nothing where somebody can."""
    if twin is None or ready_for(twin, offers):
        return Markup("")
    if not twin.pictured and not any(one.paints(twin.id, pictured=False) for one in offers):
        return note(f"There are no pictures of {twin.name} to paint from: she is not enrolled yet.", "stop")
    needs = [one.refusal for one in offers if one.paints(twin.id, pictured=twin.pictured)]
    return note(f"No painter that runs here can paint {twin.name}. {needs[0] if needs else ''}".rstrip(), "stop")


def ready_for(twin: TwinCard, offers: Sequence[Offer]) -> list[Offer]:
    """The painters that run here and can paint this twin."""
    return [one for one in offers if not one.refusal and one.paints(twin.id, pictured=twin.pictured)]


def parts_link(image: ImageCard | None) -> Markup:
    """The way to the page that repaints a part of an image; nothing where no part of it may be repainted."""
    if image is None or image.state not in STANDING:
        return Markup("")
    return Markup('<a class="ts-deed" href="/repaint/{}">Repaint a part</a>').format(image.id)


def swatch_named(swatches: Sequence[Swatch], colour: str) -> str | None:
    """The name of a colour on the card, None for one that was mixed."""
    return next((swatch.title for swatch in swatches if swatch.colour == colour), None)


def licence_facts(twin: TwinCard | None, now: datetime) -> Markup:
    """The deal, before anything is painted: for whom and what, where, how long, the price and how many images are left."""
    if twin is None:
        return note("Choose whom you want to picture.")
    left = f"{twin.images_left} image{'' if twin.images_left == 1 else 's'}"
    first = twin.first_use if twin.first_use is not None and twin.first_use > now else None
    pairs: list[tuple[str, str | Markup]] = [
        ("For", ", ".join(word for word in (twin.campaign, twin.advertiser) if word)),
        ("Showing", twin.product_line),
        ("Where", f"{', '.join(twin.media)}; {TERRITORIES.get(twin.territory, twin.territory)}" if twin.media else ""),
        ("From", Markup('{} <span class="ts-quiet">(used no earlier)</span>').format(day(first)) if first else ""),
        ("Until", Markup('{} <span class="ts-quiet">({})</span>').format(day(twin.until), moment(twin.until, now))),
        ("Alone", f"no other brand shows this person with {twin.exclusive} meanwhile" if twin.exclusive else ""),
        ("Price", price(twin)),
        ("Left", left if twin.max_images is None else f"{left} of {twin.max_images}"),
    ]
    link = Markup('<p class="ts-note"><a class="ts-link" href="{}" target="_blank">The consent that binds you</a></p>')
    consent = link.format(twin.consent_url)
    terms = _sentences("Allowed", twin.permits) + _sentences("Never", twin.forbids) + (consent if twin.consent_url else "")
    return note(twin.refusal, "stop") + facts([pair for pair in pairs if pair[1]]) + terms


def price(twin: TwinCard) -> str:
    """What one image costs, or all of them, when it is owed and when it is paid."""
    paid = f"paid within {twin.payment_days} days of release"
    fee = money(twin.fee_minor, twin.currency)
    if twin.share_bp:
        paid = f"{twin.share_bp / 100:g} % of it besides for the people behind the look; {paid}"
    if twin.fee_model == "buyout":
        return f"{fee} once, with the first image released, for all of them; {paid}"
    if twin.variant_minor is not None:
        return f"{fee} an image, {money(twin.variant_minor, twin.currency)} for the same in another light; {paid}"
    return f"{fee} an image, {paid}; what is not released costs nothing"


def _sentences(title: str, sentences: Sequence[str]) -> Markup:
    """What a consent allows or forbids: the first in view, all of them in a fold."""
    if not sentences:
        return Markup("")
    every = Markup("").join(Markup("<li>{}</li>").format(sentence) for sentence in sentences)
    more = f" and {len(sentences) - 1} more" if len(sentences) > 1 else ""
    return Markup(
        '<details class="ts-terms"><summary><span class="ts-quiet">{}</span><span>{}{}</span></summary><ul>{}</ul></details>'
    ).format(title, sentences[0].rstrip("."), more, every)


def look_words(look: NamedLook | None, found: Sequence[Difference] = ()) -> Markup:
    """A look's line and its credits, and what the tools have changed of it."""
    if look is None:
        return note("A look sets pose, light, wardrobe and backdrop at once; then change what you like.")
    made = look.authors
    people = f"styling {made.stylist} · photography {made.photographer} · lighting {made.lighting}"
    line = Markup('<p class="ts-note">{} <span class="ts-quiet">{}</span></p>').format(look.description, people)
    if not found:
        return line
    changed = ", ".join(one.what for one in found[:NAMED_AT_MOST]) + (" and more" if len(found) > NAMED_AT_MOST else "")
    return line + Markup('<p class="ts-note"><b>Changed from {}:</b> {}.</p>').format(look.title, changed)


def reading_words(reading: Reading) -> Markup:
    """What the words were understood to mean; what cannot be painted is struck through and says why."""
    marks = [
        *(
            (part.start, Markup('<li class="ts-word" data-kind="go"><b>{}</b> {}</li>').format(part.text, part.meaning))
            for part in reading.understood
        ),
        *((part.start, _left_out(part.text, part.because)) for part in reading.unpainted),
    ]
    if not marks:
        return Markup("")
    lines = Markup("").join(line for _, line in sorted(marks))
    return Markup('<ul class="ts-words" aria-label="How your words were read">{}</ul>').format(lines)


def _left_out(text: str, because: str) -> Markup:
    """Struck through for the eye; screen readers pass over <del>, so words say it too."""
    return Markup('<li class="ts-word" data-kind="off"><span class="ts-hidden">Left out: </span><del>{}</del> {}</li>').format(
        text, because
    )


def refused_words(sentence: str) -> Markup:
    """Why the words may not be painted, inline and read out at once."""
    return Markup('<p class="ts-note" data-kind="stop" role="alert">{}</p>').format(sentence)
