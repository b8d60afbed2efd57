"""A lesson shows one face twice, worn alike: untouched, and blended into itself within a mask."""

import numpy as np
import pytest

from moderation.faces.chip import MEAN_FACE
from moderation.safeguards.head import outline
from moderation.safeguards.teaching import changes
from moderation.safeguards.teaching.pairs import VISIBLE, Sitter, laid, lesson, self_blended
from moderation.safeguards.teaching.scenery import staged

POINTS = (np.array(MEAN_FACE) * 60 + (70, 60)).astype(np.float32)


def drawn() -> np.ndarray:
    """A picture with slopes and lines, so that colour, sharpness and place can change."""
    y, x = np.mgrid[0:200, 0:200]
    waves = 120 + 40 * np.sin(x / 9) + 30 * np.cos(y / 7)
    return np.stack([waves, 0.8 * waves, 200 - 0.5 * waves], axis=2).astype(np.uint8)


SITTER = Sitter("nobody", drawn(), POINTS)


def test_laying_one_picture_over_another_is_exact_where_the_mask_is_full_or_empty() -> None:
    mask = np.zeros((200, 200), np.float32)
    mask[50:100] = 1
    mask[100:150] = 0.5
    blended = laid(np.full_like(SITTER.picture, 200), np.full_like(SITTER.picture, 100), mask)
    assert [int(blended[row, 0, 0]) for row in (0, 60, 120)] == [100, 200, 150]


def test_a_self_blend_differs_visibly_within_its_mask_and_nowhere_else() -> None:
    for seed in range(12):
        target, blended, mask = self_blended(SITTER.picture, POINTS, np.random.default_rng(seed))
        apart = np.abs(blended.astype(int) - target)
        assert not apart[mask == 0].any()
        assert apart[mask > 0.5 * mask.max()].mean() >= VISIBLE


def test_a_lesson_is_the_same_for_the_same_chance_and_its_copies_differ_near_the_seam() -> None:
    one, again, other = (lesson(SITTER, 64, np.random.default_rng(seed)) for seed in (5, 5, 6))
    assert np.array_equal(one.blended, again.blended)
    assert not np.array_equal(one.blended, other.blended)
    assert one.untouched.shape == one.blended.shape == (64, 64, 3)
    assert one.seam.shape == one.apart.shape == (64, 64)
    assert one.seam.max() > 0.5
    assert one.apart.max() > 1


@pytest.mark.parametrize("change", [*changes.COLOUR, *changes.DETAIL, changes.altered])
def test_every_change_keeps_the_size_and_changes_something(change: changes.Change) -> None:
    changed = [change(SITTER.picture, np.random.default_rng(seed)) for seed in range(3)]
    assert all((one.shape, one.dtype) == (SITTER.picture.shape, np.uint8) for one in changed)
    assert any((one != SITTER.picture).any() for one in changed)


def test_channels_keep_their_places_through_compression() -> None:
    red = np.zeros((32, 32, 3), np.uint8)
    red[..., 0] = 220
    compressed = changes.compressed(red, np.random.default_rng(1), 90, 91)
    assert compressed[..., 0].mean() > 200
    assert compressed[..., 2].mean() < 20


def test_scenery_keeps_the_size_and_dresses_most_pictures() -> None:
    scenes = [staged(SITTER.picture, outline(POINTS), np.random.default_rng(seed)) for seed in range(20)]
    assert all((one.shape, one.dtype) == (SITTER.picture.shape, np.uint8) for one in scenes)
    assert sum((one != SITTER.picture).any() for one in scenes) > 12
