"""An evaluation hears of a picture what the desk's safeguards would compare."""

import numpy as np
import pytest

from moderation.errors import Unexaminable
from moderation.examining.sighting import Sighting, sighting
from tests.moderation.safeguards.exhibits import PICTURE, Seen, face, known_faces

KNOWN = known_faces()


def seen(*faces: Seen, twin_id: str = "nora") -> Sighting:
    return sighting(lambda _: faces, KNOWN, PICTURE, twin_id)


def test_a_face_among_hers_is_accepted_and_nearest_to_her() -> None:
    found = seen(face(0.0), face(1.0))
    assert (found.faces, found.accepted, found.nearest) == (2, True, "nora")
    assert found.own is not None
    assert found.other is not None
    assert found.own < 0.15 < 0.8 < found.other
    assert found.box == (10.0, 10.0, 90.0, 90.0)
    assert np.asarray(found.landmarks).shape == (5, 2)


def test_a_face_beyond_her_limit_is_not_accepted_and_one_among_others_is_nearest_to_them() -> None:
    limit = KNOWN.limits("nora").accept
    assert not seen(face(-limit - 0.1)).accepted
    assert seen(face(-limit - 0.1)).nearest == "nora"
    assert seen(face(0.98)).nearest == "mei"


def test_without_a_face_nothing_is_said_and_without_limits_nothing_is_looked_at() -> None:
    assert seen() == Sighting(0)
    with pytest.raises(Unexaminable):
        seen(face(9.0, 9.0), twin_id="ines")
