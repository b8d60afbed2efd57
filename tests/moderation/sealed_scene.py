"""The small studio with what keeps it sealed: keys, erasure, retention, reference photographs and weights."""

from pathlib import Path
from typing import Any

import numpy as np

from moderation.examining.known import FaceStore
from moderation.examining.templates import Outline, Template
from moderation.keys.keyring import Keyring
from moderation.keys.person_keys import PersonKeys
from moderation.reach import Reach, unreached
from moderation.rights.erasure import Erasure
from moderation.rights.retention import Retention
from moderation.vault.restricted import References, Weights
from moderation.vault.vault import Vault
from tests.moderation.scene import Scene, insert

PACK = "a" * 64
FACES = {"nora": np.linspace(1, 2, 128, dtype="<f4"), "amara": np.linspace(3, 5, 128, dtype="<f4")}
"""A pattern of floats for each face, to be looked for in files."""


class SealedScene(Scene):
    """A scene whose tombstones are kept in a list."""

    def __init__(self, home: Path, *, reach: Reach = unreached, fresh: bool = True) -> None:
        home.mkdir(exist_ok=True)
        super().__init__(home, reach=reach, fresh=fresh)
        self.home = home
        self.photo = ""
        self.person_keys = PersonKeys(self.database, Keyring(home / "keys" / "persons"))
        self.vault = Vault(home, self.person_keys)
        self.buried: list[tuple[str, dict[str, Any]]] = []
        self.erasure = Erasure(
            self.database,
            self.vault,
            self.person_keys,
            self.rights,
            reach,
            tombstone=lambda _tx, person_id, facts: self.buried.append((person_id, facts)),
        )
        self.retention = Retention(self.database, self.vault, reach)
        self.photographs = References(self.database, self.vault)
        self.weights = Weights(self.database, self.vault)
        self.store = FaceStore(self.database, PACK, dict, self.person_keys)

    def measure(self, *twins: str) -> None:
        """Keep a template and an outline of these twins."""
        outlines = [Outline(f"{twin}-0", twin, np.full((224, 224), 77, np.uint8)) for twin in twins]
        templates = [Template(f"{twin}-0", twin, "even", FACES[twin]) for twin in twins]
        self.store._keep([], outlines, templates)

    def allow(self, kind: str, person_id: str, *, until: str = "2026-12-31", since: str = "2026-01-01", version: int = 1) -> str:
        """A consent of hers beside painting: "biometric" or "training"; its id."""
        row = {
            "id": f"{person_id}-{kind}-{version}",
            "person_id": person_id,
            "version": version,
            "purpose": "To tell whether an image shows her.",
            "starts_at": f"{since}T00:00:00.000000+00:00",
            "ends_at": f"{until}T00:00:00.000000+00:00",
            "signed_at": "2026-01-01T00:00:00.000000+00:00",
        }
        with self.database.write("test") as tx:
            insert(tx, f"{kind}_consent", row)
        return str(row["id"])

    def keep_photograph(self, twin_id: str, content: bytes) -> str:
        """A reference photograph of a twin; its id."""
        with self.database.write("enrolment") as tx:
            return self.photographs.keep(tx, twin_id, content).id

    def events(self, event: str) -> list[dict[str, Any]]:
        """The audit rows of an event, oldest first."""
        return self.database.rows("SELECT * FROM audit WHERE event = ? ORDER BY seq", [event])

    def everything(self) -> bytes:
        """Every byte of the home but the keys."""
        self.database.tables.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        files = sorted(path for path in self.home.rglob("*") if path.is_file() and "keys" not in path.parts)
        return b"\0".join(path.read_bytes() for path in files)
