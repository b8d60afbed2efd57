"""The course that the learner takes: scenes by chance, a falling rate, an averaged network; it can be left and resumed."""

import json
import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np
import torch
from torch import Tensor

from moderation.faces.teaching.calm import excess
from moderation.faces.teaching.lesson import anchors, batch_of, loss
from moderation.faces.teaching.network import FaceNetwork
from moderation.faces.teaching.scenes import scene
from moderation.faces.teaching.teacher import Sitter, Teacher
from moderation.faces.teaching.written import detector_bytes

RATE, WARM_STEPS, KEPT = 2.5e-3, 150, 0.998
"""The highest learning rate, the steps it takes to rise to it, and how slowly the average follows the network."""
BATCH = 8
MODEL = "detection.onnx"


def sitters(folder: Path, teacher: Teacher) -> list[Sitter]:
    """What the teacher sees in each .npz of a folder: `pictures` (n, h, w, 3) of one plate, and `alpha` (h, w).

    Plates on which it does not agree with itself are left out. Raises OSError, KeyError.
    """
    found = []
    for file in sorted(folder.glob("*.npz")):
        with np.load(file) as held:
            sitter = teacher.sitter(list(held["pictures"]), held["alpha"])
        found += [sitter] if sitter is not None else []
    return found


class Course:
    """`steps` batches in all; what is drawn at a step depends on `seed` and the step alone, so that resuming changes nothing."""

    def __init__(self, taught: Sequence[Sitter], folder: Path, steps: int, seed: int) -> None:
        torch.manual_seed(seed)
        self._sitters, self._folder, self.steps, self._seed = taught, folder, steps, seed
        self._network = FaceNetwork().to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # a quarter faster on a CPU
        self._average = torch.optim.swa_utils.AveragedModel(self._network, avg_fn=_follow, use_buffers=True)
        self._optimiser = torch.optim.AdamW(self._network.parameters(), RATE, weight_decay=0.01)
        self._parts = anchors()
        self.step = 0

    def learn(self) -> float:
        """One batch; how wrong the network was."""
        chance = np.random.default_rng([self._seed, self.step])
        scenes = [scene(self._sitters, chance) for _ in range(BATCH)]
        self._network.train()
        wrong = loss(self._network(batch_of(scenes)), scenes, self._parts)
        for group in self._optimiser.param_groups:
            group["lr"] = self._rate()
        self._optimiser.zero_grad()
        wrong.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self._network.parameters(), 10.0)
        self._optimiser.step()
        self._average.update_parameters(self._network)
        self.step += 1
        return float(wrong.detach())

    def _rate(self) -> float:
        """Rises, then falls along half a cosine to a hundredth at the end of the course."""
        rising = min(1.0, (self.step + 1) / WARM_STEPS)
        return RATE * rising * (0.01 + 0.99 * (1 + math.cos(math.pi * self.step / self.steps)) / 2)

    def save(self) -> None:
        """Write the checkpoint and, of a finished course, the averaged network as ONNX into the folder."""
        draft = self._folder / "checkpoint.new"
        torch.save({"step": self.step, **{name: part.state_dict() for name, part in self._kept()}}, draft)
        draft.replace(self._folder / "checkpoint.pt")
        if self.step >= self.steps:
            averaged = cast(FaceNetwork, self._average.module)
            (self._folder / MODEL).write_bytes(detector_bytes(averaged, excess(averaged, self._sitters, self._seed + 1)))

    def resume(self) -> None:
        """Go on from the folder's checkpoint, if it has one."""
        file = self._folder / "checkpoint.pt"
        if file.exists():
            found = torch.load(file, weights_only=True)
            self.step = int(found["step"])
            for name, part in self._kept():
                part.load_state_dict(found[name])

    def _kept(self) -> list[tuple[str, Any]]:
        parts = {"network": self._network, "average": self._average, "optimiser": self._optimiser}
        return list(parts.items())


def _follow(average: Tensor, now: Tensor, seen: Tensor | int) -> Tensor:
    """The average moves towards the network: quickly at first, so that what it began with is forgotten."""
    kept = min(KEPT, (1 + int(seen)) / (10 + int(seen)))
    return average + (1 - kept) * (now - average)


def take(course: Course, folder: Path, every: int) -> Path:
    """Learn until the course is over, saving and noting the mean loss every so many steps; the file of the model."""
    cv2.setNumThreads(1)
    course.resume()
    losses: list[float] = []
    began = time.monotonic()
    while course.step < course.steps:
        losses.append(course.learn())
        if course.step % every == 0 or course.step == course.steps:
            course.save()
            told = {"step": course.step, "loss": round(float(np.mean(losses)), 4), "seconds": round(time.monotonic() - began)}
            with (folder / "log.jsonl").open("a", encoding="utf-8") as log:
                log.write(json.dumps(told) + "\n")
            losses = []
    return folder / MODEL
