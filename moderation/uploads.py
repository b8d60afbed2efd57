"""Decodes a picture that somebody hands in: by its content, within limits read from its header, and without its metadata."""

from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from moderation.errors import BadImage

Picture = NDArray[np.uint8]

LARGEST_BYTES = 32 * 1024 * 1024
LARGEST_SIDE = 8192
LARGEST_PIXELS = 24_000_000
SMALLEST_SIDE = 64
FORMATS = ("PNG", "JPEG", "WEBP", "AVIF")
PAPER = (255, 255, 255, 255)
"""What shows through where an uploaded picture is transparent."""

NOT_A_PICTURE = "This file is not a picture the studio reads; hand in a PNG, JPEG, WebP or AVIF."
DAMAGED = "This picture is damaged or incomplete; export it again and hand in the new file."


def read_upload(content: bytes) -> Picture:
    """The (h, w, 3) uint8 sRGB pixels, turned as the camera's orientation says; raises BadImage with its sentence.

    At most 24 million pixels are decoded, so that memory grows by less than 500 MB whatever the file is.
    """
    if len(content) > LARGEST_BYTES:
        raise BadImage(
            f"This file is {_millions(len(content))} MB; the studio reads pictures up to {_millions(LARGEST_BYTES)} MB."
        )
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as image:
            _check_header(image)
            return _pixels(image)
    except BadImage:
        raise
    except UnidentifiedImageError as error:
        raise BadImage(NOT_A_PICTURE) from error
    except Image.DecompressionBombError as error:
        raise BadImage(_too_large("far more than")) from error
    except MemoryError as error:
        raise BadImage("This picture needs more memory than the studio gives to a picture.") from error
    except Exception as error:  # Pillow's decoders raise whatever the malformed bytes make them trip over
        raise BadImage(DAMAGED) from error


def read_picture_file(file: Path) -> Picture:
    """The pixels of a picture file, by the rules of `read_upload`; BadImage also when the file cannot be read."""
    try:
        if file.exists() and not file.is_file():  # a pipe or a device never ends
            raise BadImage(f"{file} is no file.")
        with file.open("rb") as opened:
            content = opened.read(LARGEST_BYTES + 1)
        if len(content) > LARGEST_BYTES:
            raise BadImage(f"{file} is larger than the {_millions(LARGEST_BYTES)} MB that the studio reads.")
        return read_upload(content)
    except OSError as error:
        raise BadImage(f"{file} cannot be read: {error.strerror or error}.") from error


def _check_header(image: Image.Image) -> None:
    """Refuse by what the header alone says, before any pixel is decoded."""
    width, height = image.size
    if max(width, height) > LARGEST_SIDE or width * height > LARGEST_PIXELS:
        raise BadImage(_too_large(f"{width} × {height}, more than"))
    if min(width, height) < SMALLEST_SIDE:
        raise BadImage(f"This picture is {width} × {height} pixels; the studio needs at least {SMALLEST_SIDE} a side.")
    if getattr(image, "is_animated", False) and image.format != "MPO":  # a camera's MPO only carries a second view along
        raise BadImage("This picture is animated; hand in a single still.")


def _pixels(image: Image.Image) -> Picture:
    image.load()
    if image.mode.startswith("I;16"):
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    elif image.mode in ("I", "F"):
        raise BadImage("This picture has numbers for pixels that no screen shows; export it with 8 bits a colour.")
    upright = ImageOps.exif_transpose(image)
    if upright.has_transparency_data:
        flat = Image.new("RGBA", upright.size, PAPER)
        flat.alpha_composite(upright.convert("RGBA"))
        upright = flat
    return np.array(upright.convert("RGB"), np.uint8)


def _too_large(size: str) -> str:
    limit = f"{LARGEST_PIXELS // 1_000_000} million pixels and {LARGEST_SIDE} a side"
    return f"This picture is too large ({size} the studio reads: {limit}); hand in a smaller one."


def _millions(count: int) -> str:
    return f"{count / 1024 / 1024:.0f}"
