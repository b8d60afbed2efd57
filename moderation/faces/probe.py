"""Asks a model whether it keeps the contract that its pack states, by running it once on an empty picture."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moderation.errors import PackRefused
from moderation.faces.pack import SCRFD
from moderation.faces.session import open_session

DETECTOR_SIDE = 128
SAID = (1, 1, 1, 4, 4, 4, 10, 10, 10)
"""Numbers an anchor, output by output, that SCRFD says at strides 8, 16 and 32: scores, boxes, points."""
FACES = 2
"""Recognisers and manipulation models are tried with so many faces at once: what takes one only is refused now, not later."""


def probe(task: str, path: Path, sha256: str, contract: Mapping[str, Any]) -> None:
    """Raise PackRefused unless the model runs and answers as a model of this task does."""
    if task not in _QUESTIONS:
        raise PackRefused(f"No contract is known for models of the task {task!r}.")
    session = open_session(path, sha256, 1)
    if len(session.get_inputs()) != 1:
        raise PackRefused(f"The model {path.name} has {len(session.get_inputs())} inputs instead of one.")
    try:
        answers = _QUESTIONS[task](session, contract)
    except PackRefused:
        raise
    except Exception as error:  # onnxruntime raises its own, undocumented kinds
        raise PackRefused(f"The model {path.name} does not take what a model for {task} is given.") from error
    if not all(np.isfinite(answer).all() for answer in answers):
        raise PackRefused(f"The model {path.name} answers with numbers that make no sense.")


def _run(session: Any, picture: NDArray[np.float32]) -> list[NDArray[Any]]:
    return [np.asarray(answer) for answer in session.run(None, {session.get_inputs()[0].name: picture})]


def _detection(session: Any, _contract: Mapping[str, Any]) -> list[NDArray[Any]]:
    answers = _run(session, np.zeros((1, 3, DETECTOR_SIDE, DETECTOR_SIDE), np.float32))
    anchors = [2 * (DETECTOR_SIDE // stride) ** 2 for stride in (8, 16, 32)] * 3
    shapes = [answer.shape[-2:] for answer in answers]
    if shapes != list(zip(anchors, SAID, strict=True)):
        raise PackRefused("The detector does not answer as SCRFD does: nine outputs, two anchors a cell, five points.")
    return answers


def _recognition(session: Any, contract: Mapping[str, Any]) -> list[NDArray[Any]]:
    width, height = contract["input_size"]
    answers = _run(session, np.zeros((FACES, 3, height, width), np.float32))
    if [answer.shape for answer in answers] != [(FACES, contract["embedding_dimension"])]:
        raise PackRefused(f"The recogniser does not measure {contract['embedding_dimension']} numbers of each face.")
    return answers


def _manipulation(session: Any, contract: Mapping[str, Any]) -> list[NDArray[Any]]:
    width, height = contract["input_size"]
    answers = _run(session, np.zeros((FACES, 3, height, width), np.float32))
    if answers[0].shape != (FACES, contract["outputs"]):
        raise PackRefused(f"The manipulation model does not say {contract['outputs']} numbers of each picture.")
    return answers


_QUESTIONS: Mapping[str, Callable[[Any, Mapping[str, Any]], list[NDArray[Any]]]] = {
    SCRFD: _detection,
    "recognition": _recognition,
    "manipulation": _manipulation,
}
