"""The guide knows where head and shoulders are for what is told."""

from dataclasses import replace

import pytest
import torch

from twin.painters.conditions import Told
from twin.painters.guide import GUIDES, guide

STRAIGHT = Told("nora", "female_casualsuit01")
NEAR, INSIDE, ANGLE = slice(12, 15), 33, 36


def guided(told: Told) -> torch.Tensor:
    return guide(torch.tensor([told.numbers()]))[0]


def test_a_straight_head_is_seen_from_the_front() -> None:
    seen = guided(STRAIGHT)
    assert seen.shape == (GUIDES, 40, 32)
    assert torch.isfinite(seen).all()
    middle = seen[NEAR, 14, 15:17].mean(-1)
    assert middle.tolist() == pytest.approx([0, 0, 1], abs=0.05)
    assert seen[INSIDE, 14, 16] > 0.9
    assert seen[INSIDE, 38, 2] < 0


@pytest.mark.parametrize("turn", [{"yaw": 30.0}, {"body": 30.0}])
def test_turned_to_her_left_the_camera_sees_her_right(turn: dict[str, float]) -> None:
    seen = guided(replace(STRAIGHT, **turn))
    inside = seen[INSIDE] > 0.5
    assert float(seen[12][inside].mean()) < -0.3


def test_chin_down_shows_the_crown() -> None:
    straight, down = (guided(replace(STRAIGHT, pitch=pitch)) for pitch in (0.0, 11.0))
    inside = straight[INSIDE] > 0.5
    assert float(down[13][inside].mean()) > float(straight[13][inside].mean()) + 0.1


def test_the_mirror_image_is_guided_as_the_mirrored_person() -> None:
    told = replace(STRAIGHT, yaw=20.0, pitch=4.0, roll=3.0, body=-10.0, zoom=0.04, shift_x=6.0)
    mirrored = replace(told, yaw=-20.0, roll=-3.0, body=10.0, shift_x=-6.0, mirrored=1.0)
    one, other = guided(told), guided(mirrored).flip(-1)
    assert torch.allclose(one[12], -other[12], atol=1e-4)
    assert torch.allclose(one[13:15], other[13:15], atol=1e-4)
    assert torch.allclose(one[INSIDE], other[INSIDE], atol=1e-4)
    assert torch.allclose(one[ANGLE], -other[ANGLE], atol=1e-4)


def test_a_crop_moves_the_guide_with_the_picture() -> None:
    whole, shifted = guided(replace(STRAIGHT, yaw=15.0)), guided(replace(STRAIGHT, yaw=15.0, shift_x=16.0))
    assert torch.allclose(whole[12:, :, :-1], shifted[12:, :, 1:], atol=1e-3)
