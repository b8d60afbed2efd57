"""Masks lie on the face, are soft at their edge only, and their seam is that edge."""

import numpy as np
import pytest

from moderation.faces.chip import MEAN_FACE
from moderation.safeguards.head import outline
from moderation.safeguards.teaching.masks import PARTS, blend_mask, elastic, part_of, polygon_mask, seam, softened

POINTS = (np.array(MEAN_FACE) * 60 + (70, 60)).astype(np.float32)
FACE = outline(POINTS)
SIZE = (200, 200)


def test_a_polygon_is_filled() -> None:
    mask = polygon_mask((40, 50), np.array([[10, 5], [30, 5], [30, 25], [10, 25]], np.float64))
    assert mask.sum() == 21 * 21
    assert mask[5, 10] == mask[25, 30] == 1
    assert mask[4, 10] == mask[5, 31] == 0


def test_softening_leaves_the_middle_full_and_keeps_to_the_inside() -> None:
    hard = polygon_mask(SIZE, FACE)
    soft = softened(hard, 10.0)
    middle = FACE.mean(axis=0).round().astype(int)
    assert soft[middle[1], middle[0]] == 1
    assert soft.sum() < hard.sum()
    assert ((soft > 0.05) & (soft < 0.95)).sum() > 500


def test_a_mask_that_is_not_bent_stays_as_it_is() -> None:
    hard = polygon_mask(SIZE, FACE)
    assert np.array_equal(elastic(hard, 0.0, np.random.default_rng(1)), hard)
    assert not np.array_equal(elastic(hard, 4.0, np.random.default_rng(1)), hard)


@pytest.mark.parametrize("part", list(PARTS))
def test_every_part_lies_within_the_face(part: str) -> None:
    chosen = part_of(FACE, part)
    assert chosen.min(axis=0) == pytest.approx(np.maximum(chosen.min(axis=0), FACE.min(axis=0) - 1e-6))
    assert np.ptp(chosen[:, 1]) <= np.ptp(FACE[:, 1]) + 1e-6
    assert np.ptp(chosen[:, 1]) > 0.3 * np.ptp(FACE[:, 1])


def test_masks_by_chance_lie_on_the_face_and_between_nothing_and_all() -> None:
    for seed in range(40):
        mask = blend_mask(SIZE, FACE, np.random.default_rng(seed))
        assert mask.min() >= 0
        assert 0.4 < mask.max() <= 1
        assert mask[:15].max() == mask[:, :15].max() == 0
        y, x = (np.argwhere(mask > 0.4 * mask.max()).mean(axis=0) - FACE.mean(axis=0)[::-1]) / np.ptp(FACE[:, 1])
        assert max(abs(x), abs(y)) < 0.45


def test_the_seam_is_the_edge_and_not_the_middle() -> None:
    mask = 0.5 * softened(polygon_mask(SIZE, FACE), 6.0)
    found = seam(mask)
    assert found.max() == pytest.approx(1, abs=0.02)
    middle = FACE.mean(axis=0).round().astype(int)
    assert found[middle[1], middle[0]] < 1e-6
    assert found[0, 0] == 0
    assert not seam(np.zeros(SIZE, np.float32)).any()
