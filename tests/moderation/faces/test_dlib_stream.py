"""dlib's stream is read exactly, and refused where the bytes do not fit."""

import numpy as np
import pytest

from moderation.errors import PackRefused
from moderation.faces.dlib_stream import DlibStream, read_network, read_shape_predictor


@pytest.mark.parametrize(
    ("content", "value"),
    [(b"\x01\x00", 0), (b"\x01\x7f", 127), (b"\x02\x00\x02", 512), (b"\x81\x05", -5), (b"\x84\x00\x00\x00\x01", -(2**24))],
)
def test_an_integer_is_a_control_byte_and_a_magnitude(content: bytes, value: int) -> None:
    stream = DlibStream(content)
    assert stream.integer() == value
    assert stream.ended


def test_a_number_is_mantissa_times_a_power_of_two() -> None:
    assert DlibStream(b"\x01\x03\x81\x02").number() == 0.75


def test_a_tensor_is_four_sizes_and_little_endian_floats() -> None:
    values = np.arange(6, dtype="<f4")
    content = b"\x01\x02" + b"\x01\x01\x01\x02\x01\x03\x01\x01" + values.tobytes()
    assert (DlibStream(content).tensor() == values.reshape(1, 2, 3, 1)).all()


@pytest.mark.parametrize("content", [b"", b"\x00", b"\x09" + bytes(9), b"\x11\x05", b"\x04\x01"])
def test_bytes_that_are_no_integer_are_refused(content: bytes) -> None:
    with pytest.raises(PackRefused):
        DlibStream(content).integer()


@pytest.mark.parametrize("read", [read_network, read_shape_predictor])
@pytest.mark.parametrize("content", [b"", b"hello", b"\x01\x01\x01\x04loss", bytes(200), b"\x01\x01" * 300])
def test_another_file_is_refused_and_not_guessed_at(read: object, content: bytes) -> None:
    with pytest.raises(PackRefused):
        read(content)  # type: ignore[operator]
