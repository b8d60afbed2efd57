"""Reads what dlib writes: packed integers, floats as mantissa and exponent, tensors, networks and regression trees.

The format is that of dlib's `serialize.h` and `dnn/*.h` (Boost licence); nothing of dlib itself is needed.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moderation.errors import PackRefused

Floats = NDArray[np.float32]


class DlibStream:
    """A cursor over one serialized file; every read raises PackRefused where the bytes do not fit."""

    def __init__(self, content: bytes) -> None:
        self._bytes = content
        self._at = 0

    @property
    def ended(self) -> bool:
        """Whether everything was read."""
        return self._at == len(self._bytes)

    def _take(self, count: int) -> bytes:
        taken = self._bytes[self._at : self._at + count]
        if count < 0 or len(taken) != count:
            raise PackRefused(f"A model file of dlib ends early, at byte {self._at}.")
        self._at += count
        return taken

    def integer(self) -> int:
        """One control byte (sign bit, length in the low four bits), then the little-endian magnitude."""
        control = self._take(1)[0]
        size = control & 0x0F
        if not 1 <= size <= 8 or control & 0x70:
            raise PackRefused(f"A model file of dlib has no integer where one must stand, at byte {self._at}.")
        magnitude = int.from_bytes(self._take(size), "little")
        return -magnitude if control & 0x80 else magnitude

    def number(self) -> float:
        """A float as mantissa × 2 ** exponent."""
        mantissa = self.integer()
        return float(mantissa * 2.0 ** self.integer())

    def flag(self) -> bool:
        """The character 1 or 0."""
        character = self._take(1)
        if character not in (b"0", b"1"):
            raise PackRefused(f"A model file of dlib has no flag where one must stand, at byte {self._at}.")
        return character == b"1"

    def text(self) -> str:
        """A length and that many ASCII characters."""
        return self._take(self.integer()).decode("ascii", "replace")

    def expect(self, value: int) -> None:
        """Read an integer that can only be `value`."""
        found = self.integer()
        if found != value:
            raise PackRefused(f"A model file of dlib says {found} where {value} was expected, at byte {self._at}.")

    def tensor(self) -> Floats:
        """Version 2, four sizes, then little-endian float32; shape (n, k, r, c)."""
        self.expect(2)
        shape = tuple(self.integer() for _ in range(4))
        return np.frombuffer(self._take(4 * int(np.prod(shape))), "<f4").reshape(shape)

    def alias(self) -> tuple[int, ...]:
        """The shape of a view into another tensor."""
        self.expect(1)
        return tuple(self.integer() for _ in range(4))

    def column(self) -> Floats:
        """A matrix<float,0,1>: its sizes negated, then its values one by one."""
        rows, columns = -self.integer(), -self.integer()
        if columns != 1 or rows < 0:
            raise PackRefused("A model file of dlib has a matrix that is no column.")
        return np.array([self.number() for _ in range(rows)], np.float32)


@dataclass(frozen=True)
class Layer:
    """One layer in the order of computation; `weights` and `sizes` mean what `kind` says.

    convolution: weights (kernel (o, i, h, w), bias (o,)), sizes (stride, padding); affine: weights (gain (c,), shift (c,));
    max_pool and average_pool: sizes (window, stride), window 0 for the whole map; dense: weights (matrix (in, out),);
    relu, add: nothing.
    """

    kind: str
    weights: tuple[Floats, ...] = ()
    sizes: tuple[int, ...] = ()


def _convolution(stream: DlibStream) -> Layer:
    values = stream.tensor().ravel()
    _, height, width, stride, stride_x, padding, padding_x = (stream.integer() for _ in range(7))
    kernel, bias = stream.alias(), stream.alias()
    _rates(stream, 4)
    if height != width or stride != stride_x or padding != padding_x or values.size != np.prod(kernel) + np.prod(bias):
        raise PackRefused("A convolution in a model file of dlib is not square or incomplete.")
    count = int(np.prod(kernel))
    return Layer("convolution", (values[:count].reshape(kernel), values[count:]), (stride, padding))


def _affine(stream: DlibStream) -> Layer:
    gain, shift = stream.tensor().ravel().reshape(2, -1)
    stream.alias(), stream.alias(), stream.integer()
    return Layer("affine", (gain, shift))


def _batch_norm(stream: DlibStream) -> Layer:
    gain, shift = stream.tensor().ravel().reshape(2, -1)
    stream.alias(), stream.alias(), stream.tensor(), stream.tensor()
    mean, variance = stream.tensor().ravel(), stream.tensor().ravel()
    stream.integer(), stream.integer()
    _rates(stream, 4)
    scale = gain / np.sqrt(variance + np.float32(stream.number()))
    return Layer("affine", (scale, shift - mean * scale))


def _pool(kind: str, stream: DlibStream) -> Layer:
    height, width, stride, stride_x, *padding = (stream.integer() for _ in range(6))
    if height != width or stride != stride_x or any(padding):
        raise PackRefused("A pooling layer in a model file of dlib is not square or is padded.")
    return Layer(kind, sizes=(height, stride))


def _dense(stream: DlibStream) -> Layer:
    stream.integer(), stream.integer()
    matrix = stream.tensor()[:, :, 0, 0]
    stream.alias(), stream.alias(), stream.integer()
    _rates(stream, 4)
    return Layer("dense", (matrix,))


def _rates(stream: DlibStream, count: int) -> None:
    for _ in range(count):
        stream.number()


READERS = {
    "con_4": _convolution,
    "affine_": _affine,
    "bn_con2": _batch_norm,
    "relu_": lambda _: Layer("relu"),
    "add_prev_": lambda _: Layer("add"),
    "max_pool_2": lambda stream: _pool("max_pool", stream),
    "avg_pool_2": lambda stream: _pool("average_pool", stream),
    "fc_2": _dense,
}


@dataclass(frozen=True)
class Network:
    """A loss layer's numbers, the mean colour that is subtracted from RGB in 0..255, and the layers."""

    loss: str
    loss_numbers: tuple[float, ...]
    mean_rgb: tuple[float, float, float]
    layers: tuple[Layer, ...]


def read_network(content: bytes) -> Network:
    """Parse a `dlib::net` saved under `loss_metric_2` or `loss_mmod_`; raises PackRefused on anything else.

    `loss_numbers` are (margin, threshold) of the metric, or (window width, window height, overlap) of mmod.
    """
    stream = DlibStream(content)
    stream.expect(1)
    loss = stream.text()
    numbers = _loss_numbers(loss, stream)
    while (version := stream.integer()) != 3:  # the nested layers announce themselves, outermost first
        if version not in (1, 2):
            raise PackRefused(f"A model file of dlib has a layer of version {version}.")
    source = stream.text()
    red, green, blue = stream.number(), stream.number(), stream.number()
    if source == "input_rgb_image_sized":
        stream.integer(), stream.integer()
    layers = []
    while not stream.ended:
        name = stream.text()
        if name not in READERS:
            raise PackRefused(f"A model file of dlib has a layer “{name}” that is not known here.")
        layers.append(READERS[name](stream))
        stream.flag(), stream.flag(), stream.flag()
        stream.tensor(), stream.tensor(), stream.tensor()
        if len(layers) == 1:
            stream.expect(1)  # how many samples one input expands to
    return Network(loss, numbers, (red, green, blue), tuple(layers))


def _loss_numbers(loss: str, stream: DlibStream) -> tuple[float, ...]:
    if loss == "loss_metric_2":
        return stream.number(), stream.number()
    if loss != "loss_mmod_":
        raise PackRefused(f"A model file of dlib ends in “{loss}”, which is not known here.")
    stream.expect(1)
    width, height = stream.integer(), stream.integer()
    _rates(stream, 3)
    overlap = stream.number()
    _rates(stream, 3)
    return float(width), float(height), overlap


@dataclass(frozen=True)
class Cascade:
    """One stage of a shape predictor of t trees of depth d over f pixels.

    `anchor` (f,) is the landmark each pixel is measured from and `offset` (f, 2) its distance in the mean shape; `first` and
    `second` (t, 2**d - 1) are the pixels compared at each node, `limit` (t, 2**d - 1) the difference above which one goes left;
    `leaves` (t, 2**d, 2p) is what is added to the shape.
    """

    anchor: NDArray[np.int64]
    offset: Floats
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    limit: Floats
    leaves: Floats


def read_shape_predictor(content: bytes) -> tuple[Floats, tuple[Cascade, ...]]:
    """Parse a `dlib::shape_predictor`: the mean shape (p, 2) in the unit box, and its stages; raises PackRefused."""
    stream = DlibStream(content)
    stream.expect(1)
    mean = stream.column()
    forests = [[_tree(stream) for _ in range(stream.integer())] for _ in range(stream.integer())]
    anchors = [[stream.integer() for _ in range(stream.integer())] for _ in range(stream.integer())]
    offsets = [[(stream.number(), stream.number()) for _ in range(stream.integer())] for _ in range(stream.integer())]
    if not stream.ended or not len(forests) == len(anchors) == len(offsets):
        raise PackRefused("A shape predictor of dlib is incomplete.")
    stages = []
    for trees, anchor, offset in zip(forests, anchors, offsets, strict=True):
        nodes = np.array([tree for tree, _ in trees])
        stages.append(
            Cascade(
                np.array(anchor, np.int64),
                np.array(offset, np.float32),
                nodes[..., 0].astype(np.int64),
                nodes[..., 1].astype(np.int64),
                nodes[..., 2].astype(np.float32),
                np.array([leaves for _, leaves in trees], np.float32),
            )
        )
    return mean.reshape(-1, 2), tuple(stages)


def _tree(stream: DlibStream) -> tuple[list[tuple[int, int, float]], list[Floats]]:
    nodes = [(stream.integer(), stream.integer(), stream.number()) for _ in range(stream.integer())]
    return nodes, [stream.column() for _ in range(stream.integer())]
