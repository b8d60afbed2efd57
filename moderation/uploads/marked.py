"""A mask as a browser hands it in: known by its content, decoded apart like any file from outside, kept as one bit a pixel."""

import io

import numpy as np
from PIL import Image

from moderation.errors import BadImage
from moderation.uploads.uploads import read_upload

LARGEST_MASK = 1_000_000
"""Bytes of a PNG of black and white; one of a megapixel takes some tens of thousands."""
WHITE = 128
_PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
_COLOUR_TYPE_AT = 25
_GREY = 0
"""The colour type of a PNG with one channel (PNG specification, 11.2.2)."""


def read_mask(content: bytes) -> bytes:
    """The mask as a PNG with one bit a pixel, white where it was light. Raises BadImage, in a sentence, for any other file."""
    if len(content) > LARGEST_MASK:
        raise BadImage(f"The mask is larger than {LARGEST_MASK // 1_000_000} MB; a mask is a PNG of black and white.")
    if not content.startswith(_PNG) or len(content) <= _COLOUR_TYPE_AT:
        raise BadImage("The mask is no PNG that can be read.")
    if content[_COLOUR_TYPE_AT] != _GREY:
        raise BadImage("The mask has colours or transparency; a mask is a PNG with one channel, black and white.")
    marked = np.asarray(read_upload(content)[..., 0] >= WHITE, np.bool_)
    written = io.BytesIO()
    Image.fromarray(marked).convert("1").save(written, "PNG", optimize=True)
    return written.getvalue()
