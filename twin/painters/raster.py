"""Which triangle of a mesh shows at which pixel: a depth buffer over all triangles at once, in numpy."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.painters.shading import Floats, Integers
from twin.painters.standin import Stance

WIDTH, HEIGHT = 512, 640
_SIDES = (2, 3, 4, 6, 8, 12, 16, 20, 24, 32, 40, 48, 64, 96, 160, 640)
_AT_ONCE = 1_500_000


@dataclass(frozen=True)
class Shown:
    """Pixels (h, w): the triangle that shows, −1 where none does, and its depth in metres, infinite where none does."""

    face: Integers
    depth: Floats


def shown(stance: Stance) -> Shown:
    """Rasterise a stance at 512 × 640; triangles that turn their back to the camera are seen too, through openings."""
    corners, depths = stance.corners[stance.faces], stance.depth[stance.faces]
    first = np.maximum(np.ceil(corners.min(1) - 0.5).astype(np.int32), 0)
    last = np.minimum(np.floor(corners.max(1) - 0.5).astype(np.int32), [WIDTH - 1, HEIGHT - 1])
    broad = (last - first + 1).max(1)
    there = (last >= first).all(1)
    found: list[tuple[Integers, Floats, Integers]] = []
    below = 0
    for side in _SIDES:
        chosen = np.flatnonzero(there & (broad > below) & (broad <= side))
        below = side
        for some in np.array_split(chosen, len(chosen) * side * side // _AT_ONCE + 1):
            if len(some):
                found.append(_covered(some.astype(np.int32), corners[some], depths[some], first[some], last[some], side))
    return _nearest(found)


def _covered(
    some: Integers, corners: Floats, depths: Floats, first: Integers, last: Integers, side: int
) -> tuple[Integers, Floats, Integers]:
    """Pixels that triangles with boxes of at most `side` pixels cover: flat index, depth and triangle of each."""
    down, along = (one.ravel().astype(np.int32) for one in np.mgrid[0:side, 0:side])
    x, y = first[:, :1] + along, first[:, 1:] + down
    a, b, c = corners[:, 0], corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    area = b[:, 0] * c[:, 1] - b[:, 1] * c[:, 0]
    area = np.where(np.abs(area) < 1e-9, np.float32(1e-9), area)[:, None]
    right, under = x + np.float32(0.5) - a[:, :1], y + np.float32(0.5) - a[:, 1:]
    u = (right * c[:, 1:] - under * c[:, :1]) / area
    v = (under * b[:, :1] - right * b[:, 1:]) / area
    edge = np.float32(-1e-4)
    inside = (u >= edge) & (v >= edge) & (u + v <= 1 - edge) & (x <= last[:, :1]) & (y <= last[:, 1:])
    row, column = np.nonzero(inside)
    z = depths[row]
    depth = z[:, 0] + u[row, column] * (z[:, 1] - z[:, 0]) + v[row, column] * (z[:, 2] - z[:, 0])
    return (y[row, column] * WIDTH + x[row, column]).astype(np.int32), depth.astype(np.float32), some[row]


def _nearest(found: list[tuple[Integers, Floats, Integers]]) -> Shown:
    depth = np.full(HEIGHT * WIDTH, np.inf, np.float32)
    face = np.full(HEIGHT * WIDTH, -1, np.int32)
    if found:
        at, far, which = (np.concatenate(one) for one in zip(*found, strict=True))
        np.minimum.at(depth, at, far)
        nearest = far <= depth[at]
        face[at[nearest]] = which[nearest]
    return Shown(face.reshape(HEIGHT, WIDTH), depth.reshape(HEIGHT, WIDTH))


def weights_at(stance: Stance, corners: Integers, at: NDArray[np.int64]) -> Floats:
    """Barycentric weights (n, 3) of triangles' corners (n, 3) at the middles of pixels with flat indices (n,)."""
    places = stance.corners[corners]
    a, b, c = places[:, 0], places[:, 1] - places[:, 0], places[:, 2] - places[:, 0]
    area = b[:, 0] * c[:, 1] - b[:, 1] * c[:, 0]
    area = np.where(np.abs(area) < 1e-9, np.float32(1e-9), area)
    right, under = at % WIDTH + np.float32(0.5) - a[:, 0], at // WIDTH + np.float32(0.5) - a[:, 1]
    u = (right * c[:, 1] - under * c[:, 0]) / area
    v = (under * b[:, 0] - right * b[:, 1]) / area
    return np.stack([1 - u - v, u, v], -1).astype(np.float32)
