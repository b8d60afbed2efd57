"""Exactly one face clears."""

import pytest

from moderation.errors import Unexaminable
from moderation.safeguards.finding import Outcome
from moderation.safeguards.one_face import OneFace
from tests.moderation.safeguards.exhibits import PACK, Seen, exhibit, face, unread


@pytest.mark.parametrize(
    ("faces", "outcome", "words"),
    [
        ([face(0)], Outcome.CLEAR, "exactly one face"),
        ([], Outcome.REFER, "No face"),
        ([face(0), face(1)], Outcome.BLOCK, "There are 2 faces"),
        ([face(0), face(1, score=0.1)], Outcome.REFER, "may be 2 faces"),
        ([face(0), face(1, side=30.0)], Outcome.REFER, "may be 2 faces"),
        ([face(0), face(1), face(2, score=0.1)], Outcome.BLOCK, "There are 2 faces"),
    ],
)
def test_faces_are_counted(faces: list[Seen], outcome: Outcome, words: str) -> None:
    found = OneFace().examine(exhibit(*faces))
    assert (found.outcome, found.score, found.threshold) == (outcome, float(len(faces)), 1.0)
    assert words in found.reason
    assert (found.model, found.model_sha256) == ("fake-pack", PACK)
    assert len(found.evidence["faces"]) == len(faces)


def test_unread_faces_are_not_counted_as_none() -> None:
    with pytest.raises(Unexaminable, match="could not be read"):
        OneFace().examine(unread())
