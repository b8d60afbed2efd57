"""Makes files that are no pictures any more, or were made to break their reader: the same on every run, in eight formats."""

import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO

import numpy as np
from PIL import Image, ImageCms

SIZES = {"nothing": (0, 0), "a pixel": (1, 1), "a line": (30_000, 1), "a wall": (30_000, 30_000), "a sheet": (8_000, 8_000)}
CUTS = (0.02, 0.1, 0.25, 0.45, 0.65)
PAGE = b"<html><script>alert(document.cookie)</script></html>"


def gradient(width: int = 96, height: int = 128) -> Image.Image:
    """A picture in which every place has its own colour."""
    y, x = np.mgrid[0:height, 0:width]
    return Image.fromarray(np.stack([x * 2 % 256, y % 256, (x + y) % 256], axis=2).astype(np.uint8))


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    """The file that Pillow writes."""
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    """A chunk of a PNG, its checksum right."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int, height: int, rows: bytes, depth: int = 8, colours: int = 2) -> bytes:
    """A PNG whose header claims a size, whatever its rows hold."""
    header = struct.pack(">IIBBBBB", width, height, depth, colours, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def patched(content: bytes, mark: bytes, place: int, new: bytes) -> bytes:
    """`content` with `new` written `place` bytes behind the first `mark`."""
    at = content.index(mark) + place
    return content[:at] + new + content[at + len(new) :]


def archive() -> bytes:
    """A ZIP with a program in it."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as zipped:
        zipped.writestr(zipfile.ZipInfo("run.sh"), "#!/bin/sh\nexit 1\n")
    return stream.getvalue()


def endless_scans() -> bytes:
    """A small progressive JPEG of the largest size, its last scan written a thousand times: seconds of work from one file."""
    whole = encoded(Image.new("L", (6_000, 4_000), 90), "JPEG", progressive=True, quality=30)
    last = whole.rindex(b"\xff\xda")
    return whole[:last] + whole[last:-2] * 1_000 + whole[-2:]


def profile() -> bytes:
    """An sRGB profile, always of the same day."""
    made = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return made[:24] + struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + made[36:]


BASES: dict[str, Callable[[], bytes]] = {
    "png": lambda: encoded(gradient(), "PNG"),
    "jpeg": lambda: encoded(gradient(), "JPEG", quality=90),
    "webp": lambda: encoded(gradient(), "WEBP", lossless=True),
    "avif": lambda: encoded(gradient(), "AVIF", quality=90),
    "tiff": lambda: encoded(gradient(), "TIFF", compression="tiff_lzw"),
    "gif": lambda: encoded(gradient(), "GIF"),
    "bmp": lambda: encoded(gradient(), "BMP"),
    "jp2": lambda: encoded(gradient(), "JPEG2000"),
}
"""A good picture of each format; the studio reads all but the last."""


def resized(kind: str, whole: bytes, width: int, height: int) -> bytes:
    """The file with another size in its header."""
    w, h = min(width, 65_535), min(height, 65_535)
    match kind:
        case "png":
            return whole[:8] + chunk(b"IHDR", struct.pack(">II", width, height) + whole[24:29]) + whole[33:]
        case "jpeg":
            return patched(whole, b"\xff\xc0", 5, struct.pack(">HH", h, w))
        case "webp":
            return patched(whole, b"VP8L", 9, struct.pack("<I", (w - 1) & 0x3FFF | ((h - 1) & 0x3FFF) << 14))
        case "avif":
            return patched(whole, b"ispe", 8, struct.pack(">II", width, height))
        case "tiff":
            tags = patched(whole, b"\0\x01\x03\0\x01\0\0\0", 8, struct.pack("<HH", w, 0))
            return patched(tags, b"\x01\x01\x03\0\x01\0\0\0", 8, struct.pack("<HH", h, 0))
        case "gif":
            framed = patched(whole, b"\x2c\0\0\0\0", 5, struct.pack("<HH", w, h))
            return framed[:6] + struct.pack("<HH", w, h) + framed[10:]
        case "bmp":
            return whole[:18] + struct.pack("<ii", width, height) + whole[26:]
        case _:
            return patched(whole, b"ihdr", 4, struct.pack(">II", height, width))


def broken(kind: str, whole: bytes) -> Iterator[tuple[str, bytes]]:
    """What is done alike to a file of any format."""
    chance = np.random.default_rng(sum(map(ord, kind)))
    size = len(whole)
    for part in CUTS:
        yield f"cut after {part:.0%}", whole[: int(size * part)]
    for told, (width, height) in SIZES.items():
        yield f"claims {told}", resized(kind, whole, width, height)
    for head in (12, 20, 28):
        yield f"{head} bytes of head, then noise", whole[:head] + chance.bytes(size)
        yield f"{head} bytes of head, then nothing", whole[:head] + bytes(size)
    yield "wiped from its head on", whole[:28] + b"\xff" * (size - 28)
    yield "its halves changed over", whole[size // 2 :] + whole[: size // 2]
    yield "backwards", whole[::-1]
    yield "every byte turned over", bytes(byte ^ 0xFF for byte in whole)
    yield "as text", whole.hex().encode()
    yield "as text with its line ends changed", whole.replace(b"\0", b"\r\n")
    yield "behind a page", PAGE + whole
    yield "behind a program", b"#!/bin/sh\nexit\n" + whole
    yield "behind a PDF", b"%PDF-1.7\n1 0 obj\n" + whole
    yield "in front of an archive", whole + archive()
    yield "inside an archive", archive() + whole
    yield "behind a space", b" " + whole


def special() -> Iterator[tuple[str, str, bytes]]:
    """What only one format can do."""
    good = {kind: make() for kind, make in BASES.items()}
    frames = [gradient(), gradient().rotate(180)]
    film = {"save_all": True, "append_images": frames[1:], "duration": 100}
    for kind, name in (("png", "PNG"), ("webp", "WEBP"), ("gif", "GIF")):
        yield kind, "a film", encoded(frames[0], name, **film)
    yield "tiff", "two pages", encoded(frames[0], "TIFF", save_all=True, append_images=frames[1:])
    yield "tiff", "numbers for colours", encoded(Image.new("F", (96, 128), 1e30), "TIFF")
    yield "tiff", "colours of the eye", encoded(Image.new("LAB", (96, 128)), "TIFF")
    yield "tiff", "an endless chain of pages", patched(good["tiff"], b"II*\0", 4, struct.pack("<I", 4))
    for kind, name in (("png", "PNG"), ("jpeg", "JPEG"), ("webp", "WEBP"), ("tiff", "TIFF")):
        yield kind, "a profile of noise", encoded(gradient(), name, icc_profile=bytes(range(256)) * 2)
        yield kind, "a profile cut short", encoded(gradient(), name, icc_profile=profile()[:300])
    yield "jpeg", "a profile for another kind of colours", encoded(gradient().convert("CMYK"), "JPEG", icc_profile=profile())
    yield "jpeg", "scans without end", endless_scans()
    yield "jpeg", "a page in its comment", encoded(gradient(), "JPEG", comment=PAGE)
    yield "jpeg", "no picture between the marks", b"\xff\xd8\xff\xd9"
    for name, head, told in ((b"zTXt", b"Comment\0\0", "text"), (b"iCCP", b"icc\0\0", "a profile")):
        bomb = chunk(name, head + zlib.compress(bytes(40_000_000), 1))
        yield "png", f"{told} that unpacks without end", good["png"][:33] + bomb + good["png"][33:]
    yield "png", "too few rows", png(96, 128, b"\0" * 50)
    yield "png", "rows of no known kind", png(96, 128, b"\x07" * (128 * 289))
    yield "png", "no such depth", png(96, 128, b"\0", depth=7)
    yield "png", "no such colours", png(96, 128, b"\0", colours=5)
    yield "png", "a checksum that is wrong", patched(good["png"], b"IHDR", 17, b"\0\0\0\0")
    yield "gif", "a script that is a picture", b"GIF89a/*" + good["gif"][8:] + b"*/=1;alert(1)"
    yield "bmp", "rows packed beyond their end", patched(good["bmp"], b"BM", 28, struct.pack("<HI", 8, 1))


def corpus() -> dict[str, bytes]:
    """{name: content}; every one is to be refused with a sentence."""
    files = {}
    for kind, make in BASES.items():
        whole = make()
        files |= {f"{kind}, {told}": content for told, content in broken(kind, whole)}
    return files | {f"{kind}, {told}": content for kind, told, content in special()}
