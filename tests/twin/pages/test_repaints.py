"""What the page that repaints a part is told, and what it may order: by whom, in which seed and pose, at what price."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.twin.cast import ASSETS, LOOKBOOK, WARDROBE, empty_registry
from tests.twin.pages.pretend import Somebody
from tests.twin.rig import Clock, Rig
from twin import demo
from twin.commands import licensed_brands
from twin.engines.catalogue import Catalogue
from twin.engines.engines import Offer
from twin.errors import BadValue, LookRefused, NotFound, PainterUnavailable
from twin.looks.look import Look
from twin.orders.edits import Edits, mask_png
from twin.pages.floor import Floor
from twin.pages.ports import Asked
from twin.pages.repaints import LOOSER, Repaints
from twin.painter import PainterCard
from twin.plates.plate import Plate, negative_bytes

KLEIN = "flux2-klein-4b"
CARDS = {
    one.card.name: one.card for one in Catalogue.read(ASSETS / "painters.json").entries if one.card.name in ("atelier", KLEIN)
}
MISSING = "The weights are not here; an administrator fetches them."


@dataclass
class Painters:
    """Who repaints, as a house with or without klein's weights tells it."""

    fetched: bool = True

    def painters_of_parts(self, twin_id: str, made_by: str | None) -> Sequence[Offer]:
        able = [card for card in CARDS.values() if card.paints(twin_id) and card.repaints(made_by)]
        return [self._offer(card) for card in able]

    def _offer(self, card: PainterCard) -> Offer:
        there = self.fetched or card.name == "atelier"
        return Offer(card.name, card.title, "" if there else MISSING, "", card.twins, worded=card.worded)


class Room:
    """The demo's cast and rights, and one image of Nora that stands, by the embedded painter."""

    def __init__(self, home: Path) -> None:
        clock = Clock(datetime(2026, 5, 3, 12, tzinfo=UTC))
        demo.plant_once(empty_registry(home, clock), ASSETS, lambda _: None)
        self.rig = Rig(home, clock)
        self.floor = Floor(
            self.rig.database, self.rig.jobs, WARDROBE, LOOKBOOK, CARDS.__getitem__, clock, lambda: 77, self.rig.incoming.masks
        )
        self.painters = Painters()
        self.repaints = Repaints(self.floor, self.painters)
        self.maya = Somebody(brand_id=licensed_brands(self.rig.database, "nora")[0])
        self.shoot = self.floor.open_shoot(self.maya, "Spring")
        self.look = LOOKBOOK.looks[0].worn_by("nora", WARDROBE)
        self.base = self.floor.order(self.maya, Asked(self.shoot, "nora", "atelier", self.look, 1, 5))[0]
        self.rig.settle(edit=Edits(self.rig.database, self.rig.incoming.masks, self.rig.incoming.picture).of)
        size = self.rig.rows("SELECT width, height FROM submission WHERE render_id = ?", self.base)[0]
        marked = np.zeros((size["height"], size["width"]), np.bool_)
        marked[marked.shape[0] // 2 :] = True
        self.mask = mask_png(marked)

    def ordered(self, **told: str) -> dict[str, object]:
        made = self.repaints.order(self.maya, self.base, told, self.mask)
        return self.rig.rows("SELECT * FROM render WHERE id = ?", str(made["id"]))[0]


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


def test_the_page_tells_price_garments_and_who_paints(room: Room) -> None:
    told = room.repaints.of_image(room.maya, room.base)
    assert "an image" in told["price"]
    assert (told["number"], told["twin_name"], told["refusal"], told["wanting"]) == (1, "Nora", "", [])
    assert [one.name for one in told["painters"]] == ["atelier", KLEIN]
    assert len(told["garments"]) > len(WARDROBE.of("nora")), "one of them is told of garments in words"
    room.painters.fetched = False
    told = room.repaints.of_image(room.maya, room.base)
    assert ([one.name for one in told["painters"]], told["wanting"]) == (["atelier"], [MISSING])
    with pytest.raises(NotFound):
        room.repaints.of_image(Somebody(brand_id="nobody"), room.base)


def test_of_a_picture_from_outside_only_who_inpaints_is_offered_and_said_what_is_missing(room: Room) -> None:
    assert [one.name for one in room.repaints.of_upload(room.maya, "nora")["painters"]] == [KLEIN]
    assert ("nora", "Nora") in room.repaints.of_anybody(room.maya)["people"]
    room.repaints.insist_on_painter("nora")
    room.painters.fetched = False
    told = room.repaints.of_anybody(room.maya)
    assert (told["people"], told["wanting"]) == ([], (MISSING,))
    with pytest.raises(PainterUnavailable, match="No painter that is here now"):
        room.repaints.insist_on_painter("nora")
    with pytest.raises(PainterUnavailable, match="weights are not here"):
        room.ordered(painter=KLEIN, cloth="#102030")


def test_the_embedded_painter_takes_seed_pose_and_light_of_the_picture_and_refuses_what_would_be_the_same(room: Room) -> None:
    row = room.ordered(painter="atelier", cloth="#b3222d", words="golden hour, looking left")
    assert (row["seed"], row["painter"], row["parent_id"]) == (5, "atelier", room.base)
    assert Look.from_json(str(row["look"])).garment_colour == "#b3222d"
    fee = room.rig.rows("SELECT variant FROM image_fee WHERE render_id = ?", str(row["id"]))
    assert fee == [{"variant": 0}], "another garment is an image of its own"
    for told in ({}, {"words": "looking left"}):
        with pytest.raises(BadValue, match="painted again, this part would be the same"):
            room.ordered(painter="atelier", **told)


def test_how_she_is_held_and_lit_stays_whatever_the_words_say(room: Room) -> None:
    for painter in ("atelier", KLEIN):
        row = room.ordered(painter=painter, cloth="#b3222d", words="smiling, looking left, golden hour")
        look = Look.from_json(str(row["look"]))
        assert (look.pose, look.light, look.exposure) == (room.look.pose, room.look.light, room.look.exposure)
    assert row["seed"] == 77, "one that inpaints draws anew"


def test_who_repaints_its_own_pictures_alone_is_refused_for_another_painters(room: Room) -> None:
    with room.rig.database.write("test") as tx:
        tx.execute("UPDATE render SET painter = ? WHERE id = ?", [KLEIN, room.base])
    with pytest.raises(LookRefused, match="cannot repaint a part of this picture"):
        room.floor.change_part(room.maya, room.base, room.look, "atelier", room.mask)
    assert len(room.rig.rows("SELECT 1 FROM render")) == 1


def test_what_the_negative_knows_of_clothes_reaches_from_edge_to_edge_and_the_backdrop_is_what_nobody_covers(room: Room) -> None:
    covers, worn = np.zeros((80, 64), np.float32), np.zeros((80, 64), np.float32)
    covers[20:, 10:54] = 1.0
    worn[50:, 12:20] = worn[50:, 44:52] = 1.0  # open in front
    negative = negative_bytes(Plate(np.full((4, 80, 64, 3), 0.3, np.float32), covers, worn, (0.4, 0.4, 0.4)))
    with Image.open(io.BytesIO(room.repaints.part(negative, "clothes"))) as seen:
        clothes = np.asarray(seen)
    with Image.open(io.BytesIO(room.repaints.part(negative, "backdrop"))) as seen:
        backdrop = np.asarray(seen)
    assert clothes[50:, 12:52].all()
    assert not clothes[: 50 - LOOSER].any()
    assert np.array_equal(backdrop, covers < 0.5)
    with pytest.raises(NotFound):
        room.repaints.part(negative, "../face")
