"""The block transform keeps a plate, mirrors it, and opens it small."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from tests.twin.painters.small import ASSETS
from twin.looks.look import Light, Look, Pose
from twin.painters.codec import BlockCodec, kept_coefficients, new_codec, planes_of_coefficients, planes_plate, plate_planes
from twin.plates.plate import Plate, develop, read_index, read_plate

PLATES = ASSETS / "plates"
HELD_OUT = [line for line in read_index(PLATES) if line["split"] == "held out"]
LOOK = Look(Pose(), Light(), "any", "#8a4a3a", "#b4b6ba")


def psnr(one: Plate, other: Plate) -> float:
    wrong = develop(one, LOOK).astype(float) - develop(other, LOOK)
    return float(10 * np.log10(255**2 / np.square(wrong).mean()))


def back(codec: BlockCodec, plate: Plate) -> Plate:
    with torch.no_grad():
        return planes_plate(codec.decode(codec.encode(plate_planes(plate)[None]))[0], plate.garment_rgb)


@pytest.fixture(scope="module")
def shipped() -> BlockCodec:
    codec: BlockCodec = BlockCodec.from_pretrained(ASSETS / "atelier" / "codec", low_cpu_mem_usage=False)
    return codec


@pytest.mark.parametrize("line", HELD_OUT[::3], ids=lambda line: line["id"])
def test_a_plate_it_was_not_measured_on_survives_the_round_trip(shipped: BlockCodec, line: dict) -> None:
    plate = read_plate(PLATES, line)
    assert psnr(plate, back(shipped, plate)) > 36


def test_kept_coefficients_of_smooth_planes_lose_nothing() -> None:
    tone = torch.linspace(0, 1, 14)[None, :, None, None].expand(1, 14, 640, 512).contiguous()
    assert torch.allclose(planes_of_coefficients(kept_coefficients(tone)), tone, atol=1e-5)


def test_a_small_block_gives_the_same_picture_small(shipped: BlockCodec) -> None:
    plate = read_plate(PLATES, HELD_OUT[0])
    with torch.no_grad():
        channels = shipped.encode(plate_planes(plate)[None])
        large, small = shipped.decode(channels), shipped.decode(channels, 4)
    assert small.shape == (1, 14, 160, 128)
    assert float((torch.nn.functional.avg_pool2d(large, 4) - small).abs().mean()) < 0.01


def test_a_plate_half_as_large_has_the_same_channels_but_softer(shipped: BlockCodec) -> None:
    planes = plate_planes(read_plate(PLATES, HELD_OUT[0]))[None]
    with torch.no_grad():
        large, half = shipped.encode(planes), shipped.encode(torch.nn.functional.avg_pool2d(planes, 2))
    loud = large[:, :8]
    assert float((loud - half[:, :8]).square().mean() / loud.square().mean()) < 0.02
    assert float(half[:, 100:].square().mean()) < float(large[:, 100:].square().mean())


def test_measured_channels_are_uncorrelated_and_tilted() -> None:
    torch.manual_seed(0)
    kept = len(new_codec(8).mean)
    blocks = torch.randn(1500, 6) @ torch.randn(6, kept) * torch.linspace(2, 0.1, kept)
    codec = new_codec(6)
    codec.measure((part, torch.ones(len(part))) for part in blocks.split(500))
    loud = torch.cat([torch.ones(kept - 96), torch.full((96,), 0.5)])
    channels = (((blocks - codec.mean) * loud) @ codec.basis) / codec.scale
    spread = torch.cov(channels.T)
    assert torch.allclose(spread, torch.diag(codec.spread**2), atol=0.02)
    assert float(codec.spread.square().mean()) == pytest.approx(1, abs=1e-4)
    assert all(a >= b for a, b in pairwise(codec.spread.tolist()))


def test_where_there_is_nobody_no_light_falls() -> None:
    plate = planes_plate(torch.cat([torch.full((12, 16, 16), 0.2), torch.zeros(2, 16, 16)]), (0.4, 0.4, 0.4))
    assert float(plate.lights.max()) == 0


def test_trust_finds_how_far_a_base_can_be_believed() -> None:
    torch.manual_seed(0)
    bases = torch.randn(6, 2, 40, 32)
    channels = torch.stack([0.9 * bases[:, 0], 0.1 * bases[:, 1] + 0.5 * torch.randn(6, 40, 32)], 1)
    codec = new_codec(2)
    codec.trust(channels, bases, torch.ones(6, 40, 32))
    assert codec.gain.tolist() == pytest.approx([0.9, 0.1], abs=0.03)
    assert codec.rest.tolist() == pytest.approx([0.001, 0.5], abs=0.03)
