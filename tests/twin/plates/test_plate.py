"""A plate develops exactly, and its negative is kept without loss."""

import io
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from twin.errors import BadValue, NotFound
from twin.looks.look import Lamp, Light, Look, Pose
from twin.plates.plate import (
    KNEE,
    Plate,
    develop,
    kelvin_rgb,
    linear,
    negative_bytes,
    open_negative,
    read_index,
    read_plate,
    reduced,
    settle,
    write_plate,
)

REFERENCES = Path(__file__).parents[3] / "assets" / "references"
OFF = Lamp(0.0, 6000.0)
colours = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")


def flat(key: float = 0.0, fill: float = 0.0, alpha: float = 1.0, cloth: float = 0.0) -> Plate:
    """A plate of one tone: key and fill of white light, evenly covered."""
    lights = np.zeros((4, 40, 32, 3), np.float32)
    lights[0], lights[1] = key, fill
    one = np.ones((40, 32), np.float32)
    return Plate(lights, one * np.float32(alpha), one * np.float32(cloth), (0.4, 0.4, 0.4))


def look(light: Light | None = None, garment: str = "#808080", backdrop: str = "#808080", exposure: float = 1.0) -> Look:
    return Look(Pose(), light or Light(), "any", garment, backdrop, exposure)


def coded(light: float) -> int:
    """8-bit sRGB of linear light below the knee (IEC 61966-2-1)."""
    return round(255 * (12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055))


@given(st.floats(0, 0.2), st.floats(0, 0.2), st.floats(0, 1.2), st.floats(0, 1.2))
@settings(max_examples=40, deadline=None)
def test_lamps_add_up(key: float, fill: float, strong: float, weak: float) -> None:
    light = Light(key=Lamp(strong, 5400.0), fill=Lamp(weak, 5700.0), rim=Lamp(1.0, 6000.0), ambient=OFF)
    pixel = develop(flat(key, fill), look(light))[20, 16]
    assert key * strong + fill * weak < KNEE
    assert np.abs(pixel.astype(int) - coded(key * strong + fill * weak)).max() <= 1


@given(colours, st.floats(0.25, 4.0))
@settings(max_examples=60, deadline=None)
def test_the_backdrop_comes_out_as_chosen_whatever_the_exposure(colour: str, exposure: float) -> None:
    pixel = develop(flat(alpha=0.0), look(backdrop=colour, exposure=exposure))[16, 16]
    wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    assert np.abs(pixel.astype(int) - wanted).max() <= 2


@given(st.integers(0, 180), st.integers(0, 180), st.integers(0, 180))
@settings(max_examples=40, deadline=None)
def test_cloth_in_white_light_shows_its_colour(red: int, green: int, blue: int) -> None:
    pixel = develop(flat(key=0.4, cloth=1.0), look(garment=f"#{red:02x}{green:02x}{blue:02x}"))[20, 16]
    assert np.abs(pixel.astype(int) - [red, green, blue]).max() <= 1


def test_half_covered_shows_half_the_backdrop() -> None:
    pixel = develop(flat(alpha=0.5), look(backdrop="#808080"))[16, 16]
    assert abs(int(pixel[0]) - coded(0.5 * float(linear("#808080")[0]))) <= 1


def test_a_warm_lamp_is_redder_and_equally_bright() -> None:
    warm, cool = kelvin_rgb(3000.0), kelvin_rgb(8000.0)
    assert warm[0] / warm[2] > 3 > cool[0] / cool[2]
    for tint in (warm, cool):
        assert float(tint @ np.array([0.2126, 0.7152, 0.0722], np.float32)) == pytest.approx(1.0, abs=1e-5)


def test_daylight_is_nearly_white() -> None:
    assert kelvin_rgb(6500.0) == pytest.approx([1, 1, 1], abs=0.05)


def test_brighter_light_never_darkens() -> None:
    tones = [develop(flat(key=step / 20), look(Light(fill=OFF, rim=OFF, ambient=OFF)))[20, 16, 1] for step in range(81)]
    assert all(a <= b for a, b in pairwise(tones))
    assert tones[-1] == 255


def test_a_settled_plate_is_what_its_negative_opens_to() -> None:
    plate = settle(read_plate(REFERENCES, read_index(REFERENCES)[2]))
    again = open_negative(negative_bytes(plate))
    assert negative_bytes(again) == negative_bytes(plate)
    assert all(np.array_equal(getattr(plate, name), getattr(again, name)) for name in ("lights", "alpha", "garment"))
    assert again.garment_rgb == plate.garment_rgb
    assert np.array_equal(develop(plate, look()), develop(again, look()))


def test_settling_is_not_to_be_seen() -> None:
    plate = read_plate(REFERENCES, read_index(REFERENCES)[2])
    assert np.abs(develop(plate, look()).astype(int) - develop(settle(plate), look())).max() <= 1


def single_array() -> bytes:
    """An array by itself, which numpy reads as well as an archive."""
    out = io.BytesIO()
    np.save(out, np.zeros(3))
    return out.getvalue()


def test_a_broken_negative_is_refused() -> None:
    kept = negative_bytes(flat(key=0.2))
    for broken in (kept[: len(kept) // 2], b"not a negative", b"", single_array()):
        with pytest.raises(BadValue, match="no negative"):
            open_negative(broken)


def test_a_reduced_plate_develops_as_the_whole_one_looks_from_afar() -> None:
    plate = read_plate(REFERENCES, read_index(REFERENCES)[2])
    small = reduced(plate, (256, 400))
    assert small.size == (256, 320)
    whole = Image.fromarray(develop(plate, look())).resize((256, 320), Image.Resampling.BOX)
    assert np.abs(np.asarray(whole, float) - develop(small, look())).mean() < 1.5
    assert reduced(small, (256, 400)) is small


def test_a_pair_of_files_keeps_a_plate_as_seen(tmp_path: Path) -> None:
    line = read_index(REFERENCES)[2]
    plate = read_plate(REFERENCES, line)
    write_plate(tmp_path, line["id"], plate)
    wrong = develop(plate, look()).astype(float) - develop(read_plate(tmp_path, line), look())
    assert 10 * np.log10(255**2 / np.square(wrong).mean()) > 36


def test_a_plate_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="nobody_1"):
        read_plate(tmp_path, {"id": "nobody_1", "garment_rgb": [0.4, 0.4, 0.4]})


def test_a_plate_whose_parts_do_not_fit_cannot_be_built() -> None:
    good = flat()
    with pytest.raises(BadValue, match="one size"):
        Plate(good.lights, good.alpha[:-1], good.garment, good.garment_rgb)
    with pytest.raises(BadValue, match="32-bit"):
        Plate(good.lights, good.alpha.astype(np.float64), good.garment, good.garment_rgb)  # type: ignore[arg-type]
    with pytest.raises(BadValue, match="reflects"):
        Plate(good.lights, good.alpha, good.garment, (0.0, 0.4, 0.4))
