"""Masks of a face to blend: its outline or a part of it, deformed, softened and perhaps not quite opaque."""

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.float32]
Outline = NDArray[np.float64]
Chance = np.random.Generator

PARTS = {"whole": 0.5, "browless": 0.22, "inner": 0.15, "lower": 0.08, "upper": 0.05}
"""Which part is blended, and how often: the paper's four hulls, expressed by what an outline of the face allows."""
RATIOS = (0.5, 0.75, 1.0, 1.0, 1.0, 1.0)
"""How opaque the blend is."""
WIDEST = 0.2
"""The widest edge, in parts of the face's height; the narrowest is a pixel or two."""
WAVES = 5
"""Nodes a side of the lattice that bends a mask."""


def blend_mask(size: tuple[int, int], outline: Outline, chance: Chance) -> Mask:
    """A mask (h, w) in 0..1 for a picture of `size` (h, w) and a face of this outline (n, 2) in pixels."""
    span = float(np.ptp(outline[:, 1]))
    part = str(chance.choice(list(PARTS), p=list(PARTS.values())))
    filled = polygon_mask(size, part_of(outline, part) + chance.normal(0, 0.02 * span, outline.shape))
    bent = elastic(filled, chance.uniform(0.01, 0.05) * span, chance)
    return softened(bent, float(np.exp(chance.uniform(np.log(0.006), np.log(WIDEST)))) * span) * np.float32(chance.choice(RATIOS))


def part_of(outline: Outline, part: str) -> Outline:
    """The outline drawn in to a part of the face; raises KeyError for a part that is not in `PARTS`."""
    bounds = {"whole": (-2.0, 2.0, 1.0), "browless": (-0.45, 2.0, 0.98), "inner": (-0.45, 0.6, 0.7),
              "lower": (0.05, 2.0, 0.9), "upper": (-2.0, 0.15, 0.9)}  # fmt: skip
    top, bottom, width = bounds[part]
    middle, half = outline.mean(axis=0), np.ptp(outline[:, 1]) / 2
    aside = outline - middle
    return np.asarray(middle + np.stack([aside[:, 0] * width, np.clip(aside[:, 1], top * half, bottom * half)], axis=1))


def polygon_mask(size: tuple[int, int], corners: Outline) -> Mask:
    """1 inside the convex hull of the corners (n, 2), 0 outside, (h, w)."""
    mask = np.zeros(size, np.float32)
    cv2.fillConvexPoly(mask, cv2.convexHull(corners.round().astype(np.int32)), 1.0)
    return mask


def elastic(mask: Mask, amplitude: float, chance: Chance) -> Mask:
    """The mask bent by a smooth random field of so many pixels."""
    height, width = mask.shape
    waves = chance.normal(0, amplitude, (2, WAVES, WAVES)).astype(np.float32)
    across, down = (cv2.resize(wave, (width, height), interpolation=cv2.INTER_CUBIC) for wave in waves)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    return np.asarray(cv2.remap(mask, x + across, y + down, cv2.INTER_LINEAR), np.float32)


def softened(mask: Mask, spread: float) -> Mask:
    """The mask with an edge `spread` pixels wide, drawn inwards so that little of it leaves the face; 1 stays 1 within."""
    blurred = cv2.GaussianBlur(mask, (0, 0), max(0.5, spread / 2))
    inwards = np.clip((blurred - 0.35) / 0.6, 0, 1)
    return np.asarray(inwards * inwards * (3 - 2 * inwards), np.float32)


def seam(mask: Mask) -> Mask:
    """Where a blend can be seen, 1 half-way between both pictures and 0 inside either: 4 m (1 − m) of the mask made opaque."""
    most = float(mask.max())
    if most <= 0:
        return np.zeros_like(mask)
    soft = cv2.GaussianBlur(mask / most, (0, 0), 1.0)
    return np.asarray(4 * soft * (1 - soft), np.float32)
