"""The benchmark that needs a GPU runs its whole course on tiny weights, is of the size it says, and says when it did not run."""

import json
import sys
from pathlib import Path

import pytest
import torch

from tests.bench import __main__ as door
from tests.bench.klein import AIMS, DID_NOT_RUN, Bench, Gauge, parts
from tests.twin.painters.tiny_klein import SIZE, Allocator, Pretend, tiny_folder


class Counted(Gauge):
    """A gauge of a processor: every time it is asked it has seen another gigabyte."""

    def __init__(self) -> None:
        self.asked = self.resets = 0

    def reset(self) -> None:
        self.resets += 1

    def peak(self) -> int:
        self.asked += 1
        return self.asked * 10**9


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    torch.set_num_threads(1)
    return Bench(tiny_folder(tmp_path_factory.mktemp("klein") / "weights"), Pretend(), Counted(), SIZE, batch=3, rounds=1)


def test_it_tells_ratios_for_one_and_for_a_batch_and_the_peak_of_every_mode(bench: Bench) -> None:
    told = json.loads(json.dumps(bench.run().as_json()))
    assert told["n"] == 1
    assert told["ratio"] > 0
    assert told["figures"]["peak_gb"] == {"bf16": 1.0, "quantised": 2.0, "offload": 3.0, "3 ordered together": 4.0}
    for way in ("eager", "compiled"):
        for which in ("one", "batch"):
            found = told["figures"][way][which]
            assert found["aim"] == AIMS[which]
            assert found["holds"] == (found["times_as_quick"] >= AIMS[which]) or abs(found["times_as_quick"] - AIMS[which]) < 0.01
        assert (told["figures"][way]["in_one_go"], told["figures"][way]["mode"]) == (3, "bf16")


def test_a_mode_that_finds_no_room_is_told_as_such_and_not_measured_as_another(bench: Bench) -> None:
    with Allocator(250):
        assert bench.peaks()["bf16"] == "ran out of memory, painted as quantised"


def test_a_batch_that_the_plain_call_has_no_room_for_is_told_and_ends_nothing(bench: Bench) -> None:
    def theirs(count: int) -> None:
        if count > 1:
            raise torch.OutOfMemoryError("CUDA out of memory.")

    told, one = bench.beside(theirs)
    assert told["batch"] == {"images": 3, "plain": "ran out of memory"}
    assert one.n == 1


def test_the_full_size_is_kleins() -> None:
    with torch.device("meta"):
        transformer, encoder, vae = (sum(one.numel() for one in part.parameters()) * 2 for part in parts())
    assert 7.6e9 < transformer < 7.9e9
    assert 7.9e9 < encoder < 8.2e9
    assert 1.6e8 < vae < 1.8e8


@pytest.mark.skipif(torch.cuda.is_available(), reason="here is a GPU")
def test_without_a_gpu_it_says_that_it_did_not_run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "argv", ["bench", "klein", "--data", str(tmp_path)])
    assert door.main() == 0
    assert capsys.readouterr().out == f"klein: {DID_NOT_RUN}\n"
