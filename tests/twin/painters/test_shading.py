"""Light on a turning point follows Lambert's law, and never runs away."""

import numpy as np

from twin.painters.shading import LAMPS, LEAST, MOST, irradiance, relit

HERE = np.zeros((1, 3), np.float32)


def facing(lamp: int, sign: float = 1.0) -> np.ndarray:
    towards = np.asarray(LAMPS[lamp][0], np.float32)
    return (sign * towards / np.linalg.norm(towards))[None]


def test_what_faces_a_lamp_gets_most_of_it_and_its_back_almost_nothing() -> None:
    for lamp in range(3):
        front, back = (irradiance(facing(lamp, sign), HERE)[0, lamp] for sign in (1.0, -1.0))
        assert front > 20 * back > 0


def test_nearer_gets_more() -> None:
    near = np.asarray(LAMPS[0][0], np.float32)[None] / 2
    assert np.isclose(irradiance(facing(0), near)[0, 0] / irradiance(facing(0), HERE)[0, 0], 4.0, rtol=1e-3)


def test_the_same_light_changes_nothing_and_the_ambient_never_changes() -> None:
    light = np.asarray([[1.0, 0.5, 0.2]], np.float32)
    assert np.allclose(relit(light, light, 2.2), 1.0)
    assert relit(light * 1.5, light, 2.2)[3] == 1.0
    assert np.allclose(relit(light * 1.5, light, 2.2)[:3], 1.5 ** (1 / 2.2))


def test_a_factor_stays_within_its_bounds() -> None:
    dark, bright = np.full((1, 3), 0.001, np.float32), np.full((1, 3), 100.0, np.float32)
    assert np.allclose(relit(bright, dark, 1.0)[:3], MOST)
    assert np.allclose(relit(dark, bright, 1.0)[:3], LEAST)
