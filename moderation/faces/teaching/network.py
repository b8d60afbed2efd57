"""The learner: a small convolutional detector that answers as SCRFD does, at strides 8, 16 and 32 with two anchors a cell."""

from typing import cast

import torch
from torch import Tensor, nn

STRIDES = (8, 16, 32)
ANCHORS = 2
NUMBERS = (1, 4, 10)
"""What is said of an anchor: a score, distances to the four sides of the box, shifts to the five points."""
WIDTHS = (16, 32, 64, 96, 128)
NECK = 64


class Block(nn.Sequential):
    """Convolution, batch norm, relu; by itself or depthwise and then pointwise. Names the layers that export walks."""

    def __init__(self, inside: int, outside: int, stride: int = 1, *, kernel: int = 3, split: bool = True) -> None:
        layers: list[nn.Module] = []
        if split:
            layers += [
                nn.Conv2d(inside, inside, 3, stride, 1, groups=inside, bias=False),
                nn.BatchNorm2d(inside),
                nn.ReLU(),
                nn.Conv2d(inside, outside, 1, bias=False),
            ]
        else:
            layers.append(nn.Conv2d(inside, outside, kernel, stride, kernel // 2, bias=False))
        super().__init__(*layers, nn.BatchNorm2d(outside), nn.ReLU())


class Head(nn.Sequential):
    """What one level says: (n, ANCHORS * 15, rows, columns), for each anchor the score, four sides, ten shifts."""

    def __init__(self) -> None:
        super().__init__(Block(NECK, NECK), Block(NECK, NECK), nn.Conv2d(NECK, ANCHORS * sum(NUMBERS), 1))


class FaceNetwork(nn.Module):
    """(n, 3, h, w) RGB, (value − 127.5) / 128, h and w multiples of 32, to three lists of levels.

    They are logits (n, anchors, 1), sides (n, anchors, 4) and shifts (n, anchors, 10), the latter two in strides; anchors in
    the order of rows, columns, and the two of a cell, as SCRFD has them (Guo et al., ICLR 2022).
    """

    def __init__(self) -> None:
        super().__init__()
        first, second, *deep = WIDTHS
        self.stem = nn.Sequential(Block(3, first, 2, split=False), Block(first, second, 2), Block(second, second))
        self.stages = nn.ModuleList()
        for before, after, extra in zip((second, *deep), deep, (2, 2, 1), strict=False):
            self.stages.append(nn.Sequential(Block(before, after, 2), *(Block(after, after) for _ in range(extra))))
        self.lateral = nn.ModuleList(Block(width, NECK, kernel=1, split=False) for width in deep)
        self.smooth = nn.ModuleList(Block(NECK, NECK) for _ in deep)
        self.heads = nn.ModuleList(Head() for _ in deep)
        for head in self.heads:
            last = cast(nn.Conv2d, cast(Head, head)[2])
            nn.init.normal_(last.weight, std=0.01)
            bias = torch.zeros(ANCHORS, sum(NUMBERS))
            bias[:, 0], bias[:, 1:5] = -4.6, 1.0  # a hundredth of the anchors hold a face at first, a few strides wide
            last.bias = nn.Parameter(bias.flatten())

    def forward(self, pictures: Tensor) -> tuple[list[Tensor], list[Tensor], list[Tensor]]:
        """See the class."""
        value, seen = self.stem(pictures), []
        for stage in self.stages:
            value = stage(value)
            seen.append(value)
        levels = [lateral(value) for lateral, value in zip(self.lateral, seen, strict=True)]
        for at in (1, 0):
            levels[at] = levels[at] + nn.functional.interpolate(levels[at + 1], scale_factor=2.0, mode="nearest")
        said = [head(smooth(level)) for head, smooth, level in zip(self.heads, self.smooth, levels, strict=True)]
        flat = [one.permute(0, 2, 3, 1).reshape(len(one), -1, sum(NUMBERS)) for one in said]
        score, sides, shifts = zip(*(one.split(NUMBERS, dim=2) for one in flat), strict=True)
        return list(score), list(sides), list(shifts)
