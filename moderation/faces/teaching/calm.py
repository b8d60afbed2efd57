"""How sure the network must be: the score that one scene in fifty reaches where nobody is becomes the usual threshold, 0.5."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from moderation.faces.teaching.lesson import anchors, batch_of, targets
from moderation.faces.teaching.network import FaceNetwork
from moderation.faces.teaching.scenes import Scene, scene
from moderation.faces.teaching.teacher import Sitter

SCENES, ALARMED = 200, 0.02


@torch.no_grad()
def excess(network: FaceNetwork, sitters: Sequence[Sitter], seed: int) -> float:
    """The logit to be taken from every score, by scenes of the taught sitters that the course did not draw."""
    network.eval()
    parts = anchors()
    highest = []
    for number in range(SCENES):
        made = scene(sitters, np.random.default_rng([seed, number]))
        logits = torch.cat(network(batch_of([made]))[0], dim=1)[0, :, 0]
        highest.append(float(logits[_nobody(made, parts)].max()))
    return float(np.quantile(highest, 1 - ALARMED))


def _nobody(made: Scene, parts: tuple[Tensor, Tensor, Tensor]) -> Tensor:
    """The anchors (a,) that no face is near: of those in a face's box the best one stands for all."""
    centre, _, _ = parts
    standing, _, _ = targets(made, *parts)
    free = standing == 0
    for left, top, right, bottom in made.boxes:
        free &= ~((centre[:, 0] >= left) & (centre[:, 0] <= right) & (centre[:, 1] >= top) & (centre[:, 1] <= bottom))
    return free
