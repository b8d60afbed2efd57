"""The program that decodes one picture handed in from outside, alone in a process whose time and memory are limited.

It is started by `moderation.uploads.uploads` as `python -I decode.py`, takes the file on standard input, and writes one byte to
standard output: `P`, then width, height (4 bytes each, big endian) and the pixels; or `R` and the sentence that refuses the
file. It imports Pillow and nothing heavier: a fresh process costs a tenth of a second, and no file leaves anything behind.
"""

import resource
import struct
import sys
from io import BytesIO
from typing import BinaryIO

from PIL import AvifImagePlugin, Image, ImageCms, ImageOps, TiffImagePlugin, UnidentifiedImageError, WebPImagePlugin

MOST_SECONDS = 2
"""Of processor time, the start of the process included."""
MOST_MEMORY = 500_000_000
"""Bytes of address space, the interpreter included."""
LARGEST_BYTES = 32 * 1024 * 1024
LARGEST_SIDE = 8192
LARGEST_PIXELS = 24_000_000
SMALLEST_SIDE = 64
FORMATS = ("PNG", "JPEG", WebPImagePlugin.WebPImageFile.format, "AVIF", TiffImagePlugin.TiffImageFile.format, "GIF", "BMP")
"""What Pillow may try; naming the plugins here loads them, so that it does not go looking for all of its others."""
PAPER = 255
"""What shows through where a picture is transparent."""
STRIP = 256
"""Rows written at a time, so that the pixels are never held twice."""

_READS = "PNG, JPEG, WebP, AVIF, TIFF, GIF or BMP"
NOT_A_PICTURE = f"This file is not a picture the studio reads; hand in a {_READS}."
DAMAGED = "This picture is damaged or incomplete; export it again and hand in the new file."
TOO_MUCH_MEMORY = "This picture needs more memory than the studio gives to a picture; hand in a smaller one."
BAD_PROFILE = "The colour profile inside this picture does not fit it; export it again as sRGB."
NO_SCREEN_COLOURS = "This picture has colours that no screen shows as they are; export it as sRGB with 8 or 16 bits a colour."

_KNOWN = (b"\x89PNG", b"\xff\xd8\xff", b"RIFF", b"II*\0", b"MM\0*", b"GIF8", b"BM")
_FOREIGN = (
    (0, b"8BPS", "a Photoshop document"),
    (0, b"%PDF-", "a PDF"),
    (0, b"%!PS", "a PostScript file"),
    (0, b"\0\0\1\0", "an icon"),
    (0, b"\xff\x0a", "a JPEG XL picture"),
    (4, b"JXL ", "a JPEG XL picture"),
    (4, b"jP  ", "a JPEG 2000 picture"),
    (0, b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    *((4, b"ftyp" + brand, "a HEIC picture") for brand in (b"heic", b"heix", b"hevc", b"heim", b"mif1", b"msf1")),
)
"""Formats by the bytes at a place, which people hand in and the studio does not read."""
_PAGES = (b"<script", b"<html", b"<svg", b"<?php", b"<!doctype")
_HEAD = 1024


class Refused(Exception):
    """The picture is not taken; the message is one sentence for whoever handed it in."""


def decoded(content: bytes) -> Image.Image:
    """The picture in sRGB, upright, opaque, with 8 bits a colour; raises Refused, and MemoryError where the limit is met."""
    _refuse_polyglot(content)
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as image:
            _check_header(image)
            image.load()
            return _flattened(image)
    except (Refused, MemoryError):
        raise
    except UnidentifiedImageError as error:
        raise Refused(_unidentified(content)) from error
    except Image.DecompressionBombError as error:
        raise Refused(_too_large("far more than")) from error
    except Exception as error:  # Pillow's decoders raise whatever the malformed bytes make them trip over
        raise Refused(DAMAGED) from error


def _refuse_polyglot(content: bytes) -> None:
    """A file that other programs read as something else is no picture to keep, however well it decodes."""
    head = content[:_HEAD].lower()
    if b"%pdf-" in head[1:]:
        raise Refused("This file is a picture and a PDF at once; export the picture again.")
    if not content.startswith(b"<") and any(mark in head for mark in _PAGES):
        raise Refused("This file is a picture and a web page at once; export the picture again.")
    end = content.rfind(b"PK\x05\x06", -65_557)
    # The end of an archive says itself how long the comment is that follows it.
    if (
        end >= 0
        and end + 22 <= len(content)
        and end + 22 + int.from_bytes(content[end + 20 : end + 22], "little") == len(content)
    ):
        raise Refused("This file is an archive, perhaps with a picture in front; hand in the picture alone.")


def _unidentified(content: bytes) -> str:
    foreign = next((name for at, mark, name in _FOREIGN if content.startswith(mark, at)), None)
    if foreign:
        return f"This is {foreign}, which the studio does not read; export it as a {_READS}."
    return DAMAGED if content.startswith(_KNOWN) or content.startswith(b"ftypavif", 4) else NOT_A_PICTURE


def _check_header(image: Image.Image) -> None:
    """Refuse by what the header alone says, before any pixel is decoded."""
    width, height = image.size
    if max(width, height) > LARGEST_SIDE or width * height > LARGEST_PIXELS:
        raise Refused(_too_large(f"{width} × {height}, more than"))
    if min(width, height) < SMALLEST_SIDE:
        raise Refused(f"This picture is {width} × {height} pixels; the studio needs at least {SMALLEST_SIDE} a side.")
    if image.format != "MPO" and getattr(image, "is_animated", False):  # a camera's MPO only carries a second view along
        several = "holds several pages" if image.format == "TIFF" else "is animated"
        raise Refused(f"This picture {several}; hand in a single still.")


def _too_large(size: str) -> str:
    limit = f"{LARGEST_PIXELS // 1_000_000} million pixels and {LARGEST_SIDE} a side"
    return f"This picture is too large ({size} the studio reads: {limit}); hand in a smaller one."


def _flattened(image: Image.Image) -> Image.Image:
    ImageOps.exif_transpose(image, in_place=True)
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I;16"):
        # Pillow clips where it converts; scaled first, each value becomes its high byte.
        deep = image.point(lambda value: value * (1 / 256) + 0)
        plain, alpha = deep.convert("L"), None
    elif image.mode in ("I", "F", "LAB", "HSV"):
        raise Refused(NO_SCREEN_COLOURS)
    else:
        plain, alpha = _apart(image)
    if plain is not image:
        image.close()  # its pixels are not needed again, and there may be a hundred megabytes of them
    plain = _in_srgb(plain, profile)
    if alpha is None:
        return plain
    paper = Image.new("RGB", plain.size, (PAPER, PAPER, PAPER))
    paper.paste(plain, mask=alpha)
    return paper


def _apart(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """The colours (grey, RGB or CMYK), and how opaque they are if not everywhere."""
    if image.has_transparency_data:
        if image.mode == "LA":
            return image.getchannel("L"), image.getchannel("A")
        clear = image.convert("RGBA")
        return clear.convert("RGB"), clear.getchannel("A")
    if image.mode in ("1", "L"):
        return image.convert("L"), None
    return image if image.mode in ("RGB", "CMYK") else image.convert("RGB"), None


def _in_srgb(plain: Image.Image, profile: bytes | None) -> Image.Image:
    """The colours as sRGB; without a profile they are taken for sRGB, and CMYK for its plain complement."""
    if not profile:
        return plain.convert("RGB")
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        if source.profile.xcolor_space.strip() == "RGB" and plain.mode == "L":
            plain = plain.convert("RGB")  # grey pictures often carry the profile of the screen that they were made on
        target = ImageCms.createProfile("sRGB")
        intent = ImageCms.Intent.RELATIVE_COLORIMETRIC
        if plain.mode == "RGB":
            ImageCms.profileToProfile(plain, source, target, renderingIntent=intent, inPlace=True)
            return plain
        turned = ImageCms.profileToProfile(plain, source, target, renderingIntent=intent, outputMode="RGB")
    except (OSError, ImageCms.PyCMSError) as error:
        raise Refused(BAD_PROFILE) from error
    if turned is None:
        raise Refused(BAD_PROFILE)
    return turned


def limit_this_process() -> None:
    """From here on the process may take so much time and memory, write no file and leave no core. Raises OSError, ValueError."""
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1


def answer(content: bytes, out: BinaryIO) -> None:
    """Write the pixels, or the sentence."""
    try:
        image = decoded(content)
        out.write(b"P" + struct.pack(">II", *image.size))
        for top in range(0, image.height, STRIP):
            out.write(image.crop((0, top, image.width, min(top + STRIP, image.height))).tobytes())
    except Refused as refusal:
        out.write(b"R" + str(refusal).encode())
    except MemoryError:
        out.write(b"R" + TOO_MUCH_MEMORY.encode())


if __name__ == "__main__":
    limit_this_process()
    answer(sys.stdin.buffer.read(), sys.stdout.buffer)
