"""What an examination costs, and whom it lets pass: plates of the cast that are no references, or pictures of one's own.

With `--data DIR` the pictures are DIR's `<twin>_*.png` or `.jpg`, for example painted ones; each is submitted as every twin.
"""

import resource
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from moderation.database import Database
from moderation.examining.examiner import Examiner
from moderation.faces.cc0 import cc0_sources, ready_cc0
from moderation.faces.reader import FaceReader
from moderation.safeguards.copied import ALIKE
from moderation.safeguards.exhibit import Exhibit
from moderation.safeguards.finding import Outcome, worst
from moderation.schema.sealed import SEALED
from moderation.schema.tables import AUDIT, FACES, OUTLINES, PACKS, PROTECTED
from moderation.uploads.uploads import read_picture_file
from tests.bench.measure import Measurement, compare, seconds
from tests.moderation.one_key import Keys
from twin.looks.look import Lamp, Light, Look, Pose
from twin.plates.plate import develop, read_index, read_plate
from twin.plates.reference import plate_references

ASSETS = Path(__file__).parents[2] / "assets"
LIGHTS = {
    "evening": Light(Lamp(0.7, 4000.0), Lamp(0.9, 5000.0), Lamp(1.6, 3200.0), Lamp(0.8, 6500.0)),
    "hard": Light(Lamp(1.8, 5200.0), Lamp(0.15, 5600.0), Lamp(0.8, 6000.0), Lamp(0.3, 6000.0)),
}
TABLES = [
    ("audit", AUDIT),
    ("twin", "CREATE TABLE twin (id TEXT PRIMARY KEY, name TEXT NOT NULL) STRICT;"),
    ("reference", "CREATE TABLE reference (id TEXT PRIMARY KEY, twin_id TEXT NOT NULL, sha256 TEXT NOT NULL) STRICT;"),
    ("standing", "CREATE VIEW standing_reference AS SELECT * FROM reference;"),
    ("faces", FACES),
    ("outlines", OUTLINES),
    ("sealed", SEALED),
    ("protected", PROTECTED),
    ("packs", PACKS),
]
Pictures = Iterator[tuple[str, str, np.ndarray]]


def run(data: Path | None) -> Measurement:
    """Time one examination beside reading the faces alone; then ask of every picture as whom it would pass."""
    with tempfile.TemporaryDirectory() as folder:
        examiner, reader = opened(Path(folder))
        pictures = list(_given(data) if data else _plates())
        _, twin_id, first = pictures[0]
        measured = compare(
            "safeguards",
            "all safeguards on one picture, one thread",
            lambda: examiner.examination.examine(first, twin_id),
            "reading the faces alone",
            lambda: reader.read(first),
        )
        measured.figures.update(_passing(examiner, reader, pictures))
        measured.figures.update(_blended(examiner, reader, pictures))
    measured.figures["peak_memory_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return measured


def opened(folder: Path) -> tuple[Examiner, FaceReader]:
    database = Database(folder / "studio.sqlite", lambda: datetime.now(UTC))
    database.migrate(TABLES)
    references = plate_references(ASSETS / "references", read_index(ASSETS / "references"))
    with database.write("bench") as tx:
        for twin_id in sorted({one.twin_id for one in references}):
            tx.execute("INSERT INTO twin VALUES (?, ?)", [twin_id, twin_id.title()])
        for one in references:
            tx.execute("INSERT INTO reference VALUES (?, ?, ?)", [one.id, one.twin_id, one.sha256])
    examiner = Examiner(database, folder, blend=ASSETS / "blend", persons=Keys())
    examiner.prepare(lambda: iter(()), lambda _: None, ASSETS / "demo" / "templates.npz")
    return examiner, FaceReader(ready_cc0(folder / "cc0", cc0_sources(), lambda _words, _part: None), threads=1)


def _plates() -> Pictures:
    for line in read_index(ASSETS / "plates"):
        plate = read_plate(ASSETS / "plates", line)
        for name, light in LIGHTS.items():
            look = Look(Pose(), light, line["garment"], garment_colour="#7a2433", backdrop_colour="#33455c")
            yield f"{line['id']} {name}", line["twin"], develop(plate, look)


def _given(data: Path) -> Pictures:
    for file in sorted([*data.glob("*.png"), *data.glob("*.jpg")]):
        yield file.name, file.name.split("_")[0], read_picture_file(file)


def _passing(examiner: Examiner, reader: FaceReader, pictures: list[tuple[str, str, np.ndarray]]) -> dict[str, object]:
    """Clear, refer and block rates per twin as herself, without the manipulation safeguard, and who passes as whom."""
    known = examiner.store.known()
    asked = [one for one in examiner.examination._safeguards if one.name != "manipulation"]
    own: dict[str, Counter[str]] = {twin_id: Counter() for twin_id in known.gallery.twin_ids}
    faces_found, nearest_right, copies, strangers = Counter[int](), 0, 0, []
    for name, twin_id, picture in pictures:
        faces = reader.read(picture)
        faces_found[len(faces)] += 1
        if faces:
            centres = known.gallery.from_centres(faces[0].template)
            nearest_right += min(centres, key=lambda one: centres[one]) == twin_id
        for claimed in own:
            exhibit = Exhibit(picture, claimed, faces, reader.name, reader.sha256)
            safeguards = asked if claimed == twin_id else [one for one in asked if one.name != "copy"]
            findings = [_found(one, exhibit) for one in safeguards]
            outcome = worst(found for found, _ in findings)
            if claimed == twin_id:
                own[twin_id][str(outcome)] += 1
                by_name = {one.name: score for one, (_, score) in zip(safeguards, findings, strict=True)}
                copies += (by_name["copy"] or 0.0) >= ALIKE
            elif outcome is Outcome.CLEAR:
                strangers.append(f"{name} as {claimed}")
    total = len(pictures)
    return {
        "pictures": total,
        "exactly_one_face": round(faces_found[1] / total, 4),
        "nearest_twin_right": round(nearest_right / total, 4),
        "as_herself": {twin_id: _rates(seen) for twin_id, seen in own.items()},
        "all_as_herself": {str(word): round(sum(seen[str(word)] for seen in own.values()) / total, 4) for word in Outcome},
        "as_another_cleared": len(strangers),
        "as_another_tried": total * (len(own) - 1),
        "as_another_upper_bound_95": round(3 / (total * (len(own) - 1)), 5) if not strangers else None,
        "who_passed": strangers[:20],
        "taken_for_copies": copies,
    }


def _blended(examiner: Examiner, reader: FaceReader, pictures: list[tuple[str, str, np.ndarray]]) -> dict[str, object]:
    """What looking for a blend costs by itself, and what it says of the pictures, which nobody blended."""
    (blend,) = (one for one in examiner.examination._safeguards if one.name == "manipulation")
    exhibits = [Exhibit(picture, twin_id, reader.read(picture), reader.name, reader.sha256) for _, twin_id, picture in pictures]
    took = [seconds(lambda exhibit=exhibit: _found(blend, exhibit)) for exhibit in exhibits]  # type: ignore[misc]
    return {
        "blend_median_s": round(float(np.median(took)), 4),
        "blend_of_untouched": _rates(Counter(str(_found(blend, exhibit)[0]) for exhibit in exhibits)),
    }


def _rates(seen: Counter[str]) -> dict[str, float]:
    return {word: round(count / seen.total(), 3) for word, count in sorted(seen.items())}


def _found(safeguard: object, exhibit: Exhibit) -> tuple[Outcome, float | None]:
    try:
        found = safeguard.examine(exhibit)  # type: ignore[attr-defined]
    except Exception:  # as in an examination: what fails is unexamined
        return Outcome.UNEXAMINED, None
    return found.outcome, found.score
