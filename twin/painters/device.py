"""What engines run on: a GPU, by number, and what it has free."""

import gc
from dataclasses import dataclass
from typing import Protocol

import torch

from twin.errors import PainterUnavailable


class Device(Protocol):
    """What a model runs on, and what it has free at this moment."""

    @property
    def torch_device(self) -> torch.device: ...
    @property
    def title(self) -> str: ...
    def free(self) -> int: ...
    def empty(self) -> None: ...


@dataclass(frozen=True)
class Cuda:
    """One NVIDIA GPU by its number. Touches the driver only when asked, and raises PainterUnavailable where torch finds none."""

    number: int = 0

    @property
    def torch_device(self) -> torch.device:
        """The device for torch."""
        return torch.device("cuda", self.number)

    @property
    def title(self) -> str:
        """Its name."""
        _insist()
        return str(torch.cuda.get_device_name(self.number))

    def free(self) -> int:
        """Bytes that are free now, other programs considered; what torch keeps for later is free too."""
        _insist()
        kept = torch.cuda.memory_reserved(self.number) - torch.cuda.memory_allocated(self.number)
        return int(torch.cuda.mem_get_info(self.number)[0] + kept)

    def empty(self) -> None:
        """Give back what torch keeps for later."""
        gc.collect()
        torch.cuda.empty_cache()


def _insist() -> None:
    if not torch.cuda.is_available():
        raise PainterUnavailable("This painter needs a GPU that torch can use (CUDA), and torch finds none on this machine.")
