"""A plate laid open for proofs: the light table's arithmetic, a fifth of the time of `develop` and within one code of it."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Self

import numpy as np
from numpy.typing import NDArray

from twin.looks.look import Look
from twin.plates.plate import BRIGHTEST, Floats, Plate, falloff, lamp_tints, linear, printed, unexposed
from twin.ports import Picture

_CELLS = 65536
_PER_LIGHT = np.float32(_CELLS / BRIGHTEST)


@dataclass(frozen=True)
class OpenPlate:
    """What of a plate no look changes, worked out once.

    `lights` (3, 4, n) are the lamps by colour channel, `bare` (n) the paper that shows, `dyed` the cloth's share of each pixel
    from the first on that has any, `clothed`. Proofs only: what is sealed is `twin.plates.plate.develop`'s own arithmetic.
    """

    lights: Floats
    bare: Floats
    dyed: Floats
    clothed: int
    garment_rgb: Floats
    size: tuple[int, int]

    @classmethod
    def of(cls, plate: Plate) -> Self:
        """Lay a plate open."""
        lights = np.ascontiguousarray(plate.lights.transpose(3, 0, 1, 2)).reshape(3, len(plate.lights), -1)
        bare = ((1 - plate.alpha) * falloff(*plate.size)).ravel()
        dyed = np.minimum(plate.garment / np.maximum(plate.alpha, np.float32(1e-3)), 1).ravel()
        clothed = int(np.argmax(dyed > 0)) if dyed.any() else dyed.size
        return cls(lights, bare, dyed[clothed:].copy(), clothed, np.asarray(plate.garment_rgb, np.float32), plate.size)

    def develop(self, look: Look) -> Picture:
        """The picture (h, w, 3) in a look; no value is more than one of 255 steps from what `develop` gives."""
        tints = lamp_tints(look.light) * np.float32(look.exposure) * _PER_LIGHT
        paper = unexposed(linear(look.backdrop_colour)) * _PER_LIGHT
        dye = linear(look.garment_colour) / self.garment_rgb - 1
        width, height = self.size
        picture = np.empty((height * width, 3), np.uint8)
        for channel in range(3):
            light = tints[:, channel] @ self.lights[channel]
            light[self.clothed :] *= 1 + self.dyed * dye[channel]
            light += self.bare * paper[channel]
            np.clip(light, 0, _CELLS - 1, out=light)
            picture[:, channel] = _curve()[light.astype(np.uint16)]
        return picture.reshape(height, width, 3)


@lru_cache(maxsize=1)
def _curve() -> NDArray[np.uint8]:
    """The print of light by table, each cell as its middle; where it is darkest a cell is a fifth of a step wide."""
    return printed(BRIGHTEST * (np.arange(_CELLS) + 0.5) / _CELLS)
