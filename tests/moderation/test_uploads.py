"""Uploads are decoded by content and within limits, or refused with a sentence."""

import contextlib
import struct
import subprocess
import sys
import zlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from moderation.errors import BadImage
from moderation.uploads import DAMAGED, NOT_A_PICTURE, read_upload


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def gradient(width: int = 96, height: int = 128) -> Image.Image:
    y, x = np.mgrid[0:height, 0:width]
    return Image.fromarray(np.stack([x * 2, y, x + y], axis=2).astype(np.uint8))


def png(width: int, height: int, rows: bytes) -> bytes:
    """A PNG whose header claims a size, whatever its rows hold."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF"])
def test_a_picture_is_read_by_its_content(kind: str) -> None:
    picture = read_upload(encoded(gradient(), kind, **({} if kind == "PNG" else {"quality": 95})))
    assert picture.shape == (128, 96, 3)
    assert np.abs(picture.astype(int) - np.asarray(gradient())).mean() < 6


def test_the_camera_orientation_is_applied() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: rows are columns
    picture = read_upload(encoded(gradient(), "PNG", exif=exif))
    assert picture.shape == (96, 128, 3)
    assert (picture == np.rot90(np.asarray(gradient()), -1)).all()


def test_transparent_parts_become_paper_instead_of_what_is_hidden_under_them() -> None:
    image = gradient().convert("RGBA")
    image.putalpha(0)
    assert (read_upload(encoded(image, "PNG")) == 255).all()


def test_sixteen_bits_are_brought_to_eight_and_not_clipped() -> None:
    deep = Image.fromarray((np.asarray(gradient().convert("L")).astype(np.uint16)) * 257)
    assert np.abs(read_upload(encoded(deep, "PNG"))[..., 0].astype(int) - np.asarray(gradient().convert("L"))).max() <= 1


def test_cmyk_is_read() -> None:
    assert read_upload(encoded(gradient().convert("CMYK"), "JPEG")).shape == (128, 96, 3)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", NOT_A_PICTURE),
        (b"%PDF-1.7 hello", NOT_A_PICTURE),
        (encoded(gradient(), "GIF"), NOT_A_PICTURE),
        (encoded(gradient(), "BMP"), NOT_A_PICTURE),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", NOT_A_PICTURE),
        (encoded(gradient(), "PNG")[:-60], DAMAGED),
        (encoded(gradient(), "JPEG")[:-200], DAMAGED),
        (png(96, 128, b"\x00" * 50), DAMAGED),
        (png(96, 128, b"\x07" * (128 * 289)), DAMAGED),
        (encoded(gradient(1, 1), "PNG"), "1 × 1 pixels"),
        (encoded(gradient(63, 400), "PNG"), "at least 64"),
        (png(9000, 64, b"\x00"), "too large"),
        (png(6000, 6000, b"\x00"), "too large"),
        (png(30_000, 30_000, b"\x00"), "too large"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * (33 * 1024 * 1024), "33 MB"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(BadImage) as refusal:
        read_upload(content)
    assert sentence in str(refusal.value)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_an_animation_is_refused(kind: str) -> None:
    frames = [gradient(), gradient().rotate(180)]
    with pytest.raises(BadImage, match="animated"):
        read_upload(encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=100))


def test_a_text_bomb_beside_the_pixels_is_refused() -> None:
    whole = encoded(gradient(), "PNG")
    body = b"Comment\x00\x00" + zlib.compress(b"a" * 80_000_000, 9)
    bomb = struct.pack(">I", len(body)) + b"zTXt" + body + struct.pack(">I", zlib.crc32(b"zTXt" + body))
    with pytest.raises(BadImage):
        read_upload(whole[:33] + bomb + whole[33:])


@pytest.mark.parametrize("place", range(40, 1200, 97))
def test_bytes_overwritten_anywhere_give_a_picture_or_a_sentence(place: int) -> None:
    for kind in ("PNG", "JPEG", "WEBP", "AVIF"):
        content = bytearray(encoded(gradient(), kind))
        content[place % len(content) : place % len(content) + 16] = b"\xff\x00\xa5" * 5
        with contextlib.suppress(BadImage):  # anything else that it raises fails the test
            assert read_upload(bytes(content)).shape[2] == 3


MEASURE = """
import resource, sys
from moderation.errors import BadImage
from moderation.uploads import read_upload
content = sys.stdin.buffer.read()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    said = read_upload(content).shape
except BadImage as refusal:
    said = refusal
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, said)
"""


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (png(30_000, 30_000, bytes(90_001) * 50), "too large"),
        (png(6_000, 4_000, bytes(18_001) * 4_000), "(4000, 6000, 3)"),
        (encoded(Image.new("RGBA", (6_000, 4_000), (9, 9, 9, 9)), "PNG", compress_level=1), "(4000, 6000, 3)"),
    ],
)
def test_the_largest_files_grow_memory_by_less_than_500_mb(content: bytes, said: str) -> None:
    run = subprocess.run([sys.executable, "-c", MEASURE], input=content, capture_output=True, check=True)
    kilobytes, answer = run.stdout.decode().split(" ", 1)
    assert said in answer
    assert int(kilobytes) < 500 * 1024
