"""YuNet re-expressed in SCRFD's contract: its decoding becomes part of the graph, its missing second anchor never scores.

YuNet (Wu, Peng, Yu, "YuNet: A Tiny Millisecond-level Face Detector", 2023) takes BGR 0..255 and has one anchor a cell, in the
cell's corner; SCRFD takes RGB (value - 127.5) / 128 and has two.
"""

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from moderation.errors import PackRefused

STRIDES = (8, 16, 32)
MEAN, SCALE = 127.5, 128.0
RAW = tuple(f"{name}_{stride}" for name in ("cls", "obj", "bbox", "kps") for stride in STRIDES)
BGR = "before_bgr"
SAID = {"score": 1, "bbox": 4, "kps": 10}


class _Surgery:
    """Nodes and constants to be added to a graph, under names that begin with `mark`."""

    def __init__(self, mark: str) -> None:
        self.mark = mark
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, value: NDArray[Any]) -> str:
        self.constants.append(numpy_helper.from_array(value, f"{self.mark}_c{len(self.constants)}"))
        return str(self.constants[-1].name)

    def number(self, value: float) -> str:
        return self.constant(np.asarray(value, np.float32))

    def node(self, operator: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        name = f"{self.mark}_n{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [output or name], name=name, **attributes))
        return output or name


def scrfd_of_yunet(content: bytes) -> bytes:
    """The bytes of a model with nine outputs in SCRFD's order, for any height and width that 32 divides.

    Raises PackRefused when the content is no ONNX model with YuNet's twelve outputs.
    """
    try:
        model = onnx.load_model_from_string(content)
    except Exception as error:  # protobuf and onnx raise their own kinds
        raise PackRefused("The YuNet file is no ONNX model.") from error
    graph = model.graph
    if {one.name for one in graph.output} != set(RAW) or len(graph.input) != 1:
        raise PackRefused("The YuNet file has other outputs than YuNet of 2023.")
    before, after, picture = _Surgery("before"), _Surgery("after"), graph.input[0].name
    for node in graph.node:
        node.input[:] = [BGR if name == picture else name for name in node.input]
    _prepare(before, picture)
    for stride in STRIDES:
        _decode(after, stride)
    network = list(graph.node)
    del graph.node[:]
    graph.node.extend([*before.nodes, *network, *after.nodes])
    graph.initializer.extend([*before.constants, *after.constants])
    _declare(graph, picture)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))


def _prepare(before: _Surgery, picture: str) -> None:
    """What insightface hands over, turned back into BGR levels."""
    levels = before.node("Add", before.node("Mul", picture, before.number(SCALE)), before.number(MEAN))
    before.node("Gather", levels, before.constant(np.array([2, 1, 0], np.int64)), output=BGR, axis=1)


def _decode(after: _Surgery, stride: int) -> None:
    """One level: score = sqrt(class * object), box from centre and logarithm of size to distances, everything for two anchors."""
    classes, objects = (after.node("Squeeze", f"{name}_{stride}", axes=[0]) for name in ("cls", "obj"))
    clipped = [after.node("Max", after.node("Min", one, after.number(1.0)), after.number(0.0)) for one in (classes, objects)]
    score = after.node("Sqrt", after.node("Mul", *clipped))
    box = after.node("Squeeze", f"bbox_{stride}", axes=[0])
    centre, size = (
        after.node("Slice", box, *(after.constant(np.array([edge], np.int64)) for edge in edges))
        for edges in ((0, 2, 1), (2, 4, 1))
    )
    half = after.node("Mul", after.node("Exp", size), after.number(0.5))
    sides = after.node("Concat", after.node("Sub", half, centre), after.node("Add", half, centre), axis=1)
    points = after.node("Squeeze", f"kps_{stride}", axes=[0])
    for name, value in (("score", score), ("bbox", sides), ("kps", points)):
        twin = after.node("Mul", value, after.number(0.0)) if name == "score" else value
        pair = after.node("Concat", value, twin, axis=1)
        shape = after.constant(np.array([-1, SAID[name]], np.int64))
        after.node("Reshape", pair, shape, output=f"{name}_{stride}_scrfd")


def _declare(graph: Any, picture: str) -> None:
    """One input of any size, and the nine outputs."""
    element = onnx.TensorProto.FLOAT
    del graph.input[:], graph.output[:], graph.value_info[:]
    graph.input.append(helper.make_tensor_value_info(picture, element, [1, 3, "height", "width"]))
    for name, numbers in SAID.items():
        for stride in STRIDES:
            graph.output.append(helper.make_tensor_value_info(f"{name}_{stride}_scrfd", element, [f"anchors_{stride}", numbers]))
