"""A studio in which somebody is about to be enrolled: one of the cast under another name, who is nobody's twin there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

import app
from moderation.access.account import Account, Role
from moderation.access.accounts import Accounts, NewAccount
from moderation.faces.pack import DEFAULT
from moderation.faces.reader import FaceReader
from moderation.safeguards.forging import by_affine_paste
from tests.moderation.access.little_site import CHEAP, PASSWORD
from twin.consents.consent import Consent, Medium, Pay, PayBasis, Use
from twin.consents.own_consent import Apart, OwnConsent
from twin.looks.look import Lamp, Light, Look, Pose
from twin.plates.plate import develop, read_index, read_plate
from twin.plates.reference import LIGHTS, plate_references
from twin.ports import Picture
from twin.registry import registry
from twin.settings import Settings

SITTER = "ines"
"""Whose plates stand for the photographs of Vera, who is enrolled here."""
FOREIGN = "luca"
OTHERS = ("mei", "luca")
"""Twins of this studio that were enrolled before."""
LIGHTS_HERE = {
    **LIGHTS,
    "from a window": Light(Lamp(0.15, 5400.0), Lamp(1.5, 5600.0), Lamp(0.3, 5400.0), Lamp(0.35, 5600.0)),
}
TURNED_AT_MOST = 30.0


@cache
def plates(twin_id: str) -> tuple[dict[str, Any], ...]:
    """The plates of one of the cast that are not turned far, which are no references."""
    lines = [line for line in read_index(app.ASSETS / "plates") if line["twin"] == twin_id]
    return tuple(line for line in lines if abs(line["pose"]["yaw"] + line["pose"]["body"]) <= TURNED_AT_MOST)


def developed(line: dict[str, Any], light: str = "even") -> Picture:
    """A plate as a photograph."""
    look = Look(Pose(), LIGHTS_HERE[light], line["garment"], "#6a7280", "#a8a8aa")
    return develop(read_plate(app.ASSETS / "plates", line), look)


def photo(line: dict[str, Any], light: str = "even") -> bytes:
    """A plate as a JPEG."""
    return jpeg(developed(line, light))


def ayla(number: int) -> bytes:
    """A photograph of somebody who is in no demo and was never learned."""
    return (app.ASSETS / "newcomers" / f"ayla_{number:02}.jpg").read_bytes()


def jpeg(picture: Picture) -> bytes:
    """A picture as a camera writes it."""
    buffer = BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=93)
    return buffer.getvalue()


def blurred(picture: Picture, sigma: float = 4.0) -> Picture:
    """A picture out of focus."""
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.uint8)


def spliced(reader: FaceReader, picture: Picture, other: Picture) -> Picture:
    """A picture with somebody else's face pasted in."""
    here, there = reader.read(picture)[0], reader.read(other)[0]
    return by_affine_paste(picture, here.landmarks, other, there.landmarks)


def hers(count: int, first: int = 0) -> dict[str, bytes]:
    """So many photographs of hers, each of another plate, in every light by turns."""
    lights = list(LIGHTS_HERE)
    chosen = plates(SITTER)[first : first + count]
    assert len(chosen) == count
    return {f"{line['id']}.jpg": photo(line, lights[at % len(lights)]) for at, line in enumerate(chosen)}


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


class Newcomer:
    """The studio: Vera and her agency's Greta; Wim of another agency; a creative, a moderator and an administrator."""

    def __init__(self, home: Path, packs: Path | None = None) -> None:
        self.home = home
        self.clock = Clock(datetime.now(UTC) - timedelta(days=2))
        self.studio = app.open_studio(Settings(home=home, wanted="studio"), self.clock, lambda _: None)
        self.house = self.studio.judging
        self.database = self.house.database
        if packs is not None:
            (home / "packs").mkdir()
            (home / "packs" / DEFAULT).symlink_to(packs / DEFAULT)
        self.house.accounts = Accounts(self.database, CHEAP)
        with self.database.write("test") as tx:
            self._registry(tx)
        self._accounts()
        self.clock.now = datetime.now(UTC)

    def _registry(self, tx: Any) -> None:
        for agency in ("halm", "orlo"):
            registry.add_agency(tx, agency.title(), 1000, agency_id=agency)
        registry.add_brand(tx, "Osterby", brand_id="osterby")
        for person, agency in (("vera", "halm"), ("wim", "orlo"), *((other, "orlo") for other in OTHERS)):
            registry.add_person(tx, person.title(), fictional=True, agency_id=agency, person_id=person)
            registry.add_twin(tx, person, person.title(), twin_id=person)
        lines = [line for line in read_index(app.ASSETS / "references") if line["twin"] in OTHERS]
        for one in plate_references(app.ASSETS / "references", lines):
            registry.add_reference(tx, one)
        for person in ("vera", *OTHERS):
            self.agree(tx, person)

    def _accounts(self) -> None:
        for login, role, belongs in (
            ("ada", Role.ADMINISTRATOR, None),
            ("vera", Role.MODEL, "vera"),
            ("wim", Role.MODEL, "wim"),
            ("greta", Role.AGENCY, "halm"),
            ("dario", Role.AGENCY, "orlo"),
            ("maya", Role.CREATIVE, "osterby"),
            ("rosa", Role.MODERATOR, None),
        ):
            new = NewAccount(login, login.title(), role, belongs)
            self.house.accounts.create(new, None if role is Role.MODEL else PASSWORD, "test", account_id=login)

    def agree(self, tx: Any, person: str, *, kinds: Sequence[str] = ("painting", "biometric"), version: int = 1) -> None:
        """Her consents, signed now and standing for a year."""
        term = {"starts_at": tx.at, "ends_at": tx.at + timedelta(days=365), "signed_at": tx.at}
        if "painting" in kinds:
            registry.add_consent(tx, replace(_painting(person, term), version=version))
        for kind in (Apart(one) for one in kinds if one != "painting"):
            purpose = "Measuring her face in her photographs to tell images of her from others."
            registry.add_own_consent(tx, OwnConsent(kind, person, version, purpose, **term), signature_id=None)

    def give_password(self, login: str, password: str) -> None:
        """Let a model come in by a password, as if she had used her link."""
        with self.database.write("test") as tx:
            tx.execute("UPDATE account SET password_hash = ? WHERE login = ?", [CHEAP.hash(password), login])

    def account(self, login: str) -> Account:
        """An account as the database holds it."""
        return self.house.accounts.by_login(login)

    def prepare(self) -> None:
        """Measure the twins that were there before."""
        self.studio.prepare(lambda _: None)

    def events(self, event: str) -> list[dict[str, Any]]:
        """The audit rows of an event, oldest first."""
        return self.database.rows("SELECT * FROM audit WHERE event = ? ORDER BY seq", [event])

    def files(self) -> list[str]:
        """Every file on the shelves of photographs, as a path below the vault."""
        vault = self.home / "vault"
        return sorted(str(one.relative_to(vault)) for one in vault.rglob("*") if one.is_file() and "originals" not in one.parts)


def _painting(person: str, term: dict[str, datetime]) -> Consent:
    return Consent(
        twin_id=person,
        version=1,
        scope="Pictures of my twin that show me in clothes of the autumn collection.",
        purpose="Advertising the autumn collection of knitwear in the web shop.",
        pay=Pay(14000, "EUR", PayBasis.IMAGE),
        uses=(Use(Medium.WEB_SHOP, "EU", "knitwear"),),
        content_limits=(),
        disclosure_text="Made with AI with the consent of the person shown.",
        **term,
    )
