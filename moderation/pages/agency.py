"""The pages of agencies and of single images, joined to the functions behind them."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

from markupsafe import Markup

from moderation.access.account import Account
from moderation.access.agency import AgencyDesk, Bureau, agency_routes
from moderation.access.answers import Pages
from moderation.access.her_agency import HerAgency, her_agency_routes
from moderation.access.image import ImagePages, image_routes
from moderation.access.key_witness import WitnessDesk, key_witness_routes
from moderation.desk.comments import SPEAKERS
from moderation.desk.insight import Card
from moderation.house import House
from moderation.keys.witness import KeyWitness
from moderation.pages.comments import comments_html
from moderation.pages.markup import day, facts, listed, money, picture, until
from moderation.pages.papers import text_html
from moderation.pages.story import story_html

WORDS: Mapping[str, Any] = {"day": day, "money": money}
"""What the templates of these pages say dates and amounts with."""


class Written(Bureau, Protocol):
    """What is written for an agency's people, and what its forms offer to choose from."""

    @property
    def choices(self) -> Mapping[str, Sequence[str]]: ...


def agency_routers(
    house: House, bureau: Written, refusals: tuple[type[Exception], ...], missing: tuple[type[Exception], ...]
) -> tuple[Callable[[Pages], Any], ...]:
    """The routers of an agency's pages, of one image, of what she lets her agency do, and of whoever is witness to her key."""
    desk = AgencyDesk(bureau, house.agency, bureau.choices, refusals, missing, text_html, house.clock, WORDS)
    images = ImagePages(house.insight.card, partial(image_html, house), house.comments, house.behalf, SPEAKERS)
    hers = HerAgency(house.behalf, house.keys.needs_no_password)
    witness = WitnessDesk(KeyWitness(house.database, house.keys), house.confirmations, house.clock, WORDS)

    return (
        lambda pages: agency_routes(pages, desk),
        lambda pages: image_routes(pages, images),
        lambda pages: her_agency_routes(pages, hers),
        lambda pages: key_witness_routes(pages, witness),
    )


def image_html(house: House, account: Account, render_id: str) -> Markup:
    """Picture, story and comments of an image. Raises NotFound."""
    story = house.insight.story(account, render_id)
    told = story_html(story, account.role, house.clock())
    said = comments_html(house.comments.of(account, render_id), house.clock())
    shown = _picture(story.card) + _use(story.card, house)
    return Markup('<div class="image-body"><div>{}</div><div>{}{}</div></div>').format(shown, told, said)


def _use(card: Card, house: House) -> Markup:
    return facts(
        [
            ("For", f"{card.campaign}, {card.product_line}"),
            ("Seen as", listed(card.uses)),
            ("Where", f"{listed(card.media)}, {card.territory}"),
            ("Until", until(card.use_ends_at, house.clock())),
        ]
    )


def _picture(card: Card) -> Markup:
    if card.gone:
        return Markup('<p class="ts-note">{}</p>').format(card.gone)
    if not card.shown_sha256:
        return Markup('<p class="ts-note">There is no picture to look at while it is “{}”.</p>').format(card.state)
    address = f"/media/preview/{card.render_id}?v={card.shown_sha256[:12]}"
    alt = f"{card.twin_name} for {card.brand_name}, {card.state}, AI-generated"
    return picture(address, alt, Markup('<span class="ts-chip" data-state="{0}">{0}</span>').format(card.state))
