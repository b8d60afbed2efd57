"""What a brand sees: the twins it may paint, its shoots, and the images of a shoot."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from twin.errors import NotFound
from twin.looks.look import Look
from twin.ports import Store
from twin.registry.registry import TERMS, refusal_of
from twin.registry.written import text_of


@dataclass(frozen=True)
class LicensedTwin:
    """A twin under one licence of the brand, with everything a creative has to know before she asks for an image.

    `limits` are sentences of the consent; `refusal` is empty when one more image can be painted now, else says why not.
    `fee_minor` is what `fee_model` pays for, in minor units of `currency`, within `payment_days`; `variant_minor` is paid for a
    new light on a painted image where the fee is one per variant. `share_bp` basis points of the fee are paid beside it to the
    people behind the look. `first_use` is when an image may first be used. `pictures` of her there are to paint from.
    """

    twin_id: str
    name: str
    person_name: str
    fictional: bool
    licence_id: str
    campaign: str
    advertiser: str
    product_line: str
    uses: tuple[str, ...]
    media: tuple[str, ...]
    territory: str
    limits: tuple[str, ...]
    disclosure_text: str
    starts_at: datetime
    until: datetime
    fee_minor: int
    currency: str
    payment_days: int
    max_images: int
    images_left: int
    refusal: str
    consent_id: str
    fee_model: str
    variant_minor: int | None
    exclusivity: str
    category: str
    first_use: datetime
    revocation_notice_hours: int
    share_bp: int
    pictures: int


@dataclass(frozen=True)
class ShootSeen:
    """A shoot of the brand, and how many images it has."""

    id: str
    title: str
    opened_at: datetime
    images: int


@dataclass(frozen=True)
class RenderSeen:
    """An image of a shoot; `number` counts in the shoot from 1, `step` of `steps` are painted while it is being painted."""

    id: str
    number: int
    shoot_id: str
    twin_id: str
    twin_name: str
    licence_id: str
    maker_id: str
    parent_id: str | None
    painter: str
    look: Look
    seed: int
    state: str
    version: int
    failure: str
    step: int
    steps: int
    made_at: datetime
    moved_at: datetime


_PICTURES = "(SELECT count(*) FROM standing_reference f WHERE f.twin_id = l.twin_id) AS pictures"
_LICENSED = TERMS.replace("SELECT l.*,", f"SELECT l.*, c.content_limits, c.disclosure_text, {_PICTURES},", 1) + (
    "JOIN consent c ON c.id = l.consent_id WHERE l.brand_id = :brand_id"
    " AND NOT EXISTS (SELECT 1 FROM erasure x WHERE x.person_id = p.id) ORDER BY t.name, t.id, l.ends_at DESC, l.id"
)
"""Nobody who had herself erased: her portrait is gone, and her name is not to be read out of a list of what can be had."""
_SHOOTS = """
SELECT s.*, (SELECT count(*) FROM render r WHERE r.shoot_id = s.id) AS images FROM shoot s
WHERE s.brand_id = :brand_id ORDER BY s.created_at DESC, s.id DESC
"""
_RENDERS = """
SELECT r.*, t.name AS twin_name, row_number() OVER (ORDER BY r.created_at, r.id) AS number,
    coalesce(j.step, 0) AS step, coalesce(j.steps, 0) AS steps
FROM render r JOIN twin t ON t.id = r.twin_id LEFT JOIN job j ON j.id = (
    SELECT id FROM job WHERE render_id = r.id AND kind = 'paint' ORDER BY created_at DESC, id DESC LIMIT 1)
WHERE r.shoot_id = :shoot_id ORDER BY number DESC
"""


def licences_of(store: Store, brand_id: str, at: datetime) -> tuple[LicensedTwin, ...]:
    """Every licence of a brand by the twin's name, the longest lasting first; none of people who had themselves erased."""
    return tuple(_licensed(row, at) for row in store.rows(_LICENSED, {"brand_id": brand_id, "now": text_of(at)}))


def twins_for(store: Store, brand_id: str, at: datetime) -> tuple[LicensedTwin, ...]:
    """The twins a brand has a licence of, each once, by name: under one that permits painting now, if there is any."""
    best: dict[str, LicensedTwin] = {}
    for licensed in licences_of(store, brand_id, at):
        if licensed.twin_id not in best or (best[licensed.twin_id].refusal and not licensed.refusal):
            best[licensed.twin_id] = licensed
    return tuple(best.values())


def twin_for(store: Store, brand_id: str, twin_id: str, at: datetime) -> LicensedTwin:
    """One twin as `twins_for` gives it. Raises NotFound when the brand has no licence of her."""
    for licensed in twins_for(store, brand_id, at):
        if licensed.twin_id == twin_id:
            return licensed
    raise NotFound("There is no such twin.")


def shoots_of(store: Store, brand_id: str) -> tuple[ShootSeen, ...]:
    """The shoots of a brand, the newest first."""
    return tuple(
        ShootSeen(row["id"], row["title"], datetime.fromisoformat(row["created_at"]), row["images"])
        for row in store.rows(_SHOOTS, {"brand_id": brand_id})
    )


def renders_of(store: Store, brand_id: str, shoot_id: str) -> tuple[RenderSeen, ...]:
    """The images of a shoot, the newest first. Raises NotFound for a shoot of another brand."""
    if not store.rows("SELECT 1 FROM shoot WHERE id = ? AND brand_id = ?", [shoot_id, brand_id]):
        raise NotFound("There is no such shoot.")
    return tuple(_render(row) for row in store.rows(_RENDERS, {"shoot_id": shoot_id}))


def _licensed(row: Mapping[str, Any], at: datetime) -> LicensedTwin:
    kept = (
        *("licence_id", "campaign", "advertiser", "product_line", "territory", "fee_minor", "currency", "payment_days"),
        *("consent_id", "fee_model", "variant_minor", "exclusivity", "category", "revocation_notice_hours"),
        *("share_bp", "pictures"),
    )
    refusal = refusal_of(row, at)
    return LicensedTwin(
        **{name: row["id" if name == "licence_id" else name] for name in kept},
        twin_id=row["twin_id"],
        name=row["twin_name"],
        person_name=row["person_name"],
        fictional=bool(row["fictional"]),
        uses=tuple(json.loads(row["uses"])),
        media=tuple(json.loads(row["media"])),
        limits=tuple(limit["sentence"] for limit in json.loads(row["content_limits"])),
        disclosure_text=row["disclosure_text"],
        starts_at=datetime.fromisoformat(row["window_starts_at"]),
        until=datetime.fromisoformat(row["window_ends_at"]),
        first_use=datetime.fromisoformat(row["use_starts_at"]),
        max_images=row["max_images"],
        images_left=max(row["images_left"], 0),
        refusal=str(refusal or ""),
    )


def _render(row: Mapping[str, Any]) -> RenderSeen:
    kept = ("id", "number", "shoot_id", "twin_id", "twin_name", "licence_id", "maker_id", "parent_id", "painter", "seed", "state")
    return RenderSeen(
        **{name: row[name] for name in (*kept, "version", "step", "steps")},
        look=Look.from_json(row["look"]),
        failure=row["failure"] or "",
        made_at=datetime.fromisoformat(row["created_at"]),
        moved_at=datetime.fromisoformat(row["moved_at"]),
    )


@dataclass(frozen=True)
class OneOfTheCast:
    """A twin of somebody fictional, whom a demo shows to everybody."""

    id: str
    name: str


def cast(store: Store) -> tuple[OneOfTheCast, ...]:
    """The fictional twins, in the order of their entry."""
    rows = store.rows(
        "SELECT t.id, t.name FROM twin t JOIN person p ON p.id = t.person_id WHERE p.fictional = 1"
        " AND NOT EXISTS (SELECT 1 FROM erasure x WHERE x.person_id = p.id) ORDER BY t.created_at, t.rowid"
    )
    return tuple(OneOfTheCast(row["id"], row["name"]) for row in rows)
