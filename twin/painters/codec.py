"""The fixed block transform between a plate and the grid of channels that Atelier denoises.

Every 16×16 block of the gamma-encoded layers (Y, Cb, Cr of four lights) and of the two masks becomes a few cosine
coefficients; a principal-component basis, measured once on the training plates, turns them into whitened channels.
"""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import torch
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.modeling_utils import ModelMixin
from torch import Tensor

from twin.plates.plate import BRIGHTEST, ENCODING, Plate

BLOCK = 16
PLANES = 14
"""Y, Cb, Cr of key, fill, rim and ambient, then alpha and garment."""
KEPT = (72, 12, 12, 48, 8, 8, 64, 8, 8, 48, 6, 6, 48, 48)
"""How many coefficients of each plane are kept, lowest frequencies first."""
MASK_WEIGHT = 0.5
TILT = 0.25
"""Channels leave the codec with a spread of sigma ** TILT: fine detail drowns in noise first, so that it is painted last."""
_YCC = ((0.299, 0.587, 0.114), (-0.168736, -0.331264, 0.5), (0.5, -0.418688, -0.081312))


class BlockCodec(ModelMixin, ConfigMixin):  # type: ignore[misc]
    """Plates to channels (b, channels, rows, columns) and back; its statistics are saved with the weights."""

    @register_to_config  # type: ignore[untyped-decorator]
    def __init__(self, channels: int = 160) -> None:
        """An unmeasured codec: `measure` or `from_pretrained` gives it its statistics."""
        super().__init__()
        kept = sum(KEPT)
        self.register_buffer("mean", torch.zeros(kept))
        self.register_buffer("basis", torch.eye(kept)[:, :channels].contiguous())
        self.register_buffer("scale", torch.ones(channels))
        self.register_buffer("spread", torch.ones(channels))
        self.register_buffer("gain", torch.ones(channels))
        self.register_buffer("rest", torch.ones(channels))

    def measure(self, blocks: Iterable[tuple[Tensor, Tensor]]) -> None:
        """Set mean, basis and scale from kept coefficients (n, kept), each block counting by its weight (n,), batch by batch."""
        kept = len(self.mean)
        total, first, second = 0.0, torch.zeros(kept).double(), torch.zeros(kept, kept).double()
        for coefficients, weights in blocks:
            weighed = coefficients * weights[:, None]
            total += float(weights.sum())
            first += weighed.sum(0)
            second += weighed.T @ coefficients
        mean = first / total
        loud = _loudness().double()
        variance, basis = torch.linalg.eigh((second / total - torch.outer(mean, mean)) * torch.outer(loud, loud))
        channels = int(self.config.channels)
        sigma = variance.flip(0)[:channels].clamp_min(1e-10).sqrt()
        amplitude = sigma**TILT
        amplitude = amplitude / amplitude.square().mean().sqrt()
        for name, value in (
            ("mean", mean),
            ("basis", basis.flip(1)[:, :channels]),
            ("spread", amplitude),
            ("scale", sigma / amplitude),
        ):
            getattr(self, name).copy_(value)

    def trust(self, channels: Tensor, bases: Tensor, weights: Tensor) -> None:
        """Measure how well a carried base (n, c, r, c) tells each channel: its gain, and the spread of what it leaves open."""
        share = (weights / weights.sum())[:, None]
        gain = (channels * bases * share).sum((0, 2, 3)) / (bases.square() * share).sum((0, 2, 3))
        left = channels - gain[:, None, None] * bases
        self.gain.copy_(gain)
        self.rest.copy_((left.square() * share).sum((0, 2, 3)).sqrt().clamp_min(1e-3))

    def encode(self, planes: Tensor) -> Tensor:
        """Channels (b, channels, rows, columns) of planes (b, 14, h, w) whose blocks are 16 pixels, or 8 at half size."""
        kept = kept_coefficients(planes)
        scores = ((kept - self.mean) * _loudness().to(kept)) @ self.basis
        channels: Tensor = (scores / self.scale).permute(0, 3, 1, 2).contiguous()
        return channels

    def decode(self, channels: Tensor, block: int = BLOCK) -> Tensor:
        """Planes (b, 14, rows*block, columns*block) of channels; a smaller block gives a small picture."""
        scores = channels.permute(0, 2, 3, 1) * self.scale
        kept = (scores @ self.basis.T) / _loudness().to(scores) + self.mean
        return planes_of_coefficients(kept, block)


def plate_planes(plate: Plate) -> Tensor:
    """Planes (14, h, w) of a plate: gamma-encoded light as Y, Cb, Cr, then alpha and garment."""
    return planes_of_layers(plate.lights, np.stack([plate.alpha, plate.garment]))


def planes_of_layers(lights: "np.ndarray[Any, Any]", masks: "np.ndarray[Any, Any]") -> Tensor:
    """Planes (14, h, w) of light layers (4, h, w, 3) and masks (2, h, w)."""
    coded = (torch.from_numpy(lights) / BRIGHTEST).clamp(0, 1) ** (1 / ENCODING)
    ycc = torch.einsum("ic,lhwc->lihw", torch.tensor(_YCC), coded)
    return torch.cat([ycc.flatten(0, 1), torch.from_numpy(masks)])


def planes_plate(planes: Tensor, garment_rgb: tuple[float, float, float]) -> Plate:
    """The plate of planes (14, h, w). Where alpha says that there is nobody, no light falls."""
    alpha = ((planes[12] - 0.02) / 0.96).clamp(0, 1)
    coded = torch.einsum("ic,lchw->lhwi", torch.linalg.inv(torch.tensor(_YCC)), planes[:12].reshape(4, 3, *planes.shape[1:]))
    lights = BRIGHTEST * coded.clamp(0, 1) ** ENCODING * (alpha * 25).clamp(max=1)[None, ..., None]
    garment = torch.minimum(((planes[13] - 0.02) / 0.96).clamp(0, 1), alpha)
    return Plate(lights.contiguous().numpy(), alpha.numpy(), garment.numpy(), garment_rgb)


def kept_coefficients(planes: Tensor) -> Tensor:
    """Kept cosine coefficients (b, rows, columns, kept) of planes (b, 14, h, w) with 32 columns of blocks."""
    block = planes.shape[-1] // 32
    cosines = _cosines(block).to(planes)
    tiles = planes.reshape(len(planes), PLANES, -1, block, planes.shape[-1] // block, block)
    spectrum = torch.einsum("ui,bpyixj,vj->bpuvyx", cosines, tiles, cosines) * (BLOCK / block)
    full = planes.new_zeros(*spectrum.shape[:2], BLOCK, BLOCK, *spectrum.shape[4:])
    full[:, :, :block, :block] = spectrum
    return full.flatten(1, 3)[:, _chosen()].permute(0, 2, 3, 1)


def planes_of_coefficients(kept: Tensor, block: int = BLOCK) -> Tensor:
    """Planes (b, 14, rows*block, columns*block) of kept coefficients (b, rows, columns, kept)."""
    size, rows, columns, _ = kept.shape
    full = kept.new_zeros(size, PLANES * BLOCK * BLOCK, rows, columns)
    full[:, _chosen()] = kept.permute(0, 3, 1, 2)
    spectrum = full.reshape(size, PLANES, BLOCK, BLOCK, rows, columns)[:, :, :block, :block] * (block / BLOCK)
    cosines = _cosines(block).to(kept)
    tiles = torch.einsum("ui,bpuvyx,vj->bpyixj", cosines, spectrum, cosines)
    return tiles.reshape(size, PLANES, rows * block, columns * block)


def new_codec(channels: int) -> BlockCodec:
    """A codec without statistics, in evaluation mode."""
    codec: BlockCodec = BlockCodec(channels=channels)
    codec.eval()
    return codec


def _cosines(block: int) -> Tensor:
    """The orthonormal DCT-II (block, block), frequency by row."""
    k = torch.arange(block, dtype=torch.float64)
    table = torch.cos(math.pi * (2 * k[None] + 1) * k[:, None] / (2 * block)) * math.sqrt(2 / block)
    table[0] /= math.sqrt(2)
    return table.float()


def _chosen() -> Tensor:
    """Indices (kept,) into the 14 * 256 coefficients of a block: each plane's lowest by radius."""
    v, u = np.mgrid[0:BLOCK, 0:BLOCK]
    by_radius = np.argsort(np.hypot(u, v).ravel(), kind="stable")
    return torch.cat([plane * BLOCK * BLOCK + torch.from_numpy(by_radius[:count]) for plane, count in enumerate(KEPT)])


def _loudness() -> Tensor:
    """What each kept coefficient weighs in the choice of the basis: masks less than light."""
    masks = sum(KEPT[12:])
    return torch.cat([torch.ones(sum(KEPT) - masks), torch.full((masks,), MASK_WEIGHT)])
