"""Another twin is kept out by two limits with a band between."""

import pytest

from moderation.errors import Unexaminable
from moderation.examining.calibration import KnownFaces, calibrate
from moderation.examining.templates import Gallery
from moderation.safeguards.exhibit import Exhibit
from moderation.safeguards.finding import Finding, Outcome
from moderation.safeguards.nobody_else import NobodyElse
from tests.moderation.safeguards.exhibits import exhibit, face, known_faces, unread

KNOWN = known_faces()


def asked(shown: Exhibit, known: KnownFaces = KNOWN) -> Finding:
    return NobodyElse(lambda: known).examine(shown)


def test_her_own_face_clears_by_the_margin_to_the_next() -> None:
    found = asked(exhibit(face(0)))
    assert found.outcome is Outcome.CLEAR
    assert found.score == pytest.approx(1.0, abs=0.1)
    assert "the next is Mei" in found.reason


def test_a_face_between_two_twins_goes_to_a_person() -> None:
    found = asked(exhibit(face(0.5)))
    assert found.outcome is Outcome.REFER
    assert "between Nora and Mei" in found.reason


def test_another_twins_face_is_blocked_and_named() -> None:
    found = asked(exhibit(face(1.0)))
    assert found.outcome is Outcome.BLOCK
    assert found.evidence["nearest_other"] == "mei"
    assert "Mei's rather than Nora's" in found.reason


def test_a_single_twin_cannot_be_told_from_nobody() -> None:
    alone = Gallery(tuple(one for one in KNOWN.gallery.templates if one.twin_id == "nora"))
    with pytest.raises(Unexaminable, match="nobody can be ruled out"):
        asked(exhibit(face(0)), known=KnownFaces(alone, calibrate(alone)))


@pytest.mark.parametrize("shown", [unread(), exhibit(), exhibit(face(0, side=20.0)), exhibit(face(9, 9), twin_id="ines")])
def test_what_cannot_be_judged_is_unexaminable(shown: Exhibit) -> None:
    with pytest.raises(Unexaminable):
        asked(shown)


def test_nothing_is_decided_about_a_face_in_profile() -> None:
    with pytest.raises(Unexaminable, match="turned away too far"):
        asked(exhibit(face(0, lopsided=1.0)))


def test_a_template_that_is_no_number_finds_nothing() -> None:
    with pytest.raises(ValueError, match="not a number"):
        asked(exhibit(face(float("nan"))))
