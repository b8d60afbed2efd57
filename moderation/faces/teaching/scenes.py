"""Pictures to learn from, composed by chance: one sitter or several, close-ups, posters, mirrors, and places without a face."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from moderation.faces.chip import Picture
from moderation.faces.teaching.backdrops import backdrop, handled
from moderation.faces.teaching.teacher import Sitter, mirrored

SIDE = 256
SMALLEST, LARGEST = 12.0, 264.0
CROWDED = 184.0
"""Faces are drawn between these sides in pixels of the scene, evenly on a scale of ratios; those cut out are smaller."""
HIDDEN = 0.45
"""A face of which more than this share is covered or lies outside is neither taught nor punished."""

Floats = NDArray[np.float32]


@dataclass
class Scene:
    """A square picture (SIDE, SIDE, 3), boxes (n, 4), points (n, 5, 2), and boxes (m, 4) about which nothing is taught."""

    picture: Picture
    boxes: list[Floats] = field(default_factory=list)
    points: list[Floats] = field(default_factory=list)
    untaught: list[Floats] = field(default_factory=list)


def scene(sitters: Sequence[Sitter], chance: np.random.Generator) -> Scene:
    """One scene; every kind has its share."""
    kind = chance.random()
    if kind < 0.3:
        made = _whole_picture(sitters, chance)
    elif kind < 0.85:
        made = Scene(backdrop(SIDE, chance))
        sizes = sorted((_size(chance, CROWDED) for _ in range(int(chance.integers(1, 7)))), reverse=True)
        for size in sizes if chance.random() < 0.7 else sizes[::-1]:  # mostly the small before the large, so that most are seen
            _set_in(made, sitters, size, chance)
    elif kind < 0.92:
        made = _room_with_a_poster(sitters, chance)
    else:
        made = _without_a_face(sitters, chance)
    _bordered(made, chance)
    made.picture = handled(made.picture, chance)
    return made


def _size(chance: np.random.Generator, largest: float = LARGEST) -> float:
    return float(np.exp(chance.uniform(np.log(SMALLEST), np.log(largest))))


def _draw(sitters: Sequence[Sitter], chance: np.random.Generator) -> tuple[Picture, Picture, Floats, Floats]:
    """One look of one sitter, half of the time mirrored: picture, coverage, box, points."""
    one = sitters[int(chance.integers(len(sitters)))]
    picture = one.pictures[int(chance.integers(len(one.pictures)))]
    if chance.random() < 0.5:
        return picture, one.alpha, one.box, one.points
    flipped = mirrored(one.box, one.points, picture.shape[1])
    return picture[:, ::-1], one.alpha[:, ::-1], *flipped


def _placement(box: Floats, size: float, centre: Floats, chance: np.random.Generator, tilt: float) -> Floats:
    """The (2, 3) turn and scale that brings the middle of `box` to `centre` and its side to `size`; a little stretched."""
    turn = np.radians(chance.normal(0, tilt))
    scale = size / float(box[2] - box[0])
    stretch = np.diag(np.exp(chance.normal(0, 0.06, 2)))
    matrix = scale * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) @ stretch
    middle = (box[:2] + box[2:]) / 2
    return np.column_stack([matrix, centre - matrix @ middle]).astype(np.float32)


def _warped(picture: Picture, matrix: Floats, border: int) -> Picture:
    """`picture` placed into a scene; what is much reduced is reduced by areas first, as a camera would."""
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    matrix = matrix.copy()
    if scale < 0.6:
        height, width = picture.shape[:2]
        size = max(1, round(width * scale * 1.3)), max(1, round(height * scale * 1.3))
        picture = np.asarray(cv2.resize(np.ascontiguousarray(picture), size, interpolation=cv2.INTER_AREA), np.uint8)
        matrix[:, 0] *= width / size[0]
        matrix[:, 1] *= height / size[1]
    placed = cv2.warpAffine(np.ascontiguousarray(picture), matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR, borderMode=border)
    return np.asarray(placed, np.uint8)


def _moved(matrix: Floats, box: Floats, points: Floats) -> tuple[Floats, Floats]:
    """Points as placed, and an upright box of the same side about the place of the box's middle."""
    middle = matrix[:, :2] @ ((box[:2] + box[2:]) / 2) + matrix[:, 2]
    half = float(np.sqrt(abs(np.linalg.det(matrix[:, :2])))) * (box[2:] - box[:2]) / 2
    return np.concatenate([middle - half, middle + half]).astype(np.float32), points @ matrix[:, :2].T + matrix[:, 2]


def _teach(made: Scene, box: Floats, points: Floats) -> None:
    inside = np.clip(box, 0, SIDE)
    shown = float(np.prod(inside[2:] - inside[:2]) / np.prod(box[2:] - box[:2]))
    side = float(box[2] - box[0])
    if shown < 1 - HIDDEN or side < SMALLEST - 3:
        made.untaught.append(inside.astype(np.float32))
    else:
        made.boxes.append(box)
        made.points.append(points)


def _whole_picture(sitters: Sequence[Sitter], chance: np.random.Generator) -> Scene:
    """A picture of one sitter with the paper it was developed before, from far away to a close-up that fills the scene."""
    picture, _, box, points = _draw(sitters, chance)
    size = float(np.exp(chance.uniform(np.log(60), np.log(LARGEST))))
    centre = chance.uniform(0.25, 0.75, 2).astype(np.float32) * SIDE
    matrix = _placement(box, size, centre, chance, 6)
    made = Scene(_warped(picture, matrix, cv2.BORDER_REPLICATE))
    _teach(made, *_moved(matrix, box, points))
    _masked(made, chance)
    return made


def _set_in(made: Scene, sitters: Sequence[Sitter], size: float, chance: np.random.Generator) -> None:
    """Cut one sitter out and set her in, before those who are there already."""
    picture, alpha, box, points = _draw(sitters, chance)
    matrix = _placement(box, size, chance.uniform(0.05, 0.95, 2).astype(np.float32) * SIDE, chance, 10)
    cover = _warped(alpha, matrix, cv2.BORDER_CONSTANT)
    seen = handled(_warped(picture, matrix, cv2.BORDER_REPLICATE), chance, only_colour=True)
    made.picture = _laid_over(made.picture, seen, cover)
    _cover(made, cover)
    _teach(made, *_moved(matrix, box, points))
    _masked(made, chance)


def _laid_over(under: Picture, over: Picture, cover: Picture) -> Picture:
    share = cover.astype(np.float32) * np.float32(1 / 255)
    return np.asarray(cv2.blendLinear(over, under, share, 1 - share), np.uint8)


def _cover(made: Scene, cover: Picture) -> None:
    """Move the faces that are now hidden from those taught to those untaught."""
    kept = []
    for index, box in enumerate(made.boxes):
        left, top, right, bottom = np.clip(box, 0, SIDE).astype(int)
        hidden = float(cover[top:bottom, left:right].mean()) / 255 if bottom > top and right > left else 1.0
        if hidden <= HIDDEN / 2:
            kept.append(index)
        elif hidden < 0.9:
            made.untaught.append(np.clip(box, 0, SIDE).astype(np.float32))
    made.boxes, made.points = [made.boxes[i] for i in kept], [made.points[i] for i in kept]


def _masked(made: Scene, chance: np.random.Generator) -> None:
    """Now and then glasses, a scarf, a hat or a hand over the face that was set in last."""
    if not made.boxes or chance.random() > 0.3:
        return
    box, points = made.boxes[-1], made.points[-1]
    side, colour = float(box[2] - box[0]), tuple(int(value) for value in chance.integers(0, 256, 3))
    kind = chance.random()
    if kind < 0.5:  # glasses, dark or of wire
        filled = -1 if chance.random() < 0.5 else max(1, round(side / 40))
        for eye in points[:2]:
            radii = (max(1, round(side * 0.15)), max(1, round(side * 0.11)))
            cv2.ellipse(made.picture, tuple(eye.astype(int)), radii, 0, 0, 360, colour, filled, cv2.LINE_AA)
        left, right = (tuple(eye.astype(int)) for eye in points[:2])
        cv2.line(made.picture, left, right, colour, max(1, round(side / 40)), cv2.LINE_AA)
    elif kind < 0.75:  # a hat or a fringe down to the brows
        top = (float(box[0] + box[2]) / 2, float(box[1]) - 0.2 * side)
        radii = (round(side * chance.uniform(0.5, 0.9)), round(side * chance.uniform(0.22, 0.34)))
        cv2.ellipse(made.picture, (round(top[0]), round(top[1])), radii, 0, 0, 360, colour, -1, cv2.LINE_AA)
    else:  # a scarf or a hand over the chin
        low = (float(box[0] + box[2]) / 2 + chance.normal(0, 0.2) * side, float(box[3]) + 0.15 * side)
        radii = (round(side * chance.uniform(0.25, 0.6)), round(side * chance.uniform(0.2, 0.3)))
        cv2.ellipse(made.picture, (round(low[0]), round(low[1])), radii, 0, 0, 360, colour, -1, cv2.LINE_AA)


def _room_with_a_poster(sitters: Sequence[Sitter], chance: np.random.Generator) -> Scene:
    """A framed picture of somebody on a wall; half of the time she stands before it, as before a mirror."""
    inner = _whole_picture(sitters, chance)
    made = Scene(backdrop(SIDE, chance))
    scale = float(chance.uniform(0.35, 0.8))
    corner = chance.uniform(0, 1 - scale, 2) * SIDE
    width, tone = max(1, round(scale * SIDE / 30)), tuple(int(value) for value in chance.integers(0, 256, 3))
    matrix = np.array([[scale, 0, corner[0]], [0, scale, corner[1]]], np.float32)
    left, top = (int(value) for value in corner)
    reach = round(scale * SIDE)
    small = cv2.resize(inner.picture, (reach, reach), interpolation=cv2.INTER_AREA)
    made.picture[top : top + reach, left : left + reach] = small[: SIDE - top, : SIDE - left]
    cv2.rectangle(made.picture, (left, top), (left + reach, top + reach), tone, width)
    for box, points in zip(inner.boxes, inner.points, strict=True):
        _teach(made, *_moved(matrix, box, points))
    made.untaught += [_moved(matrix, box, np.zeros((5, 2), np.float32))[0] for box in inner.untaught]
    if chance.random() < 0.5:
        _set_in(made, sitters, _size(chance, CROWDED), chance)
    return made


def _without_a_face(sitters: Sequence[Sitter], chance: np.random.Generator) -> Scene:
    """A place with nobody, or somebody from the neck down, or hair alone: what looks like a person and shows no face."""
    made = Scene(backdrop(SIDE, chance))
    for _ in range(int(chance.integers(0, 3))):
        picture, alpha, box, _ = _draw(sitters, chance)
        size = _size(chance, CROWDED)
        below = np.array([chance.uniform(0.2, 0.8) * SIDE, -0.9 * size], np.float32)
        matrix = _placement(box, size, below, chance, 3)
        cover = _warped(alpha, matrix, cv2.BORDER_CONSTANT)
        made.picture = _laid_over(made.picture, _warped(picture, matrix, cv2.BORDER_REPLICATE), cover)
    return made


def _bordered(made: Scene, chance: np.random.Generator) -> None:
    """Now and then the black border of a picture that does not fill the square."""
    if chance.random() > 0.25:
        return
    edge = int(chance.uniform(0.55, 0.95) * SIDE)
    axis = int(chance.integers(2))
    made.picture[(slice(None), slice(edge, None)) if axis == 0 else (slice(edge, None),)] = 0
    boxes, points = made.boxes, made.points
    made.boxes, made.points = [], []
    for box, five in zip(boxes, points, strict=True):
        shown = float(np.clip((edge - box[axis]) / (box[2 + axis] - box[axis]), 0, 1))
        if shown > 1 - HIDDEN / 2:
            made.boxes.append(box)
            made.points.append(five)
        elif shown > 0.1:
            made.untaught.append(np.clip(box, 0, SIDE).astype(np.float32))
