"""Limits come from pairs of different references and from everybody else, and leave a band for a person between them."""

from typing import Any

import numpy as np
import pytest

from moderation.errors import Unexaminable
from moderation.examining.calibration import BAND, Calibration, KnownFaces, calibrate
from moderation.examining.templates import Gallery, Template, margin

LIGHTS = ("even", "warm", "cool")


def gallery(spread: float = 0.05, references: int = 6, **centres: tuple[float, float]) -> Gallery:
    """Twins around centres of two numbers; the three lights of a reference are almost the same template."""
    chance = np.random.default_rng(3)
    templates = []
    for twin_id, centre in centres.items():
        for index in range(references):
            place = np.array(centre) + chance.normal(0, spread, 2)
            for light in LIGHTS:
                embedding = (place + chance.normal(0, spread / 50, 2)).astype(np.float32)
                templates.append(Template(f"{twin_id}-{index}", twin_id, light, embedding))
    return Gallery(tuple(templates))


def test_a_reference_is_never_compared_with_itself() -> None:
    """The lights of one reference lie within 0.005: were they compared, her own pictures would seem that near."""
    limits = calibrate(gallery(nora=(0, 0), mei=(1, 0)))["nora"]
    assert limits.own[2] > 0.02
    assert (limits.genuine, limits.impostors) == (18, 18)


def test_strangers_are_far_beyond_the_limits_and_her_own_within() -> None:
    known = gallery(nora=(0, 0), mei=(1, 0))
    limits = calibrate(known)["nora"]
    assert known.distances(np.array([0.0, 0.03], np.float32))["nora"] < limits.accept
    assert known.distances(np.array([0.98, 0.0], np.float32))["nora"] > limits.refuse
    assert limits.own_farthest <= limits.accept < (limits.impostor_nearest or 0.0)


def test_each_twin_has_limits_of_her_own() -> None:
    wide = gallery(spread=0.12, haru=(0, 1))
    narrow = gallery(spread=0.02, nora=(0, 0), mei=(1, 0))
    limits = calibrate(Gallery(wide.templates + narrow.templates))
    assert limits["haru"].own[2] > 2 * limits["nora"].own[2]
    assert limits["haru"].accept != limits["nora"].accept


def test_a_twin_known_from_like_pictures_only_is_not_blocked_sooner_than_others_usually_are() -> None:
    wide = gallery(spread=0.12, haru=(0, 30))
    narrow = gallery(spread=0.01, nora=(0, 0), mei=(1, 0))
    limits = calibrate(Gallery(wide.templates + narrow.templates))
    alone = calibrate(narrow)
    assert limits["nora"].refuse - limits["nora"].accept > 3 * (alone["nora"].refuse - alone["nora"].accept)
    assert limits["nora"].accept == pytest.approx(alone["nora"].accept, abs=0.05)


def test_no_template_of_another_twin_has_the_margin_that_clears() -> None:
    """Centres nearer than the spread: the twins look alike, and only caution keeps them apart."""
    known = gallery(spread=0.1, nora=(0, 0), ines=(0.2, 0), mei=(1, 0))
    for twin_id, limits in calibrate(known).items():
        for template in known.templates:
            if template.twin_id != twin_id:
                seen = margin(known.in_contrast(template.embedding, without=template.reference_id), twin_id)
                assert seen is not None
                assert limits.apart is not None
                assert seen < limits.apart


def test_a_tie_between_well_known_twins_stays_in_the_band() -> None:
    limits = calibrate(gallery(spread=0.01, nora=(0, 0), mei=(1, 0)))["nora"]
    assert limits.apart == pytest.approx(BAND, abs=0.02)
    assert limits.mistaken == pytest.approx(-BAND, abs=0.02)


def test_a_twin_with_three_references_has_no_limits() -> None:
    known = Gallery(gallery(nora=(0, 0)).templates + gallery(references=3, mei=(1, 0)).templates)
    assert set(calibrate(known)) == {"nora"}
    with pytest.raises(Unexaminable, match="Too few references of Mei"):
        KnownFaces(known, calibrate(known), names={"mei": "Mei"}).limits("mei")


def test_a_twin_alone_has_a_likeness_but_no_margin() -> None:
    limits = calibrate(gallery(nora=(0, 0)))["nora"]
    assert (limits.apart, limits.mistaken, limits.impostor_nearest, limits.impostors) == (None, None, None, 0)


def test_her_own_spread_and_the_nearest_of_the_others_are_told() -> None:
    limits = calibrate(gallery(nora=(0, 0), mei=(1, 0)))["nora"]
    assert limits.own_margins is not None
    assert limits.own[4] <= limits.own_farthest < (limits.impostor_nearest or 0.0)
    assert (limits.impostor_margin or 0.0) < 0 < limits.own_margins[0]


def test_nobody_known_gives_no_limits() -> None:
    assert calibrate(Gallery(())) == {}


def test_limits_survive_being_written_down() -> None:
    limits = calibrate(gallery(nora=(0, 0), mei=(1, 0)))["nora"]
    assert Calibration.from_json(limits.as_json()) == limits


@pytest.mark.parametrize(
    "change",
    [
        *({"accept": float("nan")}, {"accept": 2.0}, {"refuse": 0.0}, {"apart": None}, {"apart": -1.0}),
        *(
            {"mistaken": float("inf")},
            {"own": (0.5, 0.4, 0.3, 0.2, 0.1)},
            {"own": (0.1, 0.2)},
            {"own": (0.0,) * 4 + (float("nan"),)},
        ),
    ],
)
def test_limits_that_make_no_sense_cannot_be_built(change: dict[str, Any]) -> None:
    fields = calibrate(gallery(nora=(0, 0), mei=(1, 0)))["nora"].as_json()
    with pytest.raises(ValueError, match="not in order"):
        Calibration.from_json({**fields, **change})


def test_the_only_reference_there_is_sets_no_limit_and_stops_nothing() -> None:
    assert calibrate(gallery(references=1, nora=(0, 0))) == {}
