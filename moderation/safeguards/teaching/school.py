"""Teaches a blend network from sitters for a stated number of steps: first on patches near seams, then on whole faces."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from moderation.safeguards.teaching.network import GRID, SIDE, BlendNetwork
from moderation.safeguards.teaching.pairs import VISIBLE, Pair, Sitter, lesson

CELL = SIDE // GRID
PATCH = 7 * CELL
"""Pixels a side of a patch: a quarter of a face costs a quarter, and nearly every patch holds a seam to learn from."""
NEAR_SEAM = 0.85
"""The part of the patches that are laid over a seam; the others lie anywhere."""
SEAM = 0.3
"""A cell in which the seam reaches this much holds it, one with less than half of it does not; between, nothing is taught."""
SEEN = 1.5
"""Grey levels by which both copies must differ near a seam before the network is asked to see it."""
SEAM_WEIGHT = 2.0
PLAIN = 12.0
"""Grey levels by which the copies of the first lessons differ, so that there is something to find at all."""
ROOM = 400
"""Lessons that are kept: drawing one costs more than learning from it, so each is learned from some times before it goes."""
HERSELF, SAME_PERSON = 0.2, 0.6
"""How often a face that may be grown in is of the same picture in other light, or of another picture of the same person; else
it is anybody's."""
FRESH = 2
"""Lessons that are drawn anew at each step."""
AVERAGED = 0.998
"""How slowly the kept weights follow those in training."""


@dataclass(frozen=True)
class Course:
    """How long and how: `steps` of `pairs` pairs, the highest rate, and the seed of all chance.

    In the first `plain` of the course blends grow fainter from plain ones to those of `pairs.VISIBLE`; in the last `whole` of it
    whole faces are shown, half as many, and the score of the whole picture is learned.
    """

    steps: int
    pairs: int = 16
    rate: float = 2e-3
    seed: int = 1
    plain: float = 0.2
    whole: float = 0.8

    def visible_at(self, step: int) -> float:
        """By how many grey levels the copies must differ."""
        ease = max(0.0, 1 - step / max(1.0, self.plain * self.steps))
        return VISIBLE + (PLAIN - VISIBLE) * ease

    def whole_at(self, step: int) -> bool:
        """Whether whole faces are shown."""
        return step >= (1 - self.whole) * self.steps

    def rate_at(self, step: int) -> float:
        """A short rise, then half a cosine down to nothing."""
        rise = max(1, min(100, self.steps // 10))
        if step < rise:
            return self.rate * (step + 1) / rise
        return self.rate * 0.5 * (1 + math.cos(math.pi * (step - rise) / max(1, self.steps - rise)))


@dataclass(frozen=True)
class Batch:
    """Pictures (2n, 3, h, w), the untouched first; cells that hold a seam (n, rows, columns), and how much each counts."""

    pictures: Tensor
    held: Tensor
    weights: Tensor


def patch_of(pair: Pair, chance: np.random.Generator) -> Pair:
    """A window of `PATCH` pixels, mostly over a seam."""
    seen = np.argwhere(pair.seam > SEAM) if chance.random() < NEAR_SEAM else np.empty((0, 2))
    span = pair.seam.shape[0] - PATCH
    if len(seen):
        middle = seen[int(chance.integers(len(seen)))] - chance.integers(PATCH // 5, PATCH - PATCH // 5, 2)
        top, left = (int(edge) for edge in np.clip(middle, 0, span))
    else:
        top, left = (int(edge) for edge in chance.integers(0, span + 1, 2))
    window = slice(top, top + PATCH), slice(left, left + PATCH)
    return Pair(pair.untouched[window], pair.blended[window], pair.seam[window], pair.apart[window])


def batch_of(pairs: Sequence[Pair]) -> Batch:
    """Tensors of pairs of one size."""
    stacked = np.stack([pair.untouched for pair in pairs] + [pair.blended for pair in pairs])
    pictures = torch.from_numpy(stacked).permute(0, 3, 1, 2).float()
    seams, apart = (torch.from_numpy(np.stack(maps).astype(np.float32))[:, None] for maps in _maps(pairs))
    most = F.max_pool2d(seams, CELL)[:, 0]
    near = F.avg_pool2d(F.max_pool2d(apart, 5, 1, 2), 3 * CELL, CELL, CELL)[:, 0]
    held, plain = (most >= SEAM).float(), (most < SEAM / 2).float()
    return Batch(
        pictures.contiguous(memory_format=torch.channels_last), held, plain + SEAM_WEIGHT * held * (near >= SEEN).float()
    )


def _maps(pairs: Sequence[Pair]) -> Iterator[list[np.ndarray]]:
    yield [pair.seam for pair in pairs]
    yield [pair.apart for pair in pairs]


class School:
    """A network in training with its optimiser, its average and the lessons it keeps."""

    def __init__(self, network: BlendNetwork, sitters: Sequence[Sitter], course: Course) -> None:
        self.network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = BlendNetwork()
        self.average.load_state_dict(network.state_dict())
        self.course, self.step = course, 0
        self._sitters, self._lessons = sitters, list[Pair]()
        self._people: dict[str, list[Sitter]] = {}
        for sitter in sitters:
            self._people.setdefault(sitter.whose, []).append(sitter)
        decayed = [value for value in network.parameters() if value.ndim > 1]
        others = [value for value in network.parameters() if value.ndim <= 1]
        self._optimiser = torch.optim.AdamW(
            [{"params": decayed, "weight_decay": 0.02}, {"params": others, "weight_decay": 0.0}], lr=course.rate
        )

    def learn(self) -> tuple[float, float]:
        """One step; how far the map was off, and how often what is blended is above what is untouched."""
        chance = np.random.default_rng([self.course.seed, self.step])
        self._draw(chance)
        for group in self._optimiser.param_groups:
            group["lr"] = self.course.rate_at(self.step)
        whole = self.course.whole_at(self.step)
        count = self.course.pairs // 2 if whole else self.course.pairs
        chosen = [self._lessons[int(at)] for at in chance.integers(len(self._lessons), size=max(1, count))]
        batch = batch_of(chosen if whole else [patch_of(pair, chance) for pair in chosen])
        self.network.train()
        loss, map_loss, right = _losses(self.network, batch, whole=whole)
        self._optimiser.zero_grad()
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 2.0)
        self._optimiser.step()
        self._follow()
        self.step += 1
        return map_loss, right

    def _draw(self, chance: np.random.Generator) -> None:
        """New lessons, of which the oldest make room; the first of a run are as many as a batch."""
        visible = self.course.visible_at(self.step)
        for _ in range(FRESH if self._lessons else max(FRESH, self.course.pairs)):
            sitter = self._sitters[int(chance.integers(len(self._sitters)))]
            self._lessons.append(lesson(sitter, SIDE, chance, visible, self._other(sitter, chance)))
        del self._lessons[:-ROOM]

    def _other(self, sitter: Sitter, chance: np.random.Generator) -> Sitter:
        """Whose face may be grown into the sitter's picture."""
        drawn = chance.random()
        if drawn < HERSELF:
            return sitter
        near = self._people[sitter.whose] if drawn < HERSELF + SAME_PERSON else self._sitters
        return near[int(chance.integers(len(near)))]

    @torch.no_grad()
    def _follow(self) -> None:
        keep = min(AVERAGED, (self.step + 1) / (self.step + 10))
        for kept, new in zip(self.average.state_dict().values(), self.network.state_dict().values(), strict=True):
            if kept.dtype.is_floating_point:
                kept.lerp_(new, 1 - keep)

    def save(self, file: Path) -> None:
        """Everything that taking it up again needs but the kept lessons, written whole or not at all."""
        parts = {"network": self.network, "average": self.average, "optimiser": self._optimiser}
        staged = file.with_suffix(".part")
        torch.save({"step": self.step, **{name: part.state_dict() for name, part in parts.items()}}, staged)
        staged.replace(file)

    def take_up(self, file: Path) -> None:
        """Go on where `save` left off, with new lessons. Raises OSError without the file."""
        kept = torch.load(file, weights_only=True)
        self.step = int(kept["step"])
        for name, part in (("network", self.network), ("average", self.average), ("optimiser", self._optimiser)):
            part.load_state_dict(kept[name])


def _losses(network: BlendNetwork, batch: Batch, *, whole: bool) -> tuple[Tensor, float, float]:
    """What to learn from: each cell by itself, each seam against the same place untouched, and of whole faces the score.

    Also how far the map is off, and how often the blended copy (of patches: its seam) is above the untouched one.
    """
    if whole:
        cells, logits = network(batch.pictures)
    else:
        cells, logits = network.cells(network.features(batch.pictures)), None
    untouched, blended = cells.chunk(2)
    asked = batch.held * (batch.weights > 0)
    cell_loss = F.binary_cross_entropy_with_logits(blended, batch.held, batch.weights)
    cell_loss = cell_loss + F.binary_cross_entropy_with_logits(untouched, torch.zeros_like(untouched))
    loss = cell_loss + (F.softplus(untouched - blended) * asked).sum() / asked.sum().clamp(min=1)
    if logits is None:
        right = ((blended > untouched).float() * asked).sum() / asked.sum().clamp(min=1)
        return loss, float(cell_loss.detach()) / 2, float(right)
    plain, forged = logits.chunk(2)
    known = torch.arange(2.0).repeat_interleave(len(plain))
    loss = loss + F.binary_cross_entropy_with_logits(logits, known) + F.softplus(plain[None] - forged[:, None]).mean()
    return loss, float(cell_loss.detach()) / 2, float((forged[None] > plain[:, None]).float().mean())
