"""Where what is told lies in the picture: for each block, which part of head and shoulders it should show.

The head is an ellipsoid that turns, nods and tilts, the shoulders a drum; both stand where the cast's plates have them
on average (least squares over the eyes of 100 plates: 4 pixels off). What is left to learn is what the person looks like there.
"""

import math

import torch
from torch import Tensor

from twin.painters.conditions import SCALARS, SPANS

ROWS, COLUMNS, BLOCK = 40, 32, 16
GUIDES = 42
"""Channels: 12 of place in the frame, 22 of the head, 8 of the shoulders."""
HEAD_RADII = (120.0, 182.0, 160.0)
"""Half width, height and depth of a head with hair, in pixels."""
HEAD_AT = (256.0, 237.0)
SHOULDERS = 230.0


def guide(numbers: Tensor) -> Tensor:
    """Channels (b, 42, rows, columns) for numbers (b, scalars) as `Told.numbers` gives them."""
    told = {name: numbers[:, i, None, None] * SPANS.get(name, 1.0) for i, name in enumerate(SCALARS)}
    steps = [(torch.arange(count, device=numbers.device, dtype=numbers.dtype) + 0.5) * BLOCK for count in (ROWS, COLUMNS)]
    y, x = torch.meshgrid(*steps, indexing="ij")
    grow = 1 + told["zoom"]
    x_there = (x - 256 - told["shift_x"]) / grow + 256
    y_there = (y - 320 - told["shift_y"]) / grow + 320
    frame = _waves(torch.stack([x / 256 - 1, y / 320 - 1]).expand(len(numbers), -1, -1, -1), (0.5, 1.0, 2.0))
    return torch.cat([frame, _head(told, x_there, y_there), _shoulders(told, x_there, y_there)], 1)


def _head(told: dict[str, Tensor], x: Tensor, y: Tensor) -> Tensor:
    """Place on the head (b, 22, rows, columns): local coordinates, their waves, and how far inside its outline."""
    turn, nod, tilt, body = (torch.deg2rad(told[name]) for name in ("yaw", "pitch", "roll", "body"))
    turn = turn + body
    across = x - (HEAD_AT[0] + 21.7 * body.sin() - 40 * turn.sin() - 41 * tilt.sin())
    up = HEAD_AT[1] + 24 * nod.sin() - y
    # Seen along z, the nearest point of the ellipsoid |S M' p| = 1, with M the head's turn and S one over its radii.
    to_head = _turned(turn, nod, tilt).transpose(-1, -2) / _like(HEAD_RADII, x)[:, None]
    flat = torch.einsum("bij,bjrc->birc", to_head[..., :2], torch.stack([across, up], 1))
    towards = to_head[..., 2][..., None, None]
    a, b = (towards * towards).sum(1), (flat * towards).sum(1)
    inside = b * b - a * ((flat * flat).sum(1) - 1)
    near = flat + towards * ((inside.clamp_min(0).sqrt() - b) / a)[:, None]
    seen = (near * near).sum(1, keepdim=True).sqrt().clamp_min(1.0)
    near = near / seen
    depth = (inside / a).clamp(-2, 1)[:, None]
    return torch.cat([near, _waves(near, (1.0, 2.0, 4.0)), depth], 1)


def _shoulders(told: dict[str, Tensor], x: Tensor, y: Tensor) -> Tensor:
    """Place on the shoulders (b, 8, rows, columns): across, down, and the angle around them."""
    turn, tilt, body = (torch.deg2rad(told[name]) for name in ("yaw", "roll", "body"))
    across = (x - (256 - 78 * (turn + body).sin() - 21.7 * body.sin() + 41 * tilt.sin())) / SHOULDERS
    angle = torch.asin(across.clamp(-1, 1)) - body
    down = (y - 480) / 160
    parts = [across, down, angle.sin(), angle.cos(), (2 * angle).sin(), (2 * angle).cos()]
    return torch.stack([*parts, (math.pi * down).sin(), (math.pi * down).cos()], 1)


def _turned(turn: Tensor, nod: Tensor, tilt: Tensor) -> Tensor:
    """Rotations (b, 3, 3): tilt about z, then nod about x, then turn about y; angles (b, 1, 1) in radians."""
    zero, one = torch.zeros_like(turn), torch.ones_like(turn)
    about_y = [turn.cos(), zero, turn.sin(), zero, one, zero, -turn.sin(), zero, turn.cos()]
    about_x = [one, zero, zero, zero, nod.cos(), -nod.sin(), zero, nod.sin(), nod.cos()]
    about_z = [tilt.cos(), -tilt.sin(), zero, tilt.sin(), tilt.cos(), zero, zero, zero, one]
    y, x, z = (torch.cat(parts, -1).reshape(-1, 3, 3) for parts in (about_y, about_x, about_z))
    return y @ x @ z


def _waves(values: Tensor, frequencies: tuple[float, ...]) -> Tensor:
    """Sines and cosines (b, 2 * c * f, rows, columns) of values (b, c, rows, columns)."""
    turns = torch.cat([math.pi * frequency * values for frequency in frequencies], 1)
    return torch.cat([turns.sin(), turns.cos()], 1)


def _like(values: tuple[float, ...], other: Tensor) -> Tensor:
    """The values as a tensor of the other's kind."""
    return torch.tensor(values, dtype=other.dtype, device=other.device)
