"""A plate: a painted or rendered negative whose light, garment colour and backdrop are chosen when it is developed."""

import io
import json
import zipfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from twin.errors import BadValue, NotFound
from twin.looks.look import LAMPS, Light, Look
from twin.ports import Picture

Floats = NDArray[np.float32]
MASKS = ("alpha", "skin", "hair", "eye", "garment", "brow", "beard", "lash")
"""Coverages in a masks file, from top to bottom."""
BRIGHTEST = 4.0
"""Linear light at which a layer is full; brighter is clipped."""
ENCODING = 2.2
KNEE = 0.55
FALLOFF = 0.16
_CODES = 4095
_SET_UP = Light()


@dataclass(frozen=True)
class Plate:
    """Four layers of light (4, h, w, 3), linear and premultiplied, as `LAMPS`; coverages alpha and garment (h, w), 0 to 1.

    `garment_rgb` is the linear colour of the cloth as it stands in the layers. Raises BadValue for anything else.
    """

    lights: Floats
    alpha: Floats
    garment: Floats
    garment_rgb: tuple[float, float, float]

    def __post_init__(self) -> None:
        """Refuse layers and masks that do not fit each other, or cloth that reflects nothing."""
        size = self.alpha.shape
        if len(size) != 2 or self.lights.shape != (len(LAMPS), *size, 3) or self.garment.shape != size:
            raise BadValue("A plate has four light layers, an alpha and a garment mask of one size.")
        if any(array.dtype != np.float32 for array in (self.lights, self.alpha, self.garment)):
            raise BadValue("A plate is kept in 32-bit floats.")
        if len(self.garment_rgb) != 3 or not all(0.0 < value <= 1.0 for value in self.garment_rgb):
            raise BadValue("The cloth of a plate reflects between nothing and everything.")

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.alpha.shape[1], self.alpha.shape[0]


def read_index(folder: Path) -> list[dict[str, Any]]:
    """The lines of a folder's plates.jsonl: id, twin, garment, garment_rgb, own_garment_rgb, pose, size. Raises OSError."""
    lines = (folder / "plates.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def read_layers(folder: Path, plate_id: str) -> tuple[Floats, dict[str, Floats]]:
    """Light layers (4, h, w, 3) and every coverage of `MASKS` (h, w) of one pair of files. Raises NotFound."""
    files = [folder / f"{plate_id}_{part}.avif" for part in ("light", "masks")]
    if not all(file.is_file() for file in files):
        raise NotFound(f"There is no plate {plate_id} in {folder.name}.")
    with Image.open(files[0]) as light, Image.open(files[1]) as masks:
        coded = np.asarray(light.convert("RGB"), np.float32) / 255
        covers = np.asarray(masks.convert("L"), np.float32) / 255
    lights = np.asarray(BRIGHTEST * coded**ENCODING, np.float32).reshape(len(LAMPS), -1, coded.shape[1], 3)
    return lights, dict(zip(MASKS, np.split(covers, len(MASKS)), strict=True))


def read_plate(folder: Path, line: dict[str, Any]) -> Plate:
    """The plate that a line of the folder's index names. Raises NotFound when its files are missing."""
    lights, covers = read_layers(folder, line["id"])
    red, green, blue = (float(value) for value in line["garment_rgb"])
    return Plate(lights, covers["alpha"], covers["garment"], (red, green, blue))


def write_plate(folder: Path, plate_id: str, plate: Plate) -> None:
    """Write the pair of AVIF files; the masks a plate does not have are written empty."""
    coded = np.clip(plate.lights / BRIGHTEST, 0, 1) ** (1 / ENCODING)
    width, height = plate.size
    light = Image.fromarray(_bytes(coded.reshape(len(LAMPS) * height, width, 3)))
    light.save(folder / f"{plate_id}_light.avif", quality=92, subsampling="4:4:4", speed=6)
    kept = {"alpha": plate.alpha, "garment": plate.garment}
    covers = np.concatenate([kept.get(name, np.zeros_like(plate.alpha)) for name in MASKS])
    Image.fromarray(_bytes(covers)).save(folder / f"{plate_id}_masks.avif", quality=85, speed=6)


def settle(plate: Plate) -> Plate:
    """The plate as `negative_bytes` keeps it, so that what was developed first is what any later opening develops."""
    lights, masks = _codes(plate)
    return _from_codes(lights, masks, plate.garment_rgb)


def negative_bytes(plate: Plate) -> bytes:
    """A settled plate as one .npz file, losslessly: 12-bit codes, each as the difference from its left neighbour."""
    arrays = {f"{name}_{part}": half for name, codes in zip(("lights", "masks"), _codes(plate), strict=True)
              for part, half in _split(codes).items()}  # fmt: skip
    arrays["garment_rgb"] = np.asarray(plate.garment_rgb, np.float64)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w") as member:
                np.lib.format.write_array(member, np.ascontiguousarray(array), allow_pickle=False)
    return out.getvalue()


def open_negative(content: bytes) -> Plate:
    """The plate in what `negative_bytes` gave. Raises BadValue for anything else."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as kept:
            lights, masks = (_join(kept[f"{name}_high"], kept[f"{name}_low"]) for name in ("lights", "masks"))
            red, green, blue = (float(value) for value in kept["garment_rgb"])
    except (KeyError, ValueError, EOFError, AttributeError, TypeError, zipfile.BadZipFile) as error:
        raise BadValue("These bytes are no negative of this studio.") from error
    return _from_codes(lights, masks, (red, green, blue))


def reduced(plate: Plate, box: tuple[int, int]) -> Plate:
    """The plate at a size within `box` (width, height), for looking only: light averages as it does in a lens."""
    scale = min(box[0] / plate.size[0], box[1] / plate.size[1])
    if scale >= 1:
        return plate
    size = (round(plate.size[0] * scale), round(plate.size[1] * scale))

    def small(plane: Floats) -> Floats:
        image = Image.fromarray(np.ascontiguousarray(plane)).resize(size, Image.Resampling.BOX)
        return np.asarray(image, np.float32)

    lights = np.stack([np.dstack([small(layer[..., channel]) for channel in range(3)]) for layer in plate.lights])
    return Plate(lights, small(plate.alpha), small(plate.garment), plate.garment_rgb)


def develop(plate: Plate, look: Look) -> Picture:
    """One picture (h, w, 3) of a plate in the light, garment colour, backdrop and exposure of a look.

    Light adds up: each layer is multiplied by its lamp's strength and tint. The backdrop's colour comes out as chosen
    whatever the exposure, but for a gentle fall-off towards the corners.
    """
    tints = lamp_tints(look.light)
    image = plate.lights[0] * tints[0]
    for layer, tint in zip(plate.lights[1:], tints[1:], strict=True):
        image += layer * tint
    ratio = linear(look.garment_colour) / np.asarray(plate.garment_rgb, np.float32)
    # At an edge cloth is all of the little that covers the pixel; its share, not its coverage, is dyed.
    dyed = np.minimum(plate.garment / np.maximum(plate.alpha, np.float32(1e-3)), 1)
    image *= 1 + dyed[..., None] * (ratio - 1)
    paper = unexposed(linear(look.backdrop_colour)) / np.float32(look.exposure)
    bare = (1 - plate.alpha) * falloff(*plate.size)
    image += bare[..., None] * paper
    return _printed(image * np.float32(look.exposure))


def lamp_tints(light: Light) -> Floats:
    """Factors (4, 3) on the layers: strength times the lamp's colour against the one it was rendered with."""
    pairs = zip(light.lamps, _SET_UP.lamps, strict=True)
    return np.asarray([lamp.strength * kelvin_rgb(lamp.kelvin) / kelvin_rgb(was.kelvin) for lamp, was in pairs], np.float32)


@lru_cache(maxsize=256)
def kelvin_rgb(kelvin: float) -> Floats:
    """Linear sRGB (3,) of a black body of luminance 1, for 1,667 to 25,000 K.

    Chromaticity by the cubic fits of Kim et al. (US 7,024,034, 2002), then CIE XYZ to sRGB primaries (IEC 61966-2-1).
    """
    m = 1000.0 / kelvin
    if kelvin <= 4000:
        x = ((-0.2661239 * m - 0.2343589) * m + 0.8776956) * m + 0.179910
    else:
        x = ((-3.0258469 * m + 2.1070379) * m + 0.2226347) * m + 0.240390
    if kelvin <= 2222:
        y = ((-1.1063814 * x - 1.34811020) * x + 2.18555832) * x - 0.20219683
    elif kelvin <= 4000:
        y = ((-0.9549476 * x - 1.37418593) * x + 2.09137015) * x - 0.16748867
    else:
        y = ((3.0817580 * x - 5.87338670) * x + 3.75112997) * x - 0.37001483
    big_x, big_z = x / y, (1 - x - y) / y
    red = 3.2406 * big_x - 1.5372 - 0.4986 * big_z
    green = -0.9689 * big_x + 1.8758 + 0.0415 * big_z
    blue = 0.0557 * big_x - 0.2040 + 1.0570 * big_z
    tint = np.maximum([red, green, blue], 0.01)
    return np.asarray(tint / (tint @ [0.2126, 0.7152, 0.0722]), np.float32)


def linear(colour: str) -> Floats:
    """Linear light (3,) of an sRGB colour written #rrggbb."""
    coded = np.asarray([int(colour[i : i + 2], 16) for i in (1, 3, 5)], np.float32) / 255
    return np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4).astype(np.float32)


@lru_cache(maxsize=8)
def falloff(width: int, height: int) -> Floats:
    """How bright the paper is (h, w): 1 behind the sitter, a little less in the corners."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    reach = np.hypot((x + 0.5) / width - 0.5, ((y + 0.5) / height - 0.42) * height / width) / 0.75
    eased = np.clip((reach - 0.35) / 0.65, 0, 1)
    return np.asarray(1 - FALLOFF * eased * eased * (3 - 2 * eased), np.float32)


def _printed(light: Floats) -> Picture:
    """Linear light to 8-bit sRGB through the soft shoulder, by table: the root spreads the table's cells evenly to the eye."""
    cells = np.sqrt(np.clip(light, 0, BRIGHTEST) * np.float32(1 / BRIGHTEST)) * np.float32(16383)
    return np.asarray(_curve()[(cells + np.float32(0.5)).astype(np.uint16)], np.uint8)


@lru_cache(maxsize=1)
def _curve() -> NDArray[np.uint8]:
    return printed(BRIGHTEST * (np.arange(16384) / 16383) ** 2)


def printed(light: NDArray[np.floating[Any]]) -> NDArray[np.uint8]:
    """The 8-bit sRGB of linear light, through the soft shoulder."""
    soft = np.where(light > KNEE, KNEE + (1 - KNEE) * np.tanh((light - KNEE) / (1 - KNEE)), light)
    coded = np.where(soft <= 0.0031308, 12.92 * soft, 1.055 * np.maximum(soft, 1e-9) ** (1 / 2.4) - 0.055)
    return _bytes(coded)


def unexposed(wanted: Floats) -> Floats:
    """The light that the soft shoulder turns into the wanted value; white itself is never quite reached."""
    above = np.clip((wanted - KNEE) / (1 - KNEE), 0, 0.9995)
    return np.where(wanted > KNEE, KNEE + (1 - KNEE) * np.arctanh(above), wanted).astype(np.float32)


def _bytes(values: NDArray[np.floating[Any]]) -> NDArray[np.uint8]:
    return np.asarray(np.clip(values, 0, 1) * 255 + 0.5).astype(np.uint8)


def _codes(plate: Plate) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
    light = np.clip(plate.lights.transpose(0, 3, 1, 2) / BRIGHTEST, 0, 1) ** (1 / ENCODING)
    masks = np.clip(np.stack([plate.alpha, plate.garment]), 0, 1)
    return (light * _CODES + 0.5).astype(np.uint16), (masks * _CODES + 0.5).astype(np.uint16)


def _from_codes(lights: NDArray[np.uint16], masks: NDArray[np.uint16], garment_rgb: tuple[float, float, float]) -> Plate:
    steps = (BRIGHTEST * (np.arange(_CODES + 1) / _CODES) ** ENCODING).astype(np.float32)
    covers = masks.astype(np.float32) / np.float32(_CODES)
    return Plate(np.ascontiguousarray(steps[lights].transpose(0, 2, 3, 1)), covers[0], covers[1], garment_rgb)


def _split(codes: NDArray[np.uint16]) -> dict[str, NDArray[np.uint8]]:
    steps = np.diff(codes, axis=-1, prepend=np.uint16(0))
    return {"high": (steps >> 8).astype(np.uint8), "low": (steps & 255).astype(np.uint8)}


def _join(high: NDArray[np.uint8], low: NDArray[np.uint8]) -> NDArray[np.uint16]:
    steps = (high.astype(np.uint16) << 8) | low
    codes = np.cumsum(steps, axis=-1, dtype=np.uint16)
    if codes.size and codes.max() > _CODES:
        raise ValueError("codes out of range")
    return codes
