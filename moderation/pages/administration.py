"""The administrator's page, joined to the functions behind it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from moderation.access.administration import AdminDesk, Installed, Working, administration_routes
from moderation.access.answers import Pages
from moderation.administration import Administration
from moderation.audit.verification import verify_home
from moderation.examining.packs import Packs
from moderation.faces.catalogue import Catalogue, Entry, Origin
from moderation.home import Kind
from moderation.house import House
from moderation.pages.markup import age, day

RUNS = 12
"""How many receipts of retention one page shows."""


class Offer(Protocol):
    """A painter, and what it would need; `refusal` is empty when it can be ordered of."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def refusal(self) -> str: ...


class Engines(Protocol):
    """The painters of the studio."""

    @property
    def offers(self) -> Sequence[Offer]: ...


@dataclass(frozen=True)
class Row:
    """One line of what is installed."""

    name: str
    title: str
    standing: str
    command: str


def administration_router(
    house: House, engines: Callable[[], Engines], assets: Path, workers: Callable[[], Sequence[Working]]
) -> Callable[[Pages], Any]:
    """The router of /admin; `assets` holds the catalogue of packs."""
    packs = Packs(house.database, house.home.packs, Catalogue.read(assets / "packs.json"), assets)

    def installed() -> list[tuple[str, Sequence[Installed]]]:
        of_faces = [Row(one.name, one.title, packs.standing(one), _command(one)) for one in packs.catalogue.entries]
        return [("Packs that look at images", of_faces), ("Painters", [_painter(offer) for offer in engines().offers])]

    desk = AdminDesk(
        Administration(house.database, house.accounts, demo=house.home.kind is Kind.DEMO),
        installed,
        house.witnesses.latest,
        lambda: verify_home(house.database, house.heads, house.tombstones).sentences(),
        lambda: house.retention.runs()[:RUNS],
        workers,
        {"day": day, "ago": lambda text: age(text, house.clock())},
    )
    return lambda pages: administration_routes(pages, desk)


def _command(entry: Entry) -> str:
    return f"twin-studio packs {'pull' if entry.origin is Origin.DOWNLOAD else 'use'} {entry.name}"


def _painter(offer: Offer) -> Row:
    act = "pull" if offer.refusal else "check"
    return Row(offer.name, offer.title, offer.refusal or "can be ordered of", f"twin-studio painters {act} {offer.name}")
