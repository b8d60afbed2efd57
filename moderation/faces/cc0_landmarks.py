"""dlib's 5-point shape predictor, a cascade of regression trees, as ONNX."""

import numpy as np

from moderation.errors import PackRefused
from moderation.faces.dlib_stream import Cascade, Floats
from moderation.faces.onnx_graph import Graph

LANDMARKS = 5


def landmark_graph(mean: Floats, stages: tuple[Cascade, ...]) -> bytes:
    """(h, w) float32 grey levels 0..255 and (n, 4) float32 boxes (left, top, right, bottom) to (n, 5, 2) points in pixels.

    The points: outer and inner corner of her left eye (on the picture's right), the same of her right eye, the base of the nose.
    Method: Kazemi and Sullivan, "One Millisecond Face Alignment with an Ensemble of Regression Trees" (CVPR 2014).
    """
    if mean.shape != (LANDMARKS, 2):
        raise PackRefused("The landmark file has another number of points.")
    graph = Graph("dlib 5-point shape predictor")
    corner = graph.node("Slice", "boxes", graph.constant([0]), graph.constant([2]), graph.constant([1]))
    extent = graph.node("Slice", "boxes", graph.constant([2]), graph.constant([4]), graph.constant([1]))
    extent = graph.node("Sub", extent, corner)
    corner, extent = (graph.node("Unsqueeze", value, graph.constant([1])) for value in (corner, extent))
    zeros = graph.node("Mul", corner, graph.number(0.0))  # (n, 1, 2): one shape a box
    shape = graph.node("Add", zeros, graph.constant(mean))
    for stage in stages:
        levels = _grey_at(graph, _pixels_of(graph, shape, mean, stage, corner, extent))
        moved = _leaves_reached(graph, levels, stage)
        shape = graph.node("Add", shape, graph.node("Reshape", moved, graph.constant([-1, LANDMARKS, 2])))
    graph.node("Add", graph.node("Mul", shape, extent), corner, output="points")
    return graph.write(
        {"grey": ("float32", ("h", "w")), "boxes": ("float32", ("n", 4))}, {"points": ("float32", ("n", LANDMARKS, 2))}
    )


def _pixels_of(graph: Graph, shape: str, mean: Floats, stage: Cascade, corner: str, extent: str) -> str:
    """(n, f, 2) int64 pixels (x, y): the stage's offsets turned and scaled as the shape is against the mean shape."""
    centred = mean - mean.mean(axis=0)
    spread = float((centred**2).sum())
    across = np.stack([centred[:, 1], -centred[:, 0]], axis=1)
    here = graph.node("Sub", shape, graph.node("ReduceMean", shape, graph.constant([1]), keepdims=1))
    turned = []
    for basis in (centred, across):  # least squares for the similarity [[a, b], [-b, a]]
        product = graph.node("Mul", here, graph.constant((basis / spread).astype(np.float32)))
        turned.append(graph.node("ReduceSum", product, graph.constant([1, 2]), keepdims=1))
    x, y = stage.offset[:, :1], stage.offset[:, 1:]
    plain = graph.node("Mul", turned[0], graph.constant(stage.offset))
    crossed = graph.node("Mul", turned[1], graph.constant(np.concatenate([y, -x], axis=1)))
    anchors = graph.node("Gather", shape, graph.constant(stage.anchor), axis=1)
    points = graph.node("Add", graph.node("Add", plain, crossed), anchors)
    points = graph.node("Add", graph.node("Mul", points, extent), corner)
    rounded = graph.node("Floor", graph.node("Add", points, graph.number(0.5)))
    return graph.node("Cast", rounded, to=7)


def _grey_at(graph: Graph, pixels: str) -> str:
    """(n, f) grey levels at (x, y), 0 outside the picture."""
    size = graph.node("Shape", "grey")
    size = graph.node("Gather", size, graph.constant([1, 0]))  # (width, height)
    last = graph.node("Sub", size, graph.constant([1, 1]))
    clipped = graph.node("Max", graph.node("Min", pixels, last), graph.constant([0, 0]))
    inside = graph.node("Cast", graph.node("Equal", clipped, pixels), to=1)
    inside = graph.node("ReduceMin", inside, graph.constant([2]), keepdims=0)
    x, y = (
        graph.node("Squeeze", graph.node("Slice", clipped, *(graph.constant([edge]) for edge in edges)), graph.constant([2]))
        for edges in ((0, 1, 2), (1, 2, 2))
    )
    width = graph.node("Gather", size, graph.constant([0]))
    flat = graph.node("Add", graph.node("Mul", y, width), x)
    levels = graph.node("Gather", graph.node("Reshape", "grey", graph.constant([-1])), flat)
    return graph.node("Mul", levels, inside)


def _leaves_reached(graph: Graph, levels: str, stage: Cascade) -> str:
    """(n, 2p): the sum of the leaves that every tree of the stage ends in."""
    trees, nodes = stage.first.shape
    first = graph.node("Gather", levels, graph.constant(stage.first.ravel()), axis=1)
    second = graph.node("Gather", levels, graph.constant(stage.second.ravel()), axis=1)
    above = graph.node("Greater", graph.node("Sub", first, second), graph.constant(stage.limit.reshape(1, -1)))
    right = graph.node("Cast", graph.node("Not", above), to=7)  # (n, t * nodes)
    base = graph.constant((np.arange(trees) * nodes).reshape(1, -1))
    at = graph.node("Mul", graph.node("Gather", right, graph.constant(np.zeros(trees, np.int64)), axis=1), graph.constant([0]))
    for _ in range(int(np.log2(nodes + 1))):
        turn = graph.node("GatherElements", right, graph.node("Add", at, base), axis=1)
        at = graph.node("Add", graph.node("Add", graph.node("Mul", at, graph.constant([2])), graph.constant([1])), turn)
    leaves = graph.constant(stage.leaves.reshape(trees * (nodes + 1), -1))
    offset = graph.constant((np.arange(trees) * (nodes + 1) - nodes).reshape(1, -1))
    chosen = graph.node("Gather", leaves, graph.node("Add", at, offset))
    return graph.node("ReduceSum", chosen, graph.constant([1]), keepdims=0)
