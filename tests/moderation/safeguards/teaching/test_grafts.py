"""A grafted face keeps its lines, takes the tones of its new surroundings, and nothing changes outside the mask."""

import cv2
import numpy as np

from moderation.faces.chip import MEAN_FACE
from moderation.safeguards.teaching.grafts import grafted
from moderation.safeguards.teaching.pairs import Sitter, lesson
from tests.moderation.safeguards.teaching.test_pairs import PICTURE, POINTS, SITTER

BRIGHT = np.clip(PICTURE[::-1].astype(int) + 70, 0, 255).astype(np.uint8)
"""Another picture altogether, and brighter."""


def test_much_changes_within_the_mask_little_around_it_and_nothing_beyond_its_frame() -> None:
    for seed in range(6):
        found, mask = grafted(PICTURE, POINTS, BRIGHT, POINTS, np.random.default_rng(seed))
        apart = np.abs(found.astype(int) - PICTURE).mean(axis=2)
        left, top, width, height = cv2.boundingRect((mask * 255).astype(np.uint8))
        frame = np.s_[top - 1 : top + height + 1, left - 1 : left + width + 1]
        within, around = apart[mask == 1].mean(), apart[frame][mask[frame] == 0].mean()
        apart[frame] = 0
        assert set(np.unique(mask)) == {0, 1}
        assert within > 3
        assert around < 0.3 * within
        assert not apart.any()


def test_a_grafted_face_takes_the_level_of_its_surroundings() -> None:
    found, mask = grafted(PICTURE, POINTS, BRIGHT, POINTS, np.random.default_rng(1))
    inside = mask == 1
    assert abs(found[inside].mean() - PICTURE[inside].mean()) < 0.4 * (BRIGHT[inside].mean() - PICTURE[inside].mean())


def test_a_lesson_may_show_another_face_and_shows_none_without_one() -> None:
    other = Sitter("somebody_1", (BRIGHT,), POINTS)
    alone, beside = (
        [lesson(SITTER, 64, np.random.default_rng(seed), other=face).blended for seed in range(12)] for face in (None, other)
    )
    changed = [not np.array_equal(one, two) for one, two in zip(alone, beside, strict=True)]
    assert any(changed)
    assert [lesson(SITTER, 64, np.random.default_rng(3), other=face).untouched.shape for face in (other, SITTER)] == [
        (64, 64, 3)
    ] * 2


def test_a_face_is_misplaced_by_little() -> None:
    points = (np.array(MEAN_FACE) * 60 + (70, 60)).astype(np.float32)
    same = [grafted(PICTURE, points, PICTURE, points, np.random.default_rng(seed)) for seed in range(6)]
    assert np.mean([np.abs(found.astype(int) - PICTURE)[mask == 1].mean() for found, mask in same]) < 12
