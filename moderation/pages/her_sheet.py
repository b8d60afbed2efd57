"""What the person sees of one image before she decides, and of all her images, her money and her agreements."""

from collections.abc import Sequence
from datetime import datetime

from markupsafe import Markup

from moderation.desk.insight import Card
from moderation.desk.signoff import State
from moderation.money.earnings import Payment, Share
from moderation.pages.markup import chip, css_string, day, facts, listed, moment, money, note, picture, until
from moderation.rights.agreements import Agreement, Granted

BASIS = {"image": "for each released image", "variant": "for each released image", "buyout": "once, for everything"}
SHOWN = frozenset(State) - {State.QUEUED, State.PAINTING, State.FAILED, State.CANCELLED}
"""States in which there is a picture of her to look at."""


def preview_url(card: Card) -> str:
    """Where the picture of a card is; the hash makes a browser fetch a new one."""
    return f"/media/preview/{card.render_id}?v={(card.preview_sha256 or '')[:12]}"


def her_picture(card: Card) -> Markup:
    """The image, large."""
    alt = f"You, {card.twin_name}, for {card.brand_name}, {card.state}, AI-generated"
    return picture(preview_url(card), alt, Markup("for {}").format(card.brand_name))


def turn_words(card: Card, share: Share, place: tuple[int, int], now: datetime) -> Markup:
    """What she is asked: where the image will be used, by whom, until when, and what she earns."""
    count = f"{place[0]} of {place[1]}" if place[1] > 1 else ""
    earns = Markup("<b>{}</b> within {} days of release").format(money(share.hers_minor, share.currency), share.payment_days)
    if share.basis == "buyout":
        once = "once, with the first image released; every further image of this licence pays nothing"
        earns = earns + Markup('<br><span class="ts-quiet">{}</span>').format(once) if share.fee_minor else PAID_BEFORE
    if share.agency_minor:
        earns += Markup('<br><span class="ts-quiet">of {}; {} keeps {}</span>').format(
            money(share.fee_minor, share.currency), share.agency_name, money(share.agency_minor, share.currency)
        )
    told = facts(
        [
            ("Who", card.brand_name if card.advertiser == card.brand_name else f"{card.brand_name}, for {card.advertiser}"),
            ("What for", f"{card.campaign}, {card.product_line}"),
            ("Where", f"{listed(card.media)}, {card.territory}"),
            ("As", listed(card.uses)),
            ("Until", until(card.licence_ends_at, now)),
            ("You earn", earns),
        ]
    )
    return Markup('<div class="ts-next"{}><p class="ts-quiet">{}</p><h2>May {} use this picture of you?</h2>{}{}</div>').format(
        signed_of(card), count, card.brand_name, told, STORY.format(card.render_id)
    )


def signed_of(card: Card) -> Markup:
    """What of an image her browser compares with the statement before it signs, as attributes."""
    fee = f"{card.fee_minor} {card.currency}"
    return Markup(' data-image="{}" data-version="{}" data-sealed="{}" data-fee="{}"').format(
        card.render_id, card.version, card.sealed_sha256 or "", fee
    )


def nothing_waits(made: int) -> Markup:
    """What she sees when she has decided everything."""
    then = "Your images are below." if made else "When somebody makes an image of you, it waits for you here."
    return Markup('<div class="ts-picture ts-empty"><p>Nothing waits for you.</p><p>{}</p></div>').format(then)


def image_name(card: Card) -> str:
    """What an image is called in her list."""
    return f"{card.state}, {card.brand_name}, {day(card.created_at)} · {card.render_id[-4:]}"


STORY = Markup('<p><a class="ts-link" href="/image/{}">Its story, and what was said about it</a></p>')
PAID_BEFORE = Markup("nothing more: this licence was bought out with an earlier image")
NO_IMAGES = Markup('<p class="ts-quiet">No image of you has been made yet.</p>')


def shown_images(cards: Sequence[Card]) -> list[Card]:
    """Those of her images of which there is a picture."""
    return [card for card in cards if card.state in SHOWN and card.picture and card.preview_sha256]


_HUES = {"her turn": "hers", "approved": "go", "released": "go", "in review": "wait", "change asked": "wait", "refused": "stop"}


def images_style(cards: Sequence[Card]) -> Markup:
    """Pictures upon the radio buttons of her list."""
    rules = []
    for card in cards:
        frame = f"#mine label[data-testid={css_string(image_name(card) + '-radio-label')}]"
        rules.append(
            f"{frame}{{background-image:url({css_string(preview_url(card))});--chip-ink:var(--{_HUES.get(card.state, 'off')})}}"
        )
    return Markup("<style>{}</style>").format(Markup("\n".join(rules)))  # every text has passed through css_string


def image_words(card: Card, now: datetime) -> Markup:
    """One of her images: where it stands and where it is used."""
    used = {
        State.RELEASED: f"It may be shown until {day(card.use_ends_at)}.",
        State.APPROVED: "You approved it; it is not released yet, so you can still take that back.",
        State.IN_REVIEW: "A moderator looks at it before you do.",
        State.CHANGE_ASKED: "You asked for a change; it cannot be used.",
        State.REFUSED: "It was refused and cannot be used.",
        State.BLOCKED: "A safeguard stopped it; it cannot be used.",
        State.HER_TURN: "It waits for your decision.",
        State.EXAMINING: "The safeguards are looking at it.",
        State.WITHDRAWN: "You took permission back before it was released.",
        State.RECALLED: "It was recalled: it may no longer be shown.",
    }.get(State(card.state), "")
    told = facts([("For", f"{card.brand_name}, {card.campaign}"), ("Where", f"{listed(card.media)}, {card.territory}")])
    proof = Markup('<p><a class="ts-link" href="/approval/{}" download>Your approval, with its signature</a></p>').format(
        card.render_id
    )
    return Markup('<div class="ts-next"{}><p class="ts-line">{} {}</p><p>{}</p>{}{}{}</div>').format(
        signed_of(card),
        chip(card.state),
        moment(card.moved_at, now),
        used,
        told,
        STORY.format(card.render_id),
        proof if card.state in (State.APPROVED, State.RELEASED) else "",
    )


def used_list(cards: Sequence[Card], now: datetime) -> Markup:
    """Where her released images are used, by whom and until when."""
    lines = [
        (
            card.brand_name,
            f"{card.campaign}, {card.product_line}",
            f"{listed(card.media)}, {card.territory}",
            until(card.use_ends_at, now),
        )
        for card in cards
        if card.state == State.RELEASED
    ]
    return table(("By", "For", "Where", "Until"), lines, "None of your images is in use.")


def money_list(payments: Sequence[Payment], now: datetime) -> Markup:
    """What each release paid her, and the sums by currency."""
    sums: dict[str, int] = {}
    for payment in payments:
        sums[payment.currency] = sums.get(payment.currency, 0) + payment.hers_minor
    total = " and ".join(money(minor, currency) for currency, minor in sorted(sums.items()))
    lines = [
        (
            moment(payment.posted_at, now),
            f"{payment.brand_name}, {payment.campaign}" + (" (paid back)" if payment.refunded else ""),
            money(payment.fee_minor, payment.currency),
            money(payment.agency_minor, payment.currency),
            Markup("<b>{}</b>").format(money(payment.hers_minor, payment.currency)),
            _reached(payment, now),
        )
        for payment in payments
    ]
    head = Markup('<p class="ts-lead">{} earned.</p>').format(total) if total else Markup("")
    heads = ("When", "For", "Fee", "Agency", "You", "Paid")
    return head + STATEMENTS + table(heads, lines, "Nothing has been released yet, so nothing was paid yet.")


STATEMENTS = Markup('<p><a class="ts-link" href="/statements">Your statements, month by month</a></p>')


def _reached(payment: Payment, now: datetime) -> Markup:
    """Whether what she earned has reached her, or when it is due."""
    if payment.open_minor == 0:
        return chip("paid", "released") if payment.hers_minor else chip("paid back", "withdrawn")
    if datetime.fromisoformat(payment.due_at) <= now:
        return Markup("{} {}").format(chip("overdue", "refused"), until(payment.due_at, now))
    return Markup("due {}").format(until(payment.due_at, now))


def table(heads: Sequence[str], lines: Sequence[Sequence[str | Markup]], empty: str) -> Markup:
    """A table whose rows become cards on a narrow screen; every cell carries its head's name for that."""
    if not lines:
        return note(empty)
    top = Markup("").join(Markup('<th scope="col">{}</th>').format(head) for head in heads)
    body = Markup("").join(
        Markup("<tr>{}</tr>").format(
            Markup("").join(
                Markup('<td data-head="{}"><div>{}</div></td>').format(head, cell) for head, cell in zip(heads, line, strict=True)
            )
        )
        for line in lines
    )
    return Markup('<table class="ts-table"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>').format(top, body)


def agreements_words(agreements: Sequence[Agreement], now: datetime) -> Markup:
    """Her consents in plain words, each with the licences under it."""
    if not agreements:
        return note("You have agreed to nothing here.")
    link = Markup(
        '<a class="ts-link" href="/consents" target="_blank">Every text you signed</a>, also about your face in numbers.'
    )
    every = note(link)
    return every + Markup("").join(_agreement(agreement, now) for agreement in agreements)


def _agreement(agreement: Agreement, now: datetime) -> Markup:
    limits = [limit["sentence"] if isinstance(limit, dict) and "sentence" in limit else str(limit) for limit in agreement.limits]
    pay = f"{money(agreement.pay_minor, agreement.currency)} {BASIS.get(agreement.pay_basis, agreement.pay_basis)}"
    told = facts(
        [
            ("You allow", agreement.scope),
            ("So that", agreement.purpose),
            ("Never", Markup("<br>").join(limits)),
            ("For", pay),
            ("Every image says", agreement.disclosure_text),
            ("Training", "allowed" if agreement.training_allowed else "no; that would be a permission of its own"),
            ("Until", until(agreement.ends_at, now)),
        ]
    )
    gone = chip("taken back", "withdrawn") if agreement.taken_back_at else Markup("")
    licences = Markup("").join(_licence(licence, now) for licence in agreement.licences)
    link = Markup('<a class="ts-link" href="/consent/{}" target="_blank">Read the whole text, or print it</a>')
    paper = note(link.format(agreement.consent_id))
    return Markup('<article class="ts-agreement"><h3>Consent {} of {} {}</h3>{}{}{}</article>').format(
        agreement.version, agreement.twin_name, gone, told, paper, licences
    )


def _licence(licence: Granted, now: datetime) -> Markup:
    gone = chip("taken back", "withdrawn") if licence.taken_back_at else Markup("")
    told = facts(
        [
            ("For", f"{licence.advertiser}, {licence.product_line}"),
            ("Where", f"{listed(licence.media)}, {licence.territory}"),
            ("Fee", _fee(licence)),
            ("Paid", f"within {licence.payment_days} days of release"),
            ("Images", f"{licence.released} of at most {licence.max_images} released"),
            ("Alone", f"no other brand shows you with {licence.category} meanwhile" if licence.exclusivity == "category" else ""),
            ("Used from", until(licence.use_starts_at, now) if licence.use_starts_at > now.isoformat() else ""),
            ("Until", until(licence.ends_at, now)),
            ("Taking back", _notice(licence)),
        ]
    )
    return Markup('<div class="ts-licence"><h4>{} · {} {}</h4>{}</div>').format(licence.brand_name, licence.campaign, gone, told)


def _fee(licence: Granted) -> str:
    fee = money(licence.fee_minor, licence.currency)
    if licence.fee_model == "buyout":
        return f"{fee} once, for all images"
    if licence.variant_minor is not None:
        return f"{fee} an image, {money(licence.variant_minor, licence.currency)} for the same in another light"
    return f"{fee} an image"


def _notice(licence: Granted) -> str:
    hours = licence.revocation_notice_hours
    return f"ends what was released {hours} hours after you say so, and everything else at once" if hours else "works at once"
