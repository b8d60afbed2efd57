"""The pipeline denoises step by step, repeats itself, and is saved and opened without a network."""

from pathlib import Path

import pytest
import torch

from tests.twin.painters.small import small_pipeline
from twin.painters.conditions import Told
from twin.painters.pipeline import AtelierPipeline

NORA = Told("nora", "female_casualsuit01", yaw=10.0)
LUCA = Told("luca", "male_casualsuit03", yaw=-20.0)


GREY = torch.cat([torch.full((12, 640, 512), 0.2), torch.full((2, 640, 512), 0.5)])[None]


def seeds(*numbers: int) -> list[torch.Generator]:
    return [torch.Generator().manual_seed(number) for number in numbers]


def test_every_step_is_shown_and_ends_in_what_is_returned() -> None:
    seen: list[tuple[int, int, torch.Tensor]] = []
    pipeline = small_pipeline()
    end = pipeline([NORA], GREY, seeds(1), 3, lambda step, steps, guess: seen.append((step, steps, guess.clone())))
    assert [(step, steps) for step, steps, _ in seen] == [(1, 3), (2, 3), (3, 3)]
    assert torch.equal(pipeline.finished(seen[-1][2], pipeline.codec.encode(GREY), GREY), end)
    assert end.shape == (1, 14, 640, 512)
    assert not torch.equal(seen[0][2], seen[1][2])


def test_what_the_watcher_raises_stops_the_painting() -> None:
    told: list[int] = []

    def watch(step: int, steps: int, guess: torch.Tensor) -> None:  # noqa: ARG001
        told.append(step)
        if step == 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        small_pipeline()([NORA], GREY, seeds(1), 5, watch)
    assert told == [1, 2]


def test_the_same_seed_is_equal_and_another_differs() -> None:
    pipeline = small_pipeline()
    first, again, other = (pipeline([NORA], GREY, seeds(seed), 2) for seed in (5, 5, 6))
    assert torch.equal(first, again)
    assert not torch.allclose(first, other, atol=1e-3)


def test_who_and_how_changes_the_picture() -> None:
    pipeline = small_pipeline()
    nora, luca, turned = (
        pipeline([told], GREY, seeds(5), 2) for told in (NORA, LUCA, Told("nora", "female_casualsuit01", yaw=-30.0))
    )
    assert not torch.allclose(nora, luca, atol=1e-3)
    assert not torch.allclose(nora, turned, atol=1e-3)


def test_without_a_network_it_paints_what_arithmetic_knows() -> None:
    pipeline = small_pipeline()
    torch.nn.init.zeros_(pipeline.unet.conv_out.weight)
    torch.nn.init.zeros_(pipeline.unet.conv_out.bias)
    shades = GREY * torch.linspace(0.2, 1, 512)
    pipeline.codec.rest.fill_(1e-3)
    sure = pipeline([NORA], shades, seeds(5), 2, strength=1.0)
    assert torch.allclose(sure, shades, atol=0.02)
    pipeline.codec.rest.fill_(1.0)
    faint, strong = (pipeline([NORA], shades, seeds(5), 2, strength=strength) for strength in (0.1, 0.8))
    assert float((faint - shades).square().mean()) < float((strong - shades).square().mean())


def test_detail_that_no_channel_holds_stays_as_the_base_has_it() -> None:
    pipeline = small_pipeline()
    fine = torch.zeros(1, 14, 640, 512)
    fine[:, 0, ::2, ::2] = 0.02
    smooth, detailed = (pipeline([NORA], base, seeds(5), 2) for base in (GREY, GREY + fine))
    apart = (detailed - smooth)[:, 0, 320, 256] - (detailed - smooth)[:, 0, 321, 257]
    assert float(apart) > 0.015


def test_somebody_it_never_saw_is_no_condition() -> None:
    with pytest.raises(ValueError, match="not in list"):
        small_pipeline()([Told("nobody", "female_casualsuit01")], GREY, seeds(1), 1)


def test_saved_and_opened_it_paints_the_same(tmp_path: Path) -> None:
    pipeline = small_pipeline()
    pipeline.save_pretrained(tmp_path)
    opened = AtelierPipeline.from_pretrained(tmp_path, local_files_only=True, low_cpu_mem_usage=False)
    assert opened.conditions.config.wardrobe == pipeline.conditions.config.wardrobe
    assert torch.allclose(pipeline([LUCA], GREY, seeds(2), 2), opened([LUCA], GREY, seeds(2), 2), atol=1e-4)
