"""Facts about what the light table asks for while a lamp moves."""

import json

import pytest

from tests.twin.pages.pretend import LOOK, Pretend, Somebody, image
from twin.errors import BadValue, WordsRefused
from twin.pages.form import dials_of
from twin.pages.proofs import LONGEST, proofs_of

DIALS = json.dumps(dials_of(LOOK).values)


def test_a_proof_is_in_the_look_of_the_tools_with_the_words_applied() -> None:
    pretend = Pretend(images=[image(1, negative=True)])
    proof = proofs_of(pretend.studio())
    assert proof(Somebody(), "r1", "nora", "", DIALS) == b"jpeg"
    assert proof(Somebody(), "r1", "nora", "navy backdrop", DIALS) == b"jpeg"
    assert pretend.did == [("proof", "r1", "#ffffff"), ("proof", "r1", "#1f2d4d")]


def test_forbidden_words_are_not_developed() -> None:
    pretend = Pretend(images=[image(1, negative=True)])
    with pytest.raises(WordsRefused, match="No swimwear"):
        proofs_of(pretend.studio())(Somebody(), "r1", "nora", "swimwear", DIALS)
    assert pretend.did == []


@pytest.mark.parametrize("dials", ["", "null", "7", "[1]", "{}", DIALS.replace("1.12", "1e999"), DIALS.replace("1.12", '"x"')])
def test_what_no_tools_give_is_refused(dials: str) -> None:
    assert dials != DIALS
    with pytest.raises(BadValue):
        proofs_of(Pretend(images=[image(1)]).studio())(Somebody(), "r1", "nora", "", dials)
    with pytest.raises(BadValue):
        proofs_of(Pretend(images=[image(1)]).studio())(Somebody(), "r1", "nora", "a" * (LONGEST + 1), DIALS)
