import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.errors import BadValue
from twin.looks.look import (
    BROWS,
    EXPOSURE,
    KELVIN,
    LAMPS,
    PITCH,
    ROLL,
    SMILE,
    SQUINT,
    STRENGTH,
    YAW,
    Authors,
    Lamp,
    Light,
    Look,
    Pose,
)

PLAIN = Look(Pose(), Light(), "shirt_01", "#1a2b3c", "#ffffff")

colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
lamps = st.builds(Lamp, st.floats(0.01, STRENGTH[1]), st.floats(*KELVIN))
poses = st.builds(
    Pose, st.floats(*YAW), st.floats(*PITCH), st.floats(*ROLL), st.floats(*SMILE), st.floats(*BROWS), st.floats(*SQUINT)
)
names = st.sampled_from(["", "Ilse Vey", "Žofie Ångström", "山田"])
looks = st.builds(
    Look,
    poses,
    st.builds(Light, lamps, lamps, lamps, lamps),
    st.just("shirt_01"),
    colours,
    colours,
    st.floats(*EXPOSURE),
    st.text(max_size=60),
    st.builds(Authors, names, names, names),
)


@given(looks)
def test_a_look_comes_back_from_its_json_unchanged(look: Look) -> None:
    assert Look.from_json(look.as_json()) == look


def test_equal_looks_are_written_equally() -> None:
    whole = replace(PLAIN, pose=Pose(yaw=20, pitch=-0.0, roll=0))
    real = replace(PLAIN, pose=Pose(yaw=20.0, pitch=0.0, roll=0.0))
    assert whole == real
    assert whole.as_json() == real.as_json()


@pytest.mark.parametrize(
    "made",
    [
        lambda: Pose(yaw=38.5),
        lambda: Pose(pitch=float("nan")),
        lambda: Pose(smile=0.61),
        lambda: Pose(brows=True),
        lambda: Pose(roll="2"),  # type: ignore[arg-type]
        lambda: Lamp(3.1, 5000),
        lambda: Lamp(-0.1, 5000),
        lambda: Lamp(1, 2400),
        lambda: replace(PLAIN, exposure=0.0),
        lambda: replace(PLAIN, garment_colour="red"),
        lambda: replace(PLAIN, backdrop_colour="#FFFFFF"),
        lambda: replace(PLAIN, garment="../etc/passwd"),
        lambda: replace(PLAIN, words="w" * 501),
        lambda: replace(PLAIN, pose=None),  # type: ignore[arg-type]
        lambda: Light(key=None),  # type: ignore[arg-type]
        lambda: Authors(stylist="two\nlines"),
    ],
)
def test_a_look_that_cannot_be_painted_cannot_be_built(made: object) -> None:
    with pytest.raises(BadValue):
        made()  # type: ignore[operator]


def test_a_set_with_every_lamp_off_is_refused() -> None:
    off = Lamp(0.0, 5000)
    with pytest.raises(BadValue, match="switch at least one on"):
        Light(off, off, off, off)


def test_lamps_come_in_the_order_of_their_names() -> None:
    light = Light(Lamp(1, 3000), Lamp(1, 4000), Lamp(1, 5000), Lamp(1, 6000))
    assert light.lamps == tuple(getattr(light, name) for name in LAMPS)
    assert [lamp.kelvin for lamp in light.lamps] == [3000, 4000, 5000, 6000]


@pytest.mark.parametrize("broken", ["", "null", "[]", "{}", '{"pose": 1}'])
def test_what_is_no_look_is_refused_when_read(broken: str) -> None:
    with pytest.raises(BadValue):
        Look.from_json(broken)


@pytest.mark.parametrize(
    "path", [("extra",), ("pose", "extra"), ("light", "extra"), ("light", "key", "extra"), ("authors", "extra")]
)
def test_unknown_fields_are_refused_at_every_depth(path: tuple[str, ...]) -> None:
    told = json.loads(PLAIN.as_json())
    part = told
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = 1
    with pytest.raises(BadValue, match="exactly these fields"):
        Look.from_json(json.dumps(told))
