"""The default pack: dlib's CC0 models from the package face_recognition_models, converted to ONNX once and kept.

The package is located, never imported (importing it needs pkg_resources), and its 68-point file, which is not free, is not read.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from moderation.errors import PackRefused
from moderation.faces.cc0_landmarks import landmark_graph
from moderation.faces.cc0_networks import EMBEDDING, detector_graph, recogniser_graph
from moderation.faces.chip import CHIP, CROP_SIDE
from moderation.faces.dlib_stream import read_network, read_shape_predictor
from moderation.faces.pack import DETECTION, LANDMARKS, LICENCE, MANIFEST, RECOGNITION, SCRFD, Pack, manifest_bytes, open_pack
from moderation.faces.settled import settle_folder, write_file

PACKAGE = "face_recognition_models"
NAME = "cc0-dlib"
SOURCES = {
    DETECTION: ("mmod_human_face_detector.dat", "4cb19393e2fbaf2b1609a9319ad5386618c886a6234ec1b971f3e87c85d87fe6"),
    LANDMARKS: ("shape_predictor_5_face_landmarks.dat", "c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888"),
    RECOGNITION: (
        "dlib_face_recognition_resnet_model_v1.dat",
        "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
    ),
}
"""What is read, and the SHA-256 it must have (of the files in face_recognition_models 0.3.0)."""

DETECTOR = ("detection.onnx", "08144ee7606f805a2a8676a6b9762df1222cd30a354cf340fa8a564388eb4b04")
"""The detector of our own, which lies among the program's assets, and its SHA-256."""

CONTRACTS: dict[str, dict[str, Any]] = {
    SCRFD: {"preprocessing": {"mean": 127.5, "std": 128.0}, "preprocessing_version": "insightface-scrfd-1", "look": "first"},
    DETECTION: {"preprocessing": "embedded", "input": "(h, w, 3) uint8 RGB", "window": [80, 80], "stride": 8},
    LANDMARKS: {"preprocessing": "embedded", "input": "(h, w) float32 grey 0..255 and (n, 4) boxes"},
    RECOGNITION: {
        "preprocessing": {"mean": 127.5, "std": 127.5},
        "preprocessing_version": "insightface-arcface-1",
        "input_size": [CROP_SIDE, CROP_SIDE],
        "embedding_dimension": EMBEDDING,
        "compare": "L2",
        "chip": list(CHIP),
    },
}
LICENCE_TEXT = """Face models by Davis E. King, distributed in the Python package face_recognition_models 0.3.0 under CC0 1.0
(https://creativecommons.org/publicdomain/zero/1.0/): dlib_face_recognition_resnet_model_v1, mmod_human_face_detector,
shape_predictor_5_face_landmarks. Converted to ONNX without change of weights.
A face detector of Twin Studio's own, taught on renders of people who do not exist with these models as its teacher: Apache-2.0.
"""

Progress = Callable[[str, float], None]
"""What is being prepared, in words, and how much of it is done (0..1)."""


def cc0_sources() -> Path:
    """The folder of the installed package's model files; raises PackRefused when the package is missing."""
    try:
        return Path(str(distribution(PACKAGE).locate_file(f"{PACKAGE}/models")))
    except PackageNotFoundError as error:
        raise PackRefused(f"The package {PACKAGE} is not installed; run: python -m pip install {PACKAGE}==0.3.0") from error


def ready_cc0(folder: Path, sources: Path, progress: Progress) -> Pack:
    """Open the pack at `folder`, converting it from `sources` when the folder does not exist yet.

    The folder appears complete or not at all. Raises PackRefused on a source of another hash and on a folder that is not
    as it was written; such a folder is never repaired.
    """
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        staged = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        try:
            _convert_into(staged, sources, progress)
            settle_folder(staged, folder)
        finally:
            shutil.rmtree(staged, ignore_errors=True)
    pack = open_pack(folder)
    if pack.name != NAME:
        raise PackRefused(f"The folder {folder} holds the pack {pack.name}, not {NAME}.")
    return pack


def _convert_into(staged: Path, sources: Path, progress: Progress) -> None:
    tasks: dict[str, dict[str, Any]] = {}
    for done, (task, model) in enumerate(_converted(sources)):
        progress("Converting the face models", (done + 1) / (len(SOURCES) + 2))
        file = f"{task}.onnx"
        source, source_sha256 = {**SOURCES, SCRFD: DETECTOR}[task]
        write_file(staged / file, model)
        tasks[task] = {
            "file": file,
            "sha256": hashlib.sha256(model).hexdigest(),
            "source": source,
            "source_sha256": source_sha256,
            **CONTRACTS[task],
        }
    licence = LICENCE_TEXT.encode()
    write_file(staged / LICENCE, licence)
    manifest = {
        "manifest_version": 2,
        "model_id": NAME,
        "display_name": "dlib face models (CC0)",
        "license": LICENCE,
        "license_sha256": hashlib.sha256(licence).hexdigest(),
        "tasks": tasks,
    }
    write_file(staged / MANIFEST, manifest_bytes(manifest))
    progress("Converting the face models", 1.0)


def shipped_detector() -> Path:
    """Where the detector of our own lies among the program's assets."""
    return Path(__file__).resolve().parents[2] / "assets" / "detector" / DETECTOR[0]


def _converted(sources: Path) -> Iterator[tuple[str, bytes]]:
    yield SCRFD, _detector()
    yield DETECTION, detector_graph(read_network(_source(sources, DETECTION)))
    yield RECOGNITION, recogniser_graph(read_network(_source(sources, RECOGNITION)))
    yield LANDMARKS, landmark_graph(*read_shape_predictor(_source(sources, LANDMARKS)))


def _detector() -> bytes:
    try:
        content = shipped_detector().read_bytes()
    except OSError as error:
        raise PackRefused(f"The face detector {DETECTOR[0]} is missing; install the studio again.") from error
    if hashlib.sha256(content).hexdigest() != DETECTOR[1]:
        raise PackRefused(f"The face detector {DETECTOR[0]} is not the one that was shipped; install the studio again.")
    return content


def _source(folder: Path, task: str) -> bytes:
    name, sha256 = SOURCES[task]
    try:
        content = (folder / name).read_bytes()
    except OSError as error:
        raise PackRefused(f"The face model {name} is missing; run: python -m pip install {PACKAGE}==0.3.0") from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise PackRefused(f"The face model {name} is not the published one; reinstall {PACKAGE}==0.3.0.")
    return content
