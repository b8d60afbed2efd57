"""The recipe kept with each image: all that repaints it, and how a repainting compares."""

import json
import math
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Any, Self

import numpy as np

from twin.errors import BadValue
from twin.looks.look import Look
from twin.orders.edit import Edit, pixels_sha256
from twin.painter import Painting, PaintRequest
from twin.ports import Picture

__all__ = ["Comparison", "Environment", "Recipe", "Sameness", "compare", "environment_here", "pixels_sha256", "psnr_of"]

PACKAGES = ("torch", "diffusers", "numpy")
"""The packages whose arithmetic decides the pixels."""
CLOSE_DB = 45.0
"""From this peak signal-to-noise ratio on, two pictures look the same."""


@dataclass(frozen=True)
class Environment:
    """Where a picture is painted: versions by package, the machine and its device in words, threads of arithmetic.

    Raises BadValue for fewer threads than one or a nameless machine or device.
    """

    versions: Mapping[str, str]
    machine: str
    device: str
    threads: int

    def __post_init__(self) -> None:
        """Refuse what no machine is."""
        if self.threads < 1 or not self.machine or not self.device:
            raise BadValue("A picture is painted by at least one thread of a named machine and device.")

    def differences(self, other: "Environment") -> tuple[str, ...]:
        """What is not as in `other`, each in words; empty when equal pixels are owed."""
        mine, theirs = self._named(), other._named()
        return tuple(
            f"{name}: {mine.get(name, 'absent')} → {theirs.get(name, 'absent')}"
            for name in sorted({*mine, *theirs})
            if mine.get(name) != theirs.get(name)
        )

    def running(self, ran: Mapping[str, str]) -> "Environment":
        """The same, with an engine's own device and packages."""
        packages = {name: told for name, told in ran.items() if name != "device"}
        return replace(self, versions={**self.versions, **packages}, device=ran.get("device", self.device))

    def _named(self) -> dict[str, str]:
        return {**self.versions, "machine": self.machine, "device": self.device, "threads": str(self.threads)}


def environment_here(threads: int, device: str = "cpu", packages: Sequence[str] = PACKAGES) -> Environment:
    """The environment of this process. Raises PackageNotFoundError for a package that is not installed."""
    versions = {"python": platform.python_version(), **{name: version(name) for name in packages}}
    machine = f"{platform.system()} {platform.machine()}, {_processor(Path('/proc/cpuinfo'))}"
    return Environment(versions, machine, device, threads)


def _processor(told: Path) -> str:
    """The processor's model, because libraries choose their arithmetic by it."""
    lines = told.read_text(encoding="utf-8").splitlines() if told.exists() else []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or "unknown processor"


@dataclass(frozen=True)
class Recipe:
    """One picture's recipe: the request, the painter's own account of its work, and where it was painted.

    `references` and `pixels_sha256` are hashes of pictures as arrays; `made_by` is JSON. Raises BadValue from `of_json`.
    """

    painter: str
    twin_id: str
    look: Look
    seed: int
    size: tuple[int, int]
    references: tuple[str, ...]
    made_by: Mapping[str, Any]
    pixels_sha256: str
    environment: Environment

    @classmethod
    def of(cls, painter: str, request: PaintRequest, painting: Painting, environment: Environment) -> Self:
        """The recipe of a painting that was just made."""
        return cls(
            painter=painter,
            twin_id=request.twin_id,
            look=request.look,
            seed=request.seed,
            size=request.size,
            references=tuple(pixels_sha256(reference) for reference in request.references),
            made_by=dict(painting.recipe),
            pixels_sha256=pixels_sha256(painting.picture),
            environment=environment.running(painting.ran),
        )

    def as_json(self) -> str:
        """Canonical JSON text."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """What `as_json` wrote. Raises BadValue for anything else."""
        try:
            told = json.loads(text)
            parts = {
                **told,
                "look": Look.from_mapping(told["look"]),
                "size": tuple(told["size"]),
                "references": tuple(told["references"]),
                "environment": Environment(**told["environment"]),
            }
            return cls(**parts)
        except (ValueError, TypeError, KeyError) as error:
            raise BadValue("This recipe was not written by this program.") from error

    def request(self, references: tuple[Picture, ...] = (), edit: Edit | None = None) -> PaintRequest:
        """The request that repaints it, with the seed that was kept where there was a choice among several.

        Raises BadValue when these are not the pictures it was painted from.
        """
        if tuple(pixels_sha256(reference) for reference in references) != self.references:
            raise BadValue("The reference pictures are not those this image was painted from.")
        if (edit.hashes if edit else None) != self.made_by.get("edit"):
            raise BadValue("The picture or the mask is not the one that this image was repainted from.")
        seed = int(self.made_by["seed"]) if "best_of" in self.made_by else self.seed
        return PaintRequest(self.twin_id, self.look, seed, references, self.size, edit)


class Sameness(StrEnum):
    """How a repainting compares."""

    EQUAL = "equal"
    CLOSE = "close"
    DIFFERENT = "different"


@dataclass(frozen=True)
class Comparison:
    """The answer with its evidence: `psnr` in dB (infinite for equal pixels, NaN for unequal sizes), and a reason."""

    sameness: Sameness
    psnr: float
    reason: str


def compare(picture: Picture, repainted: Picture, recipe: Recipe, environment: Environment) -> Comparison:
    """Judge a repainting made in `environment` against the picture of `recipe`, both (h, w, 3) sRGB.

    In the recipe's own environment only equal pixels will do; in another one 45 dB count as close.
    """
    if picture.shape != repainted.shape:
        sizes = " and ".join(f"{p.shape[1]} × {p.shape[0]}" for p in (picture, repainted))
        return Comparison(Sameness.DIFFERENT, math.nan, f"The sizes differ: {sizes}.")
    psnr = psnr_of(picture, repainted)
    if math.isinf(psnr):
        return Comparison(Sameness.EQUAL, psnr, "Every pixel is equal.")
    differences = recipe.environment.differences(environment)
    if not differences:
        return Comparison(Sameness.DIFFERENT, psnr, f"The same environment painted another picture ({psnr:.1f} dB).")
    sameness = Sameness.CLOSE if psnr >= CLOSE_DB else Sameness.DIFFERENT
    return Comparison(sameness, psnr, f"The environment differs ({'; '.join(differences)}): {psnr:.1f} dB.")


def psnr_of(one: Picture, other: Picture) -> float:
    """Peak signal-to-noise ratio of two 8-bit pictures of one size, in dB; infinite when they are equal."""
    error = float(np.mean((one.astype(np.float64) - other.astype(np.float64)) ** 2))
    return math.inf if error == 0 else 10 * math.log10(255.0**2 / error)
