"""A manipulation model out of a pack is asked as its contract says; where that leaves something open it is not asked."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from moderation.errors import PackRefused, Unexaminable
from moderation.faces.chip import MEAN_FACE
from moderation.faces.onnx_graph import Graph
from moderation.faces.pack import LICENCE, MANIFEST, Pack, manifest_bytes, open_pack
from moderation.safeguards.packed import PackedManipulation
from tests.moderation.safeguards.exhibits import Seen

ASKED = {
    "detects": "generated",
    "input_size": [32, 32],
    "preprocessing": {"mean": 0.0, "std": 255.0},
    "view": "picture",
    "says": "P(manipulated)",
    "refer": 0.5,
    "block": 1.0,
}


def brightness(outputs: int = 1, factor: float = 1.0) -> bytes:
    """The mean of all channels, 0..1, times a factor; of two outputs the first is 0."""
    graph = Graph("brightness")
    mean = graph.node("ReduceMean", "picture", graph.constant([1, 2, 3]), keepdims=0)
    rows = graph.node("Reshape", mean, graph.constant([-1, 1]))
    weights = np.array([[0.0, factor]] if outputs == 2 else [[factor]], np.float32)
    graph.node("MatMul", rows, graph.constant(weights), output="said")
    return graph.write({"picture": ("float32", ("n", 3, 32, 32))}, {"said": ("float32", ("n", outputs))})


def pack_of(folder: Path, content: bytes, **changes: object) -> Pack:
    folder.mkdir()
    (folder / "manipulation.onnx").write_bytes(content)
    (folder / LICENCE).write_bytes(b"free")
    task = {"file": "manipulation.onnx", "sha256": hashlib.sha256(content).hexdigest(), **ASKED, **changes}
    told = {"manifest_version": 2, "model_id": "bright", "license": LICENCE, "tasks": {"manipulation": task}}
    told["license_sha256"] = hashlib.sha256(b"free").hexdigest()
    (folder / MANIFEST).write_bytes(manifest_bytes(told))
    return open_pack(folder)


def grey(level: int) -> np.ndarray:
    return np.full((200, 160, 3), level, np.uint8)


@pytest.mark.parametrize(
    ("content", "says", "level", "expected"),
    [
        (brightness(), "P(manipulated)", 51, 0.2),
        (brightness(), "P(real)", 51, 0.8),
        (brightness(2), "logits: real, manipulated", 255, 1 / (1 + np.exp(-1))),
    ],
)
def test_what_a_model_says_is_brought_to_how_sure_it_is(
    tmp_path: Path, content: bytes, says: str, level: int, expected: float
) -> None:
    model = PackedManipulation(pack_of(tmp_path / "p", content, says=says), 1)
    assert model.traces(grey(level), ()).score == pytest.approx(expected, abs=1e-3)
    assert (model.name, model.detects, model.limits.refer) == ("bright", "generated", 0.5)


def test_a_model_of_faces_sees_the_face_and_not_the_picture(tmp_path: Path) -> None:
    model = PackedManipulation(pack_of(tmp_path / "p", brightness(), view="face", detects="blend"), 1)
    picture = np.zeros((400, 400, 3), np.uint8)
    picture[80:320, 80:320] = 255
    points = (np.array(MEAN_FACE) * 100 + 150).astype(np.float32)
    seen = Seen(np.zeros(2, np.float32), box=(150.0, 150.0, 250.0, 250.0), landmarks=points)
    assert model.traces(picture, (seen,)).score > 0.8
    with pytest.raises(Unexaminable, match="No face of 40 pixels"):
        model.traces(picture, ())


@pytest.mark.parametrize("factor", [np.nan, 7.0])
def test_an_answer_that_makes_no_sense_is_none(tmp_path: Path, factor: float) -> None:
    model = PackedManipulation(pack_of(tmp_path / "p", brightness(factor=factor)), 1)
    with pytest.raises(Unexaminable, match="makes no sense"):
        model.traces(grey(200), ())


@pytest.mark.parametrize(
    "changes", [{"preprocessing": None}, {"says": "something"}, {"view": "sideways"}, {"refer": 0.0}, {"input_size": []}]
)
def test_a_contract_that_leaves_something_open_is_refused(tmp_path: Path, changes: dict[str, object]) -> None:
    with pytest.raises(PackRefused, match="does not say how"):
        PackedManipulation(pack_of(tmp_path / "p", brightness(), **changes), 1)
