from typing import Any

import numpy as np
import pytest

from twin.errors import BadValue
from twin.looks.look import Light, Look, Pose
from twin.painter import EDITED_PHOTOGRAPH, FULLY_GENERATED, Ability, Needs, PainterCard, Painting, PaintRequest, StepSeen

LOOK = Look(Pose(), Light(), "shirt", "#112233", "#ffffff")
PICTURE = np.zeros((80, 64, 3), np.uint8)


def card(**changes: Any) -> PainterCard:
    told = {"name": "a", "title": "A", "licence": "MIT", "commercial": True, "model_sha256": None, "needs": Needs()}
    return PainterCard(**{**told, "abilities": frozenset({Ability.POSE}), "twins": ("nora",), **changes})


def test_a_painter_of_a_cast_paints_no_one_else() -> None:
    assert card().paints("nora")
    assert not card().paints("mei")


def test_a_painter_from_references_paints_anybody() -> None:
    assert card(twins=None, abilities=frozenset({Ability.REFERENCES})).paints("mei")


@pytest.mark.parametrize("changes", [{"twins": None}, {"name": "A b"}, {"licence": ""}, {"model_sha256": "abc"}])
def test_a_card_that_contradicts_itself_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(BadValue):
        card(**changes)


@pytest.mark.parametrize("size", [(512, 641), (48, 640), (512, 4112)])
def test_a_size_no_engine_takes_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(BadValue):
        PaintRequest("nora", LOOK, 1, size=size)


@pytest.mark.parametrize("reference", [PICTURE[..., 0], PICTURE.astype(np.float32), PICTURE[:0]])
def test_a_reference_that_is_no_picture_is_refused(reference: Any) -> None:
    with pytest.raises(BadValue):
        PaintRequest("nora", LOOK, 1, (PICTURE, reference))


def test_progress_never_exceeds_its_steps() -> None:
    assert StepSeen(4, 4).picture is None
    with pytest.raises(BadValue):
        StepSeen(5, 4)


@pytest.mark.parametrize("source_type", [FULLY_GENERATED, EDITED_PHOTOGRAPH])
def test_a_painting_states_how_it_came_about(source_type: str) -> None:
    assert Painting(PICTURE, None, {}, source_type).source_type == source_type


def test_a_painting_cannot_claim_to_be_a_photograph() -> None:
    with pytest.raises(BadValue):
        Painting(PICTURE, None, {}, "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture")
