"""Figures that stand in for the cast: posable meshes that say which point of a person shows at which pixel.

A stand-in has a twin's shape and no looks: skin, eyeballs and garment as triangles, each corner riding on four neck joints
(linear blend skinning; Magnenat-Thalmann et al. 1988), and the camera that every plate was rendered with.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from twin.errors import NotFound
from twin.painters.conditions import Told
from twin.painters.shading import Floats, Integers, irradiance

SKIN, EYE, GARMENT = range(3)
STEP = 1 / 3000
"""Decimetres per unit of the stored shapes."""
SHARES = (0.18, 0.2, 0.22, 0.4)
"""What each joint, three of the neck and the head's, takes of a turn."""
CLOTH = 0.022
"""How thick a garment is, in decimetres."""
TUCKED = 0.1
"""How deep skin is tucked away under a garment, in decimetres."""
GLANCE = 0.92
LENS = 320 * 85 / 18
"""Pixels per unit of slope: 85 mm on a sensor 36 mm high, at 640 rows."""
FRAME, HEADROOM = 4.05, 0.5
"""Height of the picture and room above the crown, in decimetres."""
_RINGS, _SPOKES = 14, 28


@dataclass(frozen=True)
class Stance:
    """A stand-in in a pose before the camera: corners (n, 2) in pixels, their depth (n,) in metres and the light (n, 3) that
    key, fill and rim give them; triangles (m, 3) and their parts (m,).

    Skin and eyes come first, so that their corners have the same numbers whatever the garment.
    """

    corners: Floats
    depth: Floats
    light: Floats
    faces: Integers
    parts: Integers


class StandIns:
    """The stand-ins of a file, posed on demand."""

    def __init__(self, file: Path) -> None:
        """Reads nothing yet."""
        self._file = file

    @cached_property
    def _shapes(self) -> Mapping[str, NDArray[np.generic]]:
        """Raises OSError without the file."""
        with np.load(self._file, allow_pickle=False) as kept:
            return {name: kept[name] for name in kept.files}

    def stance(self, told: Told) -> Stance:
        """The twin in the told garment, pose and crop. Raises NotFound for a twin or garment without a stand-in."""
        if f"{told.twin}.{told.garment}.points" not in self._shapes:
            raise NotFound(f"There is no stand-in of {told.twin} in {told.garment}.")
        joints = self._joints(told)
        body = _about("y", told.body)
        skin = self._skin(told, joints, body)
        eyes = [self._eyeball(told, eye, joints, body) for eye in self._floats(f"{told.twin}.eyes")]
        cloth = self._garment(told, joints, body)
        corners = [skin, *(ball for _, ball in eyes), cloth]
        starts = np.cumsum([0, *(len(one) for one in corners)])
        faces = [self._integers("skin.faces"), _ball_faces(), _ball_faces(), self._integers(f"{told.garment}.faces")]
        parts = np.repeat([SKIN, EYE, EYE, GARMENT], [len(one) for one in faces]).astype(np.int32)
        every = np.concatenate([one + start for one, start in zip(faces, starts, strict=False)]).astype(np.int32)
        between, placed = sum(centre for centre, _ in eyes) / 2, np.concatenate(corners)
        light = irradiance(_normals(placed, every), (placed - between).astype(np.float32) / np.float32(10))
        seen, depth = _photographed(placed, np.asarray(between, np.float32), float(skin[:, 1].max()))
        return Stance(_cropped(seen, told), depth, light, every, parts)

    def _joints(self, told: Told) -> Floats:
        """Where the four joints carry what hangs on them: (4, 3, 4)."""
        at, whole, found = self._floats(f"{told.twin}.joints"), np.eye(4), []
        for joint, share in zip(at, SHARES, strict=True):
            turn = _about("y", told.yaw * share) @ _about("x", told.pitch * share) @ _about("z", told.roll * share)
            local = np.eye(4)
            local[:3, :3], local[:3, 3] = turn, joint - turn @ joint
            whole = whole @ local
            found.append(whole[:3])
        return np.asarray(found, np.float32)

    def _skin(self, told: Told, joints: Floats, body: Floats) -> Floats:
        shape = self._lengths(f"{told.twin}.skin.points")
        for name, much in (("smile", told.smile), ("brows", max(0.0, told.brows)), ("squint", told.squint)):
            shape[self._integers(f"{told.twin}.{name}.at")] += np.float32(much) * self._lengths(f"{told.twin}.{name}.by")
        posed = _carried(shape, self._chain("skin"), self._lengths(f"{told.twin}.skin.still"), joints, body)
        under = self._integers(f"{told.garment}.under")
        posed[under] -= np.float32(TUCKED) * _normals(posed, self._integers("skin.faces"))[under]
        return posed

    def _garment(self, told: Told, joints: Floats, body: Floats) -> Floats:
        name = f"{told.twin}.{told.garment}"
        chain = self._chain(told.garment)
        posed = _carried(self._lengths(f"{name}.points"), chain, self._lengths(f"{name}.still"), joints, body)
        return posed + np.float32(CLOTH) * _normals(posed, self._integers(f"{told.garment}.faces"))

    def _eyeball(self, told: Told, eye: Floats, joints: Floats, body: Floats) -> tuple[Floats, Floats]:
        """Centre (3,) and corners (n, 3) of a ball that looks at the camera as far as the gaze says."""
        centre = body @ (joints[3, :, :3] @ eye[:3] + joints[3, :, 3])
        ahead, up = body @ joints[3, :, 2], body @ joints[3, :, 1]
        towards = ahead * (1 - told.gaze * GLANCE) + np.asarray([0, 0, told.gaze * GLANCE])
        z = towards / np.linalg.norm(towards)
        x = np.cross(up, z)
        x /= np.linalg.norm(x)
        return centre, (centre + eye[3] * (_ball() @ np.stack([x, np.cross(z, x), z]))).astype(np.float32)

    def _floats(self, name: str) -> Floats:
        return np.asarray(self._shapes[name], np.float32)

    def _lengths(self, name: str) -> Floats:
        return np.asarray(self._shapes[name], np.float32) * np.float32(STEP)

    def _integers(self, name: str) -> Integers:
        return np.asarray(self._shapes[name], np.int32)

    def _chain(self, name: str) -> Floats:
        return np.asarray(self._shapes[f"{name}.chain"], np.float32) / np.float32(65535)


def _carried(shape: Floats, chain: Floats, still: Floats, joints: Floats, body: Floats) -> Floats:
    moved = still + chain @ joints[:, :, 3]
    for k in range(len(joints)):
        moved += chain[:, k : k + 1] * (shape @ joints[k, :, :3].T)
    return np.asarray(moved @ body.T, np.float32)


def _photographed(corners: Floats, eyes: Floats, crown: float) -> tuple[Floats, Floats]:
    """Pixels (n, 2) and depths in metres (n,) of corners in decimetres: the camera stands a little above the frame's middle."""
    far = FRAME * LENS / 640 / 10
    aim = np.asarray([eyes[0] / 2, crown + HEADROOM - FRAME / 2, eyes[2]]) / 10
    camera = aim + np.asarray([0, 0.03, far])
    ahead = (aim - camera) / np.linalg.norm(aim - camera)
    right = np.asarray([1.0, 0.0, 0.0])
    rays = corners / 10 - camera
    depth = rays @ ahead
    seen = np.stack([256 + LENS * (rays @ right) / depth, 320 - LENS * (rays @ np.cross(right, ahead)) / depth], -1)
    return seen.astype(np.float32), depth.astype(np.float32)


def _cropped(seen: Floats, told: Told) -> Floats:
    middle = np.asarray([256, 320], np.float32)
    return (seen - middle) * np.float32(1 + told.zoom) + middle + np.asarray([told.shift_x, told.shift_y], np.float32)


def _normals(corners: Floats, faces: Integers) -> Floats:
    """Unit normals (n, 3) of corners, every face counting by its area."""
    a, b, c = (corners[faces[:, k]] for k in range(3))
    across = np.cross(b - a, c - a)
    summed = np.stack([
        np.bincount(faces.ravel(), np.repeat(across[:, axis], 3), len(corners)) for axis in range(3)
    ], -1)  # fmt: skip
    return np.asarray(summed / np.maximum(np.linalg.norm(summed, axis=1, keepdims=True), 1e-9), np.float32)


def _ball() -> Floats:
    """The seen part of a unit ball that looks along z, with the cornea's bulge: (rings + 1) × spokes corners."""
    ring, spoke = np.meshgrid(
        np.linspace(0, 0.6 * math.pi, _RINGS + 1), np.linspace(0, 2 * math.pi, _SPOKES, endpoint=False), indexing="ij"
    )
    bulge = 1 + 0.06 * np.clip(1 - (ring / math.asin(0.42)) ** 2, 0, 1) ** 1.3
    flat = np.stack([np.sin(ring) * np.cos(spoke), np.sin(ring) * np.sin(spoke), np.cos(ring)], -1) * bulge[..., None]
    return np.asarray(flat.reshape(-1, 3), np.float32)


def _ball_faces() -> Integers:
    ring, spoke = (one.ravel() for one in np.mgrid[0:_RINGS, 0:_SPOKES])
    near, far, beside = ring * _SPOKES + spoke, (ring + 1) * _SPOKES + spoke, (spoke + 1) % _SPOKES
    quads = np.stack([near, far, (ring + 1) * _SPOKES + beside, ring * _SPOKES + beside], -1)
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]).astype(np.int32)


def _about(axis: str, degrees: float) -> Floats:
    angle = math.radians(degrees)
    c, s = math.cos(angle), math.sin(angle)
    turns = {
        "x": [[1, 0, 0], [0, c, -s], [0, s, c]],
        "y": [[c, 0, s], [0, 1, 0], [-s, 0, c]],
        "z": [[c, -s, 0], [s, c, 0], [0, 0, 1]],
    }
    return np.asarray(turns[axis], np.float32)
