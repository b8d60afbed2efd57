"""Where what is told lies in the picture: for each block, which part of head and shoulders it should show.

The head is an ellipsoid that turns, nods and tilts, the shoulders a drum; both stand where the cast's plates have them
on average (least squares over the eyes of 100 plates: 4 pixels off). What is left to learn is what the person looks like there.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from twin.painters.conditions import SCALARS, SPANS, Told

ROWS, COLUMNS, BLOCK = 40, 32, 16
GUIDES = 42
"""Channels: 12 of place in the frame, 22 of the head, 8 of the shoulders."""
HEAD_RADII = (120.0, 182.0, 160.0)
"""Half width, height and depth of a head with hair, in pixels."""
HEAD_AT = (256.0, 237.0)
SHOULDERS = 230.0
STEADY = 0.8
"""From this depth inside its outline on, 0 to 1, the head's middle turns fully."""
NECK = (385.0, 455.0)
"""Rows between which the picture passes from head to shoulders."""


def guide(numbers: Tensor) -> Tensor:
    """Channels (b, 42, rows, columns) for numbers (b, scalars) as `Told.numbers` gives them."""
    told = _told(numbers)
    y, x = _grid(BLOCK, numbers)
    frame = _waves(torch.stack([x / 256 - 1, y / 320 - 1]).expand(len(numbers), -1, -1, -1), (0.5, 1.0, 2.0))
    x_there, y_there = _uncropped(told, x, y)
    near, _, inside = _on_head(told, x_there, y_there)
    head = torch.cat([near, _waves(near, (1.0, 2.0, 4.0)), inside.clamp(-2, 1)[:, None]], 1)
    return torch.cat([frame, head, _shoulders(told, x_there, y_there)], 1)


def source_field(was: Told, now: Told) -> Tensor:
    """Where in an uncropped plate (640, 512, 2), in pixels, lies what another pose and crop of the same person shows.

    The head's pixels move with the ellipsoid, the shoulders' with the drum, and between them the two blend.
    """
    numbers = torch.tensor([was.numbers(), now.numbers()])
    old, new = _told(numbers[:1]), _told(numbers[1:])
    x, y = _uncropped(new, *reversed(_grid(4, numbers)))
    near, beyond, inside = _on_head(new, x, y)
    # Towards its outline the head only shifts: what turns away there has nothing to show in the other pose.
    turning = (inside / STEADY).clamp(0, 1)[:, None]
    there, here = (_seen_at(pose, near) for pose in (old, new))
    moved = turning * there + (1 - turning) * here + beyond
    centre_x, centre_y = _head_centre(old)
    body_x = _on_drum(old, new, x)
    share = _below(y)
    from_x = (1 - share) * (centre_x + moved[:, 0]) + share * body_x
    from_y = (1 - share) * (centre_y - moved[:, 1]) + share * y
    field = F.interpolate(torch.stack([from_x, from_y], 1), (640, 512), mode="bilinear", align_corners=False)
    return field[0].permute(1, 2, 0)


def below_neck(told: Told) -> Tensor:
    """How much the shoulders rule (640, 512): 0 above the neck, 1 below."""
    pose = _told(torch.tensor([told.numbers()]))
    y, x = _grid(1, pose["yaw"])
    return _below(_uncropped(pose, x, y)[1])[0]


def _below(y: Tensor) -> Tensor:
    """How much the shoulders rule at a row: 0 above the neck, 1 below."""
    share = ((y - NECK[0]) / (NECK[1] - NECK[0])).clamp(0, 1)
    return share * share * (3 - 2 * share)


def _told(numbers: Tensor) -> dict[str, Tensor]:
    return {name: numbers[:, i, None, None] * SPANS.get(name, 1.0) for i, name in enumerate(SCALARS)}


def _grid(step: int, like: Tensor) -> tuple[Tensor, Tensor]:
    """Rows and columns of the middles of squares of `step` pixels."""
    sides = [(torch.arange(side // step, device=like.device, dtype=like.dtype) + 0.5) * step for side in (640, 512)]
    y, x = torch.meshgrid(*sides, indexing="ij")
    return y, x


def _uncropped(told: dict[str, Tensor], x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Where a crop's pixels lie in the whole picture."""
    grow = 1 + told["zoom"]
    return (x - 256 - told["shift_x"]) / grow + 256, (y - 320 - told["shift_y"]) / grow + 320


def _head_centre(told: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
    turn, nod, tilt, body = (torch.deg2rad(told[name]) for name in ("yaw", "pitch", "roll", "body"))
    across = HEAD_AT[0] + 21.7 * body.sin() - 40 * (turn + body).sin() - 41 * tilt.sin()
    return across, HEAD_AT[1] + 24 * nod.sin()


def _on_head(told: dict[str, Tensor], x: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Local coordinates (b, 3, r, c) on the unit ellipsoid, pixels beyond its outline (b, 2, r, c), and how far inside (b, r, c).

    Seen along z, it is the nearest point of |S M' p| = 1, with M the head's turn and S one over its radii.
    """
    centre_x, centre_y = _head_centre(told)
    at = torch.stack([x - centre_x, (centre_y - y).expand_as(x - centre_x)], 1)
    turned = _rotation(told)
    to_head = turned.transpose(-1, -2) / _like(HEAD_RADII, x)[:, None]
    flat = torch.einsum("bij,bjrc->birc", to_head[..., :2], at)
    towards = to_head[..., 2][..., None, None]
    a, b = (towards * towards).sum(1), (flat * towards).sum(1)
    inside = b * b - a * ((flat * flat).sum(1) - 1)
    near = flat + towards * ((inside.clamp_min(0).sqrt() - b) / a)[:, None]
    near = near / (near * near).sum(1, keepdim=True).sqrt().clamp_min(1.0)
    return near, at - _seen_at(told, near), inside / a


def _seen_at(told: dict[str, Tensor], near: Tensor) -> Tensor:
    """Where local coordinates (b, 3, r, c) of the head are seen (b, 2, r, c): pixels to the right of and above its centre."""
    return torch.einsum("bij,bjrc->birc", _rotation(told), near * _like(HEAD_RADII, near)[:, None, None])[:, :2]


def _drum_centre(told: dict[str, Tensor]) -> Tensor:
    turn, tilt, body = (torch.deg2rad(told[name]) for name in ("yaw", "roll", "body"))
    return 256 - 78 * (turn + body).sin() - 21.7 * body.sin() + 41 * tilt.sin()


def _on_drum(old: dict[str, Tensor], new: dict[str, Tensor], x: Tensor) -> Tensor:
    """Columns (b, r, c) of the old picture that show what the new one shows of the shoulders."""
    across = (x - _drum_centre(new)) / SHOULDERS
    held = across.clamp(-1, 1)
    angle = torch.asin(held) + torch.deg2rad(old["body"] - new["body"])
    return _drum_centre(old) + SHOULDERS * (angle.clamp(-math.pi / 2, math.pi / 2).sin() + across - held)


def _shoulders(told: dict[str, Tensor], x: Tensor, y: Tensor) -> Tensor:
    """Place on the shoulders (b, 8, rows, columns): across, down, and the angle around them."""
    across = (x - _drum_centre(told)) / SHOULDERS
    angle = torch.asin(across.clamp(-1, 1)) - torch.deg2rad(told["body"])
    down = (y - 480) / 160
    down = down.expand_as(across)
    parts = [across, down, angle.sin(), angle.cos(), (2 * angle).sin(), (2 * angle).cos()]
    return torch.stack([*parts, (math.pi * down).sin(), (math.pi * down).cos()], 1)


def _rotation(told: dict[str, Tensor]) -> Tensor:
    """Rotations (b, 3, 3) of the head: tilt about z, then nod about x, then turn about y."""
    turn, nod, tilt = torch.deg2rad(told["yaw"] + told["body"]), torch.deg2rad(told["pitch"]), torch.deg2rad(told["roll"])
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
