"""The blend detector as torch trains it, and as ONNX keeps it: a small residual network from a face to a grid of seams."""

from typing import cast

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from moderation.faces.onnx_graph import Graph

SIDE = 224
GRID = 14
"""Cells a side of the map: one for each 16 pixels of the crop."""
STEM = (16, 32)
WIDTHS, DEPTHS = (32, 56, 112), (1, 2, 3)
"""Channels of each level and how many residuals it has; a level sees half as finely as the one before."""
OVERALL = 128
"""Channels of the branch that sees the face as a whole: light that comes from two sides shows at no single place."""
SHARPNESS = 2.0
"""How much the score leans to the strongest cells: 0 would take their mean, infinity the strongest."""
BANDS = ((5, 16.0), (7, 8.0))
"""What is finer than so many pixels is shown so much larger: sharpness and grain in the first, edges of colour in the second."""
SELDOM = -1.8
"""The logit at which every cell begins: most hold no seam."""


class Conv(nn.Sequential):
    """Convolution, batch normalisation and, unless it ends a residual, the rectifier."""

    def __init__(self, inputs: int, outputs: int, size: int, stride: int = 1, *, rectified: bool = True) -> None:
        padding = size // 2 if size % 2 else 0
        layers = [nn.Conv2d(inputs, outputs, size, stride, padding, bias=False), nn.BatchNorm2d(outputs)]
        super().__init__(*layers, *([nn.ReLU(inplace=True)] if rectified else []))


class Residual(nn.Module):
    """Two 3×3 convolutions beside the way through."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.second = Conv(width, width, 3), Conv(width, width, 3, rectified=False)
        nn.init.zeros_(cast(Tensor, self.second[1].weight))  # at first a residual changes nothing, so that errors travel far

    def forward(self, features: Tensor) -> Tensor:
        """(n, c, h, w) to the same shape."""
        return F.relu(features + self.second(self.first(features)))


class BlendNetwork(nn.Module):
    """From RGB (n, 3, h, w) in 0..255, each side a multiple of 16, to the logits of a map (n, h / 16, w / 16)."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.ModuleList([Conv(3 * (1 + len(BANDS)), STEM[0], 3, 2), Conv(STEM[0], STEM[1], 3, 2)])
        stages: list[nn.Module] = []
        before = STEM[1]
        for index, (width, depth) in enumerate(zip(WIDTHS, DEPTHS, strict=True)):
            if index:
                stages.append(Conv(before, width, 2, 2))
            stages += [Residual(width) for _ in range(depth)]
            before = width
        self.body = nn.ModuleList(stages)
        self.head = nn.Conv2d(before, 1, 1)
        nn.init.constant_(cast(Tensor, self.head.bias), SELDOM)
        self.overall = nn.ModuleList([Conv(before, OVERALL, 2, 2), Residual(OVERALL)])
        self.judge = nn.Linear(2 * OVERALL, 1)
        nn.init.zeros_(self.judge.weight)
        nn.init.zeros_(self.judge.bias)
        self.slope, self.offset = nn.Parameter(torch.ones(())), nn.Parameter(torch.zeros(()))

    def features(self, pictures: Tensor) -> Tensor:
        """What is seen at each cell, (n, c, h / 16, w / 16)."""
        levels = pictures / 127.5 - 1
        shown, coarse = [levels], levels
        for size, gain in BANDS:
            finer, coarse = coarse, F.avg_pool2d(coarse, size, 1, size // 2, count_include_pad=False)
            shown.append(gain * (finer - coarse))
        features = torch.cat(shown, 1)
        for layer in (*self.stem, *self.body):
            features = layer(features)
        return features

    def cells(self, features: Tensor) -> Tensor:
        """The map's logits."""
        return cast(Tensor, self.head(features))[:, 0]

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """The map's logits (n, h / 16, w / 16), and the logit (n,) of the whole picture."""
        features = self.features(pictures)
        cells = self.cells(features)
        for layer in self.overall:
            features = layer(features)
        seen = torch.cat([features.mean((2, 3)), features.amax((2, 3))], 1)
        return cells, self.leaning(cells) + cast(Tensor, self.judge(seen))[:, 0]

    def leaning(self, cells: Tensor) -> Tensor:
        """What the map alone says of the whole picture: a logit (n,) near those of its strongest cells."""
        flat = cells.flatten(1)
        leaning = (torch.logsumexp(SHARPNESS * flat, 1) - torch.log(torch.tensor(float(flat.shape[1])))) / SHARPNESS
        return self.slope * leaning + self.offset


class _Draft(Graph):
    """A graph that keeps the weights of convolutions whole, or in eight bits and a scale for each channel that comes out."""

    def __init__(self, *, whole: bool) -> None:
        super().__init__("blend")
        self._whole = whole

    def weights(self, kernel: NDArray[np.float32]) -> str:
        """A convolution's kernel (out, in, h, w)."""
        if self._whole:
            return self.constant(kernel)
        scales = np.maximum(np.abs(kernel).max(axis=(1, 2, 3)), 1e-12).astype(np.float32) / np.float32(127)
        steps = np.rint(kernel / scales[:, None, None, None]).astype(np.int8)
        return self.node("DequantizeLinear", self.constant(steps), self.constant(scales), axis=0)


def as_onnx(network: BlendNetwork, *, whole: bool = False) -> bytes:
    """The network with batch normalisation folded in: `face` (n, 3, 224, 224) to `score` (n,) and `map` (n, 14, 14).

    Weights are kept in eight bits, a quarter of the size, unless they are to stay `whole`; all arithmetic is float32.
    """
    graph = _Draft(whole=whole)
    levels = graph.node("Sub", graph.node("Mul", "face", graph.number(1 / 127.5)), graph.number(1.0))
    shown, coarse = [levels], levels
    for size, gain in BANDS:
        finer = coarse
        coarse = graph.node("AveragePool", finer, kernel_shape=[size] * 2, pads=[size // 2] * 4, count_include_pad=0)
        shown.append(graph.node("Mul", graph.node("Sub", finer, coarse), graph.number(gain)))
    features = graph.node("Concat", *shown, axis=1)
    for layer in (*network.stem, *network.body):
        features = _residual(graph, layer, features) if isinstance(layer, Residual) else _conv(graph, cast(Conv, layer), features)
    weight, bias = (cast(Tensor, value).detach().numpy() for value in (network.head.weight, network.head.bias))
    cells = graph.node("Conv", features, graph.constant(weight), graph.constant(bias))
    cells = graph.node("Squeeze", cells, graph.constant([1]))
    graph.node("Sigmoid", cells, output="map")
    flat = graph.node("Mul", graph.node("Flatten", cells, axis=1), graph.number(SHARPNESS))
    summed = graph.node("ReduceLogSumExp", flat, graph.constant([1]), keepdims=0)
    slope, offset = float(network.slope.detach()), float(network.offset.detach())
    level = float(torch.log(torch.tensor(float(GRID * GRID))))
    leaning = graph.node("Mul", graph.node("Sub", summed, graph.number(level)), graph.number(slope / SHARPNESS))
    leaning = graph.node("Add", leaning, graph.number(offset))
    graph.node("Sigmoid", graph.node("Add", leaning, _overall(graph, network, features)), output="score")
    return graph.write(
        {"face": ("float32", ("n", 3, SIDE, SIDE))}, {"score": ("float32", ("n",)), "map": ("float32", ("n", GRID, GRID))}
    )


def _overall(graph: _Draft, network: BlendNetwork, features: str) -> str:
    """What the face as a whole adds to the score, (n,)."""
    halved, residual = network.overall
    features = _residual(graph, cast(Residual, residual), _conv(graph, cast(Conv, halved), features))
    axes = graph.constant([2, 3])
    means, peaks = (graph.node(kind, features, axes, keepdims=0) for kind in ("ReduceMean", "ReduceMax"))
    weight, bias = (value.detach().numpy() for value in (network.judge.weight, network.judge.bias))
    said = graph.node("MatMul", graph.node("Concat", means, peaks, axis=1), graph.constant(weight.T.copy()))
    return graph.node("Squeeze", graph.node("Add", said, graph.constant(bias)), graph.constant([1]))


def _residual(graph: _Draft, layer: Residual, features: str) -> str:
    through = _conv(graph, layer.second, _conv(graph, layer.first, features))
    return graph.node("Relu", graph.node("Add", features, through))


def _conv(graph: _Draft, layer: Conv, features: str) -> str:
    conv, norm = cast(nn.Conv2d, layer[0]), cast(nn.BatchNorm2d, layer[1])
    mean, variance = cast(Tensor, norm.running_mean), cast(Tensor, norm.running_var)
    gain = norm.weight / torch.sqrt(variance + norm.eps)
    weight = (conv.weight * gain[:, None, None, None]).detach().numpy()
    bias = (norm.bias - mean * gain).detach().numpy()
    padding = cast(tuple[int, int], conv.padding)
    folded = graph.node(
        "Conv", features, graph.weights(weight), graph.constant(bias), strides=list(conv.stride), pads=[*padding, *padding]
    )
    return graph.node("Relu", folded) if len(layer) == 3 else folded
