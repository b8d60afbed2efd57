"""MesoNet's two Meso4 networks, from Keras weights to one ONNX model: how real the less convinced of the two finds a face.

Afchar, Nozick, Yamagishi, Echizen, "MesoNet: a Compact Facial Video Forgery Detection Network" (WIFS 2018). Measured on data
other than their own, only the smaller of both answers, below 0.1, is nearly free of false alarms; so that is what the model says.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moderation.errors import PackRefused
from moderation.faces.onnx_graph import Graph

SIDE = 256
POOLS = (2, 2, 2, 4)
EPSILON = 1e-3
"""Keras's default of batch normalisation."""
LEAK = 0.1
SHAPES = ((3, 3, 3, 8), (5, 5, 8, 8), (5, 5, 8, 16), (5, 5, 16, 16))
DENSE = ((1024, 16), (16, 1))

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Meso4:
    """Weights in Keras's layouts: four convolutions (h, w, in, out) with biases, four norms (4, out) as gamma, beta, mean,
    variance, two dense layers. Raises PackRefused on other shapes.
    """

    kernels: tuple[Floats, ...]
    biases: tuple[Floats, ...]
    norms: tuple[Floats, ...]
    dense: tuple[tuple[Floats, Floats], ...]

    def __post_init__(self) -> None:
        """Refuse another network."""
        norms = tuple(norm.shape for norm in self.norms)
        if (
            tuple(kernel.shape for kernel in self.kernels) != SHAPES
            or tuple(bias.shape for bias in self.biases) != tuple(shape[3:] for shape in SHAPES)
            or norms != tuple((4, shape[3]) for shape in SHAPES)
            or tuple(weight.shape for weight, _ in self.dense) != DENSE
        ):
            raise PackRefused("The MesoNet file holds another network than Meso4.")


def read_h5(content: bytes) -> Meso4:
    """The weights in a Keras file. Raises PackRefused when h5py is not installed or the file holds something else."""
    try:
        import h5py
    except ImportError as error:
        raise PackRefused("MesoNet's files are HDF5; install their reader with: python -m pip install -e '.[mesonet]'") from error
    try:
        with h5py.File(io.BytesIO(content), "r") as file:
            names = [name.decode() if isinstance(name, bytes) else str(name) for name in file.attrs["layer_names"]]
            layers = [(name, file[name][name]) for name in names if len(file[name])]
            held = [(name, {part: np.asarray(group[part], np.float32) for part in group}) for name, group in layers]
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise PackRefused("The MesoNet file is not a Keras file of weights.") from error
    return _sorted_out(held)


def _sorted_out(held: Sequence[tuple[str, dict[str, Floats]]]) -> Meso4:
    def of(kind: str) -> list[dict[str, Floats]]:
        return [parts for name, parts in held if name.startswith(kind)]

    try:
        convolutions, norms, dense = of("conv2d"), of("batch_normalization"), of("dense")
        parts = ("gamma:0", "beta:0", "moving_mean:0", "moving_variance:0")
        return Meso4(
            tuple(one["kernel:0"] for one in convolutions),
            tuple(one["bias:0"] for one in convolutions),
            tuple(np.stack([one[part] for part in parts]) for one in norms),
            tuple((one["kernel:0"], one["bias:0"]) for one in dense),
        )
    except KeyError as error:
        raise PackRefused("The MesoNet file holds another network than Meso4.") from error


def mesonet_graph(networks: Sequence[Meso4]) -> bytes:
    """(n, 3, 256, 256) RGB 0..1 to (n, 1): the smallest probability that any of the networks gives to the face being real."""
    graph = Graph("MesoNet, Meso4")
    answers = [_written(graph, network) for network in networks]
    graph.node("Min", *answers, output="real")
    return graph.write({"face": ("float32", ("n", 3, SIDE, SIDE))}, {"real": ("float32", ("n", 1))})


def _written(graph: Graph, network: Meso4) -> str:
    value = "face"
    for kernel, bias, (gain, shift), pool in zip(network.kernels, network.biases, _norms(network), POOLS, strict=True):
        value = graph.node(
            "Conv",
            value,
            graph.constant(np.ascontiguousarray(kernel.transpose(3, 2, 0, 1))),
            graph.constant(bias),
            pads=[kernel.shape[0] // 2] * 4,
        )
        value = graph.node("Relu", value)
        value = graph.node("Mul", value, graph.constant(gain))
        value = graph.node("Add", value, graph.constant(shift))
        value = graph.node("MaxPool", value, kernel_shape=[pool] * 2, strides=[pool] * 2)
    rows = graph.node("Transpose", value, perm=[0, 2, 3, 1])  # Keras flattens rows, columns, channels
    rows = graph.node("Reshape", rows, graph.constant([-1, DENSE[0][0]]))
    (first, first_bias), (last, last_bias) = network.dense
    hidden = graph.node("Gemm", rows, graph.constant(first), graph.constant(first_bias))
    hidden = graph.node("LeakyRelu", hidden, alpha=LEAK)
    return graph.node("Sigmoid", graph.node("Gemm", hidden, graph.constant(last), graph.constant(last_bias)))


def _norms(network: Meso4) -> Iterator[tuple[Floats, Floats]]:
    """Each norm as a factor and a shift (c, 1, 1); it follows the relu and so cannot be folded into the convolution."""
    for gamma, beta, mean, variance in network.norms:
        gain = gamma / np.sqrt(variance + np.float32(EPSILON))
        yield gain[:, None, None], (beta - mean * gain)[:, None, None]
