"""Templates and outlines that were measured beforehand: one file, believed only for the same pack and the same references."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from moderation.examining.templates import Outline, PlaceHead, Reader, ReferencePicture, Template, measured

QUALITY = 92
"""JPEG quality of a canvas: its lines fit the original's to better than 0.99."""


@dataclass(frozen=True)
class Shipped:
    """What was taken from the file: outlines, and the templates of the same references in every light."""

    outlines: tuple[Outline, ...] = ()
    templates: tuple[Template, ...] = ()


def encoded(canvas: NDArray[np.uint8]) -> bytes:
    """A grey canvas as JPEG."""
    buffer = BytesIO()
    Image.fromarray(canvas).save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()


def decoded(content: bytes) -> NDArray[np.uint8]:
    """The grey canvas in a JPEG; raises OSError on bytes that are none."""
    with Image.open(BytesIO(content), formats=("JPEG",)) as image:
        return np.array(image.convert("L"), np.uint8)


def measure_beforehand(
    file: Path, pack_sha256: str, reader: Reader, place: PlaceHead, pictures: Iterable[ReferencePicture]
) -> int:
    """Measure references and write them to `file`; how many there were. Raises BadImage as `measured` does.

    This is the command behind assets/demo/templates.npz: a first start with the demo's references then measures nothing.
    """
    sha256_of: dict[str, str] = {}

    def noted() -> Iterable[ReferencePicture]:
        for one in pictures:
            sha256_of[one.reference_id] = one.sha256
            yield one

    found = list(measured(reader, place, noted()))
    templates = [template for _, seen in found for template in seen]
    write_shipped(file, pack_sha256, sha256_of, [outline for outline, _ in found], templates)
    return len(found)


def write_shipped(
    file: Path, pack_sha256: str, sha256_of: Mapping[str, str], outlines: Sequence[Outline], templates: Sequence[Template]
) -> None:
    """Write an .npz stamped with the pack and with the SHA-256 of every reference."""
    canvases = [encoded(outline.canvas) for outline in outlines]
    arrays: dict[str, Any] = {
        "pack_sha256": np.array(pack_sha256),
        "outline_reference": np.array([outline.reference_id for outline in outlines]),
        "outline_sha256": np.array([sha256_of[outline.reference_id] for outline in outlines]),
        "outline_twin": np.array([outline.twin_id for outline in outlines]),
        "outline_bytes": np.array([len(canvas) for canvas in canvases]),
        "canvases": np.frombuffer(b"".join(canvases), np.uint8),
        "reference": np.array([template.reference_id for template in templates]),
        "light": np.array([template.light for template in templates]),
        "embedding": np.stack([template.embedding for template in templates]).astype("<f4"),
    }
    with file.open("wb") as opened:
        np.savez(opened, **arrays)


def read_shipped(file: Path, pack_sha256: str, sha256_of: Mapping[str, str]) -> Shipped:
    """What the file says of the references named; nothing when it is missing, damaged, or of another pack.

    References whose hash differs are left out, so that they are measured instead.
    """
    try:
        with np.load(file, allow_pickle=False) as arrays:
            if str(arrays["pack_sha256"]) != pack_sha256:
                return Shipped()
            return _taken({name: arrays[name] for name in arrays.files}, sha256_of)
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return Shipped()


def _taken(arrays: Mapping[str, NDArray[np.generic]], sha256_of: Mapping[str, str]) -> Shipped:
    ends = np.cumsum(arrays["outline_bytes"].astype(np.int64))
    canvases = arrays["canvases"].tobytes()
    names = [str(name) for name in arrays["outline_reference"]]
    twins = dict(zip(names, (str(twin) for twin in arrays["outline_twin"]), strict=True))
    outlines = tuple(
        Outline(name, twins[name], decoded(canvases[end - size : end]))
        for name, sha256, size, end in zip(
            names, arrays["outline_sha256"], arrays["outline_bytes"].astype(int), ends, strict=True
        )
        if sha256_of.get(name) == str(sha256)
    )
    taken = {outline.reference_id for outline in outlines}
    rows = zip(arrays["reference"], arrays["light"], arrays["embedding"].astype(np.float32), strict=True)
    templates = tuple(
        Template(str(name), twins[str(name)], str(light), embedding) for name, light, embedding in rows if str(name) in taken
    )
    return Shipped(outlines, templates)
