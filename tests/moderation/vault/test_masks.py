"""What somebody marked to be repainted lies sealed as the picture does, and goes with it; older masks leave the database."""

import json
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from moderation.database import Database
from moderation.desk.comments import Comments
from moderation.errors import Erased, ModerationError, SealBroken
from moderation.rights.her_export import HerExport
from moderation.schema.tables import AUDIT, MIGRATIONS
from moderation.vault.masks import FAULTS, Masks
from moderation.vault.sealing import seal_home
from moderation.vault.vault import Shelf
from tests.moderation.scene import NORA, Clock, insert
from tests.moderation.sealed_scene import SealedScene
from twin.schema.tables import MIGRATIONS as TWIN

MASK = b"\x89PNG\r\n her jacket, in white, and all the rest in black"
OTHER = b"\x89PNG\r\n the backdrop, in white, behind her"


class Killed(Exception):
    """The power went."""


class Marked(SealedScene):
    """A released image of Nora, and one that waits to repaint a part of it."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.masks = Masks(self.vault)
        self.released("image")
        self.order("part")
        self.mark("part", MASK)

    def mark(self, render_id: str, mask: bytes) -> None:
        with self.database.write("maya") as tx:
            insert(tx, "edit_mask", {"render_id": render_id, "base_id": "image", "created_at": tx.now})
            self.masks.keep(render_id, mask)


@pytest.fixture
def scene(tmp_path: Path) -> Marked:
    return Marked(tmp_path / "home")


def test_a_mask_lies_sealed_in_its_own_place_alone(scene: Marked) -> None:
    assert scene.masks.open("part") == MASK
    assert MASK[8:30] not in scene.everything()
    scene.order("another")
    scene.vault.path(Shelf.MASK, "part").rename(scene.vault.path(Shelf.MASK, "another"))
    with pytest.raises(SealBroken):
        scene.masks.open("another")
    with pytest.raises(ModerationError, match="not in the vault"):
        scene.masks.open("part")


def test_a_mask_of_an_order_that_was_never_entered_is_swept_and_one_that_waits_is_not(scene: Marked) -> None:
    def die(point: str) -> None:
        assert point == "mask.kept"
        raise Killed

    scene.order("lost")
    scene.masks = Masks(scene.vault, die)
    with pytest.raises(Killed):
        scene.mark("lost", OTHER)
    assert scene.vault.names(Shelf.MASK) == ["lost", "part"]
    scene.vault.sweep({"image"}, set(), scene.clock().replace(year=2999))
    assert scene.vault.names(Shelf.MASK) == ["lost", "part"], "the sweep of painted images knows nothing of what waits"
    scene.retention.run()
    assert scene.vault.names(Shelf.MASK) == ["part"]
    assert scene.masks.open("part") == MASK


def test_it_goes_with_the_pixels_of_its_image(scene: Marked) -> None:
    with scene.database.write("test") as tx:
        tx.execute("UPDATE render SET state = 'cancelled', moved_at = ? WHERE id = 'part'", [tx.now])
    scene.clock.forward(days=31)
    scene.retention.run()
    assert scene.vault.names(Shelf.MASK) == []


def test_she_takes_it_home_and_an_erasure_counts_and_destroys_it(scene: Marked) -> None:
    content = HerExport(scene.database, scene.vault, Comments(scene.database, scene.person_keys)).package(NORA).content
    with zipfile.ZipFile(BytesIO(content)) as file:
        assert file.read("masks/part.png") == MASK
        assert [row["base_id"] for row in json.loads(file.read("parts_repainted.json"))] == ["image"]
    assert scene.erasure.foresee(NORA).counts["masks"] == 1
    assert "1 marked part of a picture" in " ".join(scene.erasure.foresee(NORA).sentences())
    assert "1 marked part of a picture" in " ".join(scene.erasure.erase(NORA).sentences())
    assert scene.vault.names(Shelf.MASK) == []
    with pytest.raises(Erased):
        scene.masks.open("part")


def test_an_erasure_foretells_and_counts_what_brands_handed_in(scene: Marked) -> None:
    with scene.database.write("maya") as tx:
        values = ["base", "nora", "base", "a" * 64, 7, tx.now]
        tx.execute("INSERT INTO restricted_object (id, twin_id, kind, sha256, bytes, kept_at) VALUES (?, ?, ?, ?, ?, ?)", values)
        scene.vault.keep(Shelf.BASE, "base", b"picture")
    assert "1 picture that a brand handed in" in " ".join(scene.erasure.foresee(NORA).sentences())
    assert "1 picture that a brand handed in" in " ".join(scene.erasure.erase(NORA).sentences())
    assert scene.vault.names(Shelf.BASE) == []
    assert scene.count("restricted_object") == 1


def older(home: Path) -> SealedScene:
    """A home in whose database an older program kept masks in the clear: of an image, and of a picture from outside."""
    home.mkdir()
    names = [name for name, _ in TWIN]
    database = Database(home / "studio.sqlite", Clock())
    database.migrate([("audit", AUDIT), *TWIN[: names.index("twin-masks-sealed")], *MIGRATIONS])
    scene = SealedScene(home, fresh=False)
    scene._people()
    scene.released("image")
    for name in ("part", "outside"):
        scene.order(name)
    with scene.database.write("maya") as tx:
        tx.execute("INSERT INTO edit_mask VALUES ('part', 'image', ?, ?)", [MASK, tx.now])
        tx.execute("INSERT INTO edit_upload VALUES ('outside', 'base', ?, ?)", [OTHER, tx.now])
    assert MASK in scene.everything()
    scene.database.migrate([("audit", AUDIT), *TWIN, *MIGRATIONS])
    return scene


def test_older_masks_are_sealed_and_leave_no_byte_in_the_database(tmp_path: Path) -> None:
    scene = older(tmp_path / "home")
    assert scene.database.rows("SELECT render_id, base_id FROM edit_upload") == [{"render_id": "outside", "base_id": "base"}]
    assert scene.database.rows("SELECT base_id FROM edit_mask WHERE render_id = 'part'") == [{"base_id": "image"}]
    assert seal_home(scene.database, scene.vault, lambda _: None) == 2
    masks = Masks(scene.vault)
    assert (masks.open("part"), masks.open("outside")) == (MASK, OTHER)
    assert not [mark for mark in (MASK, OTHER) if mark in scene.everything()]
    assert scene.database.rows("SELECT * FROM mask_in_clear") == []
    assert scene.database.rows("SELECT variant FROM image_fee WHERE render_id = 'part'")
    assert seal_home(scene.database, scene.vault, lambda _: None) == 0


@pytest.mark.parametrize("point", FAULTS[1:])
@pytest.mark.parametrize("after", range(2))
def test_sealing_older_masks_goes_on_where_it_was_stopped(tmp_path: Path, point: str, after: int) -> None:
    scene, passed = older(tmp_path / "home"), []

    def die(reached: str) -> None:
        passed.append(reached)
        if reached == point and passed.count(point) > after:
            raise Killed

    with pytest.raises(Killed):
        seal_home(scene.database, scene.vault, lambda _: None, die)
    scene.database.close()
    again = SealedScene(tmp_path / "home", fresh=False)
    seal_home(again.database, again.vault, lambda _: None)
    masks = Masks(again.vault)
    assert (masks.open("part"), masks.open("outside")) == (MASK, OTHER)
    assert not [mark for mark in (MASK, OTHER) if mark in again.everything()]


def test_an_older_mask_of_somebody_erased_is_forgotten_unsealed(tmp_path: Path) -> None:
    scene = older(tmp_path / "home")
    scene.erasure.erase(NORA)
    seal_home(scene.database, scene.vault, lambda _: None)
    assert scene.vault.names(Shelf.MASK) == []
    assert scene.database.rows("SELECT * FROM mask_in_clear") == []
