"""Writes a computation down as ONNX, node by node, always to the same bytes."""

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

OPSET = 18
IR_VERSION = 9
Shape = tuple[int | str, ...]
ELEMENTS = {"float32": TensorProto.FLOAT, "uint8": TensorProto.UINT8, "int64": TensorProto.INT64}


class Graph:
    """A growing graph; values are known by their names, and equal constants are kept once.

    Nodes are called n0, n1, …: insightface reads a meaning out of names that begin with the operator.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._nodes: list[Any] = []
        self._constants: dict[bytes, Any] = {}

    def constant(self, value: NDArray[Any] | list[Any]) -> str:
        """Keep an array (lists become int64) and return its name."""
        array = np.asarray(value, np.int64) if isinstance(value, list) else value
        key = f"{array.dtype}{array.shape}".encode() + array.tobytes()
        if key not in self._constants:
            self._constants[key] = numpy_helper.from_array(np.ascontiguousarray(array), f"c{len(self._constants)}")
        return str(self._constants[key].name)

    def number(self, value: float) -> str:
        """Keep one float32."""
        return self.constant(np.asarray(value, np.float32))

    def node(self, operator: str, *inputs: str, output: str | None = None, **attributes: Any) -> str:
        """Append one operator with one output and return that output's name."""
        index = len(self._nodes)
        output = output or f"v{index}"
        self._nodes.append(helper.make_node(operator, list(inputs), [output], name=f"n{index}", **attributes))
        return output

    def write(self, inputs: dict[str, tuple[str, Shape]], outputs: dict[str, tuple[str, Shape]]) -> bytes:
        """The checked model; `inputs` and `outputs` are {name: (element type, shape)}."""
        values = [
            [helper.make_tensor_value_info(name, ELEMENTS[kind], shape) for name, (kind, shape) in side.items()]
            for side in (inputs, outputs)
        ]
        graph = helper.make_graph(self._nodes, self._name, *values, initializer=list(self._constants.values()))
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION, producer_name="twin-studio"
        )
        onnx.checker.check_model(model)
        return bytes(model.SerializeToString(deterministic=True))
