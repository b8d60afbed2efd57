"""An order that repaints a part: of an image that stands, in its marked part alone, around her face."""

import io
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from moderation.desk.moves import move
from tests.twin.cast import ASSETS, LOOKBOOK, WARDROBE, empty_registry
from tests.twin.pages.pretend import Somebody
from tests.twin.painters.test_klein import FACE, LOOK, REFERENCES, painter
from tests.twin.painters.tiny_klein import CARD, SIZE, tiny_folder
from tests.twin.rig import Clock, Rig, TinyPainter
from twin import demo
from twin.commands import licensed_brands
from twin.errors import BadValue, NotFound
from twin.orders.edit import Edit
from twin.orders.edits import Edits, mask_of, mask_png
from twin.orders.recipe import Recipe, Sameness, compare
from twin.pages.floor import Floor
from twin.pages.ports import Asked
from twin.painter import FULLY_GENERATED

MASK = np.zeros((SIZE[1], SIZE[0]), np.bool_)
MASK[40:, 20:110] = True


def png(picture: np.ndarray, kind: str = "PNG") -> bytes:
    written = io.BytesIO()
    Image.fromarray(picture).save(written, kind)
    return written.getvalue()


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.set_num_threads(1)
    return tiny_folder(tmp_path_factory.mktemp("klein") / "weights")


class Scene:
    """The demo's cast and rights, with klein at work, and one image of Nora in a shoot of her brand's."""

    def __init__(self, home: Path, weights: Path) -> None:
        clock = Clock(datetime(2026, 5, 3, 12, tzinfo=UTC))
        store = empty_registry(home, clock)
        demo.plant_once(store, ASSETS, lambda _: None)
        self.klein = painter(weights)
        self.rig = Rig(home, clock, painter=self.klein)  # type: ignore[arg-type]
        self.floor = Floor(
            self.rig.database, self.rig.jobs, WARDROBE, LOOKBOOK, lambda _: CARD, clock, lambda: 77, self.rig.incoming.masks
        )
        brands = licensed_brands(self.rig.database, "nora")
        self.maya = Somebody(brand_id=brands[0])
        shoot = self.floor.open_shoot(self.maya, "Spring")
        asked = Asked(shoot, "nora", CARD.name, LOOK, 1, 5)
        self.base = self.floor.order(self.maya, asked)[0]
        self.settle()
        assert self.rig.state(self.base) == "her turn"

    def settle(self) -> None:
        edits = Edits(self.rig.database, self.rig.incoming.masks, self.rig.incoming.picture)
        self.rig.settle(references=lambda _twin: REFERENCES, edit=edits.of)

    def change(self, mask: bytes, name: str = CARD.name) -> str:
        return self.floor.change_part(self.maya, self.base, LOOK, name, mask)

    def recipe(self, render_id: str) -> Recipe:
        return Recipe.from_json(self.rig.rows("SELECT recipe FROM recipe WHERE render_id = ?", render_id)[0]["recipe"])


@pytest.fixture
def scene(tmp_path: Path, weights: Path) -> Scene:
    return Scene(tmp_path, weights)


@pytest.fixture(scope="module")
def refusing(tmp_path_factory: pytest.TempPathFactory, weights: Path) -> Scene:
    return Scene(tmp_path_factory.mktemp("refusing"), weights)


def test_a_marked_part_is_repainted_and_everything_else_is_the_sealed_picture(scene: Scene) -> None:
    render_id = scene.change(mask_png(MASK))
    scene.settle()
    assert scene.rig.state(render_id) == "her turn"
    before, after = scene.rig.incoming.picture(scene.base), scene.rig.incoming.picture(render_id)
    left, top, right, bottom = (int(side) for side in FACE)
    kept = ~MASK
    kept[top:bottom, left:right] = True
    assert np.array_equal(after[kept], before[kept])
    assert (after[110:, 30:100] != before[110:, 30:100]).mean() > 0.5
    row = scene.rig.rows("SELECT * FROM render WHERE id = ?", render_id)[0]
    assert (row["parent_id"], row["seed"]) == (scene.base, 77)
    recipe = scene.recipe(render_id)
    assert recipe.made_by["pipeline"] == "Flux2KleinInpaintPipeline"
    again = scene.klein.paint(recipe.request(REFERENCES, Edit(before, MASK, FULLY_GENERATED)), lambda _: None)
    assert compare(after, again.picture, recipe, recipe.environment).sameness is Sameness.EQUAL


def test_what_was_taken_back_or_another_brand_made_is_never_repainted(scene: Scene) -> None:
    with pytest.raises(NotFound):
        scene.floor.change_part(Somebody(brand_id="nobody"), scene.base, LOOK, CARD.name, mask_png(MASK))
    waiting = scene.change(mask_png(MASK))
    with scene.rig.database.write("nora") as tx:
        move(tx, scene.base, "withdrawn", "rights")
    with pytest.raises(NotFound, match="refused or taken back"):
        scene.change(mask_png(MASK))
    assert len(scene.rig.rows("SELECT 1 FROM render")) == 2, "a refused order leaves nothing"
    scene.settle()
    assert scene.rig.state(waiting) == "failed"
    assert "refused or taken back" in scene.rig.rows("SELECT failure FROM render WHERE id = ?", waiting)[0]["failure"]


def test_a_painter_that_cannot_inpaint_says_so(scene: Scene) -> None:
    render_id = scene.change(mask_png(MASK), "tiny")
    scene.rig.painter = TinyPainter()
    scene.settle()
    failure = scene.rig.rows("SELECT failure FROM render WHERE id = ?", render_id)[0]["failure"]
    assert failure == "Tiny cannot repaint a part of a picture."


@pytest.mark.parametrize(
    ("mask", "said"),
    [
        (b"", "no PNG"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 50, "no PNG"),
        (mask_png(MASK)[:60], "no PNG"),
        (png(MASK.astype(np.uint8) * 255, "JPEG"), "no PNG"),
        (b"x" * 1_000_001, "larger than 1 MB"),
        (mask_png(MASK[:-16]), "128 × 144 pixels, and the picture 128 × 160"),
        (mask_png(np.zeros((9000, 9000), np.bool_)), "9000 × 9000 pixels"),
        (mask_png(np.zeros_like(MASK)), "neither nothing nor everything"),
        (mask_png(np.ones_like(MASK)), "neither nothing nor everything"),
    ],
    ids=["empty", "torn head", "torn body", "jpeg", "too large", "another size", "a bomb", "nothing", "everything"],
)
def test_a_mask_that_is_none_is_refused_and_nothing_is_ordered(refusing: Scene, mask: bytes, said: str) -> None:
    with pytest.raises(BadValue, match=said):
        refusing.change(mask)
    assert len(refusing.rig.rows("SELECT 1 FROM render")) == 1


def test_a_mask_survives_its_file_to_the_pixel_and_grey_is_white_from_the_middle_on() -> None:
    assert np.array_equal(mask_of(mask_png(MASK), SIZE), MASK)
    grey = np.full((SIZE[1], SIZE[0]), 127, np.uint8)
    grey[0] = 128
    read = mask_of(png(grey), SIZE)
    assert read[0].all()
    assert not read[1:].any()
