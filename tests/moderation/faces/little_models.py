"""Models of a few numbers that keep the contracts of detectors, recognisers and manipulation models, and a YuNet in small."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from moderation.faces.anatomy import WANTED
from moderation.faces.mesonet import DENSE, SHAPES, Meso4
from moderation.faces.onnx_graph import Graph

STRIDES = (8, 16, 32)
FIVE = WANTED[:, :2] - (0, 0.3)
"""insightface's five points in cells from the corner."""


def recogniser(numbers: int = 16, side: int = 112, *, batch: int | str = "n", seed: int = 5) -> bytes:
    """(n, 3, side, side) to (n, numbers): the means of the channels, mixed."""
    graph = Graph("recogniser")
    means = graph.node("ReduceMean", "face", graph.constant([2, 3]), keepdims=0)
    mixed = np.random.default_rng(seed).normal(size=(3, numbers)).astype(np.float32)
    graph.node("MatMul", means, graph.constant(mixed), output="embedding")
    return graph.write({"face": ("float32", (batch, 3, side, side))}, {"embedding": ("float32", (batch, numbers))})


def detector(*, seeing: bool = False) -> bytes:
    """SCRFD's nine outputs, all of which say nothing; `seeing` takes every white cell of 32 pixels for a face.

    Its box reaches one cell to each side of the cell's corner; its points are those of a face that looks straight ahead.
    """
    graph = Graph("detector")
    outputs = {}
    for name, numbers in (("score", 1), ("bbox", 4), ("kps", 10)):
        for stride in STRIDES:
            seen = graph.node("AveragePool", "input", kernel_shape=[stride] * 2, strides=[stride] * 2)
            kernel, bias = np.zeros((2 * numbers, 3, 1, 1), np.float32), np.zeros(2 * numbers, np.float32)
            if seeing and stride == 32:
                kernel[0] = 1 / 3 if name == "score" else 0
                bias[:numbers] = {1: 0.0, 4: 1.0}.get(numbers, FIVE.ravel())
            said = graph.node("Conv", seen, graph.constant(kernel), graph.constant(bias))
            rows = graph.node("Transpose", said, perm=[0, 2, 3, 1])
            graph.node("Reshape", rows, graph.constant([-1, numbers]), output=f"{name}_{stride}")
            outputs[f"{name}_{stride}"] = ("float32", (f"a{stride}", numbers))
    return graph.write({"input": ("float32", (1, 3, "h", "w"))}, outputs)


def yunet(seed: int = 3) -> bytes:
    """One convolution per output and stride, named and shaped as in YuNet's file, at its fixed 640 by 640."""
    chance = np.random.default_rng(seed)
    nodes, constants, outputs = [], [], []
    for stride in STRIDES:
        nodes.append(helper.make_node("AveragePool", ["input"], [f"p{stride}"], kernel_shape=[stride] * 2, strides=[stride] * 2))
        for name, numbers in (("cls", 1), ("obj", 1), ("bbox", 4), ("kps", 10)):
            kernel = chance.normal(0, 0.004, (numbers, 3, 1, 1)).astype(np.float32)
            constants.append(numpy_helper.from_array(kernel, f"k_{name}_{stride}"))
            constants.append(numpy_helper.from_array(np.array([1, -1, numbers], np.int64), f"s_{name}_{stride}"))
            nodes.append(helper.make_node("Conv", [f"p{stride}", f"k_{name}_{stride}"], [f"c_{name}_{stride}"]))
            nodes.append(helper.make_node("Transpose", [f"c_{name}_{stride}"], [f"t_{name}_{stride}"], perm=[0, 2, 3, 1]))
            said = f"{name}_{stride}"
            last = f"r_{said}" if name in ("cls", "obj") else said
            nodes.append(helper.make_node("Reshape", [f"t_{name}_{stride}", f"s_{name}_{stride}"], [last]))
            if last != said:
                nodes.append(helper.make_node("Sigmoid", [last], [said]))
            outputs.append(helper.make_tensor_value_info(said, TensorProto.FLOAT, [1, (640 // stride) ** 2, numbers]))
    inputs = [helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, 640, 640])]
    graph = helper.make_graph(nodes, "little yunet", inputs, outputs, initializer=constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)], ir_version=6)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def meso4(seed: int) -> Meso4:
    """The network with weights by chance."""
    chance = np.random.default_rng(seed)

    def some(*shape: int, low: float = -0.2, high: float = 0.2) -> np.ndarray:
        return chance.uniform(low, high, shape).astype(np.float32)

    norms = [np.stack([some(s[3], low=0.5, high=1.5), some(s[3]), some(s[3]), some(s[3], low=0.5, high=1.5)]) for s in SHAPES]
    return Meso4(
        tuple(some(*shape) for shape in SHAPES),
        tuple(some(shape[3]) for shape in SHAPES),
        tuple(norms),
        tuple((some(*shape), some(shape[1])) for shape in DENSE),
    )
