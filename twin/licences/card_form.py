"""The form in which an agency writes the next version of its rate card, and the card that it says."""

from collections.abc import Mapping, Sequence

from twin.consents.consent import Medium, check_territory
from twin.consents.form import Fields
from twin.errors import BadValue
from twin.form_reading import Reading, amount, as_amount, as_factor, factor, whole
from twin.licences.rates import ONCE, Price, RateCard

ANYBODY = "*"
TERRITORY_ROWS = 8
TERM_ROWS = 6
EMPTY = RateCard("EUR", {ANYBODY: Price(0, 0, 0)}, {Medium.WEB_SHOP: ONCE}, {"worldwide": ONCE}, {365: ONCE}, ONCE)


def fields_of(card: RateCard) -> Fields:
    """A card as its form says it; people are numbered in the order of `people`, everybody else comes first."""
    fields: Fields = {"currency": [card.currency], "exclusive": [as_factor(card.exclusive_bp)]}
    for person_id, price in card.bases.items():
        for name in ("image", "variant", "buyout"):
            fields[f"{name}_{person_id}"] = [as_amount(getattr(price, name))]
    for medium, bp in card.media.items():
        fields[f"medium_{medium.value}"] = [as_factor(bp)]
    for number, (territory, bp) in enumerate(sorted(card.territories.items(), key=lambda one: -one[1])):
        fields |= {f"territory_{number}": [territory], f"territory_factor_{number}": [as_factor(bp)]}
    for number, (days, bp) in enumerate(sorted(card.terms.items())):
        fields |= {f"days_{number}": [str(days)], f"days_factor_{number}": [as_factor(bp)]}
    return fields


def read_card(reading: Reading, people: Sequence[str]) -> RateCard:
    """The card that a form says, with a base for each of `people` that one is written for. Raises FormRefused."""
    bases = {one: price for one in (ANYBODY, *people) if (price := _price(reading, one)) is not None}
    if ANYBODY not in bases:
        reading.complain(f"image_{ANYBODY}", "Write the base price for everybody who has none of her own.")
    media = {one: reading.take(f"medium_{one.value}", factor, ONCE) for one in Medium if reading.text(f"medium_{one.value}")}
    territories = _rows(reading, TERRITORY_ROWS, "territory")
    terms = {int(days): bp for days, bp in _rows(reading, TERM_ROWS, "days").items()}
    currency, exclusive = reading.text("currency").upper(), reading.take("exclusive", factor, ONCE)
    return reading.built(lambda: RateCard(currency, bases, media, territories, terms, exclusive))


def _price(reading: Reading, person_id: str) -> Price | None:
    names = [f"{name}_{person_id}" for name in ("image", "variant", "buyout")]
    if not any(reading.text(name) for name in names):
        return None
    return Price(*(reading.take(name, amount, 0) for name in names))


def _rows(reading: Reading, rows: int, what: str) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for number in range(rows):
        name, text = f"{what}_{number}", reading.text(f"{what}_{number}")
        if not text:
            continue
        key = reading.take(name, _days if what == "days" else _territory, "")
        if key in found:
            reading.complain(name, "This stands here twice.")
        found[key or "1"] = reading.take(f"{what}_factor_{number}", factor, ONCE)
    return found


def _days(text: str) -> str:
    days = whole(text)
    if days < 1:
        raise BadValue("A term is at least one day long.")
    return str(days)


def _territory(text: str) -> str:
    wanted = text if text == "worldwide" else text.upper()
    check_territory(wanted)
    return wanted
