"""What a consent excludes is looked for by a model that knows it, and quoted; a model that cannot answer clears nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from moderation.errors import Unexaminable
from moderation.safeguards.content import Content, ContentPack
from moderation.safeguards.exhibit import Picture
from moderation.safeguards.finding import Finding, Outcome
from tests.moderation.safeguards.exhibits import exhibit, face

EXCLUDED = {"alcohol": "I am not shown with alcohol.", "fur": "I wear no fur."}


@dataclass(frozen=True)
class Model:
    """Says of every picture what it was told to say."""

    scores: Mapping[str, float]
    topics: tuple[str, ...] = ("alcohol", "nudity", "weapons")
    name: str = "fake-content"
    sha256: str = field(default="c" * 64)

    def shown(self, _picture: Picture) -> Mapping[str, float]:
        return self.scores


def asked(scores: Mapping[str, float], excluded: Mapping[str, str] = EXCLUDED, topics: tuple[str, ...] = Model.topics) -> Finding:
    pack = ContentPack(Model({"nudity": 0.0, **scores}, topics), refer=0.4, block=0.8)
    return Content(pack, lambda twin_id: excluded if twin_id == "nora" else {}).examine(exhibit(face(0)))


@pytest.mark.parametrize(
    ("score", "outcome"),
    [(0.0, Outcome.CLEAR), (0.39, Outcome.CLEAR), (0.4, Outcome.REFER), (0.79, Outcome.REFER), (0.8, Outcome.BLOCK)],
)
def test_an_excluded_topic_is_decided_by_two_limits(score: float, outcome: Outcome) -> None:
    found = asked({"alcohol": score, "weapons": 1.0})
    assert found.outcome is outcome
    assert ("“I am not shown with alcohol”" in found.reason) is (outcome is not Outcome.CLEAR)


def test_the_topic_it_is_surest_of_decides() -> None:
    found = asked({"alcohol": 0.5, "weapons": 0.9}, {**EXCLUDED, "weapons": "I carry no weapon."})
    assert found.outcome is Outcome.BLOCK
    assert "I carry no weapon" in found.reason


def test_what_no_consent_can_allow_is_asked_of_every_image() -> None:
    assert "undressed" in asked({"nudity": 0.9}, {}).reason


def test_the_evidence_says_which_topics_it_cannot_tell() -> None:
    assert asked({"alcohol": 0.0}).evidence["not_asked"] == ["childhood", "fur"]


@pytest.mark.parametrize("scores", [{}, {"alcohol": float("nan")}, {"alcohol": 1.5}, {"alcohol": -0.1}])
def test_a_senseless_answer_is_unexaminable(scores: Mapping[str, float]) -> None:
    with pytest.raises(Unexaminable, match="makes no sense"):
        asked(scores)


def test_a_model_that_knows_none_of_the_excluded_topics_clears_nothing() -> None:
    with pytest.raises(Unexaminable, match="knows nothing"):
        asked({"alcohol": 0.0}, topics=("weapons",))


@pytest.mark.parametrize(("refer", "block"), [(0.0, 0.5), (0.6, 0.5), (0.5, 1.1)])
def test_limits_out_of_order_cannot_be_built(refer: float, block: float) -> None:
    with pytest.raises(ValueError, match="must rise"):
        ContentPack(Model({}), refer, block)
