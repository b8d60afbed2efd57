"""GPUs are told by the driver's tool; where it is missing, silent or odd there are none."""

import subprocess
from collections.abc import Sequence

import pytest

from twin.engines.accelerator import QUERY, Accelerator, accelerators


def test_each_line_is_a_gpu_in_bytes() -> None:
    asked: list[Sequence[str]] = []

    def run(command: Sequence[str]) -> str:
        asked.append(command)
        return "NVIDIA H100 80GB HBM3, 81000, 81559\nNVIDIA, odd name, 10, 24\n\n"

    assert accelerators(run) == (
        Accelerator("NVIDIA H100 80GB HBM3", 81000 * 2**20, 81559 * 2**20),
        Accelerator("NVIDIA, odd name", 10 * 2**20, 24 * 2**20),
    )
    assert asked == [QUERY]


@pytest.mark.parametrize(
    "said", [FileNotFoundError(), subprocess.TimeoutExpired("x", 5), subprocess.CalledProcessError(9, "x"), "N/A"]
)
def test_a_driver_that_does_not_answer_is_no_gpu(said: Exception | str) -> None:
    def run(_: Sequence[str]) -> str:
        if isinstance(said, Exception):
            raise said
        return said

    assert accelerators(run) == ()
