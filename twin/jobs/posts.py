"""The posts that workers take: one for each GPU, or one for a machine without."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from twin.engines.accelerator import Accelerator
from twin.errors import BadValue

CPU = "cpu"
BETWEEN = ":"


@dataclass(frozen=True)
class Post:
    """A place for one worker, named the same at each start; `gpu` is the one it paints on, if any.

    Raises BadValue for a name that is no plain word.
    """

    name: str = CPU
    gpu: Accelerator | None = None

    def __post_init__(self) -> None:
        """Refuse a name that could not be that of a file, or that would run into a process's number."""
        if not is_name(self.name):
            raise BadValue(f"{self.name!r} is no name of a worker's post.")

    def pinned(self, environment: Mapping[str, str]) -> dict[str, str]:
        """The environment for this post's process, in which CUDA knows of this GPU alone.

        It is named by its UUID: numbers are the driver's in one order and CUDA's in another, and change when a card fails.
        """
        if self.gpu is None:
            return dict(environment)
        seen = self.gpu.uuid or str(self.gpu.number)
        return {**environment, "CUDA_VISIBLE_DEVICES": seen, "CUDA_DEVICE_ORDER": "PCI_BUS_ID"}

    def worker(self, process_id: int) -> str:
        """The name in the job table of the worker that holds this post in a process."""
        return f"{self.name}{BETWEEN}{process_id}"


def post_named(name: str, gpus: Sequence[Accelerator]) -> Post:
    """The post of this name in a process of its own, where no other GPU than its own is to be seen. Raises BadValue."""
    if name == CPU:
        return Post()
    return Post(name, gpus[0] if gpus else Accelerator("a GPU that the driver does not tell of now", 0, 0))


def is_name(text: str) -> bool:
    """Whether a post can be called so."""
    return bool(text) and all(part.isascii() and part.isalnum() for part in text.split("-"))


def post_of(worker: str) -> str:
    """The name of the post that the worker of this name held."""
    return worker.partition(BETWEEN)[0]


def posts(gpus: Sequence[Accelerator], most: int | None = None) -> tuple[Post, ...]:
    """A post for each GPU, at most so many; a machine without has exactly one."""
    made = tuple(Post(_name(gpu), gpu) for gpu in gpus) or (Post(),)
    return made[:most]


def _name(gpu: Accelerator) -> str:
    return f"gpu-{gpu.number}" if gpu.part is None else f"gpu-{gpu.number}-{gpu.part}"
