"""What is said of one photograph by its measures alone, and that these survive being sealed."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from moderation.enrolment.photograph import BLURRED, DIMMEST, LOPSIDED, MOST_BRIGHT, SMALLEST, Doubt, Measured, insist_on_one_face
from moderation.enrolment.pose import Turn
from moderation.enrolment.quality import Quality
from moderation.errors import BadImage

GOOD = Measured(
    width=1200,
    height=1600,
    side=220.0,
    quality=Quality(sharpness=0.5, bright=0.0, dark=0.0, level=140.0, contrast=90.0, side=0.1),
    turn=Turn(4.0, 1.0),
    lopsided=0.15,
    template=np.linspace(0, 1, 128, dtype=np.float32),
    canvas=np.full((224, 224), 120, np.uint8),
    doubts=(Doubt("manipulation", "clear", "No sign of a blended face was found (0.02; limit 0.70)."),),
    pack_sha256="a" * 64,
)


def lit(**changes: float) -> Measured:
    return replace(GOOD, quality=replace(GOOD.quality, **changes))


def test_a_good_photograph_has_nothing_said_against_it() -> None:
    assert GOOD.reasons(vouched=False) == ()


@pytest.mark.parametrize(
    ("measured", "code"),
    [
        (replace(GOOD, side=SMALLEST - 1), "small"),
        (lit(sharpness=BLURRED - 0.01), "blurred"),
        (lit(bright=MOST_BRIGHT + 0.01), "bright"),
        (lit(level=DIMMEST - 1), "dark"),
        (lit(contrast=10.0), "flat"),
        (replace(GOOD, lopsided=LOPSIDED + 0.01), "turned"),
    ],
)
def test_each_fault_stops_it_for_its_own_reason(measured: Measured, code: str) -> None:
    assert [(one.code, one.stops) for one in measured.reasons(vouched=True)] == [(code, True)]


@pytest.mark.parametrize("outcome", ["refer", "block", "unexamined"])
def test_a_doubt_stops_it_until_somebody_answers_for_it(outcome: str) -> None:
    doubted = replace(GOOD, doubts=(Doubt("generated", outcome, "The picture may be generated."),))
    assert [(one.code, one.stops) for one in doubted.reasons(vouched=False)] == [("generated", True)]
    answered = doubted.reasons(vouched=True)
    assert [(one.code, one.stops, one.vouched) for one in answered] == [("generated", False, True)]


def test_a_smaller_or_softer_face_is_told_of_and_taken() -> None:
    told = replace(lit(sharpness=0.36), side=120.0).reasons(vouched=False)
    assert [(one.code, one.stops) for one in told] == [("small", False), ("soft", False)]


def test_what_is_sealed_comes_back_as_it_was() -> None:
    again = Measured.from_bytes(replace(GOOD, copy_of="x", copy_fit=0.8).as_bytes())
    assert np.array_equal(again.template, GOOD.template)
    assert np.abs(again.canvas.astype(int) - 120).max() <= 1
    assert (again.quality, again.turn, again.doubts, again.copy_of) == (GOOD.quality, GOOD.turn, GOOD.doubts, "x")


@pytest.mark.parametrize("broken", [{"template": np.full(128, np.nan, np.float32)}, {"side": float("inf")}])
def test_senseless_measures_are_none(broken: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="make no sense"):
        replace(GOOD, **broken)


@pytest.mark.parametrize(("faces", "words"), [(0, "No face"), (2, "2 faces"), (7, "not kept")])
def test_a_photograph_of_nobody_or_of_others_is_no_photograph_of_her(faces: int, words: str) -> None:
    with pytest.raises(BadImage, match=words):
        insist_on_one_face(faces)
    insist_on_one_face(1)


def test_how_she_is_held_is_told_in_words_and_degrees_and_an_older_measure_says_what_it_lacks() -> None:
    held = replace(GOOD, turn=Turn(-21.4, 1.0, -8.2))
    assert held.told == (
        "turned to her right (about 21°), chin up (about 8°), light even, face 220 pixels of 1200 × 1600, sharpness 0.50,"
        " no sign of manipulation"
    )
    assert Turn(2.0, 0.0, 2.0).told == "from the front, chin level"
    assert (held.pose["pitch"], "pitch" in GOOD.pose) == (-8, False)
    older = json.loads(GOOD.as_bytes())
    del older["turn"]["pitch"]
    assert Measured.from_bytes(json.dumps(older).encode()).turn.told == "from the front, chin not measured"
    with pytest.raises(ValueError, match="number of degrees"):
        Turn(1.0, 2.0, float("nan"))
