"""GPUs are told by the driver's tool; where it is missing, silent or odd there are none."""

import subprocess
from collections.abc import Sequence

import pytest

from twin.engines.accelerator import GIBIBYTE, QUERY, SLICES, Accelerator, Gauge, accelerators, visible

TWO = (
    Accelerator("NVIDIA H100 80GB HBM3", 81000 * 2**20, 81559 * 2**20, "GPU-aa11", 0),
    Accelerator("NVIDIA, odd name", 10 * 2**20, 24 * 2**20, "GPU-bb22", 1),
)
CUT = """GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-5d5b)
  MIG 3g.20gb     Device  0: (UUID: MIG-c6d4)
  MIG 1g.5gb+me   Device  1: (UUID: MIG-cba6)
GPU 1: NVIDIA A100-SXM4-40GB (UUID: GPU-7777)
"""


def test_each_line_is_a_gpu_in_bytes_and_a_line_that_is_not_understood_hides_no_other() -> None:
    asked: list[Sequence[str]] = []

    def run(command: Sequence[str]) -> str:
        asked.append(command)
        return (
            "0, GPU-aa11, NVIDIA H100 80GB HBM3, Disabled, 81000, 81559\n"
            "2, GPU-cc33, Lost, [N/A], [GPU is lost], [N/A]\n"
            "1, GPU-bb22, NVIDIA, odd name, [N/A], 10, 24\n\n"
        )

    assert accelerators(run) == TWO
    assert asked == [QUERY]


def test_a_gpu_that_was_cut_is_its_slices_whose_free_memory_nobody_tells() -> None:
    told = "0, GPU-5d5b, NVIDIA A100, Enabled, [N/A], [N/A]\n1, GPU-7777, NVIDIA A100, Disabled, 40000, 40960\n"
    first, second, whole = accelerators(lambda command: {QUERY: told, SLICES: CUT}[tuple(command)])
    assert first == Accelerator("NVIDIA A100, slice 0", 20 * GIBIBYTE, 20 * GIBIBYTE, "MIG-c6d4", 0, 0, measured=False)
    assert (second.uuid, second.total, second.number, second.part) == ("MIG-cba6", 5 * GIBIBYTE, 0, 1)
    assert (whole.uuid, whole.measured, whole.free) == ("GPU-7777", True, 40000 * 2**20)


@pytest.mark.parametrize(
    "said", [FileNotFoundError(), subprocess.TimeoutExpired("x", 5), subprocess.CalledProcessError(9, "x"), "N/A"]
)
def test_a_driver_that_does_not_answer_is_no_gpu(said: Exception | str) -> None:
    def run(_: Sequence[str]) -> str:
        if isinstance(said, Exception):
            raise said
        return said

    assert accelerators(run) == ()


@pytest.mark.parametrize(
    ("told", "numbers"),
    [
        (None, [0, 1]),
        ("1,0", [1, 0]),
        ("GPU-bb", [1]),
        ("1, 7, 0", [1]),
        ("0,0", [0]),
        ("", []),
        ("-1", []),
        ("NoDevFiles", []),
    ],
)
def test_what_the_operator_hides_from_cuda_is_not_used(told: str | None, numbers: list[int]) -> None:
    assert [gpu.number for gpu in visible(TWO, told)] == numbers


def test_the_driver_is_asked_at_most_every_few_seconds() -> None:
    answers, now = [TWO, TWO[:1], ()], [0.0]
    gauge = Gauge(lambda: answers.pop(0), lambda: now[0], kept_s=3)
    assert gauge() == gauge() == TWO
    now[0] = 2.9
    assert gauge() == TWO
    now[0] = 3.0
    assert gauge() == TWO[:1]
    assert len(answers) == 1
