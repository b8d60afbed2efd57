"""Opens ONNX models with a stated number of threads, from bytes whose hash was checked."""

import hashlib
from pathlib import Path
from typing import Any

import onnxruntime

from moderation.errors import PackRefused

PROVIDERS = ["CPUExecutionProvider"]


def options(threads: int) -> Any:
    """Session options that own `threads` threads and leave the processor alone while waiting."""
    chosen = onnxruntime.SessionOptions()
    chosen.intra_op_num_threads = threads
    chosen.inter_op_num_threads = 1
    chosen.log_severity_level = 3
    chosen.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return chosen


def open_session(path: Path, sha256: str, threads: int) -> Any:
    """An onnxruntime session on the very bytes that have this hash; raises PackRefused otherwise."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise PackRefused(f"The model {path.name} cannot be read: {error.strerror}.") from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise PackRefused(f"The model {path.name} is not the one that was installed; remove its pack and start again.")
    try:
        return onnxruntime.InferenceSession(content, options(threads), providers=PROVIDERS)
    except Exception as error:  # onnxruntime raises its own, undocumented kinds
        raise PackRefused(f"The model {path.name} is not one that can run here.") from error
