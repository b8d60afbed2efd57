"""A small studio for tests: two brands, two persons, six accounts, and images brought to any state by the real moves."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from moderation.access.account import Account, Role
from moderation.database import Database, Transaction, append_only
from moderation.desk.desk import Desk
from moderation.desk.her_decision import SignOff
from moderation.desk.moves import move
from moderation.errors import SignatureRefused
from moderation.keys.her_keys import HerKeys
from moderation.keys.her_word import HerWord
from moderation.keys.keyring import Keyring
from moderation.keys.person_keys import PersonKeys
from moderation.reach import Reach, unreached
from moderation.rights.ending import Endings
from moderation.rights.receipt import Receipts
from moderation.rights.release import Releases
from moderation.rights.rights import Rights
from moderation.safeguards.finding import Finding, Outcome, Verdict
from moderation.schema.tables import AUDIT, MIGRATIONS
from moderation.vault.seal import SOURCE_TYPES, Sealed, seal
from moderation.vault.vault import Shelf, Vault
from tests.moderation.her_hand import SheSigns, key_row
from twin.schema.tables import KEPT
from twin.schema.tables import MIGRATIONS as TWIN_MIGRATIONS

NOON = datetime(2026, 5, 3, 12, tzinfo=UTC)
SOURCE = f"{SOURCE_TYPES}trainedAlgorithmicMedia"
DISCLOSURE = "Made with AI with the consent of the person shown."

MAYA = Account("maya", "maya", "Maya Okafor", Role.CREATIVE, brand_id="halden")
OTTO = Account("otto", "otto", "Otto Lind", Role.CREATIVE, brand_id="halden")
RIVAL = Account("rival", "rival", "Rhea Val", Role.CREATIVE, brand_id="other")
MODO = Account("modo", "modo", "Mo Dorn", Role.MODERATOR)
MINA = Account("mina", "mina", "Mina Roth", Role.MODERATOR)
NORA = Account("nora-account", "nora", "Nora", Role.MODEL, person_id="nora")
AMARA = Account("amara-account", "amara", "Amara", Role.MODEL, person_id="amara")
AGENT = Account("agent", "agent", "Ada Gent", Role.AGENCY, agency_id="lumen")
ADMIN = Account("admin", "admin", "Adi Min", Role.ADMINISTRATOR)
EVERYBODY = (MAYA, OTTO, RIVAL, MODO, MINA, NORA, AMARA, AGENT, ADMIN)


@dataclass
class Clock:
    """A clock that stands until it is told to go on."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **span: float) -> None:
        self.at += timedelta(**span)


def finding(name: str, outcome: str) -> Finding:
    """One safeguard's answer."""
    return Finding(name, Outcome(outcome), 0.4, 0.5, "It was measured.", "embedder", "a" * 64, {"box": [1, 2]})


def verdict(*outcomes: str) -> Verdict:
    """A verdict whose findings have these outcomes."""
    return Verdict.of([finding(f"safeguard-{i}", outcome) for i, outcome in enumerate(outcomes)])


def picture(tone: int = 120) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """A small picture, another one for each `tone`."""
    across = np.linspace(0, 200, 96, dtype=np.uint8)
    return np.stack([np.broadcast_to(across, (120, 96)), np.full((120, 96), tone), np.full((120, 96), 90)], axis=2).astype(
        np.uint8
    )


class Scene:
    """A studio in `home` whose clock stands at NOON until moved."""

    def __init__(self, home: Path, *, reach: Reach = unreached, fresh: bool = True) -> None:
        self.clock = Clock()
        self.database = Database(home / "studio.sqlite", self.clock)
        self.person_keys = PersonKeys(self.database, Keyring(home / "keys" / "persons"))
        self.vault = Vault(home, self.person_keys)
        self.desk = Desk(self.database, self.vault, reach)
        self.keys = HerKeys(self.database, self._no_password, lambda _: False, demo=False)
        self.word = HerWord(self.keys)
        self.signoff = SheSigns(SignOff(self.database, self.vault, self.word, reach))
        self.releases = Releases(self.database, self.vault, reach)
        self.rights = Rights(self.database, reach)
        self.endings = Endings(self.database, reach)
        self.receipts = Receipts(self.database, reach=reach)
        if fresh:
            self.database.migrate([("audit", AUDIT), *TWIN_MIGRATIONS, *MIGRATIONS, ("kept", append_only(*KEPT))])
            self._people()

    def _people(self) -> None:
        with self.database.write("test") as tx:
            for table, rows in self.first_rows().items():
                for row in rows:
                    insert(tx, table, row)
            for account in EVERYBODY:
                values = {**asdict(account), "role": account.role.value, "password_hash": "!", "created_at": tx.now}
                insert(tx, "account", values)
            for her in (NORA, AMARA):
                insert(tx, "person_key", key_row(her, tx.now))

    def first_rows(self) -> dict[str, list[dict[str, Any]]]:
        """What the registry holds at first, by table."""
        return _ROWS

    def _no_password(self, _tx: object, _account: Account, _proof: str) -> None:
        raise SignatureRefused("Nobody in this small studio has a password.")

    def order(
        self, render_id: str, *, licence: str = "halden-nora", maker: str = "maya", state: str = "queued", look: str = "{}"
    ) -> str:
        """An image as it is ordered, its fence being the licence's of now."""
        with self.database.write("test") as tx:
            tx.execute(
                "INSERT INTO render (id, shoot_id, twin_id, licence_id, brand_id, maker_id, painter, look, seed, state,"
                " twin_epoch, licence_epoch, created_at, moved_at) SELECT ?, w.brand_id || '-shoot', w.twin_id, w.licence_id,"
                " w.brand_id, ?, 'atelier', ?, 7, ?, w.twin_epoch, w.licence_epoch, ?, ? FROM licence_window w"
                " WHERE w.licence_id = ?",
                [render_id, maker, look, state, tx.now, tx.now, licence],
            )
        return render_id

    def licence(self, licence_id: str, **terms: Any) -> str:
        """One more licence of Nora's for Halden, with these terms."""
        with self.database.write("test") as tx:
            insert(tx, "licence", {**_licence(licence_id, "nora-1", "nora", "halden", 12_345), **terms})
        return licence_id

    def examining(self, render_id: str, **order: str) -> Sealed:
        """An image painted, sealed and handed in."""
        self.order(render_id, **order)
        sealed = seal(picture(), DISCLOSURE, SOURCE)
        self.vault.keep(Shelf.ORIGINAL, render_id, sealed.content)
        self.vault.keep(Shelf.PREVIEW, render_id, sealed.preview)
        with self.database.write("worker") as tx:
            move(tx, render_id, "painting", "worker")
        with self.database.write("worker") as tx:
            self.desk.submit(tx, render_id, sealed)
        return sealed

    def judged(self, render_id: str, *outcomes: str, **order: str) -> Sealed:
        """An image with a verdict: her turn for clear, in review for refer, blocked for block."""
        sealed = self.examining(render_id, **order)
        with self.database.write("worker") as tx:
            self.desk.judge(tx, render_id, verdict(*(outcomes or ("clear",))), 1)
        return sealed

    def approved(self, render_id: str, **order: str) -> Sealed:
        """An image that Nora approved."""
        sealed = self.judged(render_id, **order)
        self.signoff.approve(NORA, render_id, sealed.sealed_sha256)
        return sealed

    def released(self, render_id: str, **order: str) -> Sealed:
        """An image that Nora approved and Maya released."""
        sealed = self.approved(render_id, **order)
        self.releases.release(MAYA, render_id)
        return sealed

    def render(self, render_id: str) -> dict[str, Any]:
        """The image's row."""
        return self.database.rows("SELECT * FROM render WHERE id = ?", [render_id])[0]

    def state(self, render_id: str) -> str:
        """Where the image stands."""
        return str(self.render(render_id)["state"])

    def count(self, table: str, **where: str) -> int:
        """How many rows of a table have these values."""
        test = " AND ".join(f"{column} = :{column}" for column in where) or "1"
        return int(self.database.rows(f"SELECT count(*) AS n FROM {table} WHERE {test}", where)[0]["n"])


def insert(tx: Transaction, table: str, row: dict[str, Any]) -> None:
    """Write one row from its columns."""
    tx.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(f':{column}' for column in row)})", row)


_START, _END = "2026-01-01T00:00:00.000000+00:00", "2026-12-31T00:00:00.000000+00:00"
_SHORT = "2026-05-03T12:30:00.000000+00:00"


def _consent(consent_id: str, twin: str, version: int) -> dict[str, Any]:
    return {
        "id": consent_id,
        "twin_id": twin,
        "version": version,
        "scope": "Her face and figure",
        "purpose": "Fashion pictures",
        "pay_minor": 0,
        "currency": "EUR",
        "pay_basis": "image",
        "uses": "[]",
        "content_limits": "[]",
        "disclosure_text": DISCLOSURE,
        "starts_at": _START,
        "ends_at": _END,
        "signed_at": _START,
    }


def _licence(licence_id: str, consent: str, twin: str, brand: str, fee: int, ends: str = _END) -> dict[str, Any]:
    return {
        "id": licence_id,
        "consent_id": consent,
        "twin_id": twin,
        "brand_id": brand,
        "campaign": "Spring",
        "advertiser": "Halden",
        "product_line": "Dresses",
        "uses": '["web"]',
        "media": '["web"]',
        "territory": "EU",
        "fee_minor": fee,
        "currency": "EUR",
        "payment_days": 30,
        "commission_bp": 1750 if twin == "nora" else 0,
        "max_images": 100,
        "starts_at": _START,
        "ends_at": ends,
        "created_at": _START,
    }


_ROWS: dict[str, list[dict[str, Any]]] = {
    "agency": [{"id": "lumen", "name": "Lumen", "commission_bp": 1750}],
    "brand": [{"id": "halden", "name": "Halden"}, {"id": "other", "name": "Other House"}],
    "person": [
        {"id": "nora", "name": "Nora Lind", "agency_id": "lumen", "fictional": 1, "created_at": _START},
        {"id": "amara", "name": "Amara Osei", "agency_id": None, "fictional": 1, "created_at": _START},
    ],
    "twin": [
        {"id": "nora", "person_id": "nora", "name": "Nora", "created_at": _START},
        {"id": "amara", "person_id": "amara", "name": "Amara", "created_at": _START},
    ],
    "consent": [_consent("nora-1", "nora", 1), _consent("amara-1", "amara", 1), _consent("amara-2", "amara", 2)],
    "licence": [
        _licence("halden-nora", "nora-1", "nora", "halden", 12_345),
        _licence("halden-free", "nora-1", "nora", "halden", 0),
        _licence("halden-short", "nora-1", "nora", "halden", 500, _SHORT),
        _licence("other-nora", "nora-1", "nora", "other", 900),
        _licence("halden-amara", "amara-1", "amara", "halden", 333),
        _licence("halden-amara-2", "amara-2", "amara", "halden", 333),
    ],
    "shoot": [
        {"id": "halden-shoot", "brand_id": "halden", "title": "Spring dresses", "account_id": "maya", "created_at": _START},
        {"id": "other-shoot", "brand_id": "other", "title": "Coats", "account_id": "rival", "created_at": _START},
    ],
}
