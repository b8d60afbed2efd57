"""What Atelier is told about a plate, as tokens for attention and as one vector for every block."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Self

import torch
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.modeling_utils import ModelMixin
from torch import Tensor, nn

WIDTH = 256
FREQUENCIES = (0.5, 1.0, 2.0, 4.0)
SPANS = {"yaw": 40.0, "pitch": 12.0, "roll": 6.0, "body": 40.0, "squint": 0.5, "shift_x": 20.0, "shift_y": 20.0, "zoom": 0.08}


@dataclass(frozen=True)
class Told:
    """One plate described: angles in degrees, expressions as fractions, framing as shift in pixels and zoom beyond 1.

    `mirrored` tells that the plate was flipped, so that its lamps stand on the other sides; `detail` is 0 where the
    render was half as large, hence soft.
    """

    twin: str
    garment: str
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    body: float = 0.0
    smile: float = 0.0
    brows: float = 0.0
    squint: float = 0.0
    gaze: float = 1.0
    mirrored: float = 0.0
    shift_x: float = 0.0
    shift_y: float = 0.0
    zoom: float = 0.0
    detail: float = 1.0

    @classmethod
    def of_line(cls, line: Mapping[str, Any]) -> Self:
        """As a line of plates.jsonl tells it."""
        pose = {name: float(line["pose"][name]) for name in ("yaw", "pitch", "roll", "body", "smile", "brows", "squint", "gaze")}
        return cls(line["twin"], line["garment"], **pose, detail=float(line["size"] == "512x640"))

    def numbers(self) -> list[float]:
        """The scalars, each brought to about −1 to 1."""
        return [getattr(self, name) / SPANS.get(name, 1.0) for name in SCALARS]


SCALARS = tuple(field.name for field in fields(Told) if field.name not in ("twin", "garment"))


class ConditionEncoder(ModelMixin, ConfigMixin):  # type: ignore[misc]
    """Names and numbers to tokens (b, 15, 256) and a vector (b, 256); knows the twins and garments it learned."""

    @register_to_config  # type: ignore[untyped-decorator]
    def __init__(self, wardrobe: Mapping[str, Sequence[str]]) -> None:  # noqa: ARG002 - register_to_config keeps it
        """A fresh encoder for twins and the garments that each was seen in."""
        super().__init__()
        wide = 1 + 2 * len(FREQUENCIES)
        self.twin = nn.Embedding(len(self.twins), WIDTH)
        self.garment = nn.Embedding(len(self.garments), WIDTH)
        self.weight = nn.Parameter(torch.randn(len(SCALARS), wide, WIDTH) / math.sqrt(wide))
        self.bias = nn.Parameter(torch.randn(len(SCALARS), WIDTH) * 0.5)
        self.narrow = nn.Linear(2 * WIDTH, 128)
        self.mix = nn.Sequential(
            nn.Linear(128 + len(SCALARS) * wide, 512), nn.SiLU(), nn.Linear(512, 512), nn.SiLU(), nn.Linear(512, WIDTH)
        )

    @property
    def twins(self) -> list[str]:
        """In the order of their indices."""
        return sorted(self.config.wardrobe)

    @property
    def garments(self) -> list[str]:
        """In the order of their indices."""
        return sorted({garment for hers in self.config.wardrobe.values() for garment in hers})

    def place(self, told: Sequence[Told]) -> tuple[Tensor, Tensor]:
        """Names as indices (b, 2) and numbers (b, scalars). Raises ValueError for a twin or garment it never saw."""
        twins, garments = self.twins, self.garments
        names = torch.tensor([[twins.index(one.twin), garments.index(one.garment)] for one in told])
        return names, torch.tensor([one.numbers() for one in told], dtype=torch.float32)

    def forward(self, names: Tensor, numbers: Tensor) -> tuple[Tensor, Tensor]:
        """Tokens (b, 15, 256) and the vector (b, 256)."""
        turns = math.pi * numbers[..., None] * numbers.new_tensor(FREQUENCIES)
        waves = torch.cat([numbers[..., None], turns.sin(), turns.cos()], -1)
        twin, garment = self.twin(names[:, 0]), self.garment(names[:, 1])
        scalars = torch.einsum("bsw,swd->bsd", waves, self.weight) + self.bias
        tokens = torch.cat([twin[:, None], garment[:, None], scalars], 1)
        who = self.narrow(torch.cat([twin, garment], -1))
        return tokens, self.mix(torch.cat([who, waves.flatten(1)], -1))
