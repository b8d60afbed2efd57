"""Teaches a blend network from sitters, pair by pair, for a stated number of steps, and can be taken up again."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from moderation.safeguards.teaching.network import GRID, SIDE, BlendNetwork
from moderation.safeguards.teaching.pairs import Sitter, lesson

SEAM = 0.3
"""A cell in which the seam reaches this much holds it, one with less than half of it does not; between, nothing is taught."""
SEEN = 1.5
"""Grey levels by which both copies must differ near a seam before the network is asked to see it."""
SEAM_WEIGHT = 2.0
AVERAGED = 0.998
"""How slowly the kept weights follow those in training."""


@dataclass(frozen=True)
class Course:
    """How long and how: `steps` of `pairs` pairs, the highest rate, and the seed of all chance."""

    steps: int
    pairs: int = 12
    rate: float = 2e-3
    seed: int = 1

    def rate_at(self, step: int) -> float:
        """A short rise, then half a cosine down to nothing."""
        rise = max(1, min(200, self.steps // 10))
        if step < rise:
            return self.rate * (step + 1) / rise
        return self.rate * 0.5 * (1 + math.cos(math.pi * (step - rise) / max(1, self.steps - rise)))


@dataclass(frozen=True)
class Batch:
    """Pictures (2n, 3, side, side), untouched first; whether each is blended (2n,); cells (2n, 14, 14) and their weights."""

    pictures: Tensor
    blended: Tensor
    cells: Tensor
    weights: Tensor


def batch_of(sitters: Sequence[Sitter], count: int, chance: np.random.Generator) -> Batch:
    """So many pairs by chance."""
    pairs = [lesson(sitters[int(chance.integers(len(sitters)))], SIDE, chance) for _ in range(count)]
    stacked = np.stack([pair.untouched for pair in pairs] + [pair.blended for pair in pairs])
    pictures = torch.from_numpy(stacked).permute(0, 3, 1, 2).float()
    seams = torch.from_numpy(np.stack([pair.seam for pair in pairs]))
    apart = torch.from_numpy(np.stack([pair.apart for pair in pairs]))
    cell = SIDE // GRID
    most = F.max_pool2d(seams[:, None], cell)[:, 0]
    near = F.avg_pool2d(F.max_pool2d(apart[:, None], 5, 1, 2), 3 * cell, cell, cell)[:, 0]
    held = (most >= SEAM).float()
    plain = (most < SEAM / 2).float()
    weights = plain + SEAM_WEIGHT * held * (near >= SEEN).float()
    nothing = torch.zeros_like(held)
    return Batch(
        pictures.contiguous(memory_format=torch.channels_last),
        torch.cat([torch.zeros(count), torch.ones(count)]),
        torch.cat([nothing, held]),
        torch.cat([torch.ones_like(held), weights]),
    )


class School:
    """A network in training with its optimiser and its average."""

    def __init__(self, network: BlendNetwork, sitters: Sequence[Sitter], course: Course) -> None:
        self.network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = BlendNetwork()
        self.average.load_state_dict(network.state_dict())
        self.course, self.step = course, 0
        self._sitters = sitters
        decayed = [value for value in network.parameters() if value.ndim > 1]
        others = [value for value in network.parameters() if value.ndim <= 1]
        self._optimiser = torch.optim.AdamW(
            [{"params": decayed, "weight_decay": 0.02}, {"params": others, "weight_decay": 0.0}], lr=course.rate
        )

    def learn(self) -> tuple[float, float]:
        """One step; the losses of the map and of the whole picture."""
        chance = np.random.default_rng([self.course.seed, self.step])
        batch = batch_of(self._sitters, self.course.pairs, chance)
        for group in self._optimiser.param_groups:
            group["lr"] = self.course.rate_at(self.step)
        self.network.train()
        cells = self.network(batch.pictures)
        map_loss = F.binary_cross_entropy_with_logits(cells, batch.cells, batch.weights)
        score_loss = F.binary_cross_entropy_with_logits(self.network.score(cells), batch.blended)
        self._optimiser.zero_grad()
        torch.autograd.backward(map_loss + 0.5 * score_loss)
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 2.0)
        self._optimiser.step()
        self._follow()
        self.step += 1
        return float(map_loss.detach()), float(score_loss.detach())

    @torch.no_grad()
    def _follow(self) -> None:
        keep = min(AVERAGED, (self.step + 1) / (self.step + 10))
        for kept, new in zip(self.average.state_dict().values(), self.network.state_dict().values(), strict=True):
            if kept.dtype.is_floating_point:
                kept.lerp_(new, 1 - keep)

    def save(self, file: Path) -> None:
        """Everything that taking it up again needs, written whole or not at all."""
        parts = {"network": self.network, "average": self.average, "optimiser": self._optimiser}
        staged = file.with_suffix(".part")
        torch.save({"step": self.step, **{name: part.state_dict() for name, part in parts.items()}}, staged)
        staged.replace(file)

    def take_up(self, file: Path) -> None:
        """Go on where `save` left off. Raises OSError without the file."""
        kept = torch.load(file, weights_only=True)
        self.step = int(kept["step"])
        for name, part in (("network", self.network), ("average", self.average), ("optimiser", self._optimiser)):
            part.load_state_dict(kept[name])
