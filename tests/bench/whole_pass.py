"""What one examination is made of, on portraits of 768 by 1024 pixels, and what both do beside insightface's own way.

The shared part is to find, align and embed with the same weights: `FaceReader.read` as shipped (six crops a face, one thread) and
with one crop, beside `FaceAnalysis.get()` at its defaults (a square of 640 pixels, one crop, as many threads as there are cores).
"""

import resource
import tempfile
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from insightface.app import FaceAnalysis

from moderation.examining.nearest import NearestFace
from moderation.faces.cc0 import cc0_sources, ready_cc0
from moderation.faces.chip import SHAKES, crops
from moderation.faces.reader import FaceReader
from moderation.faces.two_looks import TwoLooks
from moderation.safeguards.exhibit import Exhibit, Safeguard
from tests.bench.measure import Measurement, compare, seconds
from tests.bench.safeguards import opened
from twin.looks.look import Lamp, Light, Look, Pose
from twin.plates.plate import develop, read_index, read_plate

ASSETS = Path(__file__).parents[2] / "assets"
SIZE = (768, 1024)
PORTRAITS, LISTED = 16, 10_000
LIGHT = Light(Lamp(1.0, 5400.0), Lamp(0.8, 5600.0), Lamp(1.0, 6000.0), Lamp(0.8, 6000.0))


def run(data: Path | None) -> Measurement:  # noqa: ARG001
    """Time each part of an examination, then the shared part in turns with insightface's."""
    with tempfile.TemporaryDirectory() as folder:
        examiner, reader = opened(Path(folder))
        pack = ready_cc0(Path(folder) / "cc0", cc0_sources(), lambda _words, _part: None)
        portraits = [_portrait(line) for line in read_index(ASSETS / "plates") if line["split"] == "held out"][:PORTRAITS]
        plain = FaceAnalysis(str(pack.folder), providers=["CPUExecutionProvider"])
        plain.prepare(-1)
        backwards = [np.ascontiguousarray(one[..., ::-1]) for one in portraits]
        measured = compare(
            "whole_pass",
            f"finding, aligning and embedding in {PORTRAITS} portraits as shipped",
            lambda: [reader.read(one) for one in portraits],
            "FaceAnalysis.get() at its defaults with the same weights",
            lambda: [plain.get(one) for one in backwards],
        )
        looks = TwoLooks.of(pack, 1)
        single = compare(
            "one crop",
            "",
            lambda: [_one_crop(reader, looks, one) for one in portraits],
            "",
            lambda: [plain.get(one) for one in backwards],
        )
        parts = _parts(examiner.examination._safeguards, reader, looks, portraits)
        whole = [seconds(lambda one=one: examiner.examination.examine(one, "nora")) for one in portraits]  # type: ignore[misc]
    measured.figures.update(ratio_with_one_crop=round(single.ratio, 3), parts_ms=parts)
    measured.figures["whole_pass_ms"] = round(1000 * float(np.median(whole)), 1)
    measured.figures["peak_memory_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return measured


def _portrait(line: dict[str, object]) -> np.ndarray:
    look = Look(Pose(), LIGHT, str(line["garment"]), garment_colour="#7a2433", backdrop_colour="#33455c")
    return np.asarray(cv2.resize(develop(read_plate(ASSETS / "plates", line), look), SIZE, interpolation=cv2.INTER_CUBIC))


def _one_crop(reader: FaceReader, looks: TwoLooks, picture: np.ndarray) -> list[np.ndarray]:
    """What insightface does with each box: one crop, one embedding."""
    points = reader._eyes.points(picture, looks.find(picture))  # type: ignore[attr-defined]
    return [reader._recogniser.forward(crops(picture, five, SHAKES[:1])[:1]) for five in points]


def _parts(safeguards: list[Safeguard], reader: FaceReader, looks: TwoLooks, portraits: list[np.ndarray]) -> dict[str, float]:
    """Milliseconds of each part on one portrait, medians."""
    chance = np.random.default_rng(1)
    listed = NearestFace([str(n) for n in range(LISTED)], chance.normal(0, 0.12, (LISTED, 128)).astype(np.float32))
    faces = [reader.read(one) for one in portraits]
    points = [one[0].landmarks for one in faces]
    exhibits = [Exhibit(one, "nora", seen, reader.name, reader.sha256) for one, seen in zip(portraits, faces, strict=True)]
    told: dict[str, Callable[[int], object]] = {
        "find": lambda at: looks.find(portraits[at]),
        "align": lambda at: crops(portraits[at], points[at]),
        "embed": lambda at: reader._recogniser.forward(crops(portraits[at], points[at])),
        f"protected list of {LISTED}": lambda at: listed.to(faces[at][0].template),
    }
    for one in safeguards:
        told[f"safeguard {one.name}"] = lambda at, one=one: one.examine(exhibits[at])  # type: ignore[misc]
    return {
        name: round(1000 * float(np.median([seconds(lambda at=at, call=call: call(at)) for at in range(len(portraits))])), 2)  # type: ignore[misc]
        for name, call in told.items()
    }
