"""How light changes on a point that turns: the ratio of what each lamp gives it in two poses, by Lambert's law."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Integers = NDArray[np.int32]

LAMPS = (((-0.80, 0.60, 1.10), 0.62), ((1.15, 0.0, 1.30), 1.3), ((0.80, 0.80, -1.0), 0.50))
"""Key, fill and rim as every plate has them: place from between the eyes in metres (right, up, towards the camera), and size."""
WRAP = 0.2
"""How far light reaches around into the shadow of skin, beside what the size of a lamp gives."""
DARKEST = 0.02
LEAST, MOST = 0.4, 2.5


def irradiance(normals: Floats, places: Floats) -> Floats:
    """What key, fill and rim give (n, 3) to corners with unit normals (n, 3) at places (n, 3) in metres from between the eyes."""
    found = []
    for at, size in LAMPS:
        towards = np.asarray(at, np.float32) - places
        far = np.linalg.norm(towards, axis=-1)
        facing = (normals * towards).sum(-1) / far
        wrap = WRAP + size / 4 / far
        found.append(np.maximum((facing + wrap) / (1 + wrap), DARKEST) / far**2)
    return np.stack(found, -1).astype(np.float32)


def relit(now: Floats, was: Floats, encoding: float) -> Floats:
    """Factors (4, …) on gamma-encoded layers that showed light `was` (…, 3) and shall show `now`; the ambient layer stays."""
    ratio = np.clip(now / np.maximum(was, 1e-3), LEAST, MOST) ** (1 / encoding)
    return np.concatenate([np.moveaxis(ratio, -1, 0), np.ones((1, *ratio.shape[:-1]), np.float32)]).astype(np.float32)
