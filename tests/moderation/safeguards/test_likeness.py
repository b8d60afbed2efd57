"""A face is hers, for a person to judge, or not hers, by her own limits."""

import pytest

from moderation.errors import Unexaminable
from moderation.safeguards.exhibit import Exhibit
from moderation.safeguards.finding import Outcome
from moderation.safeguards.likeness import Likeness
from tests.moderation.safeguards.exhibits import PACK, exhibit, face, known_faces, unread

KNOWN = known_faces()
LIMITS = KNOWN.limits("nora")


def at(distance: float) -> Exhibit:
    """A face whose distance to Nora's templates is about this, away from everybody."""
    return exhibit(face(-distance))


def test_a_face_among_her_references_clears_and_the_reason_names_her_and_the_numbers() -> None:
    found = Likeness(lambda: KNOWN).examine(at(0.0))
    assert found.outcome is Outcome.CLEAR
    assert found.score is not None
    assert found.score <= found.threshold == LIMITS.accept
    assert (
        f"Nora's references as her own pictures are to each other ({found.score:.2f}; limit {LIMITS.accept:.2f})" in found.reason
    )
    assert found.model_sha256 == PACK
    lengths = found.evidence["references"]
    assert len(lengths) == 8
    assert list(lengths.values()) == sorted(lengths.values())
    assert {name.split("-")[0] for name in lengths} == {"nora"}
    assert found.evidence["nearest_reference"] == next(iter(lengths))


def test_between_the_limits_a_person_decides() -> None:
    found = Likeness(lambda: KNOWN).examine(at((LIMITS.accept + LIMITS.refuse) / 2))
    assert found.outcome is Outcome.REFER
    assert LIMITS.accept < (found.score or 0) <= LIMITS.refuse


def test_a_face_that_is_nobodys_is_blocked_too() -> None:
    """The lower bound: an image that no longer looks like her does not pass as her."""
    found = Likeness(lambda: KNOWN).examine(at(5.0))
    assert (found.outcome, found.threshold) == (Outcome.BLOCK, LIMITS.refuse)


def test_the_largest_face_is_judged() -> None:
    assert Likeness(lambda: KNOWN).examine(exhibit(face(0), face(5))).outcome is Outcome.CLEAR


@pytest.mark.parametrize(
    "shown",
    [unread(), exhibit(), exhibit(face(0, side=39.0)), exhibit(face(9, 9), twin_id="ines"), exhibit(face(0), twin_id="nobody")],
)
def test_what_cannot_be_judged_is_unexaminable(shown: Exhibit) -> None:
    with pytest.raises(Unexaminable):
        Likeness(lambda: KNOWN).examine(shown)


@pytest.mark.parametrize("lopsided", [2 * LIMITS.own[4], float("nan")])
def test_nothing_is_decided_about_a_face_in_profile(lopsided: float) -> None:
    """Even one that lies among her references: profiles resemble one another."""
    with pytest.raises(Unexaminable, match="turned away too far"):
        Likeness(lambda: KNOWN).examine(exhibit(face(0, lopsided=lopsided)))


def test_a_template_that_is_no_number_finds_nothing() -> None:
    with pytest.raises(ValueError, match="not a number"):
        Likeness(lambda: KNOWN).examine(exhibit(face(float("nan"))))
