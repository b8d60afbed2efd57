"""A picture is measured where it counts: on the face, the cloth and the bare backdrop of the exact plate."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import pytest

from twin.painters.shots import Sighting, backdrop_mask, closeness, covers, face_mask, seeds, shots
from twin.painters.sitting import STYLINGS, Sitting, looks
from twin.painters.turn import TurnGauge
from twin.plates.plate import Plate, develop, falloff
from twin.ports import Picture

CHANCE = np.random.default_rng(4)
GAUGE = TurnGauge(np.array([7.0, 0.0, 0.0, 0.0, 0.0]), 12, 1.0)
POINTS = np.array([[80.0, 60], [70, 60], [40, 60], [50, 60], [60, 80]])


@dataclass(frozen=True)
class Seen:
    faces: int = 1
    box: tuple[float, float, float, float] | None = (36.0, 20.0, 92.0, 80.0)
    landmarks: np.ndarray | None = None
    own: float | None = 0.2
    other: float | None = 0.4
    accepted: bool = True
    nearest: str | None = "nora"


def see(picture: Picture, twin: str) -> Sighting:
    """Eyes that find a face wherever the middle of a picture is not one flat colour."""
    assert twin == "nora"
    found = int(picture[20:80, 36:92].std() > 1)
    return Seen(landmarks=POINTS) if found else Seen(0, None, None, None, None, False, None)


def plate(shift: int = 0, grain: float = 0.1) -> Plate:
    """A sitter (160, 128): a head lit from the left above cloth, with grain that is the same at every call."""
    y, x = np.mgrid[0:160, 0:128]
    x = x - shift
    head, cloth = np.hypot(x - 64, y - 50) < 30, (y > 95) & (abs(x - 64) < 50)
    rough = np.random.default_rng(9).normal(0, grain, (160, 128))
    key = np.where(head | cloth, np.clip(0.4 + 0.006 * (64 - x) + rough * head, 0.02, 2), 0)
    layers = np.stack([key, 0.3 * (head | cloth), 0.1 * (head | cloth), 0.2 * (head | cloth)])
    lights = np.repeat(layers[..., None], 3, axis=3).astype(np.float32)
    return Plate(lights, (head | cloth).astype(np.float32), cloth.astype(np.float32), (0.45, 0.44, 0.43))


SKIN = (plate().alpha - plate().garment).astype(np.float32)
LINE = {"id": "nora_e0", "twin": "nora", "garment": "female_casualsuit01"}
LOOK = looks("female_casualsuit01")["low key"]


def sitting(painted: Plate, nearest: Plate) -> Sitting:
    return Sitting(LINE, plate(), SKIN, painted, plate(grain=0.12), nearest, True)


def test_every_look_gives_one_shot_of_each_maker() -> None:
    with ThreadPoolExecutor(2) as pool:
        taken = shots(sitting(plate(), plate(shift=20)), see, GAUGE, pool)
    assert [(shot.look, shot.maker) for shot in taken[:4]] == [
        ("key only", "exact"), ("key only", "painted"), ("key only", "nearest"), ("fill only", "exact"),
    ]  # fmt: skip
    assert len(taken) == 3 * len(STYLINGS)
    assert all((shot.faces, shot.accepted, shot.right, shot.turn) == (1, True, True, 7.0) for shot in taken)
    key = {shot.maker: shot for shot in taken if shot.look == "key only"}
    assert key["exact"].side == key["painted"].side
    assert (key["exact"].side or 0) > 0.1
    assert key["painted"].backdrop == pytest.approx(0.0, abs=1.0)
    warm, cool = (next(shot for shot in taken if shot.look == name and shot.maker == "painted") for name in ("warm", "cool"))
    assert (warm.warmth or 0) > (cool.warmth or 0) + 20


def test_an_equal_plate_is_as_close_as_can_be() -> None:
    picture = develop(plate(), LOOK)
    same = closeness(picture, picture, plate(), plate())
    assert same.psnr == float("inf")
    assert (same.ssim, same.fine, same.fine_inside, same.fine_head, same.garment) == pytest.approx((1, 1, 1, 1, 0))


def test_lost_grain_and_other_cloth_show_in_their_own_figures() -> None:
    exact = develop(plate(), LOOK)
    smooth = closeness(develop(plate(grain=0.02), LOOK), exact, plate(grain=0.02), plate())
    assert smooth.fine_head < 0.3
    assert smooth.garment == pytest.approx(0.0)
    red = closeness(develop(plate(), replace(LOOK, garment_colour="#aa2020")), exact, plate(), plate())
    assert (red.garment or 0) > 20
    assert red.fine_head == pytest.approx(1.0)
    assert red.psnr_sitter < red.psnr


def test_a_plate_elsewhere_shares_no_outline() -> None:
    found = {cover.maker: cover for cover in covers(sitting(plate(), plate(shift=30)))}
    assert found["painted"].alpha == found["painted"].garment == 1.0
    assert found["nearest"].alpha < 0.7
    assert set(found) == {"painted", "nearest"}


def test_two_seeds_lie_apart_by_what_differs() -> None:
    assert seeds(sitting(plate(), plate())).apart > 0.1
    assert seeds(sitting(plate(grain=0.12), plate())).apart == 0.0


def test_the_face_is_skin_inside_its_box_and_the_backdrop_bare_and_bright() -> None:
    face = face_mask(SKIN, (36.0, 20.0, 92.0, 50.0))
    assert face is not None
    assert face.any()
    assert not face[50:].any()
    assert (SKIN[face] == 1).all()
    assert face_mask(SKIN, None) is None
    assert face_mask(np.zeros_like(SKIN), (36.0, 20.0, 92.0, 50.0)) is None
    paper = backdrop_mask(plate())
    assert 1500 < paper.sum() <= 2100
    assert (plate().alpha[paper] == 0).all()
    assert falloff(128, 160)[paper].min() > falloff(128, 160).min() + 0.02


def test_where_no_face_is_found_nothing_is_said_of_it() -> None:
    def blind(_: Picture, __: str) -> Sighting:
        return Seen(0, None, None, None, None, False, None)

    with ThreadPoolExecutor(1) as pool:
        taken = shots(sitting(plate(), plate()), blind, GAUGE, pool)
    assert all((shot.faces, shot.right, shot.turn, shot.side, shot.warmth) == (0, False, None, None, None) for shot in taken)
