"""The list of people who asked never to be painted: kept sealed, searched on every image, and erased when they ask for that.

A template is made from a photograph that is not kept. Name, consent and templates are sealed with the person's own key, which
lies outside database and vault; destroying it erases her even from copies of the database. Faces of others that are seen in
images are compared in memory and never stored.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

import numpy as np
from numpy.typing import NDArray
from ulid import ULID

from moderation.database import Database, Row, Transaction
from moderation.errors import BadImage, BadRequest, KeyUnusable, NotFound, Unexaminable
from moderation.examining.nearest import NearestFace
from moderation.keys.keyring import Keyring

Floats = NDArray[np.float32]

LONGEST = timedelta(days=3 * 365)
"""A template is destroyed three years after it was asked for at the latest (740 ILCS 14/15); the person may ask anew."""
FEWEST_WORDS = 4
NAME_AT_MOST = 120
A_PERSON = "Until then a person must look."


@dataclass(frozen=True)
class Asked:
    """Somebody who asks never to be painted: a name, and in words how and when consent to the template was given.

    Raises BadRequest.
    """

    name: str
    consent: str

    def __post_init__(self) -> None:
        """Refuse a name that no line holds and a consent that says nothing."""
        if not 1 <= len(self.name.strip()) <= NAME_AT_MOST or not self.name.isprintable():
            raise BadRequest(f"A name has at most {NAME_AT_MOST} characters on one line.")
        if len(self.consent.split()) < FEWEST_WORDS:
            raise BadRequest(
                "A template of a face needs the person's own consent; say how and when it was given, in words, with --consent."
            )


@dataclass(frozen=True)
class Listed:
    """Somebody on the list as its keeper sees her: `templates` are those of the face pack in use."""

    id: str
    name: str
    consent: str
    asked_at: datetime
    ends_at: datetime
    templates: int


class ProtectedPeople:
    """The list, for one face pack."""

    def __init__(self, database: Database, keys: Keyring, pack: Callable[[], str]) -> None:
        """`pack` tells the SHA-256 of the face pack in use; erasing somebody works without one."""
        self._database = database
        self._keys = keys
        self._pack = pack
        self._read: tuple[Row, NearestFace] | None = None

    def add(self, asked: Asked, templates: Sequence[Floats], actor: str) -> str:
        """Put somebody on the list by a template a photograph; the id. Raises BadImage without any, KeyUnusable, PackRefused."""
        if not templates:
            raise BadImage("A person is known by at least one photograph.")
        person_id = str(ULID())
        with self._database.write(actor) as tx:
            self._forget_expired(tx)
            key = self._keys.make(person_id)
            values = [person_id, *(key.seal(text.encode(), f"{what} of {person_id}") for what, text in _told(asked).items())]
            ends_at = (tx.at + LONGEST).isoformat(timespec="microseconds")
            tx.execute("INSERT INTO protected_person VALUES (?, ?, ?, ?, ?)", [*values, tx.now, ends_at])
            for template in templates:
                sealed = key.seal(template.astype("<f4").tobytes(), self._purpose(person_id))
                row = [str(ULID()), person_id, self._pack(), sealed, tx.now]
                tx.execute("INSERT INTO protected_template VALUES (?, ?, ?, ?, ?)", row)
            tx.record("protected.added", person_id, templates=len(templates), pack_sha256=self._pack(), ends_at=ends_at)
        return person_id

    def remove(self, person_id: str, actor: str) -> None:
        """Erase somebody: the rows first, then the key. Raises NotFound, KeyUnusable."""
        with self._database.write(actor) as tx:
            self._forget_expired(tx)
            if not tx.execute("SELECT 1 FROM protected_person WHERE id = ?", [person_id]):
                raise NotFound("Nobody on the list has this id.")
            self._erase(tx, person_id, "protected.removed")
        self._sweep()

    def erase_expired(self) -> None:
        """Erase whoever has been on the list for as long as a template may be kept. Raises KeyUnusable."""
        with self._database.write("protected") as tx:
            self._forget_expired(tx)
        self._sweep()

    def listing(self, actor: str) -> list[Listed]:
        """Everybody on the list, in the order of asking; who expired is erased first. Raises KeyUnusable."""
        with self._database.write(actor) as tx:
            self._forget_expired(tx)
            rows = tx.execute(
                "SELECT p.*, (SELECT count(*) FROM protected_template t WHERE t.person_id = p.id AND t.pack_sha256 = ?)"
                " AS templates FROM protected_person p ORDER BY p.id",
                [self._pack()],
            )
        self._sweep()
        return [self._listed(row) for row in rows]

    def faces(self) -> NearestFace:
        """The mean template of everybody on the list, opened when anything changed since.

        Raises Unexaminable when somebody has no template for this pack, or one that cannot be opened.
        """
        now = self._database.clock().isoformat(timespec="microseconds")
        stamp = self._database.rows(
            "SELECT count(*) AS people, max(p.id) AS last, (SELECT max(id) FROM protected_template) AS template, count(*) FILTER"
            " (WHERE NOT EXISTS (SELECT 1 FROM protected_template t WHERE t.person_id = p.id AND t.pack_sha256 = :pack)) AS bare"
            " FROM protected_person p WHERE p.ends_at > :now",
            {"now": now, "pack": self._pack()},
        )[0]
        if stamp["bare"]:
            raise Unexaminable(
                f"The list of people who asked never to be painted has {stamp['bare']} whom the face models in use do not know;"
                f" ask them for a photograph anew. {A_PERSON}"
            )
        if self._read is None or self._read[0] != stamp:
            try:
                self._read = (stamp, self._open(now))
            except KeyUnusable as error:  # whose key it is, and where it lies, is for whoever keeps the list
                raise Unexaminable(f"The list of people who asked never to be painted cannot be opened. {A_PERSON}") from error
        return self._read[1]

    def _open(self, now: str) -> NearestFace:
        rows = self._database.rows(
            "SELECT t.person_id, t.sealed FROM protected_template t JOIN protected_person p ON p.id = t.person_id"
            " WHERE t.pack_sha256 = ? AND p.ends_at > ? ORDER BY t.person_id",
            [self._pack(), now],
        )
        seen: dict[str, list[Floats]] = {}
        for person_id, own in groupby(rows, key=lambda row: str(row["person_id"])):
            key, purpose = self._keys.key(person_id), self._purpose(person_id)
            seen[person_id] = [np.frombuffer(key.open(row["sealed"], purpose), "<f4") for row in own]
        centres = [np.mean(own, axis=0) for own in seen.values()]
        return NearestFace(list(seen), np.stack(centres) if centres else np.empty((0, 0), np.float32))

    def _listed(self, row: Row) -> Listed:
        key = self._keys.key(row["id"])
        name, consent = (key.open(row[f"sealed_{what}"], f"{what} of {row['id']}").decode() for what in ("name", "consent"))
        asked_at, ends_at = datetime.fromisoformat(row["asked_at"]), datetime.fromisoformat(row["ends_at"])
        return Listed(row["id"], name, consent, asked_at, ends_at, row["templates"])

    def _forget_expired(self, tx: Transaction) -> None:
        for row in tx.execute("SELECT id FROM protected_person WHERE ends_at <= ?", [tx.now]):
            self._erase(tx, row["id"], "protected.expired")

    def _erase(self, tx: Transaction, person_id: str, event: str) -> None:
        tx.execute("DELETE FROM protected_template WHERE person_id = ?", [person_id])
        tx.execute("DELETE FROM protected_person WHERE id = ?", [person_id])
        tx.record(event, person_id)

    def _sweep(self) -> None:
        """Destroy the keys of those who are gone, now that the rows are; inside a transaction, so that nobody is being added."""
        with self._database.write("protected") as tx:
            self._keys.sweep({row["id"] for row in tx.execute("SELECT id FROM protected_person")})

    def _purpose(self, person_id: str) -> str:
        return f"template of {person_id} by {self._pack()}"


def _told(asked: Asked) -> dict[str, str]:
    return {"name": asked.name.strip(), "consent": asked.consent.strip()}
