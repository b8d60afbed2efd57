"""A copy of a reference is known by its lines."""

from collections.abc import Mapping

import numpy as np
import pytest

from moderation.errors import Unexaminable
from moderation.faces.outline import Fit
from moderation.safeguards.copied import ALIKE, SAME, CopyOfReference
from moderation.safeguards.finding import Outcome
from tests.moderation.safeguards.exhibits import exhibit, face, known_faces, unread

KNOWN = known_faces()


def fitting(score: float) -> CopyOfReference:
    """The safeguard with a fit that is as good as told, against the references of the twin alone."""

    def fit(head: np.ndarray, references: Mapping[str, np.ndarray]) -> Fit:
        assert set(references) == {f"nora-{index}" for index in range(8)}
        assert head.shape == (224, 224)
        return Fit("nora-3", score, mirrored=False)

    return CopyOfReference(lambda: KNOWN, lambda _picture, _points: np.zeros((224, 224), np.uint8), fit)


@pytest.mark.parametrize(
    ("score", "outcome"),
    [
        (0.2, Outcome.CLEAR),
        (ALIKE - 0.01, Outcome.CLEAR),
        (ALIKE, Outcome.REFER),
        (SAME - 0.01, Outcome.REFER),
        (SAME, Outcome.BLOCK),
    ],
)
def test_the_better_the_fit_the_graver_the_finding(score: float, outcome: Outcome) -> None:
    found = fitting(score).examine(exhibit(face(0)))
    assert (found.outcome, found.score) == (outcome, score)
    assert found.evidence["nearest_reference"] == "nora-3"


def test_a_fit_that_is_no_number_finds_nothing() -> None:
    with pytest.raises(ValueError, match="not a number"):
        fitting(float("nan")).examine(exhibit(face(0)))


def test_what_cannot_be_compared_is_unexaminable() -> None:
    for shown in (unread(), exhibit(), exhibit(face(0, side=10.0)), exhibit(face(0), twin_id="nobody")):
        with pytest.raises(Unexaminable):
            fitting(0.1).examine(shown)
