"""Reads from the lines of a head, brought to its place, and its five points by how many degrees it is turned and nods."""

import hashlib
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from moderation.errors import PackRefused
from moderation.faces.chip import MEAN_FACE, Points, similarity
from moderation.faces.outline import Grey

CARD = "model.json"
TOP, LEFT, HEIGHT, WIDTH = 24, 32, 176, 160
"""The part of a head's (224, 224) outline that is read: from above the brows to below the chin, from ear to ear."""
CELL, DIRECTIONS = 8, 8
DARKEST = 12.0
"""Grey levels below this count as shadow without lines."""
POINTS_COUNT = 60.0
"""What a point is off the mean face's, in sides of dlib's unit box, is multiplied by this: lines and points then weigh alike."""
FEATURES = (HEIGHT // CELL) * (WIDTH // CELL) * DIRECTIONS + 2 * len(MEAN_FACE)
ANGLES = 2

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class PoseModel:
    """A linear reading: `weights` (features, 2) and `offset` (2,) give yaw (to her own left) and pitch (chin down) in degrees."""

    weights: Floats
    offset: Floats

    def __post_init__(self) -> None:
        """Raises ValueError on what is no such reading."""
        if self.weights.shape != (FEATURES, ANGLES) or self.offset.shape != (ANGLES,):
            raise ValueError("A pose is read by weights of another shape.")
        if not (np.isfinite(self.weights).all() and np.isfinite(self.offset).all()):
            raise ValueError("A pose is read by weights that make no sense.")

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The model in a folder with its card. Raises PackRefused when it is missing, altered or makes no sense."""
        try:
            told = json.loads((folder / CARD).read_text(encoding="utf-8"))
            content = (folder / Path(told["file"]).name).read_bytes()
            if hashlib.sha256(content).hexdigest() != told["sha256"]:
                raise PackRefused("What reads how a head is held was altered; install the studio again.")
            with np.load(io.BytesIO(content), allow_pickle=False) as kept:
                return cls(kept["weights"].astype(np.float32), kept["offset"].astype(np.float32))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise PackRefused("What reads how a head is held cannot be opened; install the studio again.") from error

    @classmethod
    def taught(cls, heads: Floats, angles: Floats, strictness: float) -> Self:
        """Ridge regression of `angles` (n, 2) on the features `heads` (n, features); `strictness` is its penalty."""
        middle, mean = heads.mean(axis=0), angles.mean(axis=0)
        about = (heads - middle).astype(np.float64)
        dual = np.linalg.solve(about @ about.T + strictness * np.eye(len(about)), angles - mean)
        weights = about.T @ dual
        return cls(weights.astype(np.float32), (mean - middle @ weights).astype(np.float32))

    def read(self, outline: Grey, points: Points) -> tuple[float, float]:
        """Yaw and pitch in degrees of the head with these five points (dlib's, (5, 2), in pixels of the picture) and its outline
        (224, 224), as `moderation.faces.outline.canvas` draws it.
        """
        yaw, pitch = features(outline, points) @ self.weights + self.offset
        return float(yaw), float(pitch)


def features(outline: Grey, points: Points) -> Floats:
    """(features,) of a head: its lines, then where its points are off those of the mean face."""
    mean = np.array(MEAN_FACE)
    placed = similarity(points.astype(np.float64), mean)
    off = points @ placed[:, :2].T + placed[:, 2] - mean
    return np.concatenate([_lines(outline), (POINTS_COUNT * off).ravel().astype(np.float32)])


def _lines(outline: Grey) -> Floats:
    """How strong the lines of each direction are in each cell, beside all lines around it.

    Histograms of oriented gradients after Dalal and Triggs (CVPR 2005), of logarithms, so that a brighter light changes little.
    """
    seen = outline[TOP : TOP + HEIGHT, LEFT : LEFT + WIDTH].astype(np.float32)
    levels = cv2.GaussianBlur(np.log(seen + np.float32(DARKEST)), (0, 0), 1.0)
    across, down = (cv2.Sobel(levels, cv2.CV_32F, *order, ksize=3) for order in ((1, 0), (0, 1)))
    strength = cv2.magnitude(across, down)
    turned = np.arctan2(down, across) / np.pi * DIRECTIONS % DIRECTIONS
    first = np.floor(turned)
    share = turned - first
    cells = np.empty((HEIGHT // CELL, WIDTH // CELL, DIRECTIONS), np.float32)
    for one in range(DIRECTIONS):
        part = np.where(first == one, 1 - share, 0) + np.where((first + 1) % DIRECTIONS == one, share, 0)
        cells[..., one] = cv2.resize(
            strength * part.astype(np.float32), (WIDTH // CELL, HEIGHT // CELL), interpolation=cv2.INTER_AREA
        )
    around = cv2.GaussianBlur(cells.sum(axis=2), (0, 0), 2.0)[..., None]
    return np.asarray(np.sqrt(cells / (around + np.float32(0.02))).ravel(), np.float32)
