"""Things that stand in photographs and not in renders: focus, skin, hair, hats, shadows; in the untouched as in the blended."""

import cv2
import numpy as np
from numpy.typing import NDArray

from moderation.faces.chip import Picture
from moderation.safeguards.teaching.changes import grained, recoloured, resaturated, sharpened
from moderation.safeguards.teaching.masks import Chance, Mask, Outline, elastic, polygon_mask

ODDS = {"focus": 0.25, "skin": 0.3, "gradient": 0.3, "shadow": 0.12, "shapes": 0.3, "strands": 0.25, "grain": 0.25, "tone": 0.3}


def staged(picture: Picture, outline: Outline, chance: Chance) -> Picture:
    """The picture with some of it; `outline` (n, 2) is the face's, in pixels."""
    happens = {name: chance.random() < odds for name, odds in ODDS.items()}
    if happens["focus"]:
        picture = focused(picture, outline, chance)
    if happens["shapes"]:
        for _ in range(int(chance.integers(1, 4))):
            picture = with_shape(picture, outline, chance)
    if happens["strands"]:
        picture = with_strands(picture, outline, chance)
    light = np.ones((*picture.shape[:2], 1), np.float32)
    if happens["skin"]:
        light = light * textured(picture.shape[:2], chance)
    if happens["gradient"]:
        light = light * gradient(picture.shape[:2], chance)
    if happens["shadow"]:
        light = light * shadow(picture.shape[:2], outline, chance)
    if happens["skin"] or happens["gradient"] or happens["shadow"]:
        picture = np.clip(picture * light, 0, 255).astype(np.uint8)
    for name, change in (("tone", recoloured), ("tone", resaturated), ("grain", grained)):
        if happens[name]:
            picture = change(picture, chance)
    return sharpened(picture, chance) if chance.random() < 0.1 else picture


def focused(picture: Picture, outline: Outline, chance: Chance) -> Picture:
    """Sharp at the face only: what lies well outside the outline is blurred, as by a fast lens."""
    middle = outline.mean(axis=0)
    grown = middle + (outline - middle) * chance.uniform(1.15, 1.7)
    near = cv2.GaussianBlur(polygon_mask(picture.shape[:2], grown), (0, 0), 0.06 * np.ptp(outline[:, 1]))[..., None]
    soft = cv2.GaussianBlur(picture, (0, 0), chance.uniform(0.8, 3.0))
    return np.asarray(picture * near + soft * (1 - near), np.uint8)


def textured(size: tuple[int, int], chance: Chance) -> NDArray[np.float32]:
    """Unevenness of skin and cloth at one or two finenesses, as a factor on light (h, w, 1)."""
    height, width = size
    factor = np.ones(size, np.float32)
    for _ in range(int(chance.integers(1, 3))):
        cell = float(np.exp(chance.uniform(np.log(1.2), np.log(12))))
        noise = chance.standard_normal((int(height / cell) + 2, int(width / cell) + 2), np.float32)
        factor += np.float32(chance.uniform(0.01, 0.05)) * cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC)
    return factor[..., None]


def gradient(size: tuple[int, int], chance: Chance) -> NDArray[np.float32]:
    """Light that changes slowly over the picture, a little in colour too (h, w, 3)."""
    height, width = size
    lattice = np.exp(chance.normal(0, 0.18, (3, 3, 1)) + chance.normal(0, 0.05, (3, 3, 3))).astype(np.float32)
    return np.asarray(cv2.resize(lattice, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


def shadow(size: tuple[int, int], outline: Outline, chance: Chance) -> NDArray[np.float32]:
    """A cast shadow with a rather straight, rather sharp edge across the face (h, w, 1)."""
    y, x = np.mgrid[0 : size[0], 0 : size[1]].astype(np.float32)
    angle, span = chance.uniform(0, 2 * np.pi), float(np.ptp(outline[:, 1]))
    at = outline.mean(axis=0) + chance.normal(0, 0.25 * span, 2)
    side = (x - at[0]) * np.cos(angle) + (y - at[1]) * np.sin(angle)
    dark = elastic(1 / (1 + np.exp(-side / (chance.uniform(0.005, 0.04) * span))), 0.03 * span, chance)
    return (1 - np.float32(chance.uniform(0.2, 0.6)) * dark)[..., None]


def with_shape(picture: Picture, outline: Outline, chance: Chance) -> Picture:
    """A patch of plain or rough colour beside the face, at times over its edge: a hat, a scarf, a hand, a wall."""
    middle, span = outline.mean(axis=0), float(np.ptp(outline[:, 1]))
    angle, far = chance.uniform(0, 2 * np.pi), chance.uniform(0.55, 1.0)
    at = middle + far * span * np.array([0.8 * np.cos(angle), np.sin(angle)])
    corners = at + chance.normal(0, chance.uniform(0.08, 0.3) * span, (int(chance.integers(3, 8)), 2))
    cover = elastic(polygon_mask(picture.shape[:2], corners), 0.04 * span, chance)
    return _laid_over(picture, cv2.GaussianBlur(cover, (0, 0), chance.uniform(0.5, 2.0)), chance)


def with_strands(picture: Picture, outline: Outline, chance: Chance) -> Picture:
    """Thin curves around and over the face: hair, straps, rims of glasses."""
    span = float(np.ptp(outline[:, 1]))
    cover = np.zeros(picture.shape[:2], np.float32)
    start = outline[chance.integers(len(outline))] + chance.normal(0, 0.1 * span, 2)
    for _ in range(int(chance.integers(2, 25))):
        bends = np.cumsum(chance.normal(0, 0.16 * span, (4, 2)), axis=0)
        curve = cv2.resize(np.vstack([[0, 0], bends]).astype(np.float32), (2, 24), interpolation=cv2.INTER_CUBIC)
        points = (start + chance.normal(0, 0.12 * span, 2) + curve).round().astype(np.int32)
        cv2.polylines(cover, [points], False, 1.0, int(chance.integers(1, 3)), cv2.LINE_AA)
    return _laid_over(picture, cv2.GaussianBlur(cover, (0, 0), chance.uniform(0.4, 1.0)), chance)


def _laid_over(picture: Picture, cover: Mask, chance: Chance) -> Picture:
    paint = np.clip(chance.uniform(0, 255) + chance.normal(0, 30, 3), 0, 255).astype(np.float32)
    rough = np.broadcast_to(paint, picture.shape).copy()
    if chance.random() < 0.6:
        rough *= textured(picture.shape[:2], chance)
    cover = cover[..., None] * np.float32(chance.uniform(0.7, 1.0))
    return np.asarray(np.clip(picture * (1 - cover) + rough * cover, 0, 255), np.uint8)
