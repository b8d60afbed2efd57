"""Sealing a painted picture: the file that is judged and released, and the small marked pictures people see."""

import hashlib
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont, PngImagePlugin, UnidentifiedImageError

from moderation.errors import BadImage
from moderation.money.credits import Credit, credit_line

Picture = NDArray[np.uint8]
"""An (h, w, 3) sRGB picture."""

MARK = "AI-generated"
REFERENCE_MARK = "Reference"
BASE_MARK = "Handed in"
SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
CREATOR_TOOL = "Twin Studio"
PREVIEW_BOX = (384, 480)
PROGRESS_BOX = (240, 300)
THUMBNAIL_BOX = (200, 250)
THUMBNAIL_BYTES = 10_000
REFERENCE_BOX = (400, 500)
SMALLEST_SIDE, LARGEST_SIDE = 16, 8192
_PNG_XMP = "XML:com.adobe.xmp"
_HEX = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Sealed:
    """A sealed picture and its marked preview; the three hashes are what every later decision is bound to.

    `content` is a PNG, `preview` a JPEG; `pixels_sha256` covers the decoded size and RGB bytes.
    """

    content: bytes
    sealed_sha256: str
    pixels_sha256: str
    preview: bytes
    preview_sha256: str
    width: int
    height: int
    source_type: str
    disclosure_text: str

    def __post_init__(self) -> None:
        if hashlib.sha256(self.content).hexdigest() != self.sealed_sha256:
            raise BadImage("The sealed file does not have the hash it was given.")
        if hashlib.sha256(self.preview).hexdigest() != self.preview_sha256:
            raise BadImage("The preview does not have the hash it was given.")
        if not _HEX.fullmatch(self.pixels_sha256) or self.width < 1 or self.height < 1:
            raise BadImage("A sealed picture has a size and a hash of its pixels.")


def seal(picture: Picture, disclosure_text: str, source_type: str, credited: Sequence[Credit] = ()) -> Sealed:
    """Seal an (h, w, 3) uint8 sRGB picture with its disclosure, its IPTC source type (full URI) and who is credited for the look.

    The same input gives the same bytes. Raises BadImage for another array, an empty disclosure, or a source type
    that is no IPTC DigitalSourceType URI.
    """
    image = _image_of(picture)
    if not disclosure_text.strip():
        raise BadImage("A picture is sealed with the disclosure text of its consent, and this one is empty.")
    if not source_type.startswith(SOURCE_TYPES) or source_type == SOURCE_TYPES:
        raise BadImage(f"“{source_type}” is no IPTC digital source type: give the full address under {SOURCE_TYPES}.")
    packet = xmp_packet(disclosure_text, source_type, credited)
    content = _png(image, packet)
    preview = _marked_jpeg(image, PREVIEW_BOX, packet, quality=88)
    return Sealed(
        content=content,
        sealed_sha256=hashlib.sha256(content).hexdigest(),
        pixels_sha256=_pixels_hash(image),
        preview=preview,
        preview_sha256=hashlib.sha256(preview).hexdigest(),
        width=image.width,
        height=image.height,
        source_type=source_type,
        disclosure_text=disclosure_text,
    )


def pixels_sha256_of_picture(picture: Picture) -> str:
    """The hash over size and RGB of a picture (h, w, 3); BadImage for another array."""
    return _pixels_hash(_image_of(picture))


def pixels_sha256_of(content: bytes) -> str:
    """The hash over size and decoded RGB of an image file's bytes; BadImage when they are no picture."""
    return _pixels_hash(_decoded(content))


def xmp_of(content: bytes) -> str:
    """The XMP packet of a PNG or JPEG as text, empty when it has none; BadImage when it is no picture."""
    found = _decoded(content).info
    packet = found.get(_PNG_XMP) or found.get("xmp") or b""
    return packet if isinstance(packet, str) else packet.decode()


def smaller_jpeg(content: bytes, widest: int) -> tuple[bytes, int, int]:
    """A sealed file as a JPEG of at most `widest` pixels across, with the file's own XMP packet; its bytes, width and height.

    Raises BadImage when the bytes are no picture.
    """
    image = _decoded(content).convert("RGB")
    scale = min(1.0, widest / image.width)
    small = image.resize((round(image.width * scale), max(1, round(image.height * scale))), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    small.save(out, "JPEG", quality=90, subsampling=0, xmp=xmp_of(content).encode())
    return out.getvalue(), small.width, small.height


def mark_progress(picture: Picture) -> bytes:
    """A small JPEG of an unfinished picture that says it is AI-generated; latent-sized pictures are enlarged first."""
    return _marked_jpeg(_image_of(picture), PROGRESS_BOX, None, quality=80)


def mark_reference(picture: Picture) -> bytes:
    """A small JPEG of a picture of the person herself, marked as a reference so that nobody takes it for an image of ours."""
    return _marked_jpeg(_image_of(picture), REFERENCE_BOX, None, quality=82, mark=REFERENCE_MARK)


def mark_base(picture: Picture) -> bytes:
    """A JPEG no larger than a preview of a picture from outside, marked so that nobody takes it for an image of ours."""
    return _marked_jpeg(_image_of(picture), PREVIEW_BOX, None, quality=85, mark=BASE_MARK)


def mark_proof(picture: Picture, disclosure_text: str, source_type: str) -> bytes:
    """A JPEG no larger than a preview of a picture that nobody has submitted, marked and disclosed as a sealed one is."""
    return _marked_jpeg(_image_of(picture), PREVIEW_BOX, xmp_packet(disclosure_text, source_type), quality=85)


def mark_thumbnail(picture: Picture, disclosure_text: str, source_type: str) -> bytes:
    """A very small JPEG of at most `THUMBNAIL_BYTES`, marked and disclosed. Raises BadImage when it cannot be made so small."""
    packet = xmp_packet(disclosure_text, source_type)
    for quality in range(88, 40, -4):
        small = _marked_jpeg(_image_of(picture), THUMBNAIL_BOX, packet, quality)
        if len(small) <= THUMBNAIL_BYTES:
            return small
    raise BadImage("This picture cannot be made as small as a thumbnail has to be.")


def xmp_packet(disclosure_text: str, source_type: str, credited: Sequence[Credit] = ()) -> str:
    """The XMP packet: what the picture is, that it was generated, by what, who is credited (IPTC Photo Metadata, XMP core)."""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
        ' xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/">'
        f"<Iptc4xmpExt:DigitalSourceType>{escape(source_type)}</Iptc4xmpExt:DigitalSourceType>"
        f"<xmp:CreatorTool>{CREATOR_TOOL}</xmp:CreatorTool>"
        f'<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{escape(disclosure_text)}</rdf:li></rdf:Alt></dc:description>'
        f"{_credits(credited)}"
        '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
    )


def _credits(credited: Sequence[Credit]) -> str:
    """Names for machines (Dublin Core contributor), and the line that a newspaper prints (IPTC Credit Line)."""
    if not credited:
        return ""
    names = "".join(f"<rdf:li>{escape(name)}</rdf:li>" for name in dict.fromkeys(one.name for one in credited))
    line = escape(credit_line(credited))
    return f"<dc:contributor><rdf:Bag>{names}</rdf:Bag></dc:contributor><photoshop:Credit>{line}</photoshop:Credit>"


def _image_of(picture: Picture) -> Image.Image:
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3:
        raise BadImage(f"A picture is height × width × 3 bytes, not {picture.dtype} of shape {picture.shape}.")
    if not all(SMALLEST_SIDE <= side <= LARGEST_SIDE for side in picture.shape[:2]):
        raise BadImage(
            f"A picture's sides are {SMALLEST_SIDE} to {LARGEST_SIDE} pixels, not {picture.shape[1]} × {picture.shape[0]}."
        )
    return Image.fromarray(np.ascontiguousarray(picture))


def _decoded(content: bytes) -> Image.Image:
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as image:
            if max(image.size) > LARGEST_SIDE:
                raise BadImage(f"This picture is larger than {LARGEST_SIDE} pixels.")
            image.load()
            return image
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise BadImage("These bytes are no picture that can be read.") from error


def _pixels_hash(image: Image.Image) -> str:
    size = f"RGB {image.width}x{image.height}\n".encode()
    return hashlib.sha256(size + image.convert("RGB").tobytes()).hexdigest()


def _png(image: Image.Image, packet: str) -> bytes:
    chunks = PngImagePlugin.PngInfo()
    chunks.add_itxt(_PNG_XMP, packet)
    out = io.BytesIO()
    image.save(out, "PNG", pnginfo=chunks)
    return out.getvalue()


def _marked_jpeg(image: Image.Image, box: tuple[int, int], packet: str | None, quality: int, mark: str = MARK) -> bytes:
    scale = min(box[0] / image.width, box[1] / image.height)
    if packet is not None:
        scale = min(scale, 1.0)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    small = image.resize(size, Image.Resampling.LANCZOS)
    _draw_mark(small, mark)
    out = io.BytesIO()
    small.save(out, "JPEG", quality=quality, **({} if packet is None else {"xmp": packet.encode()}))
    return out.getvalue()


def _draw_mark(image: Image.Image, mark: str) -> None:
    """Write the mark on a dark plate in the lower left corner, away from where faces are, at most 45 % of the width."""
    draw = ImageDraw.Draw(image, "RGBA")
    size = max(11.0, image.width / 24)
    font = ImageFont.load_default(size)
    width = draw.textlength(mark, font)
    if width > 0.45 * image.width and image.width > 150:
        size *= 0.45 * image.width / width
        font = ImageFont.load_default(size)
    left, top, right, bottom = draw.textbbox((0, 0), mark, font=font)
    pad, gap = size * 0.45, size * 0.6
    x, y = gap, image.height - gap - (bottom - top) - 2 * pad
    draw.rounded_rectangle((x, y, x + (right - left) + 2 * pad, image.height - gap), radius=pad, fill=(20, 18, 16, 205))
    draw.text((x + pad - left, y + pad - top), mark, font=font, fill=(255, 255, 255, 255))
