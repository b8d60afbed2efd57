"""A manipulation model out of an installed pack: it is shown what its contract says, and its answer is brought to 0..1."""

from collections.abc import Callable, Mapping
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from moderation.errors import PackRefused, Unexaminable
from moderation.faces.chip import Picture
from moderation.faces.pack import MANIPULATION, Pack
from moderation.faces.session import open_session
from moderation.safeguards.exhibit import SMALLEST_FACE, SeenFace
from moderation.safeguards.head import square_around, taken
from moderation.safeguards.manipulation import ManipulationLimits, Traces

Answer = NDArray[np.float32]


def _second_of_two(answer: Answer) -> float:
    """The second of two logits as a probability."""
    lead = float(answer[1] - answer[0])
    return float(1 / (1 + np.exp(-np.clip(lead, -60, 60))))


SAID: Mapping[str, Callable[[Answer], float]] = {
    "P(real)": lambda answer: 1 - float(answer[0]),
    "P(manipulated)": lambda answer: float(answer[0]),
    "logits: real, manipulated": _second_of_two,
}
"""How sure a model is of manipulation, by what its contract says that its numbers mean."""


class PackedManipulation:
    """The model of a pack whose contract says input_size, preprocessing, view (“face” or “picture”), says, refer and block."""

    def __init__(self, pack: Pack, threads: int) -> None:
        """Raises PackRefused when the model is missing or altered, cannot run, or its contract leaves something open."""
        file = pack.file(MANIPULATION)
        told = file.contract
        try:
            self.name, self.sha256, self.detects = pack.name, pack.sha256, str(told["detects"])
            self._side = int(told["input_size"][0])
            self._mean, self._std = float(told["preprocessing"]["mean"]), float(told["preprocessing"]["std"])
            self._of_face = {"face": True, "picture": False}[told["view"]]
            self._said = SAID[told["says"]]
            self.limits = ManipulationLimits(float(told["refer"]), float(told["block"]))
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise PackRefused(f"The pack {pack.name} does not say how its model is to be asked ({error}).") from error
        self._session = open_session(file.path, file.sha256, threads)

    def traces(self, picture: Picture, faces: tuple[SeenFace, ...]) -> Traces:
        """What it says of the whole picture, or the most that it says of any face of 40 pixels and more.

        Raises Unexaminable when it looks at faces and there is none, and on an answer that makes no sense.
        """
        if not self._of_face:
            size = (self._side, self._side)
            return Traces(self._score(np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)))
        large = [face for face in faces if face.side >= SMALLEST_FACE]
        if not large:
            raise Unexaminable(f"No face of {SMALLEST_FACE:.0f} pixels was found, so none can be searched for manipulation.")
        return Traces(max(self._score(taken(picture, square_around(face.landmarks), self._side)) for face in large))

    def _score(self, seen: Picture) -> float:
        batch = (seen.transpose(2, 0, 1)[None].astype(np.float32) - self._mean) / self._std
        answer: Any = self._session.run(None, {self._session.get_inputs()[0].name: batch.astype(np.float32)})[0]
        if not np.isfinite(answer).all():
            raise Unexaminable("The manipulation model gave a score that makes no sense.")
        return self._said(np.asarray(answer, np.float32)[0])
