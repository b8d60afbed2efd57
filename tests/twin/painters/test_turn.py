"""A head's turn is read from five points of its face."""

import numpy as np
import pytest

from twin.painters.turn import TurnGauge

CHANCE = np.random.default_rng(3)
HEAD = np.array([[45.0, 0.0, 20.0], [18.0, 0.0, 30.0], [-45.0, 0.0, 20.0], [-18.0, 0.0, 30.0], [0.0, 60.0, 55.0]])
"""Outer and inner corners of both eyes and the base of a nose, in a head that looks at the camera; x right, y down, z near."""


def face(turn: float, tilt: float = 0.0, size: float = 1.0, off: float = 0.0) -> np.ndarray:
    """The points (5, 2) of a head turned towards the viewer's right, tilted in the picture, and misread by `off` pixels."""
    y, r = np.deg2rad(turn), np.deg2rad(tilt)
    x = HEAD[:, 0] * np.cos(y) + HEAD[:, 2] * np.sin(y)
    flat = np.stack([x, HEAD[:, 1]], 1) @ np.array([[np.cos(r), np.sin(r)], [-np.sin(r), np.cos(r)]])
    return 250 + size * flat + CHANCE.normal(0, off, (5, 2))


def fitted(off: float = 0.5) -> TurnGauge:
    turns = np.linspace(-36, 36, 40)
    return TurnGauge.fit([face(turn, off=off) for turn in turns], turns.tolist())


def test_it_reads_turns_whatever_size_and_tilt() -> None:
    gauge = fitted()
    assert gauge.fitted == 40
    assert gauge.own_error < 2.0
    for turn in (-30.0, -7.0, 0.0, 12.0, 33.0):
        assert gauge.degrees(face(turn, tilt=8.0, size=1.4)) == pytest.approx(turn, abs=3.0)


def test_a_few_misplaced_faces_do_not_bend_the_rule() -> None:
    turns = np.linspace(-36, 36, 40)
    faces = [face(turn, off=0.5) for turn in turns]
    faces[4], faces[30] = face(30.0), face(-30.0)
    assert TurnGauge.fit(faces, turns.tolist()).degrees(face(20.0)) == pytest.approx(20.0, abs=4.0)


def test_profiles_are_left_out_and_too_few_faces_tell_nothing() -> None:
    turns = [*np.linspace(-36, 36, 12), -60.0, 55.0]
    assert TurnGauge.fit([face(turn) for turn in turns], turns).fitted == 12
    with pytest.raises(ValueError, match="there are 11"):
        TurnGauge.fit([face(turn) for turn in turns[1:]], turns[1:])
