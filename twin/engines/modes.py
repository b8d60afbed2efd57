"""How large a model is held on an accelerator: whole, in eight bits, or a block at a time; chosen by the memory that is free."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from twin.errors import PainterUnavailable

GIGABYTE = 1_000_000_000
WORKING = 3_700_000_000
"""Bytes beside the weights for a megapixel and its references: klein in bf16 is told to take 20 GB, of which 16.3 are weights."""
MEGAPIXEL = 1024 * 1024
PASSING = 8
"""At most this part of the weights is on the accelerator while blocks pass over it, one computing and one arriving."""


class Mode(StrEnum):
    """From the quickest and largest to the smallest."""

    BF16 = "bf16"
    """All weights on the accelerator as they were published."""
    QUANTISED = "quantised"
    """All weights on the accelerator as eight-bit floats, computed with in bf16: half the room, a slightly other picture."""
    OFFLOAD = "offload"
    """Weights in main memory, on the accelerator a block at a time: the picture of bf16, slower."""

    @property
    def words(self) -> str:
        """What a person reads."""
        return {
            Mode.BF16: "the whole model in bf16",
            Mode.QUANTISED: "the whole model in eight bits (quantised)",
            Mode.OFFLOAD: "a block at a time from main memory (offload), slower",
        }[self]

    @property
    def smaller(self) -> "Mode | None":
        """The next mode that needs less; None after the smallest."""
        order = list(Mode)
        place = order.index(self) + 1
        return order[place] if place < len(order) else None


def together(free: int, size: tuple[int, int]) -> int:
    """How many pictures of a size (width, height) may be painted in one go with `free` bytes beside the weights; one at least.

    Each is given what one picture and its references are known to take, though what they share is there once.
    """
    return max(1, free * MEGAPIXEL // (WORKING * size[0] * size[1]))


def weights_in(folder: Path) -> Mapping[str, int]:
    """Bytes of weights by part of a saved pipeline."""
    return {
        part.name: sum(file.stat().st_size for file in part.glob("*.safetensors"))
        for part in sorted(folder.iterdir())
        if part.is_dir() and any(part.glob("*.safetensors"))
    }


def needed(weights: Mapping[str, int]) -> dict[Mode, int]:
    """Bytes that each mode needs free for weights of these sizes (bf16, by part)."""
    whole = sum(weights.values())
    # The smallest parts stay as they are: an autoencoder in eight bits is seen in the picture.
    halved = whole - (whole - weights.get("vae", 0)) // 2
    return {
        Mode.BF16: whole + WORKING,
        Mode.QUANTISED: halved + WORKING,
        Mode.OFFLOAD: weights.get("vae", 0) + whole // PASSING + WORKING,
    }


def choose(free: int, weights: Mapping[str, int]) -> Mode:
    """The largest mode that fits into `free` bytes. Raises PainterUnavailable, saying what would be needed, when none does."""
    wanted = needed(weights)
    for mode in Mode:
        if wanted[mode] <= free:
            return mode
    least, here = wanted[Mode.OFFLOAD] / GIGABYTE, free / GIGABYTE
    raise PainterUnavailable(f"This painter needs at the least {least:.1f} GB of free GPU memory, and {here:.1f} GB are free.")
