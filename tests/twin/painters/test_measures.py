"""Every measure says what is known of pictures made for it."""

import numpy as np
import pytest

from twin.painters import measures
from twin.painters.measures import Mask
from twin.ports import Picture

CHANCE = np.random.default_rng(11)
ALL = np.ones((640, 512), np.bool_)


def soft_noise(smooth: int = 3) -> np.ndarray:
    """A picture's luminance (640, 512) as nature makes it: rough at every scale but the finest, no grid."""
    levels = CHANCE.normal(0, 90, (640, 512))
    kernel = np.hanning(2 * smooth + 1)
    for axis in (0, 1):
        levels = np.apply_along_axis(np.convolve, axis, levels, kernel / kernel.sum(), mode="same")
    return levels + 128


def grey_picture(levels: np.ndarray) -> Picture:
    return np.repeat(np.clip(levels + 0.5, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


def flat(colour: tuple[int, int, int], size: tuple[int, int] = (40, 30)) -> Picture:
    return np.full((*size, 3), colour, np.uint8)


def half_mask() -> Mask:
    mask = np.zeros((40, 30), np.bool_)
    mask[10:30, 5:25] = True
    return mask


def test_psnr_is_that_of_the_error_put_in_and_only_where_asked() -> None:
    exact = flat((100, 100, 100))
    wrong = exact.copy()
    wrong[:, :15] += 10
    assert measures.psnr(exact, exact) == float("inf")
    assert measures.psnr(wrong, exact) == pytest.approx(10 * np.log10(255**2 / 50))
    left = np.arange(30)[None].repeat(40, 0) < 15
    assert measures.psnr(wrong, exact, left) == pytest.approx(10 * np.log10(255**2 / 100))
    assert measures.psnr(wrong, exact, ~left) == float("inf")


def test_ssim_is_one_for_equal_pictures_and_falls_with_structure_lost() -> None:
    picture = grey_picture(soft_noise())
    assert measures.ssim(picture, picture) == pytest.approx(1.0)
    slightly, wholly = (grey_picture(picture[..., 0] + CHANCE.normal(0, much, (640, 512))) for much in (3, 40))
    assert 0.5 < measures.ssim(slightly, picture) < 1.0
    assert measures.ssim(wholly, picture) < 0.4


def energy(picture: Picture, where: Mask = ALL) -> float:
    return measures.energy(measures.fine_detail(picture), where)


def test_fine_detail_is_what_changes_within_eight_pixels() -> None:
    across = np.arange(512)[None].repeat(640, 0)
    slow, eight, quick = (grey_picture(128 + 40 * np.sin(2 * np.pi * across / period)) for period in (48, 8, 3))
    whole = (40**2 / 2) * 640 * 512
    assert energy(slow) < 0.005 * whole
    assert energy(eight) == pytest.approx(whole / 4, rel=0.05)
    assert energy(quick) == pytest.approx(whole, rel=0.05)
    assert energy(quick, across < 256) == pytest.approx(whole / 2, rel=0.05)


def test_an_outline_is_no_detail_of_what_lies_six_pixels_beside_it() -> None:
    levels = np.full((640, 512), 60.0)
    levels[:, 200:] = 220
    beside = np.abs(np.arange(512) - 199.5)[None].repeat(640, 0) > 6
    assert energy(grey_picture(levels), beside) == pytest.approx(0.0, abs=1e-6)
    assert energy(grey_picture(levels), ~beside) > 0


def test_a_blurred_picture_has_less_fine_detail() -> None:
    levels = soft_noise(1)
    blurred = (levels + np.roll(levels, 1, 1) + np.roll(levels, 1, 0) + np.roll(levels, (1, 1), (0, 1))) / 4
    assert 0.2 < energy(grey_picture(blurred)) / energy(grey_picture(levels)) < 0.8


def test_the_spectrum_peaks_at_the_block_pitch_when_blocks_are_uneven_and_not_otherwise() -> None:
    smooth = soft_noise(12)
    uneven = [np.kron(CHANCE.normal(0, much, (40, 32)), np.ones((16, 16))) for much in (1.0, 3.0)]
    none, faint, clear = (measures.pitch_peak(grey_picture(smooth + more)) for more in (0.0, *uneven))
    assert abs(none) < 1.0
    assert faint > none + 1.0
    assert clear > faint + 1.0


def test_an_outline_off_the_grid_is_no_peak_and_another_pitch_is_none_of_this_one() -> None:
    levels = soft_noise(12)
    levels[:, 203:] += 90
    assert abs(measures.pitch_peak(grey_picture(levels))) < 1.0
    other = np.kron(CHANCE.normal(0, 3.0, (36, 29)), np.ones((18, 18)))[:640, :512]
    assert other.shape == (640, 512)
    picture = grey_picture(soft_noise(12) + other)
    assert measures.pitch_peak(picture) < 0.6 * measures.pitch_peak(picture, 18)


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [((90, 90, 90), (90, 90, 90), 0.0, 1e-6), ((90, 90, 90), (92, 90, 90), 0.5, 2.5), ((200, 30, 30), (30, 30, 200), 30, 90)],
)
def test_colour_gaps_are_small_where_eyes_see_none(
    one: tuple[int, int, int], other: tuple[int, int, int], low: float, high: float
) -> None:
    gap = measures.colour_gap(flat(one), np.array(other, np.uint8))
    assert gap.shape == (40, 30)
    assert low <= gap.min() <= gap.max() <= high


def test_the_middle_colour_is_not_moved_by_a_few_strays() -> None:
    picture = flat((10, 60, 200))
    picture[10:13, 5:25] = 255
    assert measures.middle_colour(picture, half_mask()).tolist() == [10, 60, 200]
    with pytest.raises(ValueError, match="without pixels"):
        measures.middle_colour(picture, np.zeros((40, 30), np.bool_))


def test_masks_lose_their_rim_and_their_holes() -> None:
    mask = half_mask()
    assert measures.inner(mask, 3).sum() == 14 * 14
    holed = mask.copy()
    holed[15:18, 10:12] = False
    assert np.array_equal(measures.filled(holed), mask)


def test_the_brighter_side_is_the_lit_half_of_the_face_wherever_it_lies() -> None:
    picture = flat((80, 80, 80))
    picture[:, :15] = 160
    assert measures.side_light(picture, half_mask()) > 0.4
    assert measures.side_light(picture[:, ::-1], half_mask()[:, ::-1]) < -0.4
    assert measures.side_light(flat((80, 80, 80)), half_mask()) == pytest.approx(0.0)
    assert measures.luminance(flat((255, 255, 255)))[0, 0] == pytest.approx(1.0)
    line = np.zeros((40, 30), np.bool_)
    line[10:20, 7] = True
    with pytest.raises(ValueError, match="two halves"):
        measures.side_light(picture, line)


def test_amber_is_warmer_than_grey_and_grey_than_blue() -> None:
    amber, grey, blue = (
        measures.warmth(flat(colour), half_mask()) for colour in ((220, 170, 100), (170, 170, 170), (100, 150, 220))
    )
    assert amber > grey + 10 > blue + 20
    assert grey == pytest.approx(0.0, abs=0.1)


def test_overlap_is_the_shared_part_of_what_either_covers() -> None:
    one, other = np.zeros((10, 10)), np.zeros((10, 10))
    assert measures.overlap(one, other) == 1.0
    one[:, :6], other[:, 4:] = 0.9, 0.6
    assert measures.overlap(one, other) == pytest.approx(20 / 100)
    other[:, 4:] = 0.4
    assert measures.overlap(one, other) == 0.0
