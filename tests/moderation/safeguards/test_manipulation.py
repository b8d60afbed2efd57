"""Without a model that counts, a person must look; with one, its limits decide, and the finding says where."""

from dataclasses import dataclass

import numpy as np
import pytest

from moderation.errors import Unexaminable
from moderation.safeguards.finding import Outcome
from moderation.safeguards.manipulation import ON_UPLOADS, Manipulation, ManipulationLimits, Traces
from tests.moderation.safeguards.exhibits import PACK, exhibit, face

LIMITS = ManipulationLimits(refer=0.4, block=0.8)
BOX = (-4.0, 8.0, 60.0, 72.0)


@dataclass(frozen=True)
class Model:
    given: float
    detects: str = "blend"
    name: str = "blends"
    sha256: str = PACK

    def traces(self, _picture: object, _faces: object) -> Traces:
        return Traces(self.given)


@pytest.mark.parametrize(
    ("given", "outcome"), [(0.1, Outcome.CLEAR), (0.4, Outcome.REFER), (0.79, Outcome.REFER), (0.8, Outcome.BLOCK)]
)
def test_the_limits_decide(given: float, outcome: Outcome) -> None:
    found = Manipulation(Model(given), LIMITS).examine(exhibit(face(0)))
    assert (found.outcome, found.score, found.model, found.model_sha256) == (outcome, given, "blends", PACK)
    assert (found.evidence["refer"], found.evidence["block"]) == (0.4, 0.8)


def test_while_none_is_installed_a_person_must_look() -> None:
    with pytest.raises(Unexaminable, match="No manipulation model is installed"):
        Manipulation(None, None).examine(exhibit(face(0)))


def test_a_model_that_tells_generated_from_photographed_says_nothing_about_our_images() -> None:
    with pytest.raises(Unexaminable, match="says nothing here"):
        Manipulation(Model(0.0, detects="generated"), LIMITS).examine(exhibit(face(0)))


def test_of_an_upload_it_is_asked_too_and_speaks_of_generated_pictures() -> None:
    found = Manipulation(Model(0.9, detects="generated"), LIMITS, ON_UPLOADS, "generated").examine(exhibit(face(0)))
    assert (found.safeguard, found.outcome) == ("generated", Outcome.BLOCK)
    assert found.reason.startswith("The picture looks generated")


def test_a_model_that_detects_nothing_known_is_never_believed() -> None:
    with pytest.raises(Unexaminable):
        Manipulation(Model(0.0, detects="cats"), LIMITS, ("cats",)).examine(exhibit(face(0)))


@pytest.mark.parametrize("given", [float("nan"), -0.1, 1.5])
def test_a_score_that_makes_no_sense_clears_nothing(given: float) -> None:
    with pytest.raises(Unexaminable, match="makes no sense"):
        Manipulation(Model(given), LIMITS).examine(exhibit(face(0)))


def test_the_map_is_told_row_by_row_with_its_place() -> None:
    grid = np.array([[0.0, 0.25, 1.0], [0.5, 0.125, 0.0]], np.float32)
    assert Traces(0.3, grid, BOX).as_evidence() == {
        "map": {"rows": 2, "columns": 3, "values": [0.0, 0.25, 1.0, 0.5, 0.125, 0.0]},
        "map_box": [-4.0, 8.0, 60.0, 72.0],
    }


@pytest.mark.parametrize("grid", [np.array([[0.2, np.nan]]), np.array([[0.2, 1.2]]), np.array([0.2, 0.3])])
def test_a_map_that_makes_no_sense_clears_nothing(grid: np.ndarray) -> None:
    with pytest.raises(Unexaminable, match="map that makes no sense"):
        Traces(0.1, grid, BOX)
    with pytest.raises(Unexaminable, match="without a place"):
        Traces(0.1, np.zeros((2, 2), np.float32))


@pytest.mark.parametrize(("refer", "block"), [(0.0, 0.5), (0.6, 0.5), (0.5, 1.1)])
def test_limits_rise(refer: float, block: float) -> None:
    with pytest.raises(ValueError, match="rise"):
        ManipulationLimits(refer, block)
