"""A model is opened from the very bytes that were pinned, and owns the threads that it was given."""

import ast
import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from moderation.errors import PackRefused
from moderation.faces.session import open_session

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that doubles what it is given, many times over."""
    rows = helper.make_tensor_value_info("rows", TensorProto.FLOAT, ["n", 64])
    twice = helper.make_tensor_value_info("twice", TensorProto.FLOAT, ["n", 64])
    weights = helper.make_tensor("weights", TensorProto.FLOAT, [64, 64], (2 * np.eye(64, dtype=np.float32)).ravel())
    graph = helper.make_graph([helper.make_node("MatMul", ["rows", "weights"], ["twice"])], "twice", [rows], [twice], [weights])
    path = tmp_path_factory.mktemp("model") / "twice.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10), path)
    return path


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_pinned_bytes_are_run(model: Path) -> None:
    rows = np.ones((3, 64), np.float32)
    assert (open_session(model, sha256_of(model), 1).run(None, {"rows": rows})[0] == 2 * rows).all()


def test_another_hash_a_missing_file_and_what_is_no_model_are_refused(model: Path, tmp_path: Path) -> None:
    with pytest.raises(PackRefused, match="not the one that was installed"):
        open_session(model, "0" * 64, 1)
    with pytest.raises(PackRefused, match="cannot be read"):
        open_session(tmp_path / "gone.onnx", "0" * 64, 1)
    noise = tmp_path / "noise.onnx"
    noise.write_bytes(b"\x08\x07noise")
    with pytest.raises(PackRefused, match="not one that can run here"):
        open_session(noise, sha256_of(noise), 1)


# In a process of its own: what else runs in the test's process has threads too.
COUNT = """
import os, sys
import numpy as np
from pathlib import Path
from moderation.faces.session import open_session
path, sha256, threads = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
before = len(os.listdir("/proc/self/task"))
session = open_session(path, sha256, threads)
session.run(None, {"rows": np.ones((4096, 64), np.float32)})
print(len(os.listdir("/proc/self/task")) - before)
"""


@pytest.mark.parametrize("threads", [1, 3])
def test_a_session_has_no_more_threads_than_it_was_given(model: Path, threads: int) -> None:
    command = [sys.executable, "-c", COUNT, str(model), sha256_of(model), str(threads)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(run.stdout) == threads - 1  # the calling thread works too


def test_no_session_is_opened_without_its_number_of_threads() -> None:
    bare = []
    for path in (ROOT / "moderation").rglob("*.py"):
        for call in (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)):
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            told = {keyword.arg for keyword in call.keywords} | {f"argument {index}" for index, _ in enumerate(call.args)}
            if (name == "InferenceSession" and not told & {"sess_options", "argument 1"}) or (
                name in {"get_model", "FaceAnalysis"} and "sess_options" not in told
            ):
                bare.append(f"{path.name}:{call.lineno}")
    assert bare == []
