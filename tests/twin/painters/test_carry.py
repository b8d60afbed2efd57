"""What is not known is continued from what is."""

import torch

from twin.painters.carry import filled


def test_what_is_known_stays_and_a_hole_takes_its_surroundings() -> None:
    planes = torch.full((2, 64, 48), 0.7)
    planes[1] = 0.2
    known = torch.ones(64, 48)
    known[20:40, 10:30] = 0
    whole = filled(planes * known, known)
    assert torch.allclose(whole, planes, atol=1e-4)


def test_a_hole_between_two_tones_passes_from_one_to_the_other() -> None:
    planes = torch.zeros(1, 32, 64)
    planes[:, :, 32:] = 1.0
    known = torch.ones(32, 64)
    known[:, 24:40] = 0
    row = filled(planes * known, known)[0, 16]
    assert row[:24].max() < 1e-5
    assert row[40:].min() > 1 - 1e-5
    assert (row[24:40].diff() > -0.05).all()
    assert row[25] < row[38]
    assert row[24:40].max() > 0.3


def test_where_nothing_is_known_nothing_is() -> None:
    assert filled(torch.zeros(3, 16, 16), torch.zeros(16, 16)).abs().max() == 0
