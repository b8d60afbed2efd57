"""One lesson: the same face untouched and blended into itself, both worn alike, with a map of where the seam is.

The method is that of Self-Blended Images (Shiohara and Yamasaki, CVPR 2022), written anew: two copies of one picture are made to
differ a little, and one is laid over the other through a mask of the face. What is developed from a plate can differ as no filter
makes it: the other copy is then the same face, to the pixel, in other light. A part of the lessons shows what no self-blend can,
a face of another picture grown in by its gradients.
"""

import re
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from moderation.faces.chip import Picture, similarity
from moderation.safeguards.head import CENTRE, outline, placing, square_around
from moderation.safeguards.teaching.changes import (
    altered,
    bent,
    blurred,
    coarsened,
    compressed,
    displacement,
    distant,
    grained,
    recoloured,
    sharpened,
)
from moderation.safeguards.teaching.grafts import grafted
from moderation.safeguards.teaching.masks import Chance, Mask, blend_mask, seam
from moderation.safeguards.teaching.scenery import staged

VISIBLE = 2.5
"""Mean difference in grey levels under the mask from which a blend counts as one; fainter ones are drawn again."""
TRIES = 6
RELIT = 0.6
"""How often the other copy is in other light, where there is one; otherwise the same picture is changed."""
MATCHED = 0.7
"""How often such light is then brought to the levels of the first copy, as forgers do: of the face's edge, or place by place."""
PLACE_BY_PLACE = 0.6
"""How often that is done place by place, so that only what is finer than light tells both apart."""
SMOOTHEST = (0.04, 0.3)
"""How far such levels reach, in parts of the picture's side."""
MIRRORED = 0.2
"""How often what is laid over is the face's mirror image, which has all but the same shape."""
BENT, BEND = 0.4, 0.02
"""How often it is bent into another shape, and how far at most, in parts of the face's height."""
GRAFTED = 0.4
"""How often a face of elsewhere is grown in by gradients, where there is one."""
MIRROR_ORDER = [2, 3, 0, 1, 4]
"""The five points of a mirrored face in their order: the eyes have changed sides."""
WEAR = (
    (recoloured, 0.15),
    (blurred, 0.12),
    (coarsened, 0.15),
    (sharpened, 0.1),
    (grained, 0.15),
    (compressed, 0.6),
    (compressed, 0.15),
    (distant, 0.2),
)
"""What pictures suffer on their way, in this order, and how often."""


@dataclass(frozen=True)
class Sitter:
    """A face to learn from: its surroundings (h, w, 3), cut generously, in one light or in several that agree to the pixel, and
    its five points (5, 2) in their pixels.
    """

    name: str
    lights: tuple[Picture, ...]
    landmarks: NDArray[np.float32]

    @property
    def whose(self) -> str:
        """Whose face it is, by its name: pictures are called after their person, then `_` or `-`."""
        return re.split("[-_]", self.name, maxsplit=1)[0]


@dataclass(frozen=True)
class Pair:
    """Untouched and blended (side, side, 3), the seam (side, side) in 0..1, and in how many grey levels both differ."""

    untouched: Picture
    blended: Picture
    seam: Mask
    apart: Mask


def self_blended(
    picture: Picture, landmarks: NDArray[np.float32], chance: Chance, visible: float = VISIBLE, relit: Picture | None = None
) -> tuple[Picture, Picture, Mask]:
    """The untouched copy, the blended one, and the mask (h, w) that was blended through; `relit` is the picture in other light.

    Copies that differ by less than `visible` grey levels are drawn again, some times over; then the best is taken.
    """
    best, most = None, -1.0
    for _ in range(TRIES):
        target, blended, mask = _blended_once(picture, relit, landmarks, chance)
        differs = float(np.abs(blended.astype(np.int16) - target)[mask > 0.5 * mask.max()].mean())
        if differs > most:
            best, most = (target, blended, mask), differs
        if differs >= visible:
            break
    assert best is not None
    return best


def _blended_once(
    picture: Picture, relit: Picture | None, landmarks: NDArray[np.float32], chance: Chance
) -> tuple[Picture, Picture, Mask]:
    face = outline(landmarks)
    mask = blend_mask(picture.shape[:2], face, chance)
    if relit is not None and chance.random() < RELIT:
        changed = _matched(relit, picture, mask, chance) if chance.random() < MATCHED else relit
        changed = altered(changed, chance) if chance.random() < 0.3 else changed
    else:
        changed = altered(picture, chance)
    source, target = (changed, picture) if chance.random() < 0.5 else (picture, changed)
    if chance.random() < MIRRORED:
        source = mirrored(source, landmarks)
    if chance.random() < BENT:
        source = bent(source, chance.uniform(0, BEND) * float(np.ptp(face[:, 1])), chance)
    if chance.random() < 0.8:
        x, y = (float(value) for value in face.mean(axis=0))
        moved = displacement(float(np.ptp(face[:, 1])), (x, y), chance)
        size = picture.shape[1], picture.shape[0]
        source = np.asarray(cv2.warpAffine(source, moved, size, borderMode=cv2.BORDER_REPLICATE), np.uint8)
        mask = np.asarray(cv2.warpAffine(mask, moved, size), np.float32)
    return target, laid(source, target, mask), mask


def toned(picture: Picture, model: Picture, where: Mask) -> Picture:
    """The picture with each channel at the mean level that the model has where the mask (h, w) is high, by a factor."""
    weights = where.astype(np.float64) + 1e-6
    here, there = ((one * weights[..., None]).sum(axis=(0, 1)) / weights.sum() for one in (picture, model))
    return np.asarray(np.clip(picture * np.clip((there + 2) / (here + 2), 0.3, 3.0), 0, 255), np.uint8)


def levelled(picture: Picture, model: Picture, reach: float) -> Picture:
    """The picture with the levels that the model has around each pixel, as far as `reach` pixels, by a factor."""
    here, there = (_levels(one, reach) for one in (picture, model))
    return np.asarray(np.clip(picture * np.clip((there + 2) / (here + 2), 0.3, 3.0), 0, 255), np.uint8)


def _levels(picture: Picture, reach: float) -> NDArray[np.float32]:
    """Smoothed at an eighth of the size: what is so even has nothing finer."""
    size = picture.shape[1], picture.shape[0]
    small = cv2.resize(picture.astype(np.float32), None, fx=1 / 8, fy=1 / 8, interpolation=cv2.INTER_AREA)
    smooth = cv2.GaussianBlur(small, (0, 0), reach / 8, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(smooth, size, interpolation=cv2.INTER_CUBIC), np.float32)


def _matched(relit: Picture, picture: Picture, mask: Mask, chance: Chance) -> Picture:
    if chance.random() < PLACE_BY_PLACE:
        low, high = np.log(SMOOTHEST)
        return levelled(relit, picture, float(np.exp(chance.uniform(low, high))) * picture.shape[0])
    return toned(relit, picture, seam(mask))


def mirrored(picture: Picture, landmarks: NDArray[np.float32]) -> Picture:
    """The picture's mirror image, laid so that the points of its face (5, 2) fit those of the face as it is."""
    flipped = np.ascontiguousarray(picture[:, ::-1])
    points = landmarks.astype(np.float64)
    swapped = points[MIRROR_ORDER] * (-1, 1) + (picture.shape[1] - 1, 0)
    size = picture.shape[1], picture.shape[0]
    fitted = similarity(swapped, points)
    return np.asarray(cv2.warpAffine(flipped, fitted, size, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def laid(source: Picture, target: Picture, mask: Mask) -> Picture:
    """Source where the mask (h, w) is 1, target where it is 0."""
    share = mask[..., None]
    return np.asarray(source * share + target * (1 - share) + 0.5).astype(np.uint8)


def lesson(sitter: Sitter, side: int, chance: Chance, visible: float = VISIBLE, other: Sitter | None = None) -> Pair:
    """A pair of crops of `side` pixels as they may come to be judged; the face of `other`, where there is one, may be grown in.

    Copies of a self-blend differ by at least `visible` grey levels; the plainer that is, the seldomer is there any scenery.
    """
    scenes = _scenes(sitter, chance, bare=chance.random() > VISIBLE / visible)
    if other is not None and chance.random() < GRAFTED:
        untouched = scenes[0]
        face = scenes[-1] if other is sitter else other.lights[int(chance.integers(len(other.lights)))]
        blended, mask = grafted(untouched, sitter.landmarks, face, other.landmarks, chance)
    else:
        relit = scenes[1] if len(scenes) > 1 else None
        untouched, blended, mask = self_blended(scenes[0], sitter.landmarks, chance, visible, relit)
    crop = _crop(sitter.landmarks, side, chance)
    fate = int(chance.integers(2**32))
    apart = np.abs(blended.astype(np.int16) - untouched).mean(axis=2).astype(np.float32)
    pictures = [worn(one, np.random.default_rng(fate)) for one in (untouched, blended)]
    cut = [_cropped(one, crop, side) for one in (*pictures, seam(mask), apart)]
    if chance.random() < 0.5:
        cut = [np.ascontiguousarray(one[:, ::-1]) for one in cut]
    return Pair(*cut)


def _scenes(sitter: Sitter, chance: Chance, *, bare: bool) -> list[Picture]:
    """The sitter in one light or two, within the same scenery."""
    order = chance.permutation(len(sitter.lights))[:2]
    stage = int(chance.integers(2**32))
    face = outline(sitter.landmarks)
    return [sitter.lights[at] if bare else staged(sitter.lights[at], face, np.random.default_rng(stage)) for at in order]


def worn(picture: Picture, chance: Chance) -> Picture:
    """What befalls a picture after the blending, whoever made it."""
    for change, odds in WEAR:
        if chance.random() < odds:
            picture = change(picture, chance)
    return picture


def _crop(landmarks: NDArray[np.float32], side: int, chance: Chance) -> NDArray[np.float64]:
    """From the sitter's pixels to the crop's: the square of the safeguard, a little off and seldom a little turned."""
    square = square_around(landmarks)
    size = square.side * float(np.exp(chance.normal(0, 0.07)))
    middle = placing(landmarks) @ np.array([*CENTRE, 1.0]) + chance.normal(0, 0.03 * square.side, 2)
    matrix = cv2.getRotationMatrix2D(tuple(middle), chance.normal(0, 6.0) if chance.random() < 0.5 else 0.0, side / size)
    matrix[:, 2] += side / 2 - middle
    return np.asarray(matrix, np.float64)


def _cropped(image: NDArray[Any], matrix: NDArray[np.float64], side: int) -> NDArray[Any]:
    border = cv2.BORDER_REPLICATE if image.ndim == 3 else cv2.BORDER_CONSTANT
    shrink = float(np.hypot(matrix[0, 0], matrix[0, 1]))
    if shrink < 0.5:
        image = cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        matrix = matrix.copy()
        matrix[:, :2] *= 2
    cropped: NDArray[Any] = cv2.warpAffine(image, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=border)
    return cropped
