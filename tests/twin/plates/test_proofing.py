"""Facts about proofs: they are the exact development to within one step, in every named look and in the extremes."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from twin.looks.look import KELVIN, LAMPS, STRENGTH, Lamp, Light
from twin.looks.lookbook import Lookbook
from twin.looks.wardrobe import Wardrobe
from twin.plates.darkroom import PROOF_BOX
from twin.plates.plate import Plate, develop, read_index, read_plate, reduced, settle
from twin.plates.proofing import OpenPlate

ASSETS = Path(__file__).parents[3] / "assets"


@pytest.fixture(scope="module", params=["nora", "kofi"])
def plate(request: pytest.FixtureRequest) -> Plate:
    line = next(line for line in read_index(ASSETS / "plates") if line["twin"] == request.param)
    return reduced(settle(read_plate(ASSETS / "plates", line)), PROOF_BOX)


def test_a_proof_is_no_more_than_one_step_from_the_exact_development(plate: Plate) -> None:
    laid, wardrobe = OpenPlate.of(plate), Wardrobe.read(ASSETS / "wardrobe.json")
    looks = [named.worn_by("nora", wardrobe) for named in Lookbook.read(ASSETS / "looks").looks]
    glaring = Light(**{name: Lamp(STRENGTH[1], KELVIN[1]) for name in LAMPS})
    looks += [
        replace(looks[0], light=glaring, exposure=2.0),
        replace(looks[0], garment_colour="#000000", backdrop_colour="#000000"),
    ]
    looks += [replace(looks[0], garment_colour="#ffffff", backdrop_colour="#ffffff")]
    for look in looks:
        seen, exact = laid.develop(look).astype(int), develop(plate, look)
        assert seen.shape == exact.shape
        assert np.abs(seen - exact).max() <= 1
        assert (seen != exact).mean() < 0.05


def test_a_plate_without_cloth_is_developed_too(plate: Plate) -> None:
    bare = replace(plate, garment=np.zeros_like(plate.garment))
    look = Lookbook.read(ASSETS / "looks").looks[0].worn_by("nora", Wardrobe.read(ASSETS / "wardrobe.json"))
    assert np.abs(OpenPlate.of(bare).develop(look).astype(int) - develop(bare, look)).max() <= 1
