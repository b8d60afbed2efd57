"""Changes by which two copies of one face come to differ as two photographs would: colour, sharpness, compression, place."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from moderation.faces.chip import Picture

BENDS = 7
"""Nodes a side of the lattice that bends a face."""
Chance = np.random.Generator
Change = Callable[[Picture, Chance], Picture]


def recoloured(picture: Picture, chance: Chance) -> Picture:
    """Another white balance, brightness, contrast and gamma."""
    gain = 1 + chance.normal(0, 0.06, 3) + chance.normal(0, 0.08)
    shift, gamma = chance.normal(0, 6, 3), float(np.exp(chance.normal(0, 0.12)))
    levels = np.arange(256, dtype=np.float64)
    curves = 255 * np.clip((levels[:, None] * gain + shift) / 255, 0, 1) ** gamma
    return np.asarray(cv2.LUT(picture, curves.round().astype(np.uint8)[:, None, :].transpose(1, 0, 2)), np.uint8)


def resaturated(picture: Picture, chance: Chance) -> Picture:
    """More or less colour, a little turned in hue."""
    hsv = cv2.cvtColor(picture, cv2.COLOR_RGB2HSV).astype(np.int16)
    hsv[..., 0] = (hsv[..., 0] + int(chance.integers(-5, 6))) % 180
    hsv[..., 1] = np.clip(hsv[..., 1] * chance.uniform(0.7, 1.35), 0, 255)
    return np.asarray(cv2.cvtColor(hsv.astype(np.uint8), cv2.COLOR_HSV2RGB), np.uint8)


def coarsened(picture: Picture, chance: Chance) -> Picture:
    """Reduced and enlarged again."""
    height, width = picture.shape[:2]
    share = chance.uniform(0.35, 0.85)
    how = [cv2.INTER_AREA, cv2.INTER_LINEAR, cv2.INTER_CUBIC]
    small = cv2.resize(picture, (max(8, int(width * share)), max(8, int(height * share))), interpolation=how[chance.integers(2)])
    return np.asarray(cv2.resize(small, (width, height), interpolation=how[1 + chance.integers(2)]), np.uint8)


def distant(picture: Picture, chance: Chance) -> Picture:
    """Taken from afar and saved so: a small picture, often sharpened, compressed at its own size; then enlarged again."""
    height, width = picture.shape[:2]
    share = float(np.exp(chance.uniform(np.log(0.2), np.log(0.8))))
    small = cv2.resize(picture, (max(8, int(width * share)), max(8, int(height * share))), interpolation=cv2.INTER_AREA)
    small = sharpened(np.asarray(small, np.uint8), chance) if chance.random() < 0.5 else np.asarray(small, np.uint8)
    return np.asarray(cv2.resize(compressed(small, chance, 60), (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def blurred(picture: Picture, chance: Chance) -> Picture:
    """Out of focus."""
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), chance.uniform(0.5, 1.8)), np.uint8)


def sharpened(picture: Picture, chance: Chance) -> Picture:
    """Unsharp masking."""
    soft = cv2.GaussianBlur(picture, (0, 0), chance.uniform(0.8, 2.0))
    strength = chance.uniform(0.3, 1.2)
    return np.asarray(cv2.addWeighted(picture, 1 + strength, soft, -strength, 0), np.uint8)


def compressed(picture: Picture, chance: Chance, lowest: int = 50, highest: int = 96) -> Picture:
    """JPEG and back."""
    quality = int(chance.integers(lowest, highest))
    _, content = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    decoded: Picture = np.asarray(cv2.imdecode(content, cv2.IMREAD_COLOR), np.uint8)
    return np.ascontiguousarray(decoded[..., ::-1])


def grained(picture: Picture, chance: Chance) -> Picture:
    """Sensor noise or film grain, of single pixels or a little coarser, the same in all channels or not."""
    height, width = picture.shape[:2]
    coarse = float(chance.choice([1.0, 1.0, 1.6, 2.5]))
    size = (int(height / coarse) + 1, int(width / coarse) + 1, 3 if chance.random() < 0.5 else 1)
    grain: NDArray[np.float32] = chance.standard_normal(size, np.float32) * np.float32(chance.uniform(1, 6))
    grain = cv2.resize(grain, (width, height), interpolation=cv2.INTER_LINEAR).reshape(height, width, -1)
    return np.asarray(np.clip(picture + grain, 0, 255), np.uint8)


def bent(picture: Picture, amplitude: float, chance: Chance) -> Picture:
    """Features moved by a smooth random field of so many pixels, so that what is inside no longer goes on outside."""
    height, width = picture.shape[:2]
    waves = chance.normal(0, amplitude, (2, BENDS, BENDS)).astype(np.float32)
    across, down = (cv2.resize(wave, (width, height), interpolation=cv2.INTER_CUBIC) for wave in waves)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    return np.asarray(cv2.remap(picture, x + across, y + down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8)


COLOUR: tuple[Change, ...] = (recoloured, recoloured, resaturated)
DETAIL: tuple[Change, ...] = (coarsened, blurred, sharpened, compressed, grained)


def altered(picture: Picture, chance: Chance) -> Picture:
    """One to three changes, usually of colour and of detail."""
    chosen: list[Change] = []
    if chance.random() < 0.75:
        chosen.append(COLOUR[chance.integers(len(COLOUR))])
    if chance.random() < 0.7 or not chosen:
        chosen.append(DETAIL[chance.integers(len(DETAIL))])
    if chance.random() < 0.25:
        chosen.append(DETAIL[chance.integers(len(DETAIL))])
    for change in chosen:
        picture = change(picture, chance)
    return picture


def displacement(side: float, centre: tuple[float, float], chance: Chance) -> NDArray[np.float64]:
    """A small turn, stretch and shift (2, 3) about a centre, as a face aligned to another comes to lie; `side` is the face's."""
    matrix = np.asarray(cv2.getRotationMatrix2D(centre, chance.normal(0, 1.2), 1 + chance.normal(0, 0.03)), np.float64)
    stretch = 1 + chance.normal(0, 0.025, 2)
    matrix[:, :2] *= stretch
    matrix[:, 2] += matrix[:, :2] @ (np.array(centre) * (1 / stretch - 1)) + chance.normal(0, 0.02 * side, 2)
    return matrix
