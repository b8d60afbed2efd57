"""Places made of nothing but chance, and what cameras, light and files do to a picture."""

import cv2
import numpy as np

from moderation.faces.chip import Picture


def backdrop(side: int, chance: np.random.Generator) -> Picture:
    """A (side, side, 3) place: a colour that changes slowly, clouds of every size, edges, stripes and blots."""
    picture = np.broadcast_to(chance.uniform(0, 255, 3), (side, side, 3)).astype(np.float32).copy()
    for cells in (2, 4, 9, 21, 53, 131):
        if chance.random() < 0.5:
            continue
        strength = np.float32(chance.exponential(26.0))
        clouds = chance.standard_normal((cells, cells, 3 if chance.random() < 0.5 else 1), np.float32)
        clouds = cv2.resize(clouds, (side, side), interpolation=cv2.INTER_CUBIC).reshape(side, side, -1)
        picture += strength * clouds
    made = np.clip(picture, 0, 255).astype(np.uint8)
    for _ in range(int(chance.integers(0, 14))):
        _shape(made, chance)
    if chance.random() < 0.3:
        made = np.asarray(cv2.GaussianBlur(made, (0, 0), float(chance.uniform(1, 8))), np.uint8)
    return made


def _shape(picture: Picture, chance: np.random.Generator) -> None:
    side = picture.shape[0]
    colour = tuple(int(value) for value in chance.integers(0, 256, 3))
    first, second = (tuple(int(value) for value in chance.integers(-20, side + 20, 2)) for _ in range(2))
    width = int(chance.choice([-1, 1, 2, 4, 9]))
    kind = int(chance.integers(4))
    if kind == 0:
        cv2.rectangle(picture, first, second, colour, width, cv2.LINE_AA)
    elif kind == 1:
        radii = tuple(int(value) for value in chance.integers(2, side // 3, 2))
        cv2.ellipse(picture, first, radii, float(chance.uniform(0, 180)), 0, 360, colour, width, cv2.LINE_AA)
    elif kind == 2:
        cv2.line(picture, first, second, colour, abs(width), cv2.LINE_AA)
    else:
        size = float(chance.uniform(0.4, 2.5))
        words = "".join(chr(int(code)) for code in chance.integers(48, 122, 6))
        cv2.putText(picture, words, first, cv2.FONT_HERSHEY_SIMPLEX, size, colour, 1 + round(2 * size), cv2.LINE_AA)


def handled(picture: Picture, chance: np.random.Generator, *, only_colour: bool = False) -> Picture:
    """The picture in another exposure, tint and contrast; unless `only_colour` also blurred, noisy, reduced or compressed."""
    seen = picture
    if chance.random() < 0.7:
        gains = np.exp(chance.normal(0, 0.12, 3) + chance.normal(0, 0.12))
        levels = (np.arange(256) / 255) ** float(np.exp(chance.normal(0, 0.3)))
        curves = np.clip(levels[:, None] * gains * 255 + 0.5, 0, 255).astype(np.uint8)
        seen = np.asarray(cv2.LUT(seen, curves[None]), np.uint8)
    if chance.random() < 0.5:
        colour = float(chance.uniform(0, 1.6))
        grey = cv2.cvtColor(cv2.cvtColor(seen, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
        seen = np.asarray(cv2.addWeighted(seen, colour, grey, 1 - colour, 0), np.uint8)
    return seen if only_colour else _worn(seen, chance)


def _worn(picture: Picture, chance: np.random.Generator) -> Picture:
    side = picture.shape[0]
    if chance.random() < 0.25:
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), float(chance.uniform(0.4, 1.8))), np.uint8)
    if chance.random() < 0.15:
        less = int(side * chance.uniform(0.4, 0.9))
        small = cv2.resize(picture, (less, less), interpolation=cv2.INTER_AREA)
        picture = np.asarray(cv2.resize(small, (side, side), interpolation=cv2.INTER_LINEAR), np.uint8)
    if chance.random() < 0.3:
        noise = chance.standard_normal(picture.shape, np.float32) * np.float32(chance.uniform(1, 14))
        picture = np.clip(picture + noise, 0, 255).astype(np.uint8)
    if chance.random() < 0.4:
        written = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, int(chance.integers(35, 96))])[1]
        picture = np.asarray(cv2.imdecode(written, cv2.IMREAD_COLOR), np.uint8)
    return picture
