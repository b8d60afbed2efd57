"""Teaching Atelier: steps, running average, checkpoints that resume exactly, and the error on plates held out."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from diffusers.training_utils import EMAModel
from torch import Tensor

from twin.painters.codec import BlockCodec
from twin.painters.guide import guide
from twin.painters.pipeline import AtelierPipeline, Seen, denoised
from twin.painters.samples import Samples

LOSS_TILT = 1.2
MOST_NOISE = 220
LEAST_NOISE = 10


@dataclass(frozen=True)
class Course:
    """How to train: `steps` in all, the last `cooling` share of them with a falling rate; `half` computes in bfloat16."""

    steps: int
    batch: int = 8
    rate: float = 5e-4
    warm_up: int = 100
    cooling: float = 0.3
    decay: float = 0.998
    seed: int = 1
    half: bool = False

    def rate_at(self, step: int) -> float:
        """The learning rate of one step: a ramp, a plain, and a line down to a fiftieth."""
        start = self.steps * (1 - self.cooling)
        down = 1.0 if step < start else 1.0 - 0.98 * (step - start) / max(1.0, self.steps - start)
        return self.rate * min(1.0, (step + 1) / self.warm_up) * down


class Trainer:
    """A pipeline being taught, with optimiser, running average and chance: all that a checkpoint needs."""

    def __init__(self, pipeline: AtelierPipeline, samples: Samples, course: Course) -> None:
        """Takes the pipeline's float32 weights as they are."""
        self.pipeline, self.samples, self.course = pipeline, samples, course
        self.device = pipeline.device
        self.weights = [*pipeline.unet.parameters(), *pipeline.conditions.parameters()]
        self.optimiser = torch.optim.AdamW(self.weights, lr=course.rate, betas=(0.9, 0.99), weight_decay=0.01)
        self.average = EMAModel(self.weights, decay=course.decay, use_ema_warmup=True, inv_gamma=1.0, power=0.75, foreach=True)
        self.chance = torch.Generator().manual_seed(course.seed)
        self.step = 0
        self.loud = _channel_weights(pipeline.codec).to(self.device)

    def learn(self) -> float:
        """One step on one batch; the loss."""
        pick = torch.multinomial(self.samples.odds, self.course.batch, replacement=True, generator=self.chance)
        noise = torch.randn(len(pick), *self.samples.channels.shape[1:], generator=self.chance)
        times = _times(len(pick), self.chance)
        for group in self.optimiser.param_groups:
            group["lr"] = self.course.rate_at(self.step)
        loss = self._loss(self.samples, pick, noise, times)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.weights, 1.0)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        self.average.step(self.weights)
        self.step += 1
        return float(loss.detach())

    @torch.no_grad()
    def error(self, samples: Samples, at_most: int = 16) -> float:
        """The loss of the averaged weights on other samples, with the same noise at every call."""
        chance = torch.Generator().manual_seed(0)
        pick = torch.arange(min(at_most, len(samples)))
        noise = torch.randn(len(pick), *samples.channels.shape[1:], generator=chance)
        times = torch.linspace(LEAST_NOISE, MOST_NOISE, len(pick)).long()
        self.lend_average()
        try:
            eights = (pick[i : i + 8] for i in range(0, len(pick), 8))
            parts = [self._loss(samples, eight, noise[eight], times[eight]) for eight in eights]
        finally:
            self.take_back()
        return float(torch.stack(parts).mean())

    def lend_average(self) -> None:
        """Put the averaged weights into the pipeline, until `take_back`."""
        self.average.store(self.weights)
        self.average.copy_to(self.weights)

    def take_back(self) -> None:
        """Put the trained weights back."""
        self.average.restore(self.weights)

    def save(self, file: Path) -> None:
        """Write a checkpoint whole or not at all."""
        kept = {
            "step": self.step,
            "course": asdict(self.course),
            "weights": [weight.detach() for weight in self.weights],
            "optimiser": self.optimiser.state_dict(),
            "average": self.average.state_dict(),
            "chance": self.chance.get_state(),
        }
        partial = file.with_suffix(".partial")
        torch.save(kept, partial)
        partial.replace(file)

    def resume(self, file: Path) -> None:
        """Continue exactly where a checkpoint was written. Raises OSError when there is none."""
        kept: dict[str, Any] = torch.load(file, map_location="cpu", weights_only=True)
        with torch.no_grad():
            for weight, was in zip(self.weights, kept["weights"], strict=True):
                weight.copy_(was)
        self.optimiser.load_state_dict(kept["optimiser"])
        self.average.load_state_dict(kept["average"])
        self.average.to(device=self.device)
        self.chance.set_state(kept["chance"])
        self.step = kept["step"]

    def _loss(self, samples: Samples, pick: Tensor, noise: Tensor, times: Tensor) -> Tensor:
        clean = samples.channels[pick].float().to(self.device)
        known = samples.bases[pick].float().to(self.device)
        noise, times = noise.to(self.device), times.to(self.device)
        noisy = self.pipeline.scheduler.add_noise(clean, noise, times)
        numbers = samples.numbers[pick].to(self.device)
        tokens, vector = self.pipeline.conditions(samples.names[pick].to(self.device), numbers)
        seen = Seen(noisy, times, known, guide(numbers), tokens, vector)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.course.half):
            guess, variance = denoised(self.pipeline, seen)
        wrong = (guess.float() - clean).square() / variance * self.loud[:, None, None]
        where = samples.weights[pick].to(self.device)
        return (wrong.mean(1) * where).mean() / where.mean()


def is_flat(errors: Sequence[float], least: float = 0.01, times: int = 2) -> bool:
    """Whether each of the last `times` evaluations gained less than the share `least` on the best before it."""
    late = range(len(errors) - times, len(errors))
    return len(errors) > times and all(errors[k] > (1 - least) * min(errors[:k]) for k in late)


def note(file: Path, **facts: float | int | str) -> None:
    """Append one line to the log."""
    with file.open("a", encoding="utf-8") as log:
        log.write(json.dumps(facts) + "\n")


def _times(count: int, chance: torch.Generator) -> Tensor:
    """Noise levels, all equally often up to where painting starts."""
    return (torch.rand(count, generator=chance) * (MOST_NOISE - LEAST_NOISE) + LEAST_NOISE).long()


def _channel_weights(codec: BlockCodec) -> Tensor:
    """Weights (channels,) of what the network paints, so that the error of a plate counts as sigma ** LOSS_TILT; mean 1."""
    weights: Tensor = (codec.spread * codec.scale) ** LOSS_TILT / codec.spread.square() * codec.rest.square()
    return weights / weights.mean()
