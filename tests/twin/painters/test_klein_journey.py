"""What klein paints goes the way of every image: sealed, examined, signed off by her, released, repainted from its recipe."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.moderation.scene import MAYA, NORA, Scene
from tests.twin.painters.test_klein import LOOK, REFERENCES, painter
from tests.twin.painters.tiny_klein import CARD, SIZE, Allocator, tiny_folder
from tests.twin.rig import HERE, Rig, found
from twin.jobs.claim import Claim, Maker
from twin.orders.best import BestOf, seed_of
from twin.orders.recipe import Recipe, Sameness, compare
from twin.painter import FULLY_GENERATED, PainterCard, Painting, PaintRequest, StepSeen
from twin.painters.klein import KleinPainter

MAKER = Maker("maya", "halden")


class Floor:
    """The scene's people and rights, with klein at work among them."""

    def __init__(self, home: Path, weights: Path) -> None:
        self.scene = Scene(home)
        self.klein = painter(weights)
        self.examined: list[tuple[str, tuple[int, ...]]] = []
        self.rig = Rig(home, self.scene.clock, painter=self.klein, examine=self._examine)  # type: ignore[arg-type]

    def _examine(self, claim: Claim, picture: Any) -> Any:
        self.examined.append((claim.render_id, picture.shape))
        return found()

    def order(self, seed: int = 5) -> str:
        more = {"licence_id": "halden-nora", "shoot_id": "halden-shoot", "painter": CARD.name, "look": LOOK}
        return self.rig.order(seed, MAKER, **more)

    def settle(self, **pieces: Any) -> None:
        self.rig.settle(references=lambda _twin: REFERENCES, **pieces)

    def submission(self, render_id: str) -> dict[str, Any]:
        return self.rig.rows("SELECT * FROM submission WHERE render_id = ?", render_id)[0]

    def recipe(self, render_id: str) -> Recipe:
        return Recipe.from_json(self.rig.rows("SELECT recipe FROM recipe WHERE render_id = ?", render_id)[0]["recipe"])


@dataclass(frozen=True)
class Watched:
    """A painter whose steps somebody else sees first."""

    painter: KleinPainter
    first: Callable[[StepSeen], object]
    card: PainterCard = CARD

    def paint(self, request: PaintRequest, on_step: Callable[[StepSeen], None]) -> Painting:
        def both(one: StepSeen) -> None:
            self.first(one)
            on_step(one)

        return self.painter.paint(request, both)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.set_num_threads(1)
    return tiny_folder(tmp_path_factory.mktemp("klein") / "weights")


@pytest.fixture
def floor(tmp_path: Path, weights: Path) -> Floor:
    return Floor(tmp_path, weights)


def test_an_image_goes_from_the_order_to_a_released_file_that_says_how_it_came_about(floor: Floor) -> None:
    render_id = floor.order()
    floor.settle()
    assert floor.examined == [(render_id, (SIZE[1], SIZE[0], 3))]
    assert floor.rig.state(render_id) == "her turn"
    handed_in = floor.submission(render_id)
    assert (handed_in["width"], handed_in["height"], handed_in["source_type"]) == (*SIZE, FULLY_GENERATED)
    floor.scene.signoff.approve(NORA, render_id, handed_in["sealed_sha256"])
    floor.scene.releases.release(MAYA, render_id)
    file = floor.scene.releases.open_download(MAYA, floor.scene.releases.grant(MAYA, render_id))
    assert b"trainedAlgorithmicMedia" in file.content
    moves = ["queued", "painting", "examining", "her turn", "approved", "released"]
    assert [one for one in floor.rig.history(render_id) if one in moves] == moves


def test_the_kept_recipe_repaints_the_sealed_pixels(floor: Floor, weights: Path) -> None:
    render_id = floor.order()
    floor.settle()
    recipe = floor.recipe(render_id)
    again = painter(weights).paint(recipe.request(REFERENCES), lambda _: None)
    sealed = floor.rig.incoming.picture(render_id)
    assert compare(sealed, again.picture, recipe, HERE.running(again.ran)).sameness is Sameness.EQUAL
    assert len(recipe.references) == 3


def test_a_cancel_while_painting_leaves_neither_file_nor_recipe(floor: Floor) -> None:
    render_id = floor.order()
    seen: list[int] = []

    def cancel_at_two(one: StepSeen) -> None:
        seen.append(one.step)
        if one.step == 2:
            floor.rig.jobs.cancel(render_id, MAKER)

    floor.rig.painter = Watched(floor.klein, cancel_at_two)  # type: ignore[assignment]
    floor.settle()
    assert seen == [0, 1, 2]
    assert floor.rig.state(render_id) == "cancelled"
    assert floor.rig.files() == []
    assert floor.rig.rows("SELECT 1 FROM recipe UNION SELECT 1 FROM submission") == []
    assert floor.examined == []


def test_out_of_memory_in_the_worker_is_told_in_the_recipe_and_the_image_goes_on(floor: Floor) -> None:
    render_id = floor.order()
    with Allocator(250):
        floor.settle()
    assert floor.rig.state(render_id) == "her turn"
    assert floor.rig.jobs_of(render_id)[0] == ("paint", "done", 1)
    made_by = floor.recipe(render_id).made_by
    assert made_by["mode"] == "quantised"
    assert made_by["told"][0].startswith("The GPU ran out of memory")


def test_out_of_memory_twice_fails_the_image_in_a_sentence_and_is_not_tried_again(floor: Floor) -> None:
    render_id = floor.order()
    with Allocator(250, 500):
        floor.settle()
    assert floor.rig.state(render_id) == "failed"
    assert floor.rig.jobs_of(render_id) == [("paint", "failed", 1)]
    assert "ran out of GPU memory" in floor.scene.render(render_id)["failure"]
    assert floor.rig.files() == []


def test_the_best_of_three_is_the_picture_that_is_handed_in(floor: Floor) -> None:
    scores = iter([0.1, 0.8, 0.3])
    floor.rig.painter = BestOf(floor.klein, 3, lambda _picture, _twin: next(scores))  # type: ignore[assignment]
    render_id = floor.order(5)
    floor.settle()
    recipe = floor.recipe(render_id)
    assert recipe.made_by["best_of"]["kept"] == 1
    assert recipe.made_by["seed"] == seed_of(5, 1)
    again = floor.klein.paint(recipe.request(REFERENCES), lambda _: None)
    assert np.array_equal(floor.rig.incoming.picture(render_id), again.picture)
