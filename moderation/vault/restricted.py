"""What may be opened only for a purpose and on record: pictures that were handed in, and weights trained on one twin.

Enrolment keeps photographs and weights here. A file is sealed with the person's key before it touches the disk; each opening is
one audit row.
"""

import hashlib
from dataclasses import dataclass

from moderation.database import Database, Transaction
from moderation.desk.decisions import new_id
from moderation.desk.moves import Writing
from moderation.errors import BadRequest, Gone, NotFound, RightsLapsed
from moderation.rights.biometrics import keeps
from moderation.vault.vault import Shelf, Vault


@dataclass(frozen=True)
class Held:
    """One restricted object as its row has it: hash and size in bytes are those of the content."""

    id: str
    twin_id: str
    sha256: str
    bytes: int


class Restricted:
    """The objects of one kind: `References`, `Weights` or `BaseFiles`."""

    kind = ""
    shelf = Shelf.REFERENCE
    keep_name = ""
    lapsed = ""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def keep(self, tx: Transaction, twin_id: str, content: bytes, *, object_id: str | None = None) -> Held:
        """Seal `content` and enter it, within the transaction that enrols; a crash leaves at most a sealed file of nobody.

        Raises NotFound for an unknown twin, RightsLapsed when she allows nothing of the kind now, Erased, VaultFull,
        KeyUnusable.
        """
        self._insist(tx, twin_id)
        if not content:
            raise BadRequest("An empty file is nothing to keep.")
        held = Held(object_id or new_id(tx), twin_id, hashlib.sha256(content).hexdigest(), len(content))
        tx.execute(
            "INSERT INTO restricted_object (id, twin_id, kind, sha256, bytes, kept_at) VALUES (?, ?, ?, ?, ?, ?)",
            [held.id, twin_id, self.kind, held.sha256, held.bytes, tx.now],
        )
        self._vault.keep(self.shelf, held.id, content)
        tx.record(f"{self.kind}.kept", held.id, twin=twin_id, sha256=held.sha256, bytes=held.bytes)
        return held

    def open(self, actor: str, object_id: str, why: str, shelf: Shelf | None = None) -> bytes:
        """The content, after the opening was recorded with its reason: one row for one load into memory.

        With a `shelf`, what was made of it and lies there instead.

        Raises NotFound, Gone when it was destroyed, RightsLapsed when her permission is over, Erased, SealBroken, KeyUnusable.
        """
        if len(why.split()) < 2:
            raise BadRequest("Say in words what a restricted file is opened for.")
        with self._database.write(actor) as tx:
            rows = tx.execute("SELECT * FROM restricted_object WHERE id = ? AND kind = ?", [object_id, self.kind])
            if not rows:
                raise NotFound("There is no such object.")
            if rows[0]["destroyed_at"] is not None:
                raise Gone(f"This was destroyed on {rows[0]['destroyed_at'][:10]}, when it could no longer be kept.")
            self._insist(tx, rows[0]["twin_id"])
            told = {} if shelf is None else {"shelf": shelf.name.lower()}
            tx.record(f"{self.kind}.opened", object_id, twin=rows[0]["twin_id"], why=why, **told)
        if shelf is not None:
            return self._vault.read(shelf, object_id)
        return self._vault.read(self.shelf, object_id, rows[0]["sha256"])

    def of_twin(self, twin_id: str) -> tuple[Held, ...]:
        """What there is of a twin, oldest first."""
        rows = self._database.rows(
            "SELECT id, twin_id, sha256, bytes FROM restricted_object WHERE twin_id = ? AND kind = ? AND destroyed_at IS NULL"
            " ORDER BY kept_at, id",
            [twin_id, self.kind],
        )
        return tuple(Held(**row) for row in rows)

    def _insist(self, tx: Transaction, twin_id: str) -> None:
        for one in keeps(tx.execute, tx.now):
            if one.twin_id == twin_id:
                if one.reason(self.keep_name, tx.now) is not None:
                    raise RightsLapsed(self.lapsed)
                return
        raise NotFound("There is no such twin.")


class References(Restricted):
    """The photographs by which a person enrolled, as she handed them in."""

    kind, shelf, keep_name = "reference", Shelf.REFERENCE, "references"
    lapsed = "Her photographs may be kept and opened only while a consent of hers stands, and none does."


class Weights(Restricted):
    """Weights that were trained on a twin: a tool that makes her likeness, and guarded like it."""

    kind, shelf, keep_name = "weights", Shelf.WEIGHTS, "weights"
    lapsed = "What was trained on her is kept and opened only while she allows training and painting, and she does not."


class BaseFiles(Restricted):
    """Pictures of her that a brand handed in to have a part of them repainted."""

    kind, shelf, keep_name = "base", Shelf.BASE, "bases"
    lapsed = "A picture of her that was handed in is kept and opened only while she allows to be painted, and she does not."


def destroy_objects(tx: Writing, kind: str, twin_id: str) -> list[str]:
    """Enter that every object of a kind of a twin is destroyed; the ids, whose files are to be dropped after the commit."""
    rows = tx.execute(
        "UPDATE restricted_object SET destroyed_at = ? WHERE twin_id = ? AND kind = ? AND destroyed_at IS NULL RETURNING id",
        [tx.now, twin_id, kind],
    )
    return sorted(str(row["id"]) for row in rows)


def destroy_object(tx: Writing, object_id: str) -> bool:
    """Enter that one object is destroyed, whose files are to be dropped after the commit; whether it stood until now."""
    sql = "UPDATE restricted_object SET destroyed_at = ? WHERE id = ? AND destroyed_at IS NULL RETURNING id"
    return bool(tx.execute(sql, [tx.now, object_id]))


SHELVES = {
    "reference": (Shelf.REFERENCE, Shelf.CROP, Shelf.THUMBNAIL),
    "weights": (Shelf.WEIGHTS,),
    "base": (Shelf.BASE, Shelf.THUMBNAIL),
}
"""Where the files of an object lie, by its kind; all are named for it."""


def drop_files(vault: Vault, kind: str, object_id: str) -> None:
    """Drop every file of an object."""
    for shelf in SHELVES[kind]:
        vault.drop(shelf, object_id)


def drop_destroyed(database: Database, vault: Vault) -> int:
    """Drop the files of objects that are destroyed or were never entered; how many were there.

    Within a transaction, so that nobody is entering one meanwhile.
    """
    with database.write("retention", held=True) as tx:
        standing = {row["id"] for row in tx.execute("SELECT id FROM restricted_object WHERE destroyed_at IS NULL")}
        shelves = [shelf for kind in SHELVES.values() for shelf in kind]
        return sum(vault.drop(shelf, name) for shelf in shelves for name in vault.names(shelf) if name not in standing)
