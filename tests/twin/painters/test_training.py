"""Training lowers the error, and resumes as if it had never been interrupted."""

from pathlib import Path

import pytest
import torch

from tests.twin.painters.small import few_plates, small_pipeline
from twin.painters.album import Album
from twin.painters.pipeline import AtelierPipeline
from twin.painters.samples import Samples, gathered, lines_of, measured_codec, raw_plate
from twin.painters.training import Course, Trainer, is_flat


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> tuple[AtelierPipeline, Samples]:
    """A pipeline with a measured codec, and a few plates as samples."""
    folder = few_plates(tmp_path_factory.mktemp("few") / "plates")
    pipeline = small_pipeline()
    raws = [raw_plate(folder, line) for line in lines_of(folder, "train")]
    with torch.no_grad():
        measured_codec(pipeline.codec, raws)
        seen = gathered(raws, len(raws), pipeline.codec, pipeline.conditions, Album(folder))
        pipeline.codec.trust(seen.channels.float(), seen.bases.float(), seen.weights)
        return pipeline, seen


@pytest.fixture
def one_thread() -> None:
    torch.set_num_threads(1)


def trainer(samples: tuple[AtelierPipeline, Samples], **course: float) -> Trainer:
    pipeline = small_pipeline()
    pipeline.codec.load_state_dict(samples[0].codec.state_dict())
    return Trainer(pipeline, samples[1], Course(**{"steps": 8, "batch": 2, "warm_up": 1, **course}))  # type: ignore[arg-type]


@pytest.mark.usefixtures("one_thread")
def test_a_resumed_course_equals_one_without_a_break(samples: tuple[AtelierPipeline, Samples], tmp_path: Path) -> None:
    whole = trainer(samples)
    losses = [whole.learn() for _ in range(6)]
    first = trainer(samples)
    broken = [first.learn() for _ in range(3)]
    first.save(tmp_path / "checkpoint.pt")
    second = trainer(samples)
    second.resume(tmp_path / "checkpoint.pt")
    assert second.step == 3
    broken += [second.learn() for _ in range(3)]
    assert broken == losses
    assert all(torch.equal(a, b) for a, b in zip(whole.weights, second.weights, strict=True))
    assert all(torch.equal(a, b) for a, b in zip(whole.average.shadow_params, second.average.shadow_params, strict=True))


def test_learning_lowers_the_error(samples: tuple[AtelierPipeline, Samples]) -> None:
    taught = trainer(samples, steps=1000, rate=3e-3, decay=0.8)
    before = taught.error(samples[1])
    for _ in range(24):
        taught.learn()
    assert taught.error(samples[1]) < 0.9 * before


def test_measuring_the_error_changes_nothing(samples: tuple[AtelierPipeline, Samples]) -> None:
    taught = trainer(samples)
    taught.learn()
    before = [weight.clone() for weight in taught.weights]
    assert taught.error(samples[1]) == taught.error(samples[1])
    assert all(torch.equal(a, b) for a, b in zip(before, taught.weights, strict=True))


def test_the_rate_rises_stays_and_falls() -> None:
    course = Course(steps=1000, rate=1.0, warm_up=100, cooling=0.3)
    assert course.rate_at(0) == pytest.approx(0.01)
    assert course.rate_at(400) == course.rate_at(699) == 1.0
    assert course.rate_at(850) == pytest.approx(0.51)
    assert course.rate_at(1000) == pytest.approx(0.02)


def test_a_course_is_flat_when_two_evaluations_in_a_row_gained_less_than_a_hundredth() -> None:
    assert not is_flat([1.0, 0.999])
    assert not is_flat([1.0, 0.5, 0.499])
    assert not is_flat([1.0, 0.999, 0.9])
    assert is_flat([1.0, 0.5, 0.499, 0.498])
    assert is_flat([1.0, 1.1, 1.2])
