"""Tells whether two pictures have the same lines, whatever light, cloth and backdrop: how a copy of a reference is known.

A head is brought to one place by its five points, and its drawing is the direction of the edges, not their strength or sign.
The second drawing is then turned, scaled and shifted until it fits the first best. Two photographs in nearly the same pose never
fit as well as one negative developed twice. Orientation correlation after Fitch, Kadyrov, Christmas and Kittler (BMVC 2002).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import fft

from moderation.faces.chip import MEAN_FACE, Picture, Points, similarity

SIDE = 224
PADDING = 0.8
"""Room around the mean face, so that hair, neck and collar are compared too."""
COARSE = 56
SCALES = (0.83, 0.89, 0.945, 1.0, 1.06, 1.12, 1.2)
TURNS = (-12.0, -8.0, -4.0, 0.0, 4.0, 8.0, 12.0)
STEPS = (
    (112, 0.016, 1.2, 2.0),
    (112, 0.008, 0.6, 1.0),
    (112, 0.004, 0.3, 0.5),
    (224, 0.002, 0.15, 0.25),
    (224, 0.001, 0.08, 0.12),
)
"""Size compared at, and the steps in scale, degrees and pixels, of each round of fitting."""
DOUBT = 0.05
"""A picture or its mirror image that matches so much worse than the other at the coarsest size is not fitted any closer."""
DARKEST = 12.0
"""Grey levels below this count as shadow without lines."""

Grey = NDArray[np.uint8]
Drawing = NDArray[np.complex64]


@dataclass(frozen=True)
class Fit:
    """The reference that fits best, how well (1 for the same drawing, about 0.5 for another pose), and whether mirrored."""

    reference_id: str
    score: float
    mirrored: bool


@dataclass(frozen=True)
class _Place:
    scale: float
    turn: float
    right: float
    down: float


@dataclass(frozen=True)
class _Rough:
    """The reference by its number, the place, and how well it matches there at the coarsest size."""

    reference: int
    place: _Place
    match: float


def canvas(picture: Picture, landmarks: Points) -> Grey:
    """The head as a (224, 224) grey picture in a fixed place; `landmarks` are the five points in pixels."""
    target = (np.array(MEAN_FACE) + PADDING) / (1 + 2 * PADDING) * SIDE
    transform = similarity(landmarks.astype(np.float64), target)
    shrink = float(np.hypot(transform[0, 0], transform[0, 1]))
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    if shrink < 0.5:
        grey = cv2.resize(grey, None, fx=2 * shrink, fy=2 * shrink, interpolation=cv2.INTER_AREA)
        transform[:, 0] *= picture.shape[1] / grey.shape[1]
        transform[:, 1] *= picture.shape[0] / grey.shape[0]
    placed = cv2.warpAffine(grey, transform, (SIDE, SIDE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(placed, np.uint8)


def best_fit(head: Grey, references: Mapping[str, Grey]) -> Fit:
    """Of {reference: canvas} the one whose drawing fits best, also mirrored; raises ValueError when there is none."""
    if not references:
        raise ValueError("There is no reference to compare with.")
    drawn = np.stack([_drawing(reference, COARSE) for reference in references.values()])
    spectra = np.conj(fft.fft2(drawn))
    rough = {mirrored: _roughly(_as_seen(head, mirrored), spectra) for mirrored in (False, True)}
    best = max(one.match for one in rough.values())
    fits = []
    for mirrored, one in rough.items():
        if one.match >= best - DOUBT:
            name = list(references)[one.reference]
            fits.append(Fit(name, _closely(_as_seen(head, mirrored), references[name], one.place), mirrored))
    return max(fits, key=lambda fit: fit.score)


def _as_seen(head: Grey, mirrored: bool) -> Grey:
    return np.ascontiguousarray(head[:, ::-1]) if mirrored else head


def _drawing(grey: Grey, size: int) -> Drawing:
    """(size, size) complex: the edge's direction at twice its angle (so that its sign is lost), its weight as magnitude."""
    levels = grey.astype(np.float32)
    if size != SIDE:
        levels = cv2.resize(levels, (size, size), interpolation=cv2.INTER_AREA)
    levels = cv2.GaussianBlur(np.log(levels + DARKEST), (0, 0), 1.0)
    across, down = (cv2.Sobel(levels, cv2.CV_32F, *order, ksize=3) for order in ((1, 0), (0, 1)))
    strength = cv2.magnitude(across, down)
    around = _smoothed(strength, size / 16) + np.float32(0.01)
    share = np.minimum(strength / around, np.float32(2.0)) / (strength + np.float32(1e-9)) ** 2
    drawing = np.empty((size, size), np.complex64)
    drawing.real, drawing.imag = share * (across * across - down * down), share * (2 * across * down)
    return drawing / np.float32(max(1e-9, float(np.linalg.norm(drawing))))


def _smoothed(strength: NDArray[np.float32], spread: float) -> NDArray[np.float32]:
    """The strength of the lines around each pixel; so smooth a thing is told as well at a quarter of the size."""
    height, width = strength.shape
    small = cv2.resize(strength, (width // 4, height // 4), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), spread / 4)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _moved(grey: Grey, place: _Place) -> Grey:
    matrix = cv2.getRotationMatrix2D(((SIDE - 1) / 2, (SIDE - 1) / 2), place.turn, place.scale)
    matrix[:, 2] += (place.right, place.down)
    return np.asarray(
        cv2.warpAffine(grey, matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def _roughly(head: Grey, spectra: Drawing) -> _Rough:
    """Which of the references (n, 56, 56), and where, correlates best over a grid of scales and turns and all small shifts."""
    reach, pixel = 6, SIDE / COARSE
    around = np.arange(-reach, reach + 1)
    best = _Rough(0, _Place(1.0, 0.0, 0.0, 0.0), -1.0)
    for scale in SCALES:
        for turn in TURNS:
            seen = fft.fft2(_drawing(_moved(head, _Place(scale, turn, 0.0, 0.0)), COARSE))
            near = fft.ifft2(seen * spectra).real[:, around[:, None], around]
            if near.max() > best.match:
                reference, down, right = (int(at) for at in np.unravel_index(int(near.argmax()), near.shape))
                place = _Place(scale, turn, (reach - right) * pixel, (reach - down) * pixel)
                best = _Rough(reference, place, float(near.max()))
    return best


def _closely(head: Grey, reference: Grey, place: _Place) -> float:
    """The correlation (-1..1) at full size after fitting scale, turn and shift in ever smaller steps."""
    for size, scale, turn, shift in STEPS:
        target = _drawing(reference, size)
        best = _match(head, target, place)
        for step in (_Place(scale, 0, 0, 0), _Place(0, turn, 0, 0), _Place(0, 0, shift, 0), _Place(0, 0, 0, shift)):
            for sign in (-1.0, 1.0):
                while (score := _match(head, target, tried := _stepped(place, step, sign))) > best:
                    best, place = score, tried
    return _match(head, _drawing(reference, SIDE), place)


def _match(head: Grey, target: Drawing, place: _Place) -> float:
    return float((_drawing(_moved(head, place), target.shape[0]) * np.conj(target)).sum().real)


def _stepped(place: _Place, step: _Place, sign: float) -> _Place:
    return _Place(
        place.scale + sign * step.scale,
        place.turn + sign * step.turn,
        place.right + sign * step.right,
        place.down + sign * step.down,
    )
