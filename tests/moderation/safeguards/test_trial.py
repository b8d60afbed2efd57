"""What is counted in a trial, on answers that are known beforehand."""

import numpy as np
import pytest

from moderation.faces.chip import MEAN_FACE
from moderation.safeguards.forging import FORGERIES
from moderation.safeguards.manipulation import ManipulationLimits
from moderation.safeguards.trial import (
    FORGED_WEAR,
    REFERRED_AT_MOST,
    WEAR,
    Subject,
    auc,
    forged_subjects,
    held_apart,
    limits_from,
    tried,
    upper_end,
)

POINTS = (np.array(MEAN_FACE) * 40 + (40, 40)).astype(np.float32)


def subject(name: str, person: str, level: int, points: np.ndarray = POINTS) -> Subject:
    return Subject(name, person, "renders", np.full((120, 120, 3), level, np.uint8), points)


CAST = (subject("a1@0", "a", 40), subject("a1@1", "a", 50), subject("a2@0", "a", 60), subject("b1@0", "b", 200))


def test_the_area_under_the_curve_counts_pairs_in_the_right_order() -> None:
    assert auc(np.array([0.1, 0.2]), np.array([0.3, 0.4])) == 1.0
    assert auc(np.array([0.1, 0.4]), np.array([0.2, 0.3])) == 0.5
    assert auc(np.array([0.2]), np.array([0.2])) == 0.5


def test_limits_refer_a_small_part_of_the_untouched_and_block_none() -> None:
    scores = np.linspace(0.0, 0.6, 2001)
    limits = limits_from([scores[::2], scores[1::2]])
    assert (scores >= limits.refer).mean() == pytest.approx(REFERRED_AT_MOST, abs=0.002)
    assert limits.block == pytest.approx(0.8, abs=1e-3)
    with pytest.raises(ValueError, match="there are none"):
        limits_from([np.array([])])


def test_no_referral_in_a_hundred_still_leaves_some_doubt() -> None:
    assert upper_end(0.0, 100) == pytest.approx(0.037, abs=0.001)
    assert upper_end(0.5, 100) == pytest.approx(0.596, abs=0.001)


@pytest.mark.parametrize("wear", list(WEAR))
def test_points_stay_on_the_face_whatever_befalls_the_picture(wear: str) -> None:
    picture = np.full((120, 120, 3), 90, np.uint8)
    x, y = POINTS[4].round().astype(int)
    picture[y - 4 : y + 5, x - 4 : x + 5] = 255
    worn, points = WEAR[wear](picture, POINTS)
    x, y = points[4].round().astype(int)
    assert worn[y, x].min() > 200
    assert worn[1, 1].max() < 130


def test_a_blend_is_of_another_picture_of_hers_a_relighting_of_the_same_and_a_paste_of_somebody_else() -> None:
    levels = {}
    for forgery in FORGERIES:
        forged = next(iter(forged_subjects(CAST, forgery)))
        assert (forged.name, forged.person) == ("a1@0", "a")
        levels[forgery] = int(forged.picture[60, 60, 0])
    assert levels["pyramid blend"] == pytest.approx(60, abs=3)
    assert levels["pyramid relighting"] == pytest.approx(50, abs=3)
    assert levels["affine paste"] == pytest.approx(200, abs=3)
    assert [one.name for one in forged_subjects(CAST, "pyramid relighting")] == ["a1@0", "a1@1"]


def test_whoever_has_no_other_picture_gets_the_face_of_somebody_else() -> None:
    alone = next(one for one in forged_subjects(CAST, "pyramid blend") if one.name == "b1@0")
    assert int(alone.picture[60, 60, 0]) < 130


def test_the_face_held_most_alike_is_taken() -> None:
    turned = POINTS.copy()
    turned[4, 0] += 9
    assert held_apart(POINTS, 2 * POINTS + 5) == pytest.approx(0, abs=1e-6)
    assert held_apart(POINTS, turned) > 0.05
    others = (subject("b1", "b", 200, turned), subject("b2", "b", 150))
    forged = next(iter(forged_subjects((CAST[0], *others), "affine paste")))
    assert int(forged.picture[60, 60, 0]) == pytest.approx(150, abs=3)


def test_a_trial_tells_referrals_of_the_untouched_and_ranks_forgeries_against_them() -> None:
    def brightness(picture: np.ndarray, points: np.ndarray) -> float:
        x, y = points[4].round().astype(int)
        return float(picture[y, x].mean()) / 255

    rows = tried(CAST, brightness, ManipulationLimits(0.5, 0.9))
    plain = {row.wear: row for row in rows if row.forgery is None}
    assert set(plain) == set(WEAR)
    assert plain["as it is"].referred == pytest.approx(1 / 4)
    assert (plain["as it is"].blocked, plain["as it is"].auc) == (0.0, None)
    pasted = next(row for row in rows if (row.forgery, row.wear) == ("affine paste", "as it is"))
    assert pasted.count == 4
    assert pasted.referred == pytest.approx(3 / 4)
    assert len([row for row in rows if row.forgery]) == len(FORGERIES) * len(FORGED_WEAR)
    assert "referred 25.0%" in plain["as it is"].sentence()
