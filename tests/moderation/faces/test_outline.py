"""Two pictures of the same lines fit, whatever light, place and mirror; two pictures of different lines do not."""

import cv2
import numpy as np
import pytest

from moderation.faces.chip import MEAN_FACE
from moderation.faces.outline import SIDE, best_fit, canvas

NAMES = ("one", "two", "three")


def scene(seed: int) -> np.ndarray:
    """A linear light picture (224, 224) of overlapping blots, drawn from a seed."""
    chance = np.random.default_rng(seed)
    image = np.full((SIDE, SIDE), 0.3, np.float32)
    for _ in range(40):
        x, y, wide, high, turn = chance.uniform((0, 0, 8, 8, 0), (SIDE, SIDE, 40, 40, 180))
        cv2.ellipse(image, (int(x), int(y)), (int(wide), int(high)), turn, 0, 360, float(chance.uniform(0.05, 1)), -1)
    return image


def lit(image: np.ndarray, key: float = 1.0, slope: float = 0.0) -> np.ndarray:
    """The picture in another light: stronger, and falling off to one side."""
    across = np.linspace(1 - slope, 1 + slope, SIDE, dtype=np.float32)
    return (np.clip(image * across * key, 0, 1) ** 0.45 * 255).astype(np.uint8)


REFERENCES = {name: lit(scene(index)) for index, name in enumerate(NAMES)}


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_copy_in_another_light_turned_and_scaled_is_found(mirrored: bool) -> None:
    copy = lit(scene(1), key=0.6, slope=0.7)
    matrix = cv2.getRotationMatrix2D((SIDE / 2, SIDE / 2), 4.0, 1.05)
    matrix[:, 2] += (5, -3)
    copy = cv2.warpAffine(copy, matrix, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE)
    fit = best_fit(np.ascontiguousarray(copy[:, ::-1]) if mirrored else copy, REFERENCES)
    assert (fit.reference_id, fit.mirrored) == ("two", mirrored)
    assert fit.score > 0.8


def test_another_drawing_fits_none() -> None:
    assert best_fit(lit(scene(9)), REFERENCES).score < 0.4


def test_reversed_contrast_is_the_same_drawing() -> None:
    assert best_fit(255 - REFERENCES["three"], REFERENCES).score > 0.75


def test_an_empty_picture_fits_nothing_and_is_a_number() -> None:
    assert abs(best_fit(np.full((SIDE, SIDE), 90, np.uint8), REFERENCES).score) < 0.2


def test_without_references_there_is_no_fit() -> None:
    with pytest.raises(ValueError, match="no reference"):
        best_fit(REFERENCES["one"], {})


@pytest.mark.parametrize("scale", [0.7, 1.0, 3.1])
def test_a_head_comes_to_the_same_place_from_any_size(scale: float) -> None:
    picture = np.repeat(REFERENCES["one"][..., None], 3, axis=2)
    points = ((np.array(MEAN_FACE) + 0.8) / 2.6 * SIDE).astype(np.float32)
    larger = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    placed = canvas(larger, points * scale)
    assert placed.shape == (SIDE, SIDE)
    assert np.abs(placed.astype(int) - REFERENCES["one"])[8:-8, 8:-8].mean() < 6
