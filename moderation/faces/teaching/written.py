"""A taught network as ONNX in SCRFD's contract, batch norms folded into the convolutions before them."""

from collections.abc import Iterable
from typing import Any, cast

import numpy as np
import torch
from torch import nn

from moderation.faces.onnx_graph import Graph
from moderation.faces.teaching.network import ANCHORS, NUMBERS, STRIDES, FaceNetwork

NAMES = ("score", "bbox", "kps")


def detector_bytes(network: FaceNetwork, excess: float = 0.0) -> bytes:
    """`excess` is a logit that is taken from every score.

    One input (1, 3, h, w), nine outputs: scores, boxes, points at strides 8, 16, 32, each (anchors, 1, 4 or 10)."""
    graph = Graph("Twin Studio face detector, SCRFD contract")
    value, seen = _walked(graph, "input", network.stem), []
    for stage in network.stages:
        value = _walked(graph, value, stage)
        seen.append(value)
    levels = [_walked(graph, value, lateral) for value, lateral in zip(seen, network.lateral, strict=True)]
    for at in (1, 0):
        larger = graph.node(
            "Resize",
            levels[at + 1],
            "",
            graph.constant(np.array([1, 1, 2, 2], np.float32)),
            mode="nearest",
            coordinate_transformation_mode="asymmetric",
            nearest_mode="floor",
        )
        levels[at] = graph.node("Add", levels[at], larger)
    outputs: dict[str, tuple[str, tuple[int | str, ...]]] = {}
    for level, smooth, head, stride in zip(levels, network.smooth, network.heads, STRIDES, strict=True):
        said = _walked(graph, _walked(graph, level, smooth), head)
        rows = graph.node("Transpose", said, perm=[0, 2, 3, 1])
        rows = graph.node("Reshape", rows, graph.constant([-1, sum(NUMBERS)]))
        edges = np.cumsum((0, *NUMBERS))
        for name, start, end in zip(NAMES, edges, edges[1:], strict=False):
            part = graph.node("Slice", rows, *(graph.constant([int(edge)]) for edge in (start, end, 1)))
            if name == "score":
                part = graph.node("Sub", part, graph.number(excess))
            graph.node("Sigmoid" if name == "score" else "Identity", part, output=f"{name}_{stride}")
    for name, numbers in zip(NAMES, NUMBERS, strict=True):
        for stride in STRIDES:
            outputs[f"{name}_{stride}"] = ("float32", (f"anchors_{stride}", numbers))
    return graph.write({"input": ("float32", (1, 3, "height", "width"))}, outputs)


def _walked(graph: Graph, value: str, part: nn.Module) -> str:
    """Write a chain of convolutions, batch norms and relus down; the name of its last value."""
    pending: nn.Conv2d | None = None
    for layer in _layers(part):
        if isinstance(layer, nn.Conv2d):
            if layer.bias is not None:
                value = _convolved(graph, value, layer, layer.weight, layer.bias)
            else:
                pending = layer
        elif isinstance(layer, nn.BatchNorm2d) and pending is not None:
            mean, variance = (cast(torch.Tensor, part) for part in (layer.running_mean, layer.running_var))
            gain = layer.weight / torch.sqrt(variance + layer.eps)
            value = _convolved(graph, value, pending, pending.weight * gain[:, None, None, None], layer.bias - mean * gain)
        else:
            value = graph.node("Relu", value)
    return value


def _layers(part: nn.Module) -> Iterable[nn.Module]:
    return (layer for layer in part.modules() if isinstance(layer, nn.Conv2d | nn.BatchNorm2d | nn.ReLU))


def _convolved(graph: Graph, value: str, layer: nn.Conv2d, weight: Any, bias: Any) -> str:
    constants = (graph.constant(part.detach().numpy().astype(np.float32)) for part in (weight, bias))
    stride, padding = layer.stride[0], int(layer.padding[0])
    return graph.node("Conv", value, *constants, strides=[stride] * 2, pads=[padding] * 4, group=layer.groups)


def anchors_of(height: int, width: int) -> list[int]:
    """How many anchors each stride has in an input of this size."""
    return [(height // stride) * (width // stride) * ANCHORS for stride in STRIDES]
