"""A recipe repaints its image, and says how sure that is."""

import math
from dataclasses import replace

import numpy as np
import pytest

from tests.twin.rig import HERE, LOOK, TinyPainter
from twin.errors import BadValue
from twin.orders.recipe import Environment, Recipe, Sameness, compare, environment_here, pixels_sha256
from twin.painter import PaintRequest
from twin.ports import Picture

ELSEWHERE = replace(HERE, versions={"numpy": "9.9"}, threads=2)


def picture(seed: int) -> Picture:
    return np.random.default_rng(seed).integers(40, 200, (40, 32, 3), dtype=np.uint8)


def recipe_of(request: PaintRequest) -> tuple[Recipe, Picture]:
    painting = TinyPainter().paint(request, lambda _seen: None)
    return Recipe.of("tiny", request, painting, HERE), painting.picture


def test_a_recipe_survives_its_text_and_repaints_equal_pixels() -> None:
    references = (picture(1), picture(2))
    recipe, original = recipe_of(PaintRequest("nora", LOOK, 5, references))
    again = Recipe.from_json(recipe.as_json())
    assert again == recipe
    repainted = TinyPainter().paint(again.request(references), lambda _seen: None).picture
    assert compare(original, repainted, again, HERE).sameness is Sameness.EQUAL
    assert pixels_sha256(repainted) == again.pixels_sha256


def test_other_references_do_not_repaint() -> None:
    recipe, _ = recipe_of(PaintRequest("nora", LOOK, 5, (picture(1),)))
    for others in ((), (picture(2),), (picture(1), picture(1))):
        with pytest.raises(BadValue):
            recipe.request(others)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"look": {}}', "null"])
def test_a_foreign_text_is_no_recipe(text: str) -> None:
    with pytest.raises(BadValue):
        Recipe.from_json(text)


@pytest.mark.parametrize(
    ("shift", "environment", "sameness"),
    [
        (0, HERE, Sameness.EQUAL),
        (0, ELSEWHERE, Sameness.EQUAL),
        (1, HERE, Sameness.DIFFERENT),
        (1, ELSEWHERE, Sameness.CLOSE),
        (2, ELSEWHERE, Sameness.DIFFERENT),
    ],
)
def test_only_another_environment_excuses_a_small_difference(shift: int, environment: Environment, sameness: Sameness) -> None:
    recipe, _ = recipe_of(PaintRequest("nora", LOOK, 5))
    found = compare(picture(3), picture(3) + np.uint8(shift), recipe, environment)
    assert found.sameness is sameness
    # A shift by n grey levels has a mean squared error of n².
    assert found.psnr == (math.inf if not shift else pytest.approx(20 * math.log10(255 / shift)))
    assert ("environment differs" in found.reason) is (shift > 0 and environment is ELSEWHERE)


def test_a_difference_of_environment_is_named() -> None:
    assert HERE.differences(HERE) == ()
    assert HERE.differences(ELSEWHERE) == (f"numpy: {np.__version__} → 9.9", "threads: 1 → 2")
    assert HERE.differences(replace(HERE, versions={})) == (f"numpy: {np.__version__} → absent",)


def test_another_size_is_another_picture() -> None:
    recipe, original = recipe_of(PaintRequest("nora", LOOK, 5))
    assert compare(original, original[:-1], recipe, ELSEWHERE).sameness is Sameness.DIFFERENT


def test_the_environment_of_this_process_names_what_decides_pixels() -> None:
    here = environment_here(threads=2, packages=("numpy",))
    assert here.versions["numpy"] == np.__version__
    assert here.differences(environment_here(threads=2, packages=("numpy",))) == ()
    assert here.differences(environment_here(threads=1, packages=("numpy",))) == ("threads: 2 → 1",)
    with pytest.raises(BadValue):
        environment_here(threads=0, packages=())
