"""What an evaluation measures on pictures: closeness, detail, seams, colour, light and coverage; pure arithmetic.

Pictures are (h, w, 3) sRGB bytes, masks (h, w) booleans, planes (h, w) floats.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_erosion, binary_fill_holes, gaussian_filter
from skimage.color import deltaE_ciede2000, rgb2lab
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from twin.ports import Picture

Mask = NDArray[np.bool_]
Plane = NDArray[np.floating[Any]]

FINE = 1 / 8
"""Cycles a pixel from which on detail counts as fine: there the filter passes half the amplitude."""
PITCH = 16
"""The edge in pixels of the painter's blocks."""
STEP_AT_MOST = 4.0
"""Grey levels to which a step between neighbours is limited, so that an outline does not hide a seam."""
BESIDE = (2, 3, 4, 5, 6)
"""How many frequency steps to either side the neighbours of a peak lie; the window spreads a peak over one step."""
_LUMA = np.array([0.299, 0.587, 0.114])
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])


def psnr(picture: Picture, exact: Picture, where: Mask | None = None) -> float:
    """Peak signal-to-noise ratio in decibels over all pixels, or those of a mask; infinite for equal pictures."""
    pair = (exact, picture) if where is None else (exact[where], picture[where])
    if np.array_equal(*pair):
        return float("inf")
    return float(peak_signal_noise_ratio(*pair, data_range=255))


def ssim(picture: Picture, exact: Picture) -> float:
    """Structural similarity of the grey pictures with the Gaussian window of Wang et al. (2004)."""
    pair = grey(picture), grey(exact)
    return float(structural_similarity(*pair, data_range=255.0, gaussian_weights=True, sigma=1.5, use_sample_covariance=False))


def grey(picture: Picture) -> Plane:
    """Grey levels (h, w), 0 to 255, as Rec. 601 weighs sRGB."""
    return np.asarray(picture @ _LUMA)


def fine_detail(picture: Picture) -> Plane:
    """The grey picture (h, w) without what a Gaussian blur leaves of it: frequencies from `FINE` on.

    The blur reaches five pixels, so that an outline does not count as detail of what lies beside it.
    """
    levels = grey(picture)
    sigma = math.sqrt(math.log(2) / 2) / (math.pi * FINE)
    return np.asarray(levels - gaussian_filter(levels, sigma, truncate=5 / sigma))


def energy(plane: Plane, where: Mask) -> float:
    """The sum of squares over the pixels of a mask."""
    return float((plane[where] ** 2).sum())


def pitch_peak(picture: Picture, pitch: int = PITCH) -> float:
    """How far the spectrum stands out at the multiples of 1 / `pitch` cycles a pixel, in decibels; about 0 without a grid.

    Of the sizes of the steps between neighbouring grey levels, limited to `STEP_AT_MOST`, the power of all rows (and of all
    columns) is averaged; at each multiple below one half it is compared with the median of its neighbours, and the mean of these
    ratios taken over multiples and directions (cf. Wang, Bovik and Evans 2000, Blind measurement of blocking artifacts).
    """
    levels = grey(picture)
    return float(np.mean([_peaks(levels, pitch), _peaks(levels.T, pitch)]))


def _peaks(levels: Plane, pitch: int) -> float:
    length = levels.shape[1] // pitch * pitch
    steps = np.minimum(np.abs(np.diff(levels[:, :length], axis=1, append=levels[:, length - 1 : length])), STEP_AT_MOST)
    steps -= steps.mean(1, keepdims=True)
    power = (np.abs(np.fft.rfft(steps * np.hanning(length), axis=1)) ** 2).mean(0) + 1e-9
    at = np.arange(1, (pitch + 1) // 2) * (length // pitch)
    beside = np.median([power[at + sign * step] for step in BESIDE for sign in (-1, 1)], axis=0)
    return float((10 * np.log10(power[at] / beside)).mean())


def colour_gap(one: Picture, other: Picture) -> Plane:
    """CIEDE2000 between two sRGB arrays (..., 3) that may broadcast."""
    return np.asarray(deltaE_ciede2000(*np.broadcast_arrays(rgb2lab(one), rgb2lab(other))))


def middle_colour(picture: Picture, where: Mask) -> Picture:
    """The median sRGB colour (3,) of the pixels of a mask. Raises ValueError for an empty one."""
    if not where.any():
        raise ValueError("A mask without pixels has no colour.")
    return np.asarray(np.median(picture[where], axis=0) + 0.5).astype(np.uint8)


def inner(mask: Mask, pixels: int) -> Mask:
    """The mask without its outermost pixels."""
    return np.asarray(binary_erosion(mask, iterations=pixels), np.bool_)


def filled(mask: Mask) -> Mask:
    """The mask with its holes filled."""
    return np.asarray(binary_fill_holes(mask), np.bool_)


def luminance(picture: Picture) -> Plane:
    """Relative luminance (h, w), 0 to 1, of sRGB (IEC 61966-2-1)."""
    coded = picture / 255.0
    light = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    return np.asarray(light @ _LUMINANCE)


def side_light(picture: Picture, where: Mask) -> float:
    """By how much the left half of a mask is brighter than the right, in parts of their sum: −1 to 1.

    The halves meet in the mean column of the mask. Raises ValueError when one of them is empty.
    """
    columns = np.broadcast_to(np.arange(where.shape[1]), where.shape)
    left = columns < columns[where].mean() if where.any() else where
    halves = [where & left, where & ~left]
    if not all(half.any() for half in halves):
        raise ValueError("A mask without two halves has no brighter side.")
    light = luminance(picture)
    one, other = (float(light[half].mean()) for half in halves)
    return (one - other) / max(one + other, 1e-9)


def warmth(picture: Picture, where: Mask) -> float:
    """The mean b* (CIELAB, yellow above 0, blue below) of the pixels of a mask. Raises ValueError for an empty one."""
    if not where.any():
        raise ValueError("A mask without pixels has no warmth.")
    return float(rgb2lab(picture[where])[..., 2].mean())


def overlap(one: Plane, other: Plane) -> float:
    """Intersection over union of two coverages (h, w), each taken from one half up; 1 when both are empty."""
    a, b = one >= 0.5, other >= 0.5
    union = int((a | b).sum())
    return float((a & b).sum() / union) if union else 1.0
