"""A person who asked never to be painted is kept out wherever the face is nearer to hers than to the twin's."""

import numpy as np
import pytest

from moderation.errors import Unexaminable
from moderation.examining.calibration import KnownFaces, calibrate
from moderation.examining.nearest import NearestFace
from moderation.examining.templates import Gallery
from moderation.safeguards.exhibit import Exhibit
from moderation.safeguards.finding import Finding, Outcome
from moderation.safeguards.protected import FARTHEST, LARGEST, SHARE, ProtectedPerson, referred_for_nothing
from tests.bench.protected import false_referrals
from tests.moderation.safeguards.exhibits import exhibit, face, known_faces, unread

KNOWN = known_faces()
LIMITS = KNOWN.limits("nora")
MISTAKEN = LIMITS.mistaken or 0.0


def asked(shown: Exhibit, *places: tuple[float, float], known: KnownFaces = KNOWN) -> Finding:
    listed = NearestFace([f"p{index}" for index in range(len(places))], np.array(places, np.float32).reshape(-1, 2))
    return ProtectedPerson(lambda: known, lambda: listed).examine(shown)


def test_an_empty_list_keeps_nobody_out() -> None:
    found = asked(exhibit(face(0)))
    assert (found.outcome, found.score) == (Outcome.CLEAR, FARTHEST)


def test_the_twin_herself_clears_beside_people_who_look_like_somebody_else() -> None:
    found = asked(exhibit(face(0)), (0.9, 0), (0, 5))
    assert found.outcome is Outcome.CLEAR
    assert found.score == pytest.approx(0.9, abs=0.05)


def test_a_face_that_is_a_listed_persons_rather_than_hers_is_blocked() -> None:
    found = asked(exhibit(face(0, 0.8)), (5, 5), (0, 0.8))
    assert found.outcome is Outcome.BLOCK
    assert found.evidence["protected"] == "p1"


def test_a_face_that_is_only_nearer_to_a_listed_person_than_to_her_goes_to_a_person() -> None:
    assert asked(exhibit(face(0, 2)), (0, 3)).outcome is Outcome.REFER


@pytest.mark.parametrize("beyond", [True, False])
def test_the_limit_is_hers(beyond: bool) -> None:
    shown = face(0, 0.5)
    own = float(KNOWN.gallery.from_centres_in_contrast(shown.template)["nora"])
    wanted = own + MISTAKEN + (-0.01 if beyond else 0.01)
    step = np.array([wanted, 0.0]) @ np.linalg.inv(KNOWN.gallery.weights())
    place = shown.template + step.astype(np.float32)
    found = asked(exhibit(shown), (float(place[0]), float(place[1])))
    assert found.score == pytest.approx(wanted - own, abs=1e-4) or not beyond
    assert (found.outcome is not Outcome.CLEAR) is beyond


def test_a_listed_person_is_found_in_any_face_of_the_image() -> None:
    assert asked(exhibit(face(0), face(0, 7)), (0, 7)).outcome is Outcome.BLOCK


def test_a_face_too_small_to_judge_is_referred_and_never_blocked() -> None:
    assert asked(exhibit(face(0), face(0, 7, side=20.0)), (0, 7)).outcome is Outcome.REFER


@pytest.mark.parametrize("place", [(0.0, 0.8), (0.0, 0.35)])
def test_the_words_tell_nothing_of_who_it_is(place: tuple[float, float]) -> None:
    assert "p0" not in asked(exhibit(face(0, 0.8)), place).reason


@pytest.mark.parametrize("shown", [unread(), exhibit(), exhibit(face(9, 9), twin_id="ines")])
@pytest.mark.parametrize("places", [(), ((0.0, 0.0),)])
def test_what_cannot_be_judged_is_unexaminable(shown: Exhibit, places: tuple[tuple[float, float], ...]) -> None:
    with pytest.raises(Unexaminable):
        asked(shown, *places)


def test_a_template_that_is_no_number_clears_nothing() -> None:
    with pytest.raises(ValueError, match="nothing to compare"):
        asked(exhibit(face(float("nan"))), (0.0, 0.0))


def test_a_twin_that_nobody_is_known_beside_is_told_from_a_listed_person_all_the_same() -> None:
    alone = Gallery(tuple(one for one in KNOWN.gallery.templates if one.twin_id == "nora"))
    assert asked(exhibit(face(0, 0.8)), (0, 0.8), known=KnownFaces(alone, calibrate(alone))).outcome is Outcome.BLOCK


def test_the_largest_list_is_the_one_that_refers_two_of_a_hundred() -> None:
    assert referred_for_nothing(LARGEST) == pytest.approx(SHARE)
    assert referred_for_nothing(0) == 0
    assert referred_for_nothing(LARGEST + 1) > SHARE


def test_the_stated_largest_list_is_no_larger_than_the_one_that_is_measured() -> None:
    found = false_referrals(None)
    assert found["largest_list_as_alike_as_the_cast"] is None or found["largest_list_as_alike_as_the_cast"] >= LARGEST
    assert found["missed_by_this_safeguard_alone"] < 0.05
