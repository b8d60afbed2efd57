"""Which GPUs this machine has and how much of their memory is free, asked of the driver's own tool and not of torch.

A page that asked torch would hold a context on the GPU, which belongs to the worker's process alone.
"""

import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass

QUERY = ("nvidia-smi", "--query-gpu=name,memory.free,memory.total", "--format=csv,noheader,nounits")
PATIENCE_S = 5.0
MEBIBYTE = 1024 * 1024
Run = Callable[[Sequence[str]], str]


@dataclass(frozen=True)
class Accelerator:
    """One GPU: its name, and bytes of memory that are free and that there are."""

    title: str
    free: int
    total: int


@dataclass(frozen=True)
class Power:
    """How engines may use the machine: processor threads, and whether models are compiled.

    Compiling is off: it was measured nowhere, takes a minute or two at the first picture, again for each other number of pictures
    painted in one go, and klein's four steps leave little to win. `python -m tests.bench klein` measures both.
    """

    threads: int
    compiled: bool = False


def accelerators(run: Run | None = None) -> tuple[Accelerator, ...]:
    """The GPUs of this machine as they are now; empty where the driver's tool is missing, silent or not understood."""
    try:
        lines = (run or _run)(QUERY).splitlines()
        told = [line.rsplit(",", 2) for line in lines if line.strip()]
        return tuple(Accelerator(name.strip(), int(free) * MEBIBYTE, int(total) * MEBIBYTE) for name, free, total in told)
    except (OSError, ValueError, subprocess.SubprocessError):
        return ()


def _run(command: Sequence[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=PATIENCE_S).stdout
