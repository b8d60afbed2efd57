"""How well a head's turn and nod are read: each person by what the others taught, and somebody who taught nothing.

`--data DIR` names renders of further people (plates with a plates.jsonl, as in assets/plates) that teach as well.
`python -m tests.bench.pose FOLDER [DIR]` teaches the model that is shipped, into FOLDER.
"""

import hashlib
import io
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from moderation.enrolment.pose_model import CARD, PoseModel, features
from moderation.faces.cc0 import cc0_sources, ready_cc0
from moderation.faces.outline import canvas
from moderation.faces.reader import FaceReader
from moderation.uploads.uploads import read_picture_file
from tests.bench.measure import Measurement, compare
from twin.looks.look import Lamp, Light, Look, Pose
from twin.plates.plate import develop, read_index, read_plate
from twin.plates.reference import LIGHTS

ASSETS = Path(__file__).parents[2] / "assets"
STRICTNESS = 60.0
"""The penalty at which each person was read best by what the others taught; from 30 to 100 it changes little."""
LIGHTS_EACH = 3
BACKDROPS = ("#a8a8aa", "#303236", "#e8e4dc")
WINDOW = Light(Lamp(0.15, 5400.0), Lamp(1.5, 5600.0), Lamp(0.3, 5400.0), Lamp(0.35, 5600.0))
AYLA = ((2, 0), (-45, 0), (41, 0), (-22, 0), (23, 0), (0, -8), (4, 9), (-31, 3), (32, -4), (-8, 0), (9, 0), (-3, 0))
"""How she was rendered: degrees to her left, and chin down."""
FAR = 30.0
TAUGHT_TO = 11.0
"""The cast's plates nod no further, in degrees; the further people nod up to 25."""


@dataclass(frozen=True)
class Head:
    """A render that one face was found in: whose, its features, and yaw and pitch in degrees."""

    person: str
    features: np.ndarray
    angles: tuple[float, float]


def run(data: Path | None) -> Measurement:
    """Time one reading beside the placing of the head that comes before it, then ask how far readings are off."""
    with tempfile.TemporaryDirectory() as folder:
        reader = FaceReader(ready_cc0(Path(folder) / "cc0", cc0_sources(), lambda *_: None), 1)
    heads = list(_cast(reader))
    others = list(_heads(reader, data)) if data else []
    shipped = PoseModel.open(ASSETS / "pose")
    picture = read_picture_file(ASSETS / "newcomers" / "ayla_00.jpg")
    points = reader.read(picture)[0].landmarks
    drawn = canvas(picture, points)
    measured = compare(
        "pose",
        "reading turn and nod of one head, one thread",
        lambda: shipped.read(drawn, points),
        "bringing that head to its place",
        lambda: canvas(picture, points),
    )
    measured.figures["cast, each by what the others taught"] = _apart(heads, others)
    if others:
        measured.figures["further people, each by what all others taught"] = _apart(others, heads)
    measured.figures["ayla, as shipped"] = errors(*_of_ayla(reader, shipped))
    return measured


def teach(folder: Path, data: Path | None) -> None:
    """Teach by everybody there is but Ayla, and write model and card."""
    with tempfile.TemporaryDirectory() as place:
        reader = FaceReader(ready_cc0(Path(place) / "cc0", cc0_sources(), lambda *_: None), 1)
        heads = [*_cast(reader), *(_heads(reader, data) if data else ())]
    model = _taught(heads)
    written = io.BytesIO()
    np.savez_compressed(written, weights=model.weights.astype(np.float16), offset=model.offset)
    folder.mkdir(exist_ok=True)
    (folder / "pose.npz").write_bytes(written.getvalue())
    card = {"file": "pose.npz", "sha256": hashlib.sha256(written.getvalue()).hexdigest(), "heads": len(heads)}
    (folder / CARD).write_text(json.dumps(card, indent=1, sort_keys=True) + "\n")


def errors(read: np.ndarray, told: np.ndarray) -> dict[str, Any]:
    """How far readings (n, 2) are from what is so (n, 2), in degrees: mean, 95 % quantile, and the correlation."""
    off = np.abs(read - told)
    return {
        name: {
            "mean": round(float(off[:, at].mean()), 2),
            "q95": round(float(np.quantile(off[:, at], 0.95)), 2),
            "correlation": round(float(np.corrcoef(read[:, at], told[:, at])[0, 1]), 3),
            "n": len(off),
        }
        for at, name in enumerate(("yaw", "pitch"))
    }


def _apart(heads: Sequence[Head], others: Sequence[Head]) -> dict[str, Any]:
    """Errors over `heads`, each person read by what the rest of them and the `others` taught; by turn and nod as well."""
    read = np.empty((len(heads), 2))
    for person in {one.person for one in heads}:
        model = _taught([*(one for one in heads if one.person != person), *others])
        for at, one in enumerate(heads):
            if one.person == person:
                read[at] = one.features @ model.weights + model.offset
    told = np.array([one.angles for one in heads])
    far, nods = np.abs(told[:, 0]) > FAR, np.abs(told[:, 1]) > TAUGHT_TO
    kinds = {"all": np.ones(len(told), bool), f"turned beyond {FAR:g}°": far, f"nodding beyond {TAUGHT_TO:g}°": nods}
    return {name: errors(read[which], told[which]) for name, which in kinds.items() if which.sum() > 2}


def _taught(heads: Sequence[Head]) -> PoseModel:
    angles = np.array([one.angles for one in heads], np.float32)
    return PoseModel.taught(np.stack([one.features for one in heads]), angles, STRICTNESS)


def _cast(reader: FaceReader) -> Iterator[Head]:
    for folder in ("plates", "references"):
        yield from _heads(reader, ASSETS / folder)


def _heads(reader: FaceReader, folder: Path) -> Iterator[Head]:
    """Every plate of a folder in three lights by turns; one in which not exactly one face is found teaches nothing."""
    lights = [*LIGHTS.values(), WINDOW]
    for number, line in enumerate(read_index(folder)):
        pose, plate = line["pose"], read_plate(folder, line)
        for at in range(number, number + LIGHTS_EACH):
            look = Look(Pose(), lights[at % len(lights)], line["garment"], "#6a7280", BACKDROPS[at % len(BACKDROPS)])
            picture = develop(plate, look)
            faces = reader.read(picture)
            if len(faces) == 1:
                points = faces[0].landmarks
                yield Head(line["twin"], features(canvas(picture, points), points), (pose["yaw"] + pose["body"], pose["pitch"]))


def _of_ayla(reader: FaceReader, model: PoseModel) -> tuple[np.ndarray, np.ndarray]:
    read = []
    for number in range(len(AYLA)):
        picture = read_picture_file(ASSETS / "newcomers" / f"ayla_{number:02}.jpg")
        points = reader.read(picture)[0].landmarks
        read.append(model.read(canvas(picture, points), points))
    return np.array(read), np.array(AYLA, float)


if __name__ == "__main__":
    teach(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
