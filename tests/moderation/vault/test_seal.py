"""A sealed file says what it is, keeps its pixels, and everything people see says AI-generated."""

import dataclasses
import io
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from moderation.errors import BadImage
from moderation.money.credits import Credit, credits_of
from moderation.vault.seal import MARK, SOURCE_TYPES, mark_progress, pixels_sha256_of, seal, xmp_of

SOURCE = f"{SOURCE_TYPES}trainedAlgorithmicMedia"
TEXT = "Made with AI & with the consent of <Nora>."
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"


def picture(height: int = 640, width: int = 512, tone: int = 200) -> np.ndarray:
    """A plain picture with one dark patch where a face would be."""
    made = np.full((height, width, 3), tone, dtype=np.uint8)
    made[height // 8 : height // 2, width // 4 : 3 * width // 4] = 60
    return made


def opened(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB")).astype(int)


def test_the_sealed_file_holds_exactly_the_pixels() -> None:
    noise = np.random.default_rng(5).integers(0, 256, (90, 70, 3), dtype=np.uint8)
    sealed = seal(noise, TEXT, SOURCE)
    assert (opened(sealed.content) == noise).all()
    assert (sealed.width, sealed.height) == (70, 90)
    assert pixels_sha256_of(sealed.content) == sealed.pixels_sha256


def test_the_same_picture_is_sealed_to_the_same_bytes() -> None:
    assert seal(picture(), TEXT, SOURCE) == seal(picture(), TEXT, SOURCE)


def test_the_pixel_hash_survives_a_rewrite_and_tells_pixels_and_shapes_apart() -> None:
    sealed = seal(picture(), TEXT, SOURCE)
    rewritten = io.BytesIO()
    Image.open(io.BytesIO(sealed.content)).save(rewritten, "PNG", compress_level=1)
    assert pixels_sha256_of(rewritten.getvalue()) == sealed.pixels_sha256
    changed = picture()
    changed[0, 0, 0] += 1
    others = {seal(p, TEXT, SOURCE).pixels_sha256 for p in (changed, picture(tone=201))}
    flat = np.full((20, 40, 3), 9, dtype=np.uint8)
    others |= {seal(flat, TEXT, SOURCE).pixels_sha256, seal(flat.reshape(40, 20, 3), TEXT, SOURCE).pixels_sha256}
    assert len(others | {sealed.pixels_sha256}) == 5


def test_file_and_preview_carry_source_type_and_disclosure() -> None:
    sealed = seal(picture(), TEXT, SOURCE)
    for content in (sealed.content, sealed.preview):
        packet = xmp_of(content)
        inner = packet[packet.index("<x:xmpmeta") : packet.index("<?xpacket end")]
        description = ElementTree.fromstring(inner).find(f"{RDF}RDF/{RDF}Description")
        said = {child.tag.split("}")[1]: "".join(child.itertext()) for child in description}
        assert said == {"DigitalSourceType": SOURCE, "CreatorTool": "Twin Studio", "description": TEXT}


@pytest.mark.parametrize(("height", "width"), [(640, 512), (2000, 500), (500, 2000), (100, 80)])
def test_a_preview_is_small_and_visibly_marked_away_from_the_face(height: int, width: int) -> None:
    sealed = seal(picture(height, width), TEXT, SOURCE)
    preview = opened(sealed.preview)
    assert preview.shape[0] <= min(480, height)
    assert preview.shape[1] <= min(384, width)
    plain = np.asarray(Image.fromarray(picture(height, width)).resize(preview.shape[1::-1], Image.Resampling.LANCZOS)).astype(int)
    drawn = np.abs(preview - plain).max(axis=2) > 60
    rows, columns = np.nonzero(drawn)
    assert drawn.mean() > 0.004
    assert rows.min() > 0.55 * preview.shape[0]
    assert columns.min() < 0.2 * preview.shape[1]


def test_a_progress_picture_is_marked_and_large_enough_to_read_it() -> None:
    shown = Image.open(io.BytesIO(mark_progress(picture(80, 64))))
    assert shown.size == (240, 300)
    corner = np.asarray(shown.convert("L")).astype(int)[240:, :140]
    assert corner.min() < 60
    assert corner.max() > 230
    assert MARK == "AI-generated"


@pytest.mark.parametrize(
    "made",
    [
        np.zeros((64, 64, 3), np.float32),
        np.zeros((64, 64), np.uint8),
        np.zeros((64, 64, 4), np.uint8),
        np.zeros((4, 64, 3), np.uint8),
    ],
    ids=["float", "grey", "alpha", "tiny"],
)
def test_only_a_picture_is_sealed(made: np.ndarray) -> None:
    with pytest.raises(BadImage):
        seal(made, TEXT, SOURCE)


def test_nothing_is_sealed_without_disclosure_or_source_type() -> None:
    for text, source in ((" ", SOURCE), (TEXT, ""), (TEXT, "trainedAlgorithmicMedia"), (TEXT, SOURCE_TYPES)):
        with pytest.raises(BadImage):
            seal(picture(), text, source)


def test_a_sealed_value_whose_hashes_do_not_fit_cannot_be_built() -> None:
    sealed = seal(picture(), TEXT, SOURCE)
    for change in ({"content": sealed.content + b"x"}, {"preview": b"x"}, {"pixels_sha256": "none"}, {"width": 0}):
        with pytest.raises(BadImage):
            dataclasses.replace(sealed, **change)


def test_bytes_that_are_no_picture_are_told() -> None:
    for content in (b"", b"GIF89a", seal(picture(), TEXT, SOURCE).content[:200]):
        with pytest.raises(BadImage):
            pixels_sha256_of(content)


def test_the_people_behind_the_look_are_credited_in_file_and_preview() -> None:
    credited = (Credit("stylist", "Mirabel & <Sons>"), Credit("photographer", "Paolo Lund"), Credit("lighting", "Paolo Lund"))
    sealed, plain = seal(picture(), TEXT, SOURCE, credited), seal(picture(), TEXT, SOURCE)
    for content in (sealed.content, sealed.preview):
        packet = xmp_of(content)
        inner = packet[packet.index("<x:xmpmeta") : packet.index("<?xpacket end")]
        description = ElementTree.fromstring(inner).find(f"{RDF}RDF/{RDF}Description")
        assert description is not None
        names = description.findall(f"{{http://purl.org/dc/elements/1.1/}}contributor/{RDF}Bag/{RDF}li")
        assert [name.text for name in names] == ["Mirabel & <Sons>", "Paolo Lund"]
        line = description.findtext("{http://ns.adobe.com/photoshop/1.0/}Credit")
        assert line == "Styling: Mirabel & <Sons> · Photography: Paolo Lund · Lighting: Paolo Lund"
    assert sealed.pixels_sha256 == plain.pixels_sha256
    assert "contributor" not in xmp_of(plain.content)


def test_a_look_credits_whom_it_names_and_nobody_under_an_empty_name() -> None:
    assert credits_of({}) == credits_of({"authors": {"stylist": " ", "photographer": ""}}) == ()
    assert credits_of({"authors": {"lighting": "Kit Brandl", "stylist": "Mirabel"}}) == (
        Credit("stylist", "Mirabel"),
        Credit("lighting", "Kit Brandl"),
    )
    for role, name in (("model", "Nora"), ("stylist", ""), ("stylist", "a\nb"), ("stylist", "x" * 81)):
        with pytest.raises(ValueError):
            Credit(role, name)
