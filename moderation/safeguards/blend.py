"""The studio's own blend detector: finds the seams of a face that was laid over a picture, and says where they are."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from moderation.errors import PackRefused, Unexaminable
from moderation.faces.chip import Picture, Points
from moderation.faces.session import open_session
from moderation.safeguards.exhibit import SMALLEST_FACE, Exhibit, Safeguard, SeenFace
from moderation.safeguards.finding import Finding
from moderation.safeguards.head import square_around, taken
from moderation.safeguards.manipulation import BLEND, Manipulation, ManipulationLimits, Traces

CARD = "model.json"
PATIENCE_S = 10.0
"""Seconds that one face may take; it takes some hundredths."""


@dataclass(frozen=True)
class BlendCard:
    """What is known of the shipped model: its file and hash, the side of its input in pixels, and its limits."""

    name: str
    file: Path
    sha256: str
    side: int
    limits: ManipulationLimits


def read_card(folder: Path) -> BlendCard:
    """The card in a folder's model.json. Raises PackRefused when it cannot be read or makes no sense."""
    try:
        told = json.loads((folder / CARD).read_text(encoding="utf-8"))
        limits = ManipulationLimits(float(told["refer"]), float(told["block"]))
        card = BlendCard(str(told["name"]), folder / Path(told["file"]).name, str(told["sha256"]), int(told["side"]), limits)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PackRefused("The blend detector's card cannot be read; install the studio again.") from error
    if len(card.sha256) != 64 or card.side < 1:
        raise PackRefused("The blend detector's card makes no sense; install the studio again.")
    return card


class BlendModel:
    """The model in a folder with its card; opened when first asked, with `threads` threads."""

    detects = BLEND

    def __init__(self, card: BlendCard, threads: int = 1, patience_s: float = PATIENCE_S) -> None:
        self.name, self.sha256 = card.name, card.sha256
        self._card, self._threads, self._patience_s = card, threads, patience_s

    def traces(self, picture: Picture, faces: tuple[SeenFace, ...]) -> Traces:
        """The strongest traces among all faces of 40 pixels and more.

        Raises Unexaminable without such a face, when the model's answer makes no sense or does not come in time, and
        PackRefused when the model is missing, altered or cannot run.
        """
        large = [face for face in faces if face.side >= SMALLEST_FACE]
        if not large:
            raise Unexaminable(f"No face of {SMALLEST_FACE:.0f} pixels was found, so none can be searched for seams.")
        return max((self.around(picture, face.landmarks) for face in large), key=lambda traces: traces.score)

    def around(self, picture: Picture, landmarks: Points) -> Traces:
        """The traces around one face with these five points (5, 2) in pixels; raises as `traces` does."""
        square = square_around(landmarks)
        crop = taken(picture, square, self._card.side).transpose(2, 0, 1)[None].astype(np.float32)
        score, grid = self._run(np.ascontiguousarray(crop))
        return Traces(score, grid, square.box)

    def _run(self, crop: NDArray[np.float32]) -> tuple[float, NDArray[np.float32]]:
        with _in_time(self._patience_s) as watched:
            score, grid = self._session.run(["score", "map"], {"face": crop}, watched)
        if score.shape != (1,) or grid.ndim != 3 or len(grid) != 1:
            raise Unexaminable("The blend detector answered in another shape than its card says.")
        return float(score[0]), np.asarray(grid[0], np.float32)

    @cached_property
    def _session(self) -> Any:
        try:
            return open_session(self._card.file, self._card.sha256, self._threads)
        except PackRefused as refusal:
            raise PackRefused(f"{str(refusal).split(';')[0].rstrip('.')}; install the studio again.") from refusal


@contextmanager
def _in_time(seconds: float) -> Iterator[Any]:
    """Run options that end a run after so many seconds; raises Unexaminable then."""
    options, late = onnxruntime.RunOptions(), threading.Event()

    def stop() -> None:
        late.set()
        options.terminate = True

    timer = threading.Timer(seconds, stop)
    timer.start()
    try:
        yield options
    except Exception as error:  # onnxruntime raises its own, undocumented kinds
        if late.is_set():
            raise Unexaminable(f"The blend detector did not answer within {seconds:g} seconds, so a person must look.") from error
        raise
    finally:
        timer.cancel()


@dataclass(frozen=True)
class Unanswered:
    """Stands where the detector's card cannot be read: the question stays unexamined, for the reason given."""

    reason: PackRefused
    name: str = "manipulation"

    def examine(self, _exhibit: Exhibit) -> Finding:
        """Raises the reason."""
        raise self.reason


def blend_safeguard(folder: Path, threads: int = 1) -> Safeguard:
    """The manipulation safeguard with the model in a folder; where that cannot be used, it answers nothing."""
    try:
        card = read_card(folder)
    except PackRefused as refusal:
        return Unanswered(refusal)
    return Manipulation(BlendModel(card, threads), card.limits)
