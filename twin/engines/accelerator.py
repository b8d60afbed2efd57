"""Which GPUs this machine has and how much of their memory is free, asked of the driver's own tool and not of torch.

A page that asked torch would hold a context on the GPU, which belongs to a worker's process alone.
"""

import re
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

QUERY = (
    "nvidia-smi",
    "--query-gpu=index,uuid,name,mig.mode.current,memory.free,memory.total",
    "--format=csv,noheader,nounits",
)
SLICES = ("nvidia-smi", "-L")
"""Asked only where a GPU was cut into slices (MIG), because the query above tells of whole ones."""
PATIENCE_S = 5.0
KEPT_S = 3.0
"""How long what the driver said is believed."""
MEBIBYTE = 1024 * 1024
GIBIBYTE = 1024 * MEBIBYTE
Run = Callable[[Sequence[str]], str]

_WHOLE = re.compile(r"GPU (\d+): ")
_SLICE = re.compile(r"MIG \S*?(\d+)gb\S*\s+Device\s+(\d+): \(UUID: (MIG-[^)\s]+)\)")


@dataclass(frozen=True)
class Accelerator:
    """One GPU, or one slice of a GPU that was cut: its name, and bytes of memory that are free and that there are.

    `number` is the driver's, which changes with the slots; `uuid` is what stays, and what CUDA takes to be pinned by. `part`
    is the number of a slice. Where not `measured`, the driver does not say what is free, and `free` is all there is.
    """

    title: str
    free: int
    total: int
    uuid: str = ""
    number: int = 0
    part: int | None = None
    measured: bool = True


@dataclass(frozen=True)
class Power:
    """How the studio may use the machine: processor threads of a worker, whether models are compiled, which GPUs (as
    CUDA_VISIBLE_DEVICES names them; None: all), and how many workers at most (None: one for each GPU, or one without any).

    Compiling is off: it was measured nowhere, takes a minute or two at the first picture, again for each other number of pictures
    painted in one go, and klein's four steps leave little to win. `python -m tests.bench klein` measures both.
    """

    threads: int
    compiled: bool = False
    gpus: str | None = None
    workers: int | None = None


def accelerators(run: Run | None = None) -> tuple[Accelerator, ...]:
    """The GPUs as they are now, in the driver's order; none where its tool is missing, silent or not understood."""
    ask = run or _run
    try:
        whole = list(_read(ask(QUERY)))
        slices = list(_slices(ask(SLICES))) if any(is_cut for _, is_cut in whole) else []
    except (OSError, ValueError, subprocess.SubprocessError):
        return ()
    found: list[Accelerator] = []
    for gpu, is_cut in whole:
        found += [_of(gpu, one) for one in slices if one.number == gpu.number] if is_cut else [gpu]
    return tuple(found)


def _read(told: str) -> Iterator[tuple[Accelerator, bool]]:
    """Each GPU of the query's answer, and whether it was cut; a line that is not understood is of no GPU to us."""
    for line in told.splitlines():
        with suppress(ValueError):
            number, uuid, rest = line.split(",", 2)
            title, cut, free, total = rest.rsplit(",", 3)
            is_cut = cut.strip() == "Enabled"
            # What is free of a GPU that was cut says nothing about its slices, and may not be told at all.
            sizes = (0, 0) if is_cut else (int(free) * MEBIBYTE, int(total) * MEBIBYTE)
            yield Accelerator(title.strip(), *sizes, uuid.strip(), int(number)), is_cut


def _slices(told: str) -> Iterator[Accelerator]:
    """Every slice, under the number of its GPU; how large one is stands in its profile."""
    number = -1
    for line in told.splitlines():
        if whole := _WHOLE.match(line):
            number = int(whole[1])
        elif cut := _SLICE.search(line):
            size = int(cut[1]) * GIBIBYTE
            yield Accelerator("", size, size, cut[3], number, int(cut[2]), measured=False)


def _of(gpu: Accelerator, part: Accelerator) -> Accelerator:
    return replace(part, title=f"{gpu.title}, slice {part.part}")


def visible(gpus: Sequence[Accelerator], told: str | None) -> tuple[Accelerator, ...]:
    """Those that `CUDA_VISIBLE_DEVICES` lets this program use, in its order; all where it is not set.

    As CUDA reads it: numbers, or beginnings of UUIDs; the list ends at the first that is none.
    """
    if told is None:
        return tuple(gpus)
    chosen: list[Accelerator] = []
    for word in (part.strip() for part in told.split(",")):
        named = [gpu for gpu in gpus if word and (gpu.number == int(word) if word.isdecimal() else gpu.uuid.startswith(word))]
        if not named or named[0] in chosen:
            break
        chosen.append(named[0])
    return tuple(chosen)


class Gauge:
    """The GPUs as they are now, asked of the driver at most every few seconds, however many ask."""

    def __init__(
        self,
        ask: Callable[[], tuple[Accelerator, ...]] = accelerators,
        clock: Callable[[], float] = time.monotonic,
        kept_s: float = KEPT_S,
    ) -> None:
        """`clock` gives seconds."""
        self._ask, self._clock, self._kept_s = ask, clock, kept_s
        self._asking = threading.Lock()
        self._told: tuple[float, tuple[Accelerator, ...]] | None = None

    def __call__(self) -> tuple[Accelerator, ...]:
        """What the driver says, or said a moment ago."""
        with self._asking:
            now = self._clock()
            if self._told is None or now - self._told[0] >= self._kept_s:
                self._told = now, self._ask()
            return self._told[1]


def _run(command: Sequence[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=PATIENCE_S).stdout
