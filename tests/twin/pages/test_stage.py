"""Facts about what the stage and the film strip say."""

from dataclasses import replace

import pytest

from tests.twin.pages.pretend import EVIL, NOW, image, twin
from twin.pages.ports import ShootCard
from twin.pages.stage import NEXT, film_choices, film_style, next_step, stage_picture, stage_words

WORDS = [
    *("queued", "painting", "examining", "blocked", "in review", "her turn", "refused", "change asked", "approved"),
    *("released", "recalled", "failed", "cancelled", "withdrawn"),
]


@pytest.mark.parametrize("state", WORDS)
def test_every_state_says_what_happens_next(state: str) -> None:
    assert next_step(image(1, state)).endswith(".")
    assert set(NEXT) == set(WORDS)


def test_her_own_no_is_told_as_final() -> None:
    assert "final" in next_step(image(1, "refused", her_no=True))
    assert "final" not in next_step(image(1, "refused"))


def test_every_picture_says_that_it_is_ai_generated_in_words_and_alternative_text() -> None:
    for shown in (stage_picture(image(1), None), stage_picture(None, twin())):
        assert "<b>AI-generated</b>" in shown
        assert 'AI-generated"' in shown
    assert "Nora" in stage_picture(image(1), None)


def test_the_portrait_stands_where_no_image_is_yet() -> None:
    assert "/media/portrait/nora" in stage_picture(None, twin())
    assert "Choose a twin" in stage_picture(None, None)


def test_the_next_step_of_a_shoot_is_named_in_order() -> None:
    shoot = ShootCard("s1", "Spring")
    assert "Open a shoot" in stage_words(None, twin(), None, NOW)
    assert "Choose a twin" in stage_words(None, None, shoot, NOW)
    assert "No licence" in stage_words(None, twin(refusal="No licence is in force."), shoot, NOW)
    assert "Generate" in stage_words(None, twin(), shoot, NOW)


def test_progress_is_told_in_steps() -> None:
    shown = stage_picture(image(1, "painting", step=4, steps=12), None)
    assert "step 4 of 12" in shown
    assert 'max="12" value="4"' in shown
    assert "<progress" not in stage_picture(image(1, "approved"), None)


def test_no_name_or_failure_becomes_markup() -> None:
    bad = image(1, "failed", failure=EVIL, preview_url=f"/media/{EVIL}")
    told = stage_picture(bad, None) + stage_words(bad, None, None, NOW) + stage_picture(None, twin(name=EVIL))
    assert "<img src=x" not in told


def test_no_name_leaves_the_film_strips_style_sheet() -> None:
    style = str(film_style([image(1, EVIL, preview_url=f"/media/{EVIL}")]))
    assert style.count("<") == 2
    assert style.startswith("<style>")
    assert style.endswith("</style>")
    assert "'" not in style
    assert style.count('"') == 6


def test_the_newest_frame_comes_first_and_says_its_state() -> None:
    assert film_choices([image(1), image(3, "approved"), image(2)]) == [
        ("3 Nora, approved", "r3"),
        ("2 Nora, her turn", "r2"),
        ("1 Nora, her turn", "r1"),
    ]


def test_somebody_of_whom_there_is_no_portrait_is_shown_no_picture_that_claims_to_be_one() -> None:
    stage = stage_picture(None, replace(twin("ayla"), portrait_url="", name=EVIL))
    assert "<img" not in stage
    assert "There is no portrait of &lt;img" in stage
    assert "/media/portrait" in stage_picture(None, twin())
