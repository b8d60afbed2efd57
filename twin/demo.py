"""The fictional cast of a demo: read from its fixtures, and entered into an empty registry."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import astuple, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

from twin.consents.consent import Consent, ContentLimit, Medium, Pay, PayBasis, Topic, Use
from twin.consents.drafts import lay_before_her
from twin.consents.own_consent import Apart, OwnConsent
from twin.errors import BadValue
from twin.licences.licence import Exclusivity, Licence
from twin.licences.rates import Priced, RateCard, Wanted, agreed
from twin.licences.shares import agree_share
from twin.plates.plate import read_index
from twin.plates.reference import Reference, plate_references
from twin.ports import Store, Transaction
from twin.registry import registry
from twin.schema.rights import FICTIONAL_PURPOSE

STARTED = timedelta(days=30)
"""How long before the demo was made its consents and licences began: whatever the year, they hold."""
SIGNED = timedelta(days=33)

Told = Mapping[str, Any]


@dataclass(frozen=True)
class DemoAccount:
    """An account that the demo's role switch enters; `belongs_to` is its brand, person or agency, if its role has one."""

    id: str
    login: str
    name: str
    role: str
    belongs_to: str | None


@dataclass(frozen=True)
class _Agent:
    """The account of an agency that lays a consent before one of the cast."""

    id: str
    agency_id: str | None
    person_id: str | None = None


@dataclass(frozen=True)
class Demo:
    """The fixtures as they were read; `plant` builds values of them, which refuse what they cannot be."""

    agencies: tuple[Told, ...]
    rates: Mapping[str, RateCard]
    brands: tuple[Told, ...]
    people: tuple[Told, ...]
    licences: tuple[Told, ...]
    shoots: tuple[Told, ...]
    accounts: tuple[DemoAccount, ...]

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The fixtures of a folder. Raises BadValue when one is missing or cannot be understood."""
        try:
            houses, rates, people, licences, shoots, accounts = (
                json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
                for name in ("houses", "rates", "people", "licences", "shoots", "accounts")
            )
            return cls(
                tuple(houses["agencies"]),
                {agency: RateCard.from_told(card) for agency, card in rates.items()},
                tuple(houses["brands"]),
                tuple(people),
                tuple(licences),
                tuple(shoots),
                tuple(DemoAccount(**account) for account in accounts),
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BadValue(f"The demo's cast in {folder.name} cannot be read: {error}.") from error

    def priced(self, licence: Licence) -> Licence:
        """A licence with what the rate card of the person's agency asks for it, and the commission; as it is without an agency.

        Raises BadValue when its fee is below the card.
        """
        agency_id = next(person["agency"] for person in self.people if person["id"] == licence.twin_id)
        if agency_id is None:
            return licence
        term = licence.ends_at - licence.starts_at
        wanted = Wanted(licence.twin_id, licence.fee_model, licence.media, licence.territory, term, licence.exclusive)
        rate = agreed(self.rates[agency_id].quote(wanted), licence.fee_minor)
        commission_bp = next(one["commission_bp"] for one in self.agencies if one["id"] == agency_id)
        return replace(licence, priced=Priced(f"{agency_id}-rates-1", 1, rate), commission_bp=commission_bp)


def is_planted(store: Store) -> bool:
    """Whether the registry holds anybody; a demo is planted once."""
    return bool(store.rows("SELECT 1 FROM person LIMIT 1"))


def plant_once(store: Store, assets: Path, say: Callable[[str], None]) -> list[tuple[str, str, str, str, str | None]]:
    """Enter the cast of the fixtures where nobody is registered yet, telling so; the accounts that belong to it.

    Each is (id, login, name, role, the id of what it belongs to). Raises BadValue, and what `plant` raises.
    """
    demo = Demo.read(assets / "demo")
    if not is_planted(store):
        say("Preparing a demo with a fictional cast of eight …")
        references = plate_references(assets / "references", read_index(assets / "references"))
        with store.write("demo") as tx:
            plant(tx, demo, references)
    if not store.rows("SELECT 1 FROM rate_card LIMIT 1"):  # of a home that was made before there were any
        with store.write("demo") as tx:
            for agency in demo.agencies:
                _card_of(tx, demo, agency["id"])
    return [astuple(one) for one in demo.accounts]


def plant(tx: Transaction, demo: Demo, references: Iterable[Reference]) -> None:
    """Enter the whole cast within one transaction, its terms counted from the transaction's moment.

    Accounts are entered by whoever keeps accounts. Raises BadValue, LicenceRefuses or NotFound when the fixtures
    contradict each other or the rules.
    """
    for agency in demo.agencies:
        registry.add_agency(tx, agency["name"], agency["commission_bp"], agency_id=agency["id"])
        _card_of(tx, demo, agency["id"])
    for brand in demo.brands:
        registry.add_brand(tx, brand["name"], brand_id=brand["id"])
    for person in demo.people:
        registry.add_person(tx, person["name"], fictional=True, agency_id=person["agency"], person_id=person["id"])
        registry.add_twin(tx, person["id"], person["twin_name"], twin_id=person["id"])
        registry.add_consent(tx, consent_of(person, tx.at), consent_id=f"{person['id']}-1")
        registry.add_own_consent(tx, measured_of(person, tx.at), consent_id=f"{person['id']}-biometric-1")
    for reference in references:
        registry.add_reference(tx, reference)
    for licence in demo.licences:
        terms = demo.priced(licence_of(licence, tx.at))
        registry.add_licence(tx, terms, f"{licence['twin']}-1", licence_id=licence["id"])
        agree_share(tx, licence["id"], licence.get("share_bp", 0))
    lay_before_her(tx, _Agent("greta", "lantern"), renewal_of(demo.people[0], tx.at))
    for shoot in demo.shoots:
        registry.open_shoot(tx, shoot["brand"], shoot["title"], shoot["account"], shoot_id=shoot["id"])


def consent_of(person: Told, now: datetime) -> Consent:
    """The consent of one of the cast, as if it had begun a month before `now`. Raises BadValue."""
    told = person["consent"]
    return Consent(
        twin_id=person["id"],
        version=1,
        scope=told["scope"],
        purpose=told["purpose"],
        pay=Pay(told["pay_minor"], told["currency"], PayBasis(told["pay_basis"])),
        uses=tuple(Use(Medium(medium), use["territory"], use["product_line"]) for use in told["uses"] for medium in use["media"]),
        content_limits=tuple(ContentLimit(Topic(limit["topic"]), limit["sentence"]) for limit in told["content_limits"]),
        disclosure_text=told["disclosure_text"],
        starts_at=now - STARTED,
        ends_at=now - STARTED + timedelta(days=told["lasts_days"]),
        signed_at=now - SIGNED,
        counsel_or_union=told["counsel_or_union"],
    )


def renewal_of(person: Told, now: datetime) -> Consent:
    """The next version of a consent, which begins when the present one ends, as her agency would lay it before her."""
    present = consent_of(person, now)
    starts_at = present.ends_at
    return replace(present, version=2, starts_at=starts_at, ends_at=starts_at + timedelta(days=730), signed_at=now)


def measured_of(person: Told, now: datetime) -> OwnConsent:
    """The consent of one of the cast to have her face measured, as long as that to be painted. Raises BadValue."""
    starts_at = now - STARTED
    ends_at = starts_at + timedelta(days=person["consent"]["lasts_days"])
    return OwnConsent(Apart.BIOMETRIC, person["id"], 1, FICTIONAL_PURPOSE, starts_at, ends_at, now - SIGNED)


def licence_of(told: Told, now: datetime) -> Licence:
    """A licence of one of the cast, as if it had begun a month before `now`. Raises BadValue."""
    same = ("campaign", "advertiser", "product_line", "territory", "fee_minor", "currency", "payment_days", "max_images")
    return Licence(
        **{name: told[name] for name in same},
        twin_id=told["twin"],
        brand_id=told["brand"],
        uses=tuple(told["uses"]),
        media=tuple(Medium(medium) for medium in told["media"]),
        starts_at=now - STARTED,
        ends_at=now - STARTED + timedelta(days=told["lasts_days"]),
        exclusivity=Exclusivity(told["exclusivity"]),
        category=told["category"],
        notice_hours=told["notice_hours"],
        earliest_use_at=now - STARTED,
        fee_model=PayBasis(told["fee_model"]),
        revocation_notice_hours=told["revocation_notice_hours"],
    )


def _card_of(tx: Transaction, demo: Demo, agency_id: str) -> None:
    registry.add_rate_card(tx, agency_id, "demo", demo.rates[agency_id], card_id=f"{agency_id}-rates-1")
