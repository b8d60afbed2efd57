"""Shots become rates with intervals, medians and verdicts, each against what is wanted."""

from dataclasses import replace

import pytest

from twin.painters import figures
from twin.painters.figures import Figure
from twin.painters.shots import Closeness, Cover, Seeds, Shot

NEAR = Closeness(30.0, 28.0, 0.9, 0.95, 0.9, 0.85, 1.5)
SHOT = Shot("nora_e0", "nora", "warm", "painted", 1, True, True, 0.2, 0.45, 10.0, 0.4, 20.0, 0.5, 0.6, NEAR)


def pictures(count: int = 10, **painted: object) -> list[Shot]:
    """`count` poses by every maker; the exact ones are of another turn, the nearest plate is far off in everything."""
    far = replace(NEAR, psnr=20.0, ssim=0.7, garment=6.0)
    found = []
    for number in range(count):
        one = replace(SHOT, plate=f"nora_e{number}")
        found += [
            replace(one, maker="exact", turn=13.0, peak=0.4, closeness=None),
            replace(one, **painted),
            replace(one, maker="nearest", turn=-20.0, side=-0.3, backdrop=9.0, closeness=far),
        ]
    return found


def by_key(found: list[Figure]) -> dict[str, Figure]:
    return {figure.key: figure for figure in found}


def test_a_rate_carries_wilsons_interval() -> None:
    """Against the textbook's 9 of 10: 0.596 to 0.982."""
    nine = figures.rate([True] * 9 + [False])
    assert nine is not None
    assert nine.interval == pytest.approx((0.5958, 0.9821), abs=1e-4)
    assert figures.rate([]) is None
    assert figures.mean([None, 2.0, 4.0]) == figures.Value(3.0, 2)
    assert figures.median([None]) is None


def test_identity_may_be_two_points_below_the_exact_renders_and_no_more() -> None:
    shots = pictures(100)
    lost = iter(range(1000))
    two, three = (
        [replace(s, accepted=False) if s.maker == "painted" and next(lost) % 100 < few else s for s in shots] for few in (2, 3)
    )
    for taken, holds in ((shots, True), (two, True), (three, False)):
        assert by_key(figures.identity(taken))["accepted"].holds is holds
    assert by_key(figures.identity(pictures(right=False)))["nearest_right"].holds is False
    assert by_key(figures.identity(pictures(faces=2)))["one_face"].values["painted"].value == 0.0


def test_closeness_must_beat_the_nearest_plate_keep_its_detail_and_show_no_grid() -> None:
    good = by_key(figures.closenesses(pictures()))
    assert [good[key].holds for key in ("psnr", "ssim", "fine_inside", "pitch_peak")] == [True] * 4
    assert set(good["psnr"].values) == {"painted", "nearest"}
    bad = by_key(figures.closenesses(pictures(peak=2.0, closeness=replace(NEAR, psnr=19.0, ssim=0.6, fine_inside=0.7))))
    assert [bad[key].holds for key in ("psnr", "ssim", "fine_inside", "pitch_peak")] == [False] * 4


def test_control_is_judged_against_the_exact_render_of_the_same_look() -> None:
    good = by_key(figures.control(pictures()))
    assert all(figure.holds is not False for figure in good.values())
    assert good["yaw"].values["painted"].value == 3.0
    assert good["yaw"].values["nearest"].value == 33.0
    assert good["brighter_side"].values["nearest"].value == 0.0
    bad = by_key(figures.control(pictures(turn=19.0, side=-0.2, backdrop=2.5, closeness=replace(NEAR, garment=4.5), warmth=None)))
    assert [bad[key].holds for key in ("yaw", "brighter_side", "backdrop", "garment")] == [False] * 4


def test_a_side_is_asked_for_only_where_the_exact_face_has_one() -> None:
    shots = [replace(shot, side=0.05) if shot.maker == "exact" else replace(shot, side=-0.4) for shot in pictures(4)]
    assert "painted" not in by_key(figures.control(shots))["brighter_side"].values


def test_the_order_of_warmth_is_that_of_two_looks_of_one_pose() -> None:
    warm = pictures(3)
    cool, swapped, alike = (
        [replace(s, look="cool", warmth=(exact if s.maker == "exact" else painted)) for s in warm]
        for exact, painted in ((-10.0, 5.0), (-10.0, 25.0), (18.0, 25.0))
    )
    for other, value in ((cool, 1.0), (swapped, 0.0)):
        order = by_key(figures.control([*warm, *other]))["warmth_order"]
        assert (order.values["painted"].value, order.values["painted"].n) == (value, 3)
    assert "painted" not in by_key(figures.control([*warm, *alike]))["warmth_order"].values


def test_masks_and_seeds_have_their_verdicts() -> None:
    covers = [Cover("a", "painted", 0.99, 0.98), Cover("b", "painted", 0.97, 0.94), Cover("a", "nearest", 0.8, 0.7)]
    masks = by_key(figures.masks(covers))
    assert (masks["alpha_iou"].holds, masks["garment_iou"].holds) == (True, False)
    good = by_key(figures.chance([Seeds("a", 1.2, True), Seeds("b", 0.8, None)]))
    assert (good["seeds_differ"].holds, good["seed_repeats"].holds) == (True, True)
    assert good["seed_repeats"].values["painted"].n == 1
    bad = by_key(figures.chance([Seeds("a", 0.0, True), Seeds("b", 0.8, False)]))
    assert (bad["seeds_differ"].holds, bad["seed_repeats"].holds) == (False, False)


def test_each_twin_is_summed_up_alone() -> None:
    shots = [*pictures(4), *(replace(shot, twin="kofi", plate="kofi_e0", own=0.4) for shot in pictures(2))]
    twins = figures.per_twin(shots)
    assert twins["nora"]["own_distance"].values["painted"] == figures.Value(0.2, 4)
    assert twins["kofi"]["own_distance"].values["painted"] == figures.Value(0.4, 2)
