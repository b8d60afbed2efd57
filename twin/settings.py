"""How one process of the studio was asked to run."""

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from platformdirs import user_data_path

from twin.engines.accelerator import Power
from twin.errors import BadValue

PORTS = range(1, 65536)
KILLED_BY_A_TEST = 86


@dataclass(frozen=True)
class Settings:
    """What the command line and the environment say, read once.

    `wanted` is the kind of home asked for ("demo", "studio" or None); `public` the name under which browsers come over https,
    through a proxy; `framed` says that this is a hosted Space, shown inside another page; `fault` is the point at which a test
    wants the process to die; `threads` how many a model may take; `compiled` that a GPU's
    models are compiled; `workers` how many worker processes there are at most (None: one for each GPU, one without any);
    `gpus` are those that CUDA may use, as CUDA_VISIBLE_DEVICES names them (None: all); `scratch` is where the web framework keeps
    what pages hold.
    Raises BadValue.
    """

    home: Path
    wanted: str | None = None
    host: str = "127.0.0.1"
    port: int = 7860
    public: str | None = None
    framed: bool = False
    fault: str | None = None
    threads: int = 2
    compiled: bool = False
    workers: int | None = None
    gpus: str | None = None
    scratch: Path | None = None

    def __post_init__(self) -> None:
        """Refuse a port that is none, no worker at all, and no thread."""
        if self.port not in PORTS:
            raise BadValue(f"A port is a number from 1 to 65535, not {self.port}.")
        if self.workers is not None and self.workers < 1:
            raise BadValue("A studio has one worker at the least.")
        if self.threads < 1:
            raise BadValue("A worker computes with one thread at the least.")

    @property
    def exposed(self) -> tuple[Path, ...]:
        """The folders whose files a browser can reach: where the program runs, and the scratch folder."""
        return Path.cwd(), self.scratch or Path(tempfile.gettempdir()) / "gradio"

    def reach(self, point: str) -> None:
        """Die at the fault point that a test named, as in a power cut."""
        if point == self.fault:
            os._exit(KILLED_BY_A_TEST)

    @property
    def address(self) -> str:
        """Where a browser finds the studio."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"https://{self.public}" if self.public else f"http://{host}:{self.port}"

    @property
    def power(self) -> Power:
        """How engines may use the machine."""
        return Power(self.threads, self.compiled, self.gpus, self.workers)

    def beside(self, environment: Mapping[str, str], workers: int) -> dict[str, str]:
        """The environment of one of so many workers, among whom the processors are shared."""
        threads = max(1, min(self.threads, (os.cpu_count() or 1) // max(1, workers)))
        return {**environment, "TWIN_STUDIO_THREADS": str(threads)}

    @classmethod
    def read(cls, asked: Mapping[str, Any], environment: Mapping[str, str]) -> Self:
        """The command line before the environment before the defaults."""
        space = environment.get("SPACE_HOST") if environment.get("SPACE_ID") else None
        home = asked.get("home") or environment.get("TWIN_STUDIO_HOME") or user_data_path("twin-studio")
        return cls(
            home=Path(home),
            wanted=asked.get("wanted") or ("demo" if space else None),
            host=asked.get("host") or ("0.0.0.0" if space else cls.host),
            port=cls.port if asked.get("port") is None else asked["port"],
            public=asked.get("public") or space,
            framed=space is not None,
            fault=environment.get("TWIN_STUDIO_FAULT"),
            threads=_number(environment, "TWIN_STUDIO_THREADS") or min(4, os.cpu_count() or 1),
            compiled=environment.get("TWIN_STUDIO_COMPILE") == "1",
            workers=asked.get("workers") or _number(environment, "TWIN_STUDIO_WORKERS"),
            gpus=environment.get("CUDA_VISIBLE_DEVICES"),
            scratch=Path(environment["GRADIO_TEMP_DIR"]) if environment.get("GRADIO_TEMP_DIR") else None,
        )


def _number(environment: Mapping[str, str], name: str) -> int | None:
    """A count that a variable sets; None where it is not set. Raises BadValue."""
    told = environment.get(name, "")
    if told and not (told.isdecimal() and int(told) > 0):
        raise BadValue(f"{name} is a number from 1 on, not {told!r}.")
    return int(told) if told else None
