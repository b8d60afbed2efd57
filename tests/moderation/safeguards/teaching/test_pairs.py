"""A lesson shows one face twice, worn alike: untouched, and blended into itself within a mask."""

import numpy as np
import pytest

from moderation.faces.chip import MEAN_FACE
from moderation.safeguards.head import outline
from moderation.safeguards.teaching import changes
from moderation.safeguards.teaching.masks import seam
from moderation.safeguards.teaching.pairs import VISIBLE, Sitter, laid, lesson, levelled, mirrored, self_blended, toned
from moderation.safeguards.teaching.scenery import staged

POINTS = (np.array(MEAN_FACE) * 60 + (70, 60)).astype(np.float32)


def drawn() -> np.ndarray:
    """A picture with slopes and lines, so that colour, sharpness and place can change."""
    y, x = np.mgrid[0:200, 0:200]
    waves = 120 + 40 * np.sin(x / 9) + 30 * np.cos(y / 7)
    return np.stack([waves, 0.8 * waves, 200 - 0.5 * waves], axis=2).astype(np.uint8)


PICTURE = drawn()
RELIT = np.clip(PICTURE * np.linspace(0.3, 1.3, 200)[None, :, None], 0, 255).astype(np.uint8)
"""The same lines lit from the right."""
SITTER = Sitter("nobody", (PICTURE, RELIT), POINTS)


def test_laying_one_picture_over_another_is_exact_where_the_mask_is_full_or_empty() -> None:
    mask = np.zeros((200, 200), np.float32)
    mask[50:100] = 1
    mask[100:150] = 0.5
    blended = laid(np.full_like(PICTURE, 200), np.full_like(PICTURE, 100), mask)
    assert [int(blended[row, 0, 0]) for row in (0, 60, 120)] == [100, 200, 150]


def test_a_self_blend_differs_visibly_within_its_mask_and_nowhere_else() -> None:
    for seed in range(12):
        target, blended, mask = self_blended(PICTURE, POINTS, np.random.default_rng(seed))
        apart = np.abs(blended.astype(int) - target)
        assert not apart[mask == 0].any()
        assert apart[mask > 0.5 * mask.max()].mean() >= VISIBLE


def test_the_other_copy_may_be_the_same_face_in_other_light() -> None:
    for seed in range(12):
        target, blended, mask = self_blended(PICTURE, POINTS, np.random.default_rng(seed), VISIBLE, RELIT)
        assert not (blended.astype(int) - target)[mask == 0].any()
    lit_from_the_right = [
        self_blended(PICTURE, POINTS, np.random.default_rng(seed), VISIBLE, RELIT)[0][:, 150:].mean() for seed in range(30)
    ]
    assert max(lit_from_the_right) > 1.1 * PICTURE[:, 150:].mean()


def test_light_is_toned_down_to_what_the_edge_of_the_face_has() -> None:
    edge = seam(np.pad(np.ones((60, 60), np.float32), 70))
    before, after = ((one[edge > 0.5].mean() - PICTURE[edge > 0.5].mean()) for one in (RELIT, toned(RELIT, PICTURE, edge)))
    assert abs(after) < 0.2 * abs(before)


def test_light_is_levelled_place_by_place_and_lines_stay() -> None:
    found = levelled(RELIT, PICTURE, 12.0)
    left, right = (np.s_[40:160, 30:60], np.s_[40:160, 140:170])
    for place in (left, right):
        assert abs(found[place].mean() - PICTURE[place].mean()) < 0.2 * abs(RELIT[place].mean() - PICTURE[place].mean())
    assert np.corrcoef(found[left].ravel(), RELIT[left].ravel())[0, 1] > 0.9


def test_a_mirror_image_lies_over_the_face_that_it_is_of() -> None:
    marked = PICTURE.copy()
    for x, y in POINTS[:2].round().astype(int):
        marked[y - 2 : y + 3, x - 2 : x + 3] = 255
    found = mirrored(marked, POINTS)
    for x, y in POINTS[2:4].round().astype(int):
        assert found[y - 1 : y + 2, x - 1 : x + 2].min() > 200


def test_a_lesson_is_the_same_for_the_same_chance_and_its_copies_differ_near_the_seam() -> None:
    one, again, other = (lesson(SITTER, 64, np.random.default_rng(seed)) for seed in (5, 5, 6))
    assert np.array_equal(one.blended, again.blended)
    assert not np.array_equal(one.blended, other.blended)
    assert one.untouched.shape == one.blended.shape == (64, 64, 3)
    assert one.seam.shape == one.apart.shape == (64, 64)
    assert one.seam.max() > 0.5
    assert one.apart.max() > 1


@pytest.mark.parametrize("change", [*changes.COLOUR, *changes.DETAIL, changes.distant, changes.altered])
def test_every_change_keeps_the_size_and_changes_something(change: changes.Change) -> None:
    changed = [change(PICTURE, np.random.default_rng(seed)) for seed in range(3)]
    assert all((one.shape, one.dtype) == (PICTURE.shape, np.uint8) for one in changed)
    assert any((one != PICTURE).any() for one in changed)


def test_a_bent_face_has_its_features_elsewhere_and_none_lost() -> None:
    found = changes.bent(PICTURE, 3.0, np.random.default_rng(1))
    assert found.shape == PICTURE.shape
    assert (found != PICTURE).mean() > 0.3
    assert abs(found.mean() - PICTURE.mean()) < 2
    assert np.array_equal(changes.bent(PICTURE, 0.0, np.random.default_rng(1)), PICTURE)


def test_channels_keep_their_places_through_compression() -> None:
    red = np.zeros((32, 32, 3), np.uint8)
    red[..., 0] = 220
    compressed = changes.compressed(red, np.random.default_rng(1), 90, 91)
    assert compressed[..., 0].mean() > 200
    assert compressed[..., 2].mean() < 20


def test_scenery_keeps_the_size_and_dresses_most_pictures() -> None:
    scenes = [staged(PICTURE, outline(POINTS), np.random.default_rng(seed)) for seed in range(20)]
    assert all((one.shape, one.dtype) == (PICTURE.shape, np.uint8) for one in scenes)
    assert sum((one != PICTURE).any() for one in scenes) > 12
