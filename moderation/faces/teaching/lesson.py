"""What each anchor should have said of a scene, and how wrong it was."""

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from moderation.faces.teaching.network import ANCHORS, STRIDES
from moderation.faces.teaching.scenes import SIDE, Scene

BASES = ((16.0, 32.0), (64.0, 128.0), (256.0, 512.0))
"""The side of the face that each anchor of each stride is for, in pixels."""
FITTING, UNFIT = 1.75, 2.3
"""An anchor is taught faces whose side is within this ratio of its base, and none beyond the second; in between it is let be."""
NEAR, ABOUT = 0.22, 0.36
"""Anchors this near the middle (in sides) are taught the face; those up to the second distance are let be."""
Said = tuple[list[Tensor], list[Tensor], list[Tensor]]
BOX_WEIGHT, POINT_WEIGHT = 2.0, 0.8


def anchors() -> tuple[Tensor, Tensor, Tensor]:
    """Centres (a, 2) in pixels, strides (a,) and bases (a,) of all anchors of a scene, in the order of the network."""
    centres, strides, bases = [], [], []
    for stride, pair in zip(STRIDES, BASES, strict=True):
        cells = SIDE // stride
        row, column = np.mgrid[:cells, :cells]
        centres.append(np.stack([column, row], axis=-1).reshape(-1, 1, 2).repeat(ANCHORS, axis=1).reshape(-1, 2) * stride)
        strides.append(np.full(cells * cells * ANCHORS, stride))
        bases.append(np.tile(pair, cells * cells))
    parts = (np.concatenate(part).astype(np.float32) for part in (centres, strides, bases))
    centre, stride_of, base = (torch.from_numpy(part) for part in parts)
    return centre, stride_of, base


def targets(scene: Scene, centre: Tensor, stride: Tensor, base: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """For each anchor its standing (1 taught a face, 0 taught none, −1 let be), box (a, 4) and points (a, 10) in pixels."""
    standing = torch.zeros(len(centre))
    box, points = torch.zeros(len(centre), 4), torch.zeros(len(centre), 10)
    for left, top, right, bottom in scene.untaught:
        inside = (centre[:, 0] >= left) & (centre[:, 0] <= right) & (centre[:, 1] >= top) & (centre[:, 1] <= bottom)
        standing[inside] = -1
    nearest = torch.full((len(centre),), torch.inf)
    for face, five in zip(scene.boxes, scene.points, strict=True):
        edges = torch.from_numpy(face)
        side = float(edges[2] - edges[0])
        away = (centre - (edges[:2] + edges[2:]) / 2).abs().amax(dim=1)
        ratio = torch.maximum(side / base, base / side)
        reach = torch.maximum(torch.tensor(NEAR * side), 0.55 * stride)
        taught = (away <= reach) & (ratio <= FITTING) & (away < nearest)
        let_be = (away <= torch.maximum(torch.tensor(ABOUT * side), stride)) & (ratio <= UNFIT) & ~taught & (standing == 0)
        standing[let_be] = -1
        standing[taught], nearest[taught] = 1, away[taught]
        box[taught], points[taught] = edges, torch.from_numpy(five.reshape(-1).astype(np.float32))
    return standing, box, points


def batch_of(scenes: Sequence[Scene]) -> Tensor:
    """(n, 3, SIDE, SIDE) as the network takes it."""
    stacked = np.stack([one.picture for one in scenes]).transpose(0, 3, 1, 2).astype(np.float32)
    return torch.from_numpy((stacked - 127.5) / 128).to(memory_format=torch.channels_last)


def loss(
    said: tuple[list[Tensor], list[Tensor], list[Tensor]], scenes: Sequence[Scene], parts: tuple[Tensor, Tensor, Tensor]
) -> Tensor:
    """How wrong the network was about a batch: the sum of the three losses below, each a mean over the anchors with a face."""
    centre, stride, _ = parts
    logits, sides, shifts = (torch.cat(levels, dim=1) for levels in said)
    standing, box, points = (torch.stack(part) for part in zip(*(targets(one, *parts) for one in scenes), strict=True))
    held = standing == 1
    count = held.sum().clamp(min=1)
    where = centre.expand(len(scenes), -1, -1)[held]
    scale = stride.expand(len(scenes), -1)[held][:, None]
    side = (box[held][:, 2] - box[held][:, 0])[:, None]
    seen = torch.cat([where - sides[held][:, :2] * scale, where + sides[held][:, 2:] * scale], dim=1)
    fit, penalty = _fit(seen, box[held])
    wanted = torch.zeros_like(standing)
    wanted[held] = fit.detach().clamp(min=0.3)
    five = where.repeat(1, 5) + shifts[held] * scale
    off = F.smooth_l1_loss(five / side, points[held] / side, reduction="none", beta=0.03).sum(dim=1)
    return _score(logits[..., 0], wanted, standing >= 0) / count + (BOX_WEIGHT * penalty.sum() + POINT_WEIGHT * off.sum()) / count


def _score(logits: Tensor, wanted: Tensor, asked: Tensor) -> Tensor:
    """Quality focal loss (Li et al., "Generalized Focal Loss", NeurIPS 2020): the score should be how well the box fits."""
    each = F.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
    return (each * (logits.sigmoid() - wanted).abs() ** 2)[asked].sum()


def _fit(seen: Tensor, true: Tensor) -> tuple[Tensor, Tensor]:
    """Intersection over union of boxes (n, 4), and the distance loss (Zheng et al., "Distance-IoU Loss", AAAI 2020)."""
    shared = (torch.minimum(seen[:, 2:], true[:, 2:]) - torch.maximum(seen[:, :2], true[:, :2])).clamp(min=0).prod(dim=1)
    areas = [(box[:, 2:] - box[:, :2]).clamp(min=0).prod(dim=1) for box in (seen, true)]
    fit = shared / (areas[0] + areas[1] - shared + 1e-6)
    around = torch.maximum(seen[:, 2:], true[:, 2:]) - torch.minimum(seen[:, :2], true[:, :2])
    apart = (seen[:, :2] + seen[:, 2:] - true[:, :2] - true[:, 2:]) / 2
    return fit, 1 - fit + (apart**2).sum(dim=1) / ((around**2).sum(dim=1) + 1e-6)
