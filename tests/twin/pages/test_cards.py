"""Facts about the cards of twins, looks, swatches and words."""

from datetime import timedelta

from tests.twin.pages.pretend import ASSETS, EVIL, LOOK, NOW, OFFERS, twin
from twin.looks.lookbook import Lookbook
from twin.looks.wardrobe import Wardrobe
from twin.looks.words import Setting, read_words
from twin.pages import cards
from twin.pages.cards import licence_facts, look_style, look_words, portrait_style, reading_words, refused_words, swatch_named

BOOK, WARDROBE = Lookbook.read(ASSETS / "looks"), Wardrobe.read(ASSETS / "wardrobe.json")


def test_a_licence_says_its_use_its_end_its_fee_and_what_is_left() -> None:
    told = licence_facts(twin(), NOW)
    for part in ("web", "swimwear", "3 May 2027", "in 1 year", "€120 an image", "30 days", "4 images"):
        assert part in told


def test_the_deal_and_its_price_stand_there_before_the_first_image() -> None:
    deal = {"advertiser": "Halden", "product_line": "coats", "media": ("print", "email"), "territory": "EU", "max_images": 9}
    told = licence_facts(twin(**deal, exclusive="outerwear", first_use=NOW + timedelta(days=2), consent_url="/consent/c1"), NOW)
    for part in ("Spring, Halden", "coats", "print, email; European Union", "4 images of 9", "5 May 2026", "no earlier"):
        assert part in told
    assert "no other brand shows this person with outerwear" in told
    assert 'href="/consent/c1"' in told
    assert "no earlier" not in licence_facts(twin(**deal, first_use=NOW), NOW)
    assert "what is not released costs nothing" in told
    assert "€120 once, with the first image released, for all of them" in licence_facts(twin(fee_model="buyout"), NOW)
    variants = twin(fee_model="variant", variant_minor=750)
    assert "€120 an image, €7.50 for the same in another light" in licence_facts(variants, NOW)
    assert "€120 an image, 2.5 % of it besides for the people behind the look" in licence_facts(twin(share_bp=250), NOW)
    assert "besides" not in told
    assert "<img" not in licence_facts(twin(**{**deal, "territory": EVIL}, exclusive=EVIL, consent_url=EVIL), NOW)


def test_who_may_not_be_painted_says_why_and_is_greyed() -> None:
    refused = twin(refusal="No licence is in force.")
    assert "No licence is in force." in licence_facts(refused, NOW)
    assert "grayscale" in portrait_style([refused])
    assert "grayscale" not in portrait_style([twin()])


def test_no_name_leaves_the_style_sheet() -> None:
    assert str(portrait_style([twin(name=EVIL, refusal=EVIL)])).count("<") == 2
    assert "<img" not in licence_facts(twin(refusal=EVIL), NOW) + refused_words(EVIL)


def test_a_look_credits_its_authors_and_shows_its_picture() -> None:
    look = BOOK.looks[0]
    assert all(name in look_words(look) for name in (look.authors.stylist, look.authors.photographer, look.authors.lighting))
    style = look_style([look])
    assert look.backdrop_colour in style
    assert f'url("/media/look/{look.name}")' in style


def test_words_are_shown_in_the_order_they_were_typed_understood_or_struck_through() -> None:
    told = reading_words(read_words("umbrella, warm light", LOOK, Setting("nora", WARDROBE, BOOK)))
    assert '<span class="ts-hidden">Left out: </span><del>umbrella</del> This studio' in told
    assert told.index("umbrella") < told.index("warm")
    assert told.count("<del>") == told.count("Left out: ") == 1
    assert reading_words(read_words("", LOOK, Setting("nora", WARDROBE, BOOK))) == ""


def test_words_that_are_markup_are_shown_as_words() -> None:
    told = reading_words(read_words("<b>zeppelin</b>", LOOK, Setting("nora", WARDROBE, BOOK)))
    assert "<b>zeppelin" not in told


def test_only_a_colour_of_the_card_has_a_name() -> None:
    one = WARDROBE.swatches[0]
    assert swatch_named(WARDROBE.swatches, one.colour) == one.title
    assert swatch_named(WARDROBE.swatches, "#123456") is None


def test_painters_that_cannot_be_ordered_of_say_what_they_need_and_nothing_of_it_becomes_markup() -> None:
    told = cards.painters(OFFERS)
    assert "<dt>Atelier</dt><dd>Apache-2.0; comes with the program; any machine.</dd>" in told
    assert "<summary>1 painter is not available here</summary>" in told
    assert "The weights of Big are not here. &lt;img src=x onerror=alert(1)&gt;" in told
    assert "<img" not in told
    assert "<details" not in cards.painters(OFFERS[:1])
