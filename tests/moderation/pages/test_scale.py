"""Facts about the drawn scale of a finding."""

from typing import Any
from xml.etree import ElementTree

import pytest

from moderation.pages.scale import LEFT, RIGHT, Scale, scale_of, scale_svg


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


def test_both_limits_and_the_usual_span_are_drawn() -> None:
    scale = scale_of(found(0.47, 0.52, accept=0.52, refuse=0.38, own_median=0.5, own_farthest=0.83))
    assert scale is not None
    assert dict(scale.limits) == {"accepted": 0.52, "refused": 0.38}
    assert scale.usual == (0.5, 0.83)
    assert len(ticks(scale)) == 2
    assert any(part.get("class") == "ts-scale-usual" for part in drawn(scale).iter())


def test_a_threshold_that_the_evidence_does_not_name_is_drawn_too() -> None:
    scale = scale_of(found(0.4, 0.5, refuse=0.9))
    assert scale is not None
    assert ("limit", 0.5) in scale.limits


@pytest.mark.parametrize(("score", "threshold"), [(None, 0.5), (0.5, None)])
def test_without_score_or_threshold_there_is_no_scale(score: float | None, threshold: float | None) -> None:
    assert scale_of(found(score, threshold)) is None


@pytest.mark.parametrize("odd", ["0.4", True, None, float("nan")])
def test_evidence_that_is_no_number_draws_no_limit(odd: object) -> None:
    scale = scale_of(found(0.4, 0.5, refuse=odd, own_median=odd, own_farthest=0.9))
    assert scale is not None
    assert scale.limits == (("limit", 0.5),)
    assert scale.usual is None


def test_labels_of_near_limits_do_not_meet() -> None:
    texts = [
        part for part in drawn(Scale(0.45, (("blocks", 0.4), ("clears", 0.5)))).iter() if part.get("class") == "ts-scale-text"
    ]
    assert len({part.get("y") for part in texts}) == 2


def test_a_score_that_is_no_number_makes_no_scale() -> None:
    with pytest.raises(ValueError, match="numbers"):
        Scale(float("nan"), (("limit", 0.5),))


def test_the_scale_is_said_in_words() -> None:
    assert drawn(Scale(0.47, (("clears", 0.52),))).get("aria-label") == "score 0.47; clears 0.52"
