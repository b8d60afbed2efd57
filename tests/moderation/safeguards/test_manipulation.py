"""Without a model that detects blends, a person must look; with one, its limits decide."""

from dataclasses import dataclass

import pytest

from moderation.errors import Unexaminable
from moderation.safeguards.finding import Outcome
from moderation.safeguards.manipulation import Manipulation, ManipulationLimits
from tests.moderation.safeguards.exhibits import PACK, exhibit, face

LIMITS = ManipulationLimits(refer=0.4, block=0.8)


@dataclass(frozen=True)
class Model:
    given: float
    detects: str = "blend"
    name: str = "blends"
    sha256: str = PACK

    def score(self, _picture: object, _faces: object) -> float:
        return self.given


@pytest.mark.parametrize(
    ("given", "outcome"), [(0.1, Outcome.CLEAR), (0.4, Outcome.REFER), (0.79, Outcome.REFER), (0.8, Outcome.BLOCK)]
)
def test_the_limits_decide(given: float, outcome: Outcome) -> None:
    found = Manipulation(Model(given), LIMITS).examine(exhibit(face(0)))
    assert (found.outcome, found.score, found.model, found.model_sha256) == (outcome, given, "blends", PACK)


def test_while_none_is_installed_a_person_must_look() -> None:
    with pytest.raises(Unexaminable, match="No manipulation model is installed"):
        Manipulation(None, None).examine(exhibit(face(0)))


def test_a_model_that_tells_generated_from_photographed_says_nothing_about_our_images() -> None:
    with pytest.raises(Unexaminable, match="says nothing here"):
        Manipulation(Model(0.0, detects="generated"), LIMITS).examine(exhibit(face(0)))


@pytest.mark.parametrize("given", [float("nan"), -0.1, 1.5])
def test_a_score_that_makes_no_sense_clears_nothing(given: float) -> None:
    with pytest.raises(Unexaminable, match="makes no sense"):
        Manipulation(Model(given), LIMITS).examine(exhibit(face(0)))


@pytest.mark.parametrize(("refer", "block"), [(0.0, 0.5), (0.6, 0.5), (0.5, 1.1)])
def test_limits_rise(refer: float, block: float) -> None:
    with pytest.raises(ValueError, match="rise"):
        ManipulationLimits(refer, block)
