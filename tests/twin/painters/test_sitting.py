"""What is evaluated: every held-out pose, the twins in turn, in looks that differ in what they ask."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from twin.looks.look import Pose
from twin.painters.sitting import STYLINGS, are_equal, held_out, looks
from twin.plates.plate import Plate


def write_index(folder: Path) -> None:
    lines = [
        ("nora_e1", "held out"),
        ("nora_e0", "held out"),
        ("kofi_e0", "held out"),
        ("nora_l0", "train"),
        ("kofi_s", "held out"),
    ]
    told = [
        {"id": name, "twin": name.split("_")[0], "split": split, "size": "256x320" if name == "kofi_s" else "512x640"}
        for name, split in lines
    ]
    (folder / "plates.jsonl").write_text("".join(json.dumps(one) + "\n" for one in told))


def test_every_large_plate_held_out_is_evaluated_and_a_few_are_of_different_twins(tmp_path: Path) -> None:
    write_index(tmp_path)
    assert [line["id"] for line in held_out(tmp_path)] == ["kofi_e0", "nora_e0", "nora_e1"]
    assert [line["id"] for line in held_out(tmp_path, 2)] == ["kofi_e0", "nora_e0"]


def test_the_looks_differ_in_light_garment_and_backdrop() -> None:
    every = looks("female_casualsuit01")
    assert list(every) == list(STYLINGS)
    assert all(look.garment == "female_casualsuit01" and look.pose == Pose() for look in every.values())
    for part in ("light", "garment_colour", "backdrop_colour"):
        assert len({getattr(look, part) for look in every.values()}) == len(every)
    lit = {name: [lamp.strength > 0 for lamp in look.light.lamps] for name, look in every.items()}
    assert lit["key only"] == [True, False, False, False]
    assert lit["fill only"] == [False, True, False, False]
    warm, cool = (every[name].light.lamps for name in ("warm", "cool"))
    assert [lamp.strength for lamp in warm] == [lamp.strength for lamp in cool]
    assert all(one.kelvin < 4000 < 7000 < other.kelvin for one, other in zip(warm, cool, strict=True))


def test_plates_are_equal_only_bit_by_bit() -> None:
    cover = np.full((4, 4), 0.5, np.float32)
    plate = Plate(np.ones((4, 4, 4, 3), np.float32), cover, cover, (0.4, 0.4, 0.4))
    assert are_equal(plate, replace(plate, alpha=cover.copy()))
    assert not are_equal(plate, replace(plate, garment=cover + np.float32(1e-6)))
