"""Keeps what is known of the twins' faces, sealed with each person's key, per face pack, and measures what is missing."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np

from moderation.database import Database, Row, Transaction
from moderation.errors import Erased, KeyUnusable, Unexaminable
from moderation.examining.calibration import Calibration, KnownFaces, calibrate
from moderation.examining.shipped import Shipped, decoded, encoded, read_shipped
from moderation.examining.templates import Gallery, Outline, PlaceHead, Reader, ReferencePicture, Template, measured
from moderation.keys.keyring import Key

Progress = Callable[[str, float], None]
_UNKNOWN = "What is known of somebody's face cannot be opened: her key is missing or unsafe. Until then a person must look."


@dataclass(frozen=True)
class Enrolled:
    """A reference as the registry has it."""

    reference_id: str
    twin_id: str
    sha256: str


@dataclass(frozen=True)
class Limits:
    """What is known of the twins with one face pack, and since when, as ISO text."""

    pack: str
    pack_sha256: str
    measured_at: str
    known: KnownFaces


class TwinKeys(Protocol):
    """The key of the person behind a twin; both raise Erased, KeyUnusable."""

    def to_seal_twin(self, twin_id: str) -> Key:
        """To seal with; made with the first thing of hers."""
        ...

    def to_open_twin(self, twin_id: str) -> Key:
        """To open with."""
        ...


class FaceStore:
    """The templates, outlines and limits of one pack (by its SHA-256). Each load into memory is one row of the audit."""

    def __init__(self, database: Database, pack_sha256: str, names: Callable[[], Mapping[str, str]], keys: TwinKeys) -> None:
        """`names` tells {twin id: how a person calls her} at the moment of asking."""
        self._database = database
        self._pack = pack_sha256
        self._names = names
        self._keys = keys
        self._read: tuple[object, KnownFaces] | None = None

    def known(self) -> KnownFaces:
        """What is known now; opened again only when something was measured or destroyed since.

        Raises Unexaminable when the key of somebody who was not erased is missing: then nobody can be told from her.
        """
        stamp = self._stamp()
        if self._read is None or self._read[0] != stamp:
            with self._database.write("faces") as tx:
                self._read = (stamp, self._opened(tx))
        return self._read[1]

    def forget_destroyed(self) -> None:
        """Let go of what is in memory when any of it was destroyed or measured again since it was opened."""
        if self._read is not None and self._read[0] != self._stamp():
            self._read = None

    def _stamp(self) -> object:
        return self._database.rows(
            "SELECT (SELECT count(*) || max(measured_at) FROM template WHERE pack_sha256 = :pack) AS templates,"
            " (SELECT count(*) || max(measured_at) FROM calibration WHERE pack_sha256 = :pack) AS calibrations",
            {"pack": self._pack},
        )

    def measured_at(self) -> str:
        """When the limits were set, as ISO text; empty while there are none."""
        rows = self._rows("SELECT max(measured_at) AS at FROM calibration WHERE pack_sha256 = ?")
        return rows[0]["at"] or ""

    def missing(self, enrolled: Iterable[Enrolled]) -> list[Enrolled]:
        """The references that have no outline and so were never measured with this pack."""
        seen = {row["reference_id"] for row in self._rows("SELECT reference_id FROM outline WHERE pack_sha256 = ?")}
        return [reference for reference in enrolled if reference.reference_id not in seen]

    def ready(
        self,
        enrolled: Collection[Enrolled],
        pictures: Callable[[Collection[str]], Iterable[ReferencePicture]],
        reader: Callable[[], Reader],
        place: PlaceHead,
        shipped: Path | None,
        progress: Progress,
    ) -> KnownFaces:
        """Measure what is missing, forget what is no longer enrolled, and calibrate anew when that changes a limit.

        `pictures` gives the pictures of the references named, one reference after another; what was measured beforehand is taken
        from `shipped` where pack and hashes match. Raises BadImage when a reference does not show exactly one face, Unexaminable,
        KeyUnusable.
        """
        missing = self.missing(enrolled)
        hashes = {one.reference_id: one.sha256 for one in missing}
        ready = read_shipped(shipped, self._pack, hashes) if shipped else Shipped()
        left = hashes.keys() - {outline.reference_id for outline in ready.outlines}
        outlines, templates = list(ready.outlines), list(ready.templates)
        if left:
            for done, (outline, seen) in enumerate(measured(reader(), place, pictures(sorted(left)))):
                outlines.append(outline)
                templates.extend(seen)
                progress("Measuring the references", (done + 1) / len(left))
        self._keep(enrolled, outlines, templates)
        return self.known()

    def enrol(self, enrolled: Collection[Enrolled], outlines: Iterable[Outline], templates: Iterable[Template]) -> KnownFaces:
        """Keep what was measured of somebody's references, and calibrate anew; `enrolled` are all there are, hers included.

        Raises Unexaminable, Erased, KeyUnusable.
        """
        self._keep(enrolled, list(outlines), list(templates))
        return self.known()

    def _keep(self, enrolled: Collection[Enrolled], outlines: list[Outline], templates: list[Template]) -> None:
        known = {one.reference_id for one in enrolled}
        with self._database.write("faces") as tx:
            gone = [row["reference_id"] for row in self._rows("SELECT reference_id FROM outline WHERE pack_sha256 = ?")]
            gone = [reference_id for reference_id in gone if reference_id not in known]
            for table in ("template", "outline"):
                for reference_id in gone:
                    tx.execute(f"DELETE FROM {table} WHERE reference_id = ? AND pack_sha256 = ?", [reference_id, self._pack])
            for outline in outlines:
                sealed = self._keys.to_seal_twin(outline.twin_id).seal(encoded(outline.canvas), self._place(outline.reference_id))
                values = [outline.reference_id, outline.twin_id, self._pack, sealed, tx.now]
                tx.execute("INSERT INTO outline VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", values)
            for one in templates:
                content, place = one.embedding.astype("<f4").tobytes(), self._place(one.reference_id, one.light)
                sealed = self._keys.to_seal_twin(one.twin_id).seal(content, place)
                values = [one.reference_id, one.twin_id, self._pack, one.light, sealed, tx.now]
                tx.execute("INSERT INTO template VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", values)
            found = self._opened(tx)
            if self._calibrate(tx, found.gallery):
                found = replace(found, calibrations=self._limits(tx))
        self._read = (self._stamp(), found)

    def _calibrate(self, tx: Transaction, gallery: Gallery) -> bool:
        """Set the limits anew if these templates move one; whether they did."""
        found = calibrate(gallery)
        if found == self._limits(tx):
            return False
        tx.execute("DELETE FROM calibration WHERE pack_sha256 = ?", [self._pack])
        for twin_id, limits in found.items():
            tx.execute("INSERT INTO calibration VALUES (?, ?, ?, ?)", [twin_id, self._pack, json.dumps(limits.as_json()), tx.now])
        tx.record("faces.calibrated", self._pack, twins=sorted(found), templates=len(gallery.templates))
        return True

    def _opened(self, tx: Transaction) -> KnownFaces:
        """Everything that is known, put on record before it is handed out."""
        pack = [self._pack]
        templates = tx.execute("SELECT * FROM template WHERE pack_sha256 = ? ORDER BY reference_id, light", pack)
        outlines = tx.execute("SELECT * FROM outline WHERE pack_sha256 = ? ORDER BY reference_id", pack)
        keys = self._opening({row["twin_id"] for row in (*templates, *outlines)})
        try:
            gallery = Gallery(tuple(self._template(row, keys[row["twin_id"]]) for row in templates if row["twin_id"] in keys))
            heads = tuple(self._outline(row, keys[row["twin_id"]]) for row in outlines if row["twin_id"] in keys)
        except KeyUnusable as error:
            raise Unexaminable(_UNKNOWN) from error
        if templates or outlines:
            tx.record("templates.opened", self._pack, twins=sorted(keys), templates=len(gallery.templates), outlines=len(heads))
        return KnownFaces(gallery, self._limits(tx), heads, self._names())

    def _opening(self, twin_ids: Collection[str]) -> Mapping[str, Key]:
        """The keys of everybody but those who had themselves erased."""
        keys = {}
        for twin_id in twin_ids:
            try:
                keys[twin_id] = self._keys.to_open_twin(twin_id)
            except Erased:
                continue
            except KeyUnusable as error:
                raise Unexaminable(_UNKNOWN) from error
        return keys

    def _template(self, row: Row, key: Key) -> Template:
        content = key.open(row["sealed"], self._place(row["reference_id"], row["light"]))
        return Template(row["reference_id"], row["twin_id"], row["light"], np.frombuffer(content, "<f4"))

    def _outline(self, row: Row, key: Key) -> Outline:
        return Outline(row["reference_id"], row["twin_id"], decoded(key.open(row["sealed"], self._place(row["reference_id"]))))

    def _place(self, reference_id: str, light: str = "") -> str:
        """What a sealed text is bound to, so that none can stand in another's row."""
        return f"template of {reference_id} in {light} by {self._pack}" if light else f"outline of {reference_id} by {self._pack}"

    def _limits(self, tx: Transaction) -> dict[str, Calibration]:
        return _limits(tx.execute("SELECT * FROM calibration WHERE pack_sha256 = ?", [self._pack]))

    def _rows(self, sql: str) -> list[Row]:
        return self._database.rows(sql, [self._pack])


def _limits(rows: Iterable[Row]) -> dict[str, Calibration]:
    """{twin: limits} of stored rows; what another version of the rules wrote counts as not there, and so never clears."""
    found = {}
    for row in rows:
        try:
            found[row["twin_id"]] = Calibration.from_json(json.loads(row["calibration"]))
        except (TypeError, ValueError):
            continue
    return found
