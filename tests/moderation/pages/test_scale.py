"""Facts about the drawn scale of a finding."""

from typing import Any
from xml.etree import ElementTree

import pytest

from moderation.pages.scale import LABEL, LEFT, RIGHT, WIDTH, Scale, scale_of, scale_svg


def found(score: float | None, threshold: float | None, **evidence: Any) -> dict[str, Any]:
    return {"score": score, "threshold": threshold, "evidence": evidence}


def drawn(scale: Scale) -> ElementTree.Element:
    return ElementTree.fromstring(scale_svg(scale, "refer"))


def dot(scale: Scale) -> float:
    return next(float(part.get("cx", "nan")) for part in drawn(scale).iter("circle"))


def ticks(scale: Scale) -> list[float]:
    return [float(part.get("d", "").split()[0][1:]) for part in drawn(scale).iter() if part.get("class") == "ts-scale-tick"]


def test_a_score_stands_on_its_side_of_the_limit() -> None:
    for score, threshold in ((0.4, 0.5), (0.6, 0.5), (196.0, 40.0), (12.0, 40.0), (2.0, 1.0), (-3.0, 1.5)):
        scale = Scale(score, (("limit", threshold),))
        assert (dot(scale) > ticks(scale)[0]) == (score > threshold)
        assert all(LEFT <= x <= RIGHT for x in (dot(scale), *ticks(scale)))


def boxes(scale: Scale, name: str) -> list[tuple[float, float]]:
    """Left and right end of the bars of one kind."""
    bars = [part for part in drawn(scale).iter() if part.get("class") == name]
    return [(float(bar.get("x", "nan")), float(bar.get("x", "nan")) + float(bar.get("width", "nan"))) for bar in bars]


def test_limits_have_the_band_between_them_in_which_a_person_decides() -> None:
    scale = scale_of(found(0.47, 0.4, accept=0.4, refuse=0.52))
    assert scale is not None
    assert scale.limits == (("clears up to", 0.4), ("stops beyond", 0.52))
    assert boxes(scale, "ts-scale-refer")[0] == pytest.approx(tuple(ticks(scale)), abs=0.2)
    assert ticks(scale)[0] < dot(scale) < ticks(scale)[1]


def test_where_more_is_better_the_words_say_so() -> None:
    scale = scale_of(found(0.03, 0.04, apart=0.04, mistaken=-0.04))
    assert scale is not None
    assert scale.limits == (("clears from", 0.04), ("stops below", -0.04))


def test_her_own_spread_and_the_nearest_other_are_drawn_in_their_places() -> None:
    scale = scale_of(found(0.3, 0.4, accept=0.4, refuse=0.5, spread=[0.2, 0.24, 0.28, 0.3, 0.38], other=0.6))
    assert scale is not None
    (outer,), (half,) = boxes(scale, "ts-scale-usual"), boxes(scale, "ts-scale-half")
    assert outer[0] < half[0] < half[1] == pytest.approx(dot(scale), abs=0.1)
    assert half[1] < outer[1] < ticks(scale)[0]
    triangle = next(part.get("d", "") for part in drawn(scale).iter() if part.get("class") == "ts-scale-other")
    assert float(triangle.split()[0][1:]) > ticks(scale)[1]


def test_a_threshold_that_the_evidence_does_not_name_is_the_only_limit() -> None:
    scale = scale_of(found(0.4, 0.5, accept=0.1, refuse=0.9))
    assert scale is not None
    assert scale.limits == (("limit", 0.5),)


@pytest.mark.parametrize(("score", "threshold"), [(None, 0.5), (0.5, None)])
def test_without_score_or_threshold_there_is_no_scale(score: float | None, threshold: float | None) -> None:
    assert scale_of(found(score, threshold)) is None


def test_a_count_has_no_scale() -> None:
    assert scale_of({**found(1.0, 1.0), "safeguard": "one_face"}) is None


@pytest.mark.parametrize("odd", ["0.4", True, None, float("nan"), [0.1, 0.2], [0.5, 0.4, 0.3, 0.2, 0.1], [0, 0, 0, 0, "x"]])
def test_evidence_that_makes_no_sense_is_not_drawn(odd: object) -> None:
    scale = scale_of(found(0.4, 0.5, accept=0.5, refuse=odd, spread=odd, other=odd))
    assert scale is not None
    assert (scale.limits, scale.spread, scale.other) == ((("limit", 0.5),), None, None)


@pytest.mark.parametrize("limits", [(0.1, 0.11), (0.1, 0.9), (0.45, 0.5), (0.88, 0.9), (0.02, 0.3)])
@pytest.mark.parametrize("score", [0.0, 0.5, 1.0])
def test_labels_stay_in_the_picture_and_neither_meet_nor_are_struck_through(limits: tuple[float, float], score: float) -> None:
    """A label is taken to be as wide as LABEL allows."""
    scale = Scale(score, (("clears up to", limits[0]), ("stops beyond", limits[1])), other=0.6)
    spans = []
    for part in drawn(scale).iter():
        if part.get("class") == "ts-scale-text":
            left = float(part.get("x", "nan")) - LABEL * {"start": 0.0, "middle": 0.5, "end": 1.0}[part.get("text-anchor", "")]
            spans.append((float(part.get("y", "nan")), left, left + LABEL))
    for row, left, right in spans:
        assert left >= -LABEL / 4
        assert right <= WIDTH + LABEL / 4
        assert not [one for one in spans if one[0] == row and one[1] < right and left < one[2] and one != (row, left, right)]
    tops = {
        float(part.get("d", "").split()[0][1:]): float(part.get("d", "").split()[1])
        for part in drawn(scale).iter()
        if part.get("class") == "ts-scale-tick"
    }
    for at, top in tops.items():
        assert not [one for one in spans if one[0] > top and one[0] < 40 and one[1] + 1 < at < one[2] - 1]


def test_a_score_that_is_no_number_makes_no_scale() -> None:
    with pytest.raises(ValueError, match="numbers"):
        Scale(float("nan"), (("limit", 0.5),))


@pytest.mark.parametrize("spread", [(0.1, 0.2), (0.5, 0.4, 0.3, 0.2, 0.1)])
def test_a_spread_that_does_not_rise_makes_no_scale(spread: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="rising"):
        Scale(0.4, (("limit", 0.5),), spread)


def test_the_scale_is_said_in_words() -> None:
    scale = Scale(0.47, (("clears from", 0.52), ("stops below", -0.1)), (0.1, 0.2, 0.3, 0.4, 0.5), 0.05)
    assert drawn(scale).get("aria-label") == (
        "score 0.47; clears from 0.52; stops below −0.10; her own pictures mostly 0.10 to 0.50, half of them 0.20 to 0.40;"
        " nearest of the others 0.05"
    )
