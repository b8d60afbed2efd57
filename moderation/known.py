"""Keeps what is known of the twins' faces in the database, per face pack, and measures what is missing."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from moderation.calibration import Calibration, KnownFaces, calibrate
from moderation.database import Database, Row, Transaction
from moderation.shipped import Shipped, decoded, encoded, read_shipped
from moderation.templates import Gallery, Outline, PlaceHead, Reader, ReferencePicture, Template, measured

Progress = Callable[[str, float], None]


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


class FaceStore:
    """The templates, outlines and limits of one pack (by its SHA-256)."""

    def __init__(self, database: Database, pack_sha256: str, names: Callable[[], Mapping[str, str]]) -> None:
        """`names` tells {twin id: how a person calls her} at the moment of asking."""
        self._database = database
        self._pack = pack_sha256
        self._names = names
        self._read: tuple[object, KnownFaces] | None = None

    def known(self) -> KnownFaces:
        """What is known now; read again only when something was measured since."""
        stamp = self._database.rows(
            "SELECT (SELECT count(*) || max(measured_at) FROM template WHERE pack_sha256 = :pack) AS templates,"
            " (SELECT count(*) || max(measured_at) FROM calibration WHERE pack_sha256 = :pack) AS calibrations",
            {"pack": self._pack},
        )
        if self._read is None or self._read[0] != stamp:
            self._read = (stamp, self._load())
        return self._read[1]

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
        from `shipped` where pack and hashes match. Raises BadImage when a reference does not show exactly one face.
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

    def _keep(self, enrolled: Collection[Enrolled], outlines: list[Outline], templates: list[Template]) -> None:
        known = {one.reference_id for one in enrolled}
        with self._database.write("faces") as tx:
            gone = [row["reference_id"] for row in self._rows("SELECT reference_id FROM outline WHERE pack_sha256 = ?")]
            gone = [reference_id for reference_id in gone if reference_id not in known]
            for table in ("template", "outline"):
                for reference_id in gone:
                    tx.execute(f"DELETE FROM {table} WHERE reference_id = ? AND pack_sha256 = ?", [reference_id, self._pack])
            for outline in outlines:
                values = [outline.reference_id, outline.twin_id, self._pack, encoded(outline.canvas), tx.now]
                tx.execute("INSERT INTO outline VALUES (?, ?, ?, ?, ?)", values)
            for one in templates:
                embedding = one.embedding.astype("<f4").tobytes()
                values = [one.reference_id, one.twin_id, self._pack, one.light, embedding, tx.now]
                tx.execute("INSERT INTO template VALUES (?, ?, ?, ?, ?, ?)", values)
            self._calibrate(tx)

    def _calibrate(self, tx: Transaction) -> None:
        rows = tx.execute("SELECT * FROM template WHERE pack_sha256 = ? ORDER BY reference_id, light", [self._pack])
        found = calibrate(Gallery(tuple(_template(row) for row in rows)))
        if found == _limits(tx.execute("SELECT * FROM calibration WHERE pack_sha256 = ?", [self._pack])):
            return
        tx.execute("DELETE FROM calibration WHERE pack_sha256 = ?", [self._pack])
        for twin_id, limits in found.items():
            tx.execute("INSERT INTO calibration VALUES (?, ?, ?, ?)", [twin_id, self._pack, json.dumps(limits.as_json()), tx.now])
        tx.record("faces.calibrated", self._pack, twins=sorted(found), templates=len(rows))

    def _load(self) -> KnownFaces:
        templates = self._rows("SELECT * FROM template WHERE pack_sha256 = ? ORDER BY reference_id, light")
        outlines = self._rows("SELECT * FROM outline WHERE pack_sha256 = ? ORDER BY reference_id")
        limits = self._rows("SELECT * FROM calibration WHERE pack_sha256 = ?")
        return KnownFaces(
            Gallery(tuple(_template(row) for row in templates)),
            _limits(limits),
            tuple(Outline(row["reference_id"], row["twin_id"], decoded(row["canvas"])) for row in outlines),
            self._names(),
        )

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


def _template(row: Row) -> Template:
    embedding = np.frombuffer(row["embedding"], "<f4")
    return Template(row["reference_id"], row["twin_id"], row["light"], embedding)
