"""dlib's two convolutional networks as ONNX: the ResNet recogniser and the mmod detector."""

from dataclasses import dataclass, replace

import numpy as np

from moderation.errors import PackRefused
from moderation.faces.chip import CHIP, CROP_SIDE
from moderation.faces.dlib_stream import Floats, Layer, Network
from moderation.faces.onnx_graph import Graph

CHIP_SIDE = 150
"""dlib's own chip, 206 px of the crop, is brought to this."""
EMBEDDING = 128
DETECTOR_MARGIN = 16
"""Black pixels put around a picture, so that faces touching its border are seen."""


def recogniser_graph(network: Network) -> bytes:
    """(n, 3, 256, 256) float32 crops to (n, 128) float32 embeddings, to be compared by L2.

    The published network takes (rgb - mean) / 256 at 150×150; both normalisations are folded into the first convolution.
    """
    if network.loss != "loss_metric_2" or network.layers[0].kind != "convolution":
        raise PackRefused("The recogniser's file holds another network.")
    graph = Graph("dlib ResNet face recogniser")
    left, top, wide = CHIP
    edges = [top, left], [top + wide, left + wide]
    chip = graph.node("Slice", "crop", *(graph.constant(edge) for edge in edges), graph.constant([2, 3]))
    scale = np.array([1, 1] + [CHIP_SIDE / wide] * 2, np.float32)
    chip = graph.node(
        "Resize", chip, "", graph.constant(scale), mode="linear", coordinate_transformation_mode="half_pixel", antialias=1
    )
    first, *rest = network.layers
    mean = np.array(network.mean_rgb, np.float32)
    first = _rescaled(first, np.float32(127.5 / 256), (np.float32(127.5) - mean) / np.float32(256))
    embedding = _chain(graph, chip, [first, *rest], CHIP_SIDE)
    graph.node("Identity", embedding, output="embedding")
    crops = ("float32", ("n", 3, CROP_SIDE, CROP_SIDE))
    return graph.write({"crop": crops}, {"embedding": ("float32", ("n", EMBEDDING))})


def detector_graph(network: Network) -> bytes:
    """(h, w, 3) uint8 sRGB to an (r, c) float32 map of scores for 80×80 px windows, one every 8 px.

    The cell (r, c) speaks for the window around ((8c + 14, 8r + 14) - 16) px; a face is where the score is above 0.
    """
    if network.loss != "loss_mmod_" or network.loss_numbers[:2] != (80.0, 80.0):
        raise PackRefused("The detector's file holds another network.")
    graph = Graph("dlib mmod face detector")
    margin = DETECTOR_MARGIN
    padded = graph.node("Pad", "picture", graph.constant([margin, margin, 0] * 2), graph.constant(np.asarray(0, np.uint8)))
    planes = graph.node("Transpose", graph.node("Cast", padded, to=1), perm=[2, 0, 1])
    planes = graph.node("Unsqueeze", planes, graph.constant([0]))
    first, *rest = network.layers
    mean = np.array(network.mean_rgb, np.float32)
    scores = _chain(graph, planes, [_rescaled(first, np.float32(1 / 256), -mean / np.float32(256)), *rest])
    graph.node("Squeeze", scores, graph.constant([0, 1]), output="scores")
    return graph.write({"picture": ("uint8", ("h", "w", 3))}, {"scores": ("float32", ("r", "c"))})


def _rescaled(layer: Layer, factor: np.float32, shift: Floats) -> Layer:
    """The unpadded convolution of `factor * x + shift` (per channel) as a convolution of x."""
    kernel, bias = layer.weights
    if layer.sizes[1] != 0:
        raise PackRefused("The first convolution is padded: its input cannot be rescaled.")
    return Layer(layer.kind, (kernel * factor, bias + np.einsum("oihw,i->o", kernel, shift)), layer.sizes)


def _folded(layers: list[Layer]) -> list[Layer]:
    """The same layers with every affine one taken into the convolution before it."""
    folded: list[Layer] = []
    for layer in layers:
        if layer.kind != "affine":
            folded.append(layer)
            continue
        kernel, bias = folded[-1].weights
        gain, shift = layer.weights
        folded[-1] = Layer("convolution", (kernel * gain[:, None, None, None], bias * gain + shift), folded[-1].sizes)
    return folded


@dataclass(frozen=True)
class _Map:
    """A named value with as many channels and, where it matters, pixels a side."""

    name: str
    channels: int
    side: int


def _chain(graph: Graph, value: str, layers: list[Layer], side: int = 0) -> str:
    """Write the layers down; returns the last value's name.

    A residual block begins where the last pooling or the relu behind the last sum ended. `add` takes that beginning as its
    partner or, where an average pooling has just halved the beginning, the branch computed until then.
    """
    here = beginning = partner = _Map(value, 3, side)
    previous = ""
    for layer in _folded(layers):
        if layer.kind == "convolution":
            here = _convolved(graph, here, layer)
        elif layer.kind == "relu":
            here = replace(here, name=graph.node("Relu", here.name))
            beginning, partner = (here, here) if previous == "add" else (beginning, partner)
        elif layer.kind == "max_pool":
            here = beginning = partner = _pooled(graph, "MaxPool", here, layer)
        elif layer.kind == "average_pool" and layer.sizes[0]:
            partner, here = here, _pooled(graph, "AveragePool", beginning, layer)
        elif layer.kind == "average_pool":
            here = replace(here, name=graph.node("ReduceMean", here.name, graph.constant([2, 3]), keepdims=0))
        elif layer.kind == "dense":
            here = replace(here, name=graph.node("MatMul", here.name, graph.constant(layer.weights[0])))
        elif layer.kind == "add":
            here = _added(graph, here, partner)
        previous = layer.kind
    return here.name


def _convolved(graph: Graph, value: _Map, layer: Layer) -> _Map:
    kernel, bias = layer.weights
    stride, padding = layer.sizes
    name = graph.node("Conv", value.name, graph.constant(kernel), graph.constant(bias), strides=[stride] * 2, pads=[padding] * 4)
    return _Map(name, len(bias), (value.side + 2 * padding - kernel.shape[2]) // stride + 1)


def _pooled(graph: Graph, operator: str, value: _Map, layer: Layer) -> _Map:
    window, stride = layer.sizes
    name = graph.node(operator, value.name, kernel_shape=[window] * 2, strides=[stride] * 2)
    return _Map(name, value.channels, (value.side - window) // stride + 1)


def _added(graph: Graph, one: _Map, other: _Map) -> _Map:
    """dlib's `add_prev`: the smaller map is filled up with zeros, in channels, rows and columns."""
    channels, side = max(one.channels, other.channels), max(one.side, other.side)
    filled = []
    for term in (one, other):
        missing = [0, 0, 0, 0, 0, channels - term.channels, side - term.side, side - term.side]
        filled.append(graph.node("Pad", term.name, graph.constant(missing)) if any(missing) else term.name)
    return _Map(graph.node("Add", *filled), channels, side)
