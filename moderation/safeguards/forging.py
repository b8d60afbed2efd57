"""Forgeries to measure a blend detector by; of their ways only gradients are taught. None of this runs in the studio."""

from collections.abc import Callable, Mapping
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from moderation.faces.chip import Picture, Points, similarity
from moderation.safeguards.head import outline

Floats = NDArray[np.float64]
Forge = Callable[[Picture, Points, Picture, Points], Picture]
"""From a picture and its five points and another face with its five points to the picture with that face in it."""

LEVELS = 4
"""Octaves of a pyramid blend."""


def by_gradients(picture: Picture, points: Points, other: Picture, others: Points) -> Picture:
    """Poisson blending: the other face's gradients within the outline (Pérez et al., SIGGRAPH 2003)."""
    placed = _placed(other, similarity(others.astype(np.float64), points.astype(np.float64)), picture)
    return cloned(placed, picture, _inside(picture, points))


def cloned(placed: Picture, picture: Picture, inside: NDArray[np.float32]) -> Picture:
    """The picture with the gradients of another of its size where the mask (h, w) is 1; it may not be empty.

    OpenCV solves within the mask's frame, so that pixels between both change a little too.
    """
    framed = [cv2.copyMakeBorder(one, 2, 2, 2, 2, cv2.BORDER_REPLICATE) for one in (placed, picture)]
    mask = cv2.copyMakeBorder((inside * 255).astype(np.uint8), 2, 2, 2, 2, cv2.BORDER_CONSTANT, value=0)
    left, top, width, height = cv2.boundingRect(mask)
    centre = left + width // 2, top + height // 2
    joined = cv2.seamlessClone(framed[0], framed[1], mask, centre, cv2.NORMAL_CLONE)
    return np.ascontiguousarray(joined[2:-2, 2:-2], np.uint8)


def by_pyramid(picture: Picture, points: Points, other: Picture, others: Points) -> Picture:
    """Laplacian pyramids joined octave by octave (Burt and Adelson, 1983)."""
    placed = _placed(other, similarity(others.astype(np.float64), points.astype(np.float64)), picture)
    share = _inside(picture, points)[..., None].repeat(3, axis=2)
    layers = [placed.astype(np.float32), picture.astype(np.float32), share]
    bands: list[NDArray[np.float32]] = []
    for _ in range(LEVELS):
        size = layers[0].shape[1], layers[0].shape[0]
        small = [np.asarray(cv2.pyrDown(one), np.float32) for one in layers]
        theirs, ours = (one - cv2.pyrUp(low, dstsize=size) for one, low in zip(layers[:2], small[:2], strict=True))
        bands.append(np.asarray(theirs * layers[2] + ours * (1 - layers[2]), np.float32))
        layers = small
    joined = np.asarray(layers[0] * layers[2] + layers[1] * (1 - layers[2]), np.float32)
    for band in reversed(bands):
        joined = np.asarray(cv2.pyrUp(joined, dstsize=(band.shape[1], band.shape[0])) + band, np.float32)
    return np.asarray(np.clip(joined + 0.5, 0, 255), np.uint8)


def by_affine_paste(picture: Picture, points: Points, other: Picture, others: Points) -> Picture:
    """The face stretched so that its five points come to lie where they were, behind a soft edge, in its own colours."""
    sources = np.column_stack([others.astype(np.float64), np.ones(len(others))])
    fitted = np.linalg.lstsq(sources, points.astype(np.float64), rcond=None)[0].T
    return _soft(picture, points, _placed(other, fitted, picture))


def by_warped_paste(picture: Picture, points: Points, other: Picture, others: Points) -> Picture:
    """The face warped triangle by triangle onto outline and points, its colours moved to the old face's, behind a soft edge."""
    there, here = (np.vstack([face.astype(np.float64), outline(face)]) for face in (others, points))
    warped = picture.copy()
    for corners in triangles(here):
        part = np.zeros(picture.shape[:2], np.uint8)
        cv2.fillConvexPoly(part, here[corners].round().astype(np.int32), 1)
        ends = (face[corners].astype(np.float32) for face in (there, here))
        bent = np.asarray(cv2.getAffineTransform(*ends), np.float64)
        warped[part > 0] = _placed(other, bent, picture)[part > 0]
    return _soft(picture, points, recoloured_like(warped, picture, _inside(picture, points)))


class Whose(StrEnum):
    """Whose face is laid into the picture."""

    ANOTHER = "somebody else's"
    HER_OWN = "the same person's, of another picture"
    RELIT = "the same, of the same negative in other light"


FORGERIES: Mapping[str, tuple[Forge, Whose]] = {
    "gradient-domain blend": (by_gradients, Whose.HER_OWN),
    "pyramid blend": (by_pyramid, Whose.HER_OWN),
    "affine paste": (by_affine_paste, Whose.ANOTHER),
    "warped paste in matched colours": (by_warped_paste, Whose.ANOTHER),
    "gradient-domain relighting": (by_gradients, Whose.RELIT),
    "pyramid relighting": (by_pyramid, Whose.RELIT),
}
"""The last two leave every line where it was: only the light within the face comes from elsewhere."""


def triangles(points: Floats) -> list[list[int]]:
    """Delaunay triangles of the points (n, 2), as triples of their indices."""
    low = np.floor(points.min(axis=0)) - 8
    span = np.ceil(points.max(axis=0) - low).astype(int) + 16
    division = cv2.Subdiv2D((0, 0, int(span[0]), int(span[1])))
    moved = (points - low).astype(np.float32)
    for x, y in moved:
        division.insert((float(x), float(y)))
    found = []
    for corners in np.asarray(division.getTriangleList()).reshape(-1, 3, 2):
        away = np.linalg.norm(moved[None] - corners[:, None], axis=2)
        if away.min(axis=1).max() < 0.5:
            found.append([int(index) for index in away.argmin(axis=1)])
    return found


def recoloured_like(picture: Picture, model: Picture, where: NDArray[np.float32]) -> Picture:
    """The picture with mean and spread of colour that the model has within a mask (Reinhard et al., 2001)."""
    lab, wanted = (cv2.cvtColor(one, cv2.COLOR_RGB2LAB).astype(np.float32) for one in (picture, model))
    inside = where > 0.5
    mean, spread = lab[inside].mean(axis=0), lab[inside].std(axis=0) + 1
    moved = (lab - mean) * (wanted[inside].std(axis=0) + 1) / spread + wanted[inside].mean(axis=0)
    return np.asarray(cv2.cvtColor(np.clip(moved, 0, 255).astype(np.uint8), cv2.COLOR_LAB2RGB), np.uint8)


def _placed(other: Picture, matrix: Floats, picture: Picture) -> Picture:
    size = picture.shape[1], picture.shape[0]
    placed = cv2.warpAffine(other, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(placed, np.uint8)


def _inside(picture: Picture, points: Points) -> NDArray[np.float32]:
    mask = np.zeros(picture.shape[:2], np.float32)
    drawn_in = outline(points)
    middle = drawn_in.mean(axis=0)
    cv2.fillConvexPoly(mask, (middle + 0.9 * (drawn_in - middle)).round().astype(np.int32), 1.0)
    return mask


def _soft(picture: Picture, points: Points, pasted: Picture) -> Picture:
    share = cv2.GaussianBlur(_inside(picture, points), (0, 0), 0.02 * float(np.ptp(outline(points)[:, 1])))[..., None]
    return np.asarray(pasted * share + picture * (1 - share) + 0.5).astype(np.uint8)
