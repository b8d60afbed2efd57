"""What is asked of one process: how many workers, with how much of the machine each."""

import os
from pathlib import Path

import pytest

from twin.arguments import parse
from twin.errors import BadValue
from twin.settings import Settings


def read(environment: dict[str, str], *words: str) -> Settings:
    return Settings.read(vars(parse(["--home", "/tmp/x", *words])), environment)


def test_the_number_of_workers_is_limited_by_the_command_line_before_the_environment() -> None:
    assert read({}).power.workers is None
    assert read({"TWIN_STUDIO_WORKERS": "3"}).power.workers == 3
    assert read({"TWIN_STUDIO_WORKERS": "3"}, "serve", "--workers", "2").power.workers == 2


@pytest.mark.parametrize("name", ["TWIN_STUDIO_WORKERS", "TWIN_STUDIO_THREADS"])
@pytest.mark.parametrize("told", ["0", "-1", "many", "1.5"])
def test_a_count_that_is_none_is_refused_in_a_sentence(name: str, told: str) -> None:
    with pytest.raises(BadValue, match=f"{name} is a number from 1 on"):
        read({name: told})
    with pytest.raises(BadValue, match="one worker at the least"):
        Settings(Path("/tmp/x"), workers=0)


def test_workers_share_the_processors_and_a_worker_reads_its_share_and_its_gpu() -> None:
    cores = os.cpu_count() or 1
    alone = read({}).beside({"A": "b"}, 1)
    assert alone == {"A": "b", "TWIN_STUDIO_THREADS": str(min(4, cores))}
    crowd = read({}).beside({"CUDA_VISIBLE_DEVICES": "GPU-1"}, 1000)
    worker = read(crowd)
    assert (worker.power.threads, worker.power.gpus) == (1, "GPU-1")
