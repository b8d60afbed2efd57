"""Training plates as channels ready for the model: each plate, its mirror image and a crop, with bases and face weights."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from twin.painters.album import LARGE, Album
from twin.painters.codec import BlockCodec, kept_coefficients, planes_of_layers
from twin.painters.conditions import ConditionEncoder, Told
from twin.painters.guide import COLUMNS, ROWS
from twin.plates.plate import Floats, read_index, read_layers

CROPS = 1
MOST_ZOOM = 0.08


@dataclass(frozen=True)
class Samples:
    """Channels and the bases they are painted from (n, c, rows, columns) in half precision, block weights (n, rows, columns),
    names (n, 2), numbers (n, scalars), odds (n,).
    """

    channels: Tensor
    bases: Tensor
    weights: Tensor
    names: Tensor
    numbers: Tensor
    odds: Tensor

    def __len__(self) -> int:
        """How many."""
        return len(self.odds)


@dataclass(frozen=True)
class Raw:
    """One view of a plate: planes (14, h, w), block weights (rows, columns), what is told of it, and how often it is drawn."""

    plate_id: str
    planes: Tensor
    weights: Tensor
    told: Told
    odds: float


def lines_of(folder: Path, split: str) -> list[dict[str, Any]]:
    """The index lines of the large plates of one split, person by person. Raises OSError without an index."""
    lines = [line for line in read_index(folder) if line["split"] == split and line["size"] == LARGE]
    # Everybody's pictures are carried from her own: in this order the album need not read a plate twice.
    return sorted(lines, key=lambda line: str(line["twin"]))


def raw_plate(folder: Path, line: dict[str, Any]) -> Raw:
    """A plate as it was rendered."""
    lights, covers = read_layers(folder, line["id"])
    planes = planes_of_layers(lights, np.stack([covers["alpha"], covers["garment"]]))
    return Raw(line["id"], planes, block_weights(covers), Told.of_line(line), 1.0 if line["size"] == LARGE else 0.5)


def views(raw: Raw, crops: int, chance: torch.Generator) -> Iterable[Raw]:
    """The plate and, of a large one, crops at a zoom of up to 8 %; the crops together weigh as much as the plate."""
    yield raw
    if not raw.told.detail:
        return
    for _ in range(crops):
        zoom, x, y = (float(value) for value in torch.rand(3, generator=chance))
        yield _crop(raw, zoom * MOST_ZOOM, 2 * x - 1, 2 * y - 1, raw.odds / crops)


def mirrored(raw: Raw) -> Raw:
    """Flipped left to right, and told so: the head turns the other way, the lamps have changed sides."""
    told = raw.told
    turned = replace(told, yaw=-told.yaw, roll=-told.roll, body=-told.body, shift_x=-told.shift_x, mirrored=1.0 - told.mirrored)
    return Raw(raw.plate_id, raw.planes.flip(-1), raw.weights.flip(-1), turned, raw.odds)


def block_weights(covers: dict[str, Floats]) -> Tensor:
    """How much each block counts (rows, columns): the face most, above all eyes and brows, the empty backdrop least."""
    eye, brow = torch.from_numpy(covers["eye"]), torch.from_numpy(covers["brow"])
    height, width = eye.shape
    y, x = torch.meshgrid(torch.arange(height) / height, torch.arange(width) / height, indexing="ij")
    seen = eye if eye.sum() > 4 else torch.from_numpy(covers["skin"])
    near = ((x - (x * seen).sum() / seen.sum()) ** 2 + (y - (y * seen).sum() / seen.sum() - 0.05) ** 2) / (2 * 0.085**2)
    face = torch.exp(-near) * torch.from_numpy(covers["skin"] + covers["brow"] + covers["beard"] + covers["eye"]).clamp(max=1)
    block = width // 32
    coarse = [F.max_pool2d(mask[None, None], block)[0, 0] for mask in (eye, brow)]
    mean = F.avg_pool2d(torch.stack([face, torch.from_numpy(covers["alpha"])])[None], block)[0]
    return 0.2 + 0.8 * (mean[1] > 0.02) + 5 * mean[0] + 5 * coarse[0] + 2 * coarse[1]


def measured_codec(codec: BlockCodec, raws: Iterable[Raw]) -> BlockCodec:
    """The codec with statistics of large plates and their mirror images."""
    large = (view for raw in raws if raw.told.detail for view in (raw, mirrored(raw)))
    codec.measure((kept_coefficients(raw.planes[None]).flatten(0, 2), raw.weights.flatten()) for raw in large)
    return codec


def gathered(raws: Iterable[Raw], room: int, codec: BlockCodec, conditions: ConditionEncoder, album: Album) -> Samples:
    """Encode at most `room` views and the base of each, all also mirrored.

    No plate is its own base, and every other view is denied the nearest plate too, so that what is learned holds for
    near bases and far ones. Views come one at a time, because a plate's planes are many times as large as its channels.
    """
    shape = (int(codec.config.channels), ROWS, COLUMNS)
    channels, bases = (torch.empty(2 * room, *shape, dtype=torch.float16) for _ in range(2))
    weights = torch.empty(2 * room, ROWS, COLUMNS)
    told: list[Told] = []
    odds: list[float] = []
    for at, raw in enumerate(raws):
        near = base_of(album, raw, deny=at % 2)[None]
        for view, base in ((raw, near), (mirrored(raw), near.flip(-1))):
            end = len(told)
            channels[end], bases[end] = codec.encode(view.planes[None])[0], codec.encode(base)[0]
            weights[end] = view.weights
            told.append(view.told)
            odds.append(view.odds)
    names, numbers = conditions.place(told)
    end = len(told)
    return Samples(channels[:end], bases[:end], weights[:end], names, numbers, torch.tensor(odds))


def base_of(album: Album, raw: Raw, deny: int) -> Tensor:
    """Planes (14, 640, 512) carried to a view from other plates than its own, and than the `deny` nearest of those where others
    are left.
    """
    denied = [line["id"] for line in album.nearest(raw.told, deny, but=raw.plate_id)]
    try:
        return album.base(raw.told, {raw.plate_id, *denied})
    except ValueError:
        return album.base(raw.told, {raw.plate_id})


def _crop(raw: Raw, zoom: float, x: float, y: float, odds: float) -> Raw:
    """Enlarge by 1 + zoom; x and y from −1 to 1 place the window within what was rendered."""
    height, width = raw.planes.shape[-2:]
    share = 1 / (1 + zoom)
    theta = torch.tensor([[[share, 0.0, x * (1 - share)], [0.0, share, y * (1 - share)]]])

    def sample(image: Tensor, mode: str) -> Tensor:
        grid = F.affine_grid(theta, [1, 1, *image.shape[-2:]], align_corners=False)
        return F.grid_sample(image[None], grid, mode, "border", align_corners=False)[0]

    told = replace(raw.told, zoom=zoom, shift_x=-x * zoom * width / 2, shift_y=-y * zoom * height / 2)
    return Raw(raw.plate_id, sample(raw.planes, "bicubic"), sample(raw.weights[None], "bilinear")[0], told, odds)
