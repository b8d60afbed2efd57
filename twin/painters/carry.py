"""What plates of a person show, carried to another pose: every point by her stand-in, from the plates that see it best.

Image-based rendering with a proxy (Debevec et al. 1996, Buehler et al. 2001): skin, eyes and garment move exactly as the mesh
does; hair has no mesh and moves with the simple bodies of `guide`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from twin.painters.conditions import Told
from twin.painters.guide import below_neck, source_field
from twin.painters.raster import HEIGHT, WIDTH, Shown, shown, weights_at
from twin.painters.shading import Floats, Integers, relit
from twin.painters.standin import GARMENT, Stance, StandIns
from twin.plates.plate import ENCODING

SLACK, SOFT = 0.004, 0.006
"""Metres behind what a plate shows at which a point begins to be hidden, and until it is."""
LEAST_GROWTH = 0.6
"""A surface that a plate shows at this share of its asked area, or less, is not taken from there if another shows it better."""
FEATHER = 7
LEAST_SHARE = 0.01
MARGIN = 5
RIM = 5
"""Pixels from the stand-in's outline from which on the person lets nothing shine through, whatever a plate's own outline does."""
FAINTEST = 0.2
GAP = 25
"""Pixels across which hair and body are taken to meet."""
ALPHA, CLOTH, HAIR = 12, 13, 14


@dataclass(frozen=True)
class Source:
    """A plate to carry from: planes (15, 640, 512), the last its hair, what is told of it, what its stand-in shows."""

    planes: Tensor
    told: Told
    stance: Stance
    show: Shown

    @cached_property
    def near_cloth(self) -> Tensor:
        """Whether there is cloth within a few pixels (640, 512): skin is not taken from a collar's edge."""
        return F.max_pool2d(self.planes[CLOTH][None, None], 5, 1, 2)[0, 0] > 0.05


@dataclass(frozen=True)
class Points:
    """The n pixels at which a stand-in shows: flat index (n,), the corners of its triangle (n, 3) and their weights (n, 3),
    whether it is the garment (n,), and the triangle's signed area (n,).
    """

    at: NDArray[np.int64]
    corners: Integers
    weights: Floats
    cloth: Tensor
    areas: Floats

    def mixed(self, values: Floats, corners: Integers) -> Floats:
        """Values (c, …) of corners, mixed for each pixel (n, …)."""
        shares = self.weights.reshape(len(self.at), 3, *[1] * (values.ndim - 1))
        return sum(shares[:, k] * values[corners[:, k]] for k in range(3))  # type: ignore[return-value]


def carried(sources: Sequence[Source], now: Told, stand_ins: StandIns) -> Tensor:
    """Planes (14, 640, 512) of the person as told, from plates in the order of preference.

    One plate of the told garment must be among them. Where no plate shows a point, its surroundings are continued.
    """
    stance = stand_ins.stance(now)
    points = _points(stance, shown(stance))
    covered = torch.zeros(HEIGHT * WIDTH, dtype=torch.bool)
    covered[points.at] = True
    covered = covered.reshape(HEIGHT, WIDTH)
    inside, known = _inside(sources, now, stance, points)
    body = filled(inside * known, known)
    around = _around(sources, now, covered)
    solid = ((_blurred(covered.float()[None, None], 3)[0, 0] - 0.5) * 1.5 + 0.5).clamp(0, 1)
    body[CLOTH] = body[CLOTH].clamp(0, 1)
    body = _opaque(body, _narrowed(covered))
    return (solid * body + (1 - solid) * around)[:HAIR].clamp(-0.5, 1)


def _narrowed(covered: Tensor) -> Tensor:
    """How far a pixel lies inside the stand-in (h, w), 0 at its outline and 1 from `RIM` pixels on."""
    inside = -F.max_pool2d(-covered.float()[None, None], RIM, 1, RIM // 2)
    return _blurred(inside, RIM)[0, 0]


def _opaque(body: Tensor, inside: Tensor) -> Tensor:
    """Planes of the body, covering fully where `inside` (h, w) is 1; what a plate's outline let through is made up for."""
    cover = body[ALPHA].clamp(FAINTEST, 1)
    body[:ALPHA] *= 1 + inside * (cover ** (-1 / ENCODING) - 1)
    body[ALPHA] += inside * (1 - body[ALPHA])
    return body


def _points(stance: Stance, show: Shown) -> Points:
    at = np.flatnonzero(show.face >= 0)
    face = show.face.ravel()[at]
    corners = stance.faces[face]
    cloth = torch.from_numpy(stance.parts[face] == GARMENT)
    return Points(at, corners, weights_at(stance, corners, at), cloth, _areas(stance.corners[corners]))


def _inside(sources: Sequence[Source], now: Told, stance: Stance, points: Points) -> tuple[Tensor, Tensor]:
    """Planes (15, h, w) of the stand-in's pixels, and whether any plate shows them (h, w)."""
    light = points.mixed(stance.light, points.corners)
    seen, takes = torch.zeros(len(sources), HEIGHT * WIDTH), []
    for k, source in enumerate(sources):
        worn = source.told.garment == now.garment
        there = points.corners if worn else np.minimum(points.corners, len(source.stance.corners) - 1)
        place = points.mixed(source.stance.corners, there)
        shows = torch.from_numpy(_seen(source, there, place, points))
        bare = ~source.near_cloth.flatten()[torch.from_numpy(_pixel(place))]
        seen[k, points.at] = shows * torch.where(points.cloth, float(worn), bare.float())
        takes.append((place, relit(light, points.mixed(source.stance.light, there), ENCODING)))
    worn_by = [source.told.garment == now.garment for source in sources]
    share = _shares(seen.reshape(-1, HEIGHT, WIDTH), worn_by, now).flatten(1)[:, points.at]
    known = share.sum(0)
    share = share / known.clamp_min(1e-6)
    whole = torch.zeros(HAIR + 1, len(points.at))
    for source, (place, factors), part in zip(sources, takes, share, strict=True):
        wanted = part > LEAST_SHARE
        planes = _sampled(source.planes, torch.from_numpy(place)[wanted])
        planes[:ALPHA] *= torch.from_numpy(factors)[:, wanted].repeat_interleave(3, 0)
        whole[:, wanted] += part[wanted] * planes
    spread = torch.zeros(HAIR + 2, HEIGHT * WIDTH)
    spread[:, points.at] = torch.cat([whole, (known > 0.02).float()[None]])
    spread = spread.reshape(-1, HEIGHT, WIDTH)
    return spread[:-1], spread[-1]


def _shares(seen: Tensor, worn: Sequence[bool], now: Told) -> Tensor:
    """What each plate gives to each pixel (n, h, w): the first that shows it, at the shoulders the first in the garment."""
    below = below_neck(now)
    share = torch.zeros_like(seen)
    for weight, order in ((1 - below, range(len(worn))), (below, sorted(range(len(worn)), key=lambda k: not worn[k]))):
        left = torch.ones_like(below)
        for k in order:
            share[k] += weight * left * seen[k]
            left = left * (1 - seen[k])
    return _blurred(share[:, None], FEATHER)[:, 0]


def _seen(source: Source, there: Integers, place: Floats, points: Points) -> Floats:
    """How well a plate shows each point (n,), 0 to 1: in the frame, facing, not behind something."""
    depth = points.mixed(source.stance.depth, there)
    framed = _framed(torch.from_numpy(place)).numpy()
    front = source.show.depth.ravel()[_pixel(place)]
    open_to = np.where(np.isfinite(front), np.clip(1 - (depth - front - SLACK) / SOFT, 0, 1), 0)
    area = _areas(source.stance.corners[there])
    growth = np.where(area * points.areas > 0, np.abs(area) / np.maximum(np.abs(points.areas), 1e-6), 0)
    return np.asarray(open_to * np.clip(growth / LEAST_GROWTH, 0, 1) * framed, np.float32)


def _pixel(place: Floats) -> NDArray[np.int64]:
    """The flat index (n,) of the pixel, the nearest one where a place (n, 2) lies outside."""
    column, row = np.clip(place[:, 0], 0, WIDTH - 1).astype(np.int64), np.clip(place[:, 1], 0, HEIGHT - 1).astype(np.int64)
    return row * WIDTH + column


def _areas(corners: Floats) -> Floats:
    """Twice the signed area (n,) of triangles (n, 3, 2)."""
    b, c = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    return np.asarray(b[:, 0] * c[:, 1] - b[:, 1] * c[:, 0], np.float32)


def _around(sources: Sequence[Source], now: Told, covered: Tensor) -> Tensor:
    """Planes around the stand-in: the hair of the first plate, below the neck that of the first in the garment, and nothing."""
    worn = next(source for source in sources if source.told.garment == now.garment)
    share = below_neck(now)
    head, shoulders = (source_field(source.told, now) for source in (sources[0], worn))
    both = (1 - share) * _sampled(sources[0].planes, head) + share * _sampled(worn.planes, shoulders)
    framed = torch.where(share < 0.5, _framed(head), _framed(shoulders))
    alpha = both[ALPHA].clamp(0, 1)
    hair = (both[HAIR] / alpha.clamp_min(0.05)).clamp(0, 1)
    closed = -_widest(-_widest(torch.maximum(hair * (alpha > 0.1), covered.float())))
    bare = ((0.2 - alpha) / 0.2).clamp(0, 1) * (closed < 0.5)
    known = torch.maximum(hair * (alpha > 0.1), bare) * (framed & ~covered)
    known = torch.where(known > 0.75, known, 0.0)
    around = filled(both * known, known)
    around[CLOTH] = 0
    return around


def _framed(place: Tensor) -> Tensor:
    """Whether places (…, 2) lie within the picture, a few pixels from its edge."""
    half = torch.tensor([WIDTH / 2, HEIGHT / 2])
    return ((place - half).abs() < half - MARGIN).all(-1)


def filled(planes: Tensor, known: Tensor) -> Tensor:
    """Planes (c, h, w) times how far they are known (h, w), continued smoothly where they are not.

    Push and pull (Gortler et al. 1996, The Lumigraph, section 3.4). Where nothing is known at all they stay empty.
    """
    levels = [(planes[None], known[None, None])]
    while min(levels[-1][1].shape[-2:]) > 4:
        levels.append(tuple(F.avg_pool2d(one, 2, ceil_mode=True) for one in levels[-1]))  # type: ignore[arg-type]
    coarse = levels[-1][0] / levels[-1][1].clamp_min(1e-4)
    for fine, sure in reversed(levels[:-1]):
        up = F.interpolate(coarse, sure.shape[-2:], mode="bilinear", align_corners=False)
        trust = (8 * sure).clamp(0, 1)
        coarse = trust * fine / sure.clamp_min(1e-4) + (1 - trust) * up
    return coarse[0]


def _sampled(planes: Tensor, place: Tensor) -> Tensor:
    """Planes (c, …) at places (…, 2) in pixels, bicubic, the border continued."""
    field = torch.stack([place[..., 0] / (WIDTH / 2) - 1, place[..., 1] / (HEIGHT / 2) - 1], -1)
    flat = field.reshape(1, 1, -1, 2)
    found = F.grid_sample(planes[None], flat, "bicubic", "border", align_corners=False)
    return found.reshape(len(planes), *place.shape[:-1])


def _widest(image: Tensor) -> Tensor:
    """The largest value within `GAP` pixels (h, w)."""
    rows = F.max_pool2d(image[None, None], (GAP, 1), 1, (GAP // 2, 0))
    return F.max_pool2d(rows, (1, GAP), 1, (0, GAP // 2))[0, 0]


def _blurred(images: Tensor, side: int) -> Tensor:
    return F.avg_pool2d(images, side, 1, side // 2, count_include_pad=False)
