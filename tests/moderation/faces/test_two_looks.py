"""Which of two detectors is believed, and when the slow one is asked at all."""

import numpy as np
import pytest

from moderation.faces.detector import Box
from moderation.faces.pack import Pack
from moderation.faces.two_looks import SURELY, TwoLooks, together
from tests.moderation.faces.test_face_analysis import portraits as portraits

HERE, BESIDE = Box(100, 100, 200, 200, 1.1), Box(300, 100, 400, 200, 1.0)


def glimpse(box: Box, score: float, moved: float = 0.0) -> Box:
    return Box(box.left + moved, box.top, box.right + moved, box.bottom, score)


def test_what_both_saw_is_one_face_where_mmod_saw_it() -> None:
    assert together([HERE], [glimpse(HERE, 0.95, moved=20)]) == [HERE]


def test_a_face_that_only_the_quick_one_is_sure_of_counts_and_an_unsure_one_does_not() -> None:
    sure, unsure = glimpse(BESIDE, SURELY), glimpse(BESIDE, SURELY - 0.01)
    assert together([HERE], [sure]) == [HERE, sure]
    assert together([HERE], [unsure]) == [HERE]


def test_where_mmod_sees_nothing_everything_counts_that_the_quick_one_saw() -> None:
    assert together([], [glimpse(HERE, 0.5)]) == [glimpse(HERE, 0.5)]
    assert together([], []) == []


class Counting:
    """A detector that answers what it was told, and counts how often it was asked."""

    def __init__(self, found: list[Box]) -> None:
        self.found, self.asked = found, 0

    def find(self, _: np.ndarray) -> list[Box]:
        self.asked += 1
        return self.found


@pytest.mark.parametrize(
    ("scores", "asked"),
    [((SURELY,), 0), ((SURELY - 0.01,), 1), ((0.9, 0.9), 1), ((0.9, 0.55), 1), ((), 1)],
)
def test_mmod_is_asked_unless_there_is_one_face_beyond_doubt(scores: tuple[float, ...], asked: int) -> None:
    quick = Counting([glimpse(box, score) for box, score in zip((HERE, BESIDE), scores, strict=False)])
    mmod = Counting([HERE])
    TwoLooks(quick, mmod).find(np.zeros((640, 512, 3), np.uint8))
    assert mmod.asked == asked


def test_real_pictures_of_one_and_of_several_people_are_seen_as_that(cc0_pack: Pack, portraits: list[np.ndarray]) -> None:
    looks = TwoLooks.of(cc0_pack, 1)
    assert [len(looks.find(picture)) for picture in portraits] == [1, 1, 1]
    assert len(looks.find(np.hstack(portraits))) == 3
    assert looks.find(np.full((320, 256, 3), 128, np.uint8)) == []
