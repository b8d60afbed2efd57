"""Below 40 pixels nothing is decided."""

import pytest

from moderation.errors import Unexaminable
from moderation.safeguards.face_size import FaceSize
from moderation.safeguards.finding import Outcome
from tests.moderation.safeguards.exhibits import exhibit, face


@pytest.mark.parametrize(("side", "outcome"), [(40.0, Outcome.CLEAR), (39.9, Outcome.REFER), (200.0, Outcome.CLEAR)])
def test_forty_pixels_are_enough(side: float, outcome: Outcome) -> None:
    found = FaceSize().examine(exhibit(face(0, side=side)))
    assert (found.outcome, found.score, found.threshold) == (outcome, side, 40.0)


def test_the_smallest_face_counts() -> None:
    assert FaceSize().examine(exhibit(face(0), face(1, side=20.0))).outcome is Outcome.REFER


def test_without_a_face_there_is_nothing_to_measure() -> None:
    with pytest.raises(Unexaminable):
        FaceSize().examine(exhibit())
