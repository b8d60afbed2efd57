"""What engines run on: a GPU, by number, what it has free, and what its errors mean."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import torch

from twin.errors import EngineBroken, PainterUnavailable

NO_ROOM = ("CUDA error: out of memory", "CUBLAS_STATUS_ALLOC_FAILED", "CUDNN_STATUS_ALLOC_FAILED")
"""How the driver, and libraries that ask it themselves, say that memory ran out."""


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


def is_full(error: RuntimeError) -> bool:
    """Whether an error says that memory ran out: torch's own, the driver's, or that of a library which asks the driver itself."""
    return isinstance(error, torch.OutOfMemoryError) or any(sign in str(error) for sign in NO_ROOM)


def is_broken(error: RuntimeError) -> bool:
    """Whether an error leaves the process without a usable accelerator, as a CUDA fault does."""
    return not is_full(error) and (isinstance(error, torch.AcceleratorError) or "CUDA error" in str(error))


@contextmanager
def breaks_told() -> Iterator[None]:
    """Raises EngineBroken in the place of an error after which the accelerator is of no use to this process."""
    try:
        yield
    except RuntimeError as error:
        if is_broken(error):
            raise EngineBroken(f"The GPU stopped answering while it painted ({type(error).__name__}).") from error
        raise
