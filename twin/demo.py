"""The fictional cast of a demo: read from its fixtures, and entered into an empty registry."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

from twin import registry
from twin.consent import Consent, ContentLimit, Medium, Pay, PayBasis, Topic, Use
from twin.errors import BadValue
from twin.licence import Licence
from twin.plate import read_index
from twin.ports import Store, Transaction
from twin.reference import Reference, plate_references

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
class Demo:
    """The fixtures as they were read; `plant` builds values of them, which refuse what they cannot be."""

    agencies: tuple[Told, ...]
    brands: tuple[Told, ...]
    people: tuple[Told, ...]
    licences: tuple[Told, ...]
    shoots: tuple[Told, ...]
    accounts: tuple[DemoAccount, ...]

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The fixtures of a folder. Raises BadValue when one is missing or cannot be understood."""
        try:
            houses, people, licences, shoots, accounts = (
                json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
                for name in ("houses", "people", "licences", "shoots", "accounts")
            )
            return cls(
                tuple(houses["agencies"]),
                tuple(houses["brands"]),
                tuple(people),
                tuple(licences),
                tuple(shoots),
                tuple(DemoAccount(**account) for account in accounts),
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BadValue(f"The demo's cast in {folder.name} cannot be read: {error}.") from error


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
    return [astuple(one) for one in demo.accounts]


def plant(tx: Transaction, demo: Demo, references: Iterable[Reference]) -> None:
    """Enter the whole cast within one transaction, its terms counted from the transaction's moment.

    Accounts are entered by whoever keeps accounts. Raises BadValue, LicenceRefuses or NotFound when the fixtures
    contradict each other or the rules.
    """
    for agency in demo.agencies:
        registry.add_agency(tx, agency["name"], agency["commission_bp"], agency_id=agency["id"])
    for brand in demo.brands:
        registry.add_brand(tx, brand["name"], brand_id=brand["id"])
    for person in demo.people:
        registry.add_person(tx, person["name"], fictional=True, agency_id=person["agency"], person_id=person["id"])
        registry.add_twin(tx, person["id"], person["twin_name"], twin_id=person["id"])
        registry.add_consent(tx, consent_of(person, tx.at), consent_id=f"{person['id']}-1")
    for reference in references:
        registry.add_reference(tx, reference)
    for licence in demo.licences:
        registry.add_licence(tx, licence_of(licence, tx.at), f"{licence['twin']}-1", licence_id=licence["id"])
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
    )
