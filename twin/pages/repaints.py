"""What the page that repaints a part of a picture is told and orders: what may change, who paints it, at what price."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from scipy.ndimage import binary_dilation

from twin.engines.engines import Offer
from twin.errors import BadValue, NotFound, PainterUnavailable
from twin.looks.look import Authors, Light, Look, Pose
from twin.orders import edits
from twin.orders.edit import Box, Mask, around_faces
from twin.orders.order import RenderOrder
from twin.pages.cards import price
from twin.pages.floor import Floor, maker_of
from twin.pages.form import colour
from twin.pages.ports import Account, TwinCard
from twin.plates.plate import open_negative
from twin.registry import portfolio

WORDS_AT_MOST = 240
COVERED, WORN = 0.5, 0.25
LOOSER = 6
"""Pixels by which a marked garment is wider than the old one, so that nothing of its edge stays."""
CLOTHES, BACKDROP = "clothes", "backdrop"
OF_NEGATIVE = (CLOTHES, BACKDROP)
"""The parts that a negative knows."""


class Painters(Protocol):
    """Tells who repaints a part of a picture of a twin that some painter made, each with what it still needs here."""

    def painters_of_parts(self, twin_id: str, made_by: str | None, /) -> Sequence[Offer]: ...


@dataclass(frozen=True)
class Repaints:
    """Orders of creatives that repaint a part of a picture, and what their page shows."""

    floor: Floor
    painters: Painters

    def of_image(self, account: Account, render_id: str) -> Mapping[str, Any]:
        """Everything on the page of an image of the brand. Raises NotFound, also when no part of it is repainted any more."""
        with self.floor.store.read(account.id) as tx:
            rows = tx.execute("SELECT * FROM render WHERE id = ? AND brand_id = ?", [render_id, maker_of(account).brand_id])
            if not rows:
                raise NotFound("There is no such image.")
            _, (width, height) = edits.admitted(tx, render_id)
        images = portfolio.renders_of(self.floor.store, maker_of(account).brand_id, rows[0]["shoot_id"])
        image = next(one for one in images if one.id == render_id)
        facts = {"number": image.number, "shoots": (), "width": width, "height": height}
        return {**facts, **self._choices(account, image.twin_id, image.look, image.painter)}

    def of_upload(self, account: Account, twin_id: str) -> Mapping[str, Any]:
        """The choices on the page of a picture of a twin that the brand handed in. Raises NotFound."""
        return {"shoots": self._shoots(account), **self._choices(account, twin_id, None, None)}

    def of_anybody(self, account: Account) -> Mapping[str, Any]:
        """The people of whom a picture may be handed in, and those of whom not now, with the reason.

        `wanting` says what a painter would need, where there is none for anybody.
        """
        twins = [(one, self.painters.painters_of_parts(one.id, None)) for one in self.floor.twins(account)]
        able = [one for one, offers in twins if any(not offer.refusal for offer in offers)]
        return {
            "people": [(one.id, one.name) for one in able if not one.refusal],
            "refused": [(one.name, one.refusal) for one in able if one.refusal],
            "wanting": () if able else tuple(dict.fromkeys(offer.refusal for _, offers in twins for offer in offers)),
            "shoots": self._shoots(account),
        }

    def insist_on_painter(self, twin_id: str) -> None:
        """Raises PainterUnavailable when nobody here repaints a part of a picture of this twin that was handed in."""
        self._painter(twin_id, None, "")

    def order(self, account: Account, render_id: str, told: Mapping[str, str], mask: bytes) -> Mapping[str, Any]:
        """Order the marked part of an image anew as a form tells it; the new image's `id`, its number and its shoot's title.

        Raises NotFound, BadValue, LookRefused, WordsRefused, PainterUnavailable, LicenceRefuses.
        """
        twin_id, before, made_by = self._look_of(account, render_id)
        painter = self._painter(twin_id, made_by, told.get("painter", ""))
        look = self._look(account, twin_id, painter, before, told)
        return self._ordered(account, self.floor.change_part(account, render_id, look, painter, mask))

    def order_of_upload(
        self, account: Account, base_id: str, twin_id: str, told: Mapping[str, str], mask: bytes
    ) -> Mapping[str, Any]:
        """The same of a picture of a twin that the brand handed in, into the shoot that the form names."""
        painter = self._painter(twin_id, None, told.get("painter", ""))
        worded = self.floor.card(painter).worded
        before = self.floor.lookbook.looks[0].worn_by(twin_id, self.floor.wardrobe, worded=worded)
        # Nobody said how she is held and lit there: the picture tells it better than a look that was drawn from a book.
        look = self._look(account, twin_id, painter, replace(before, pose=Pose(), light=Light(), authors=Authors()), told)
        licence = self._twin(account, twin_id).licence_id
        order = RenderOrder(twin_id, licence, told.get("shoot", ""), painter, look, self.floor.dice())
        return self._ordered(account, self.floor.change_upload(account, order, base_id, mask))

    def kept(self, faces: Sequence[Box], size: tuple[int, int]) -> bytes:
        """What is never repainted of a picture of `size` (width, height), white, as a PNG."""
        return edits.mask_png(around_faces(faces, size))

    def part(self, negative: bytes, name: str) -> bytes:
        """A part that a negative knows, white, as a PNG as large as it. Raises NotFound, BadValue."""
        if name not in OF_NEGATIVE:
            raise NotFound("There is nothing here.")
        plate = open_negative(negative)
        if name == BACKDROP:
            return edits.mask_png(np.asarray(plate.alpha < COVERED, np.bool_))
        return edits.mask_png(np.asarray(binary_dilation(_dressed(plate.garment >= WORN), iterations=LOOSER), np.bool_))

    def _choices(self, account: Account, twin_id: str, look: Look | None, made_by: str | None) -> dict[str, Any]:
        twin = self._twin(account, twin_id)
        offers = self.painters.painters_of_parts(twin_id, made_by)
        wardrobe = self.floor.wardrobe
        return {
            "twin_id": twin_id,
            "twin_name": twin.name,
            "refusal": twin.refusal,
            "price": price(twin),
            "images_left": twin.images_left,
            "garments": [(one.id, one.title) for one in wardrobe.of(twin_id, worded=any(one.worded for one in offers))],
            "swatches": [(one.title, one.colour) for one in wardrobe.swatches],
            "worn": wardrobe.title_of(look.garment) if look else "",
            "cloth": wardrobe.colour_name(look.garment_colour) if look else "",
            "backdrop": wardrobe.colour_name(look.backdrop_colour) if look else "",
            "painters": [one for one in offers if not one.refusal],
            "wanting": [one.refusal for one in offers if one.refusal],
            "words_at_most": WORDS_AT_MOST,
        }

    def _shoots(self, account: Account) -> list[tuple[str, str]]:
        return [(one.id, one.title) for one in self.floor.shoots(account)]

    def _twin(self, account: Account, twin_id: str) -> TwinCard:
        twin = next((one for one in self.floor.twins(account) if one.id == twin_id), None)
        if twin is None:
            raise NotFound("There is no such twin.")
        return twin

    def _look_of(self, account: Account, base_id: str) -> tuple[str, Look, str]:
        rows = self.floor.store.rows(
            "SELECT twin_id, look, painter FROM render WHERE id = ? AND brand_id = ?", [base_id, maker_of(account).brand_id]
        )
        if not rows:
            raise NotFound("There is no such image.")
        return rows[0]["twin_id"], Look.from_json(rows[0]["look"]), rows[0]["painter"]

    def _painter(self, twin_id: str, made_by: str | None, name: str) -> str:
        """The painter that was asked for, if it can repaint a part now; without a name the first that can."""
        offers = self.painters.painters_of_parts(twin_id, made_by)
        chosen = next((one for one in offers if one.name == name or (not name and not one.refusal)), None)
        if chosen is None:
            raise PainterUnavailable("No painter that is here now repaints a part of a picture of this person.")
        if chosen.refusal:
            raise PainterUnavailable(chosen.refusal)
        return chosen.name

    def _look(self, account: Account, twin_id: str, painter: str, before: Look, told: Mapping[str, str]) -> Look:
        """The earlier look with what the form changes; how she is held and lit stays, whatever the words say."""
        words = " ".join(told.get("words", "").split())
        if len(words) > WORDS_AT_MOST:
            raise BadValue(f"Say it in at most {WORDS_AT_MOST} characters.")
        wanted = replace(
            before,
            garment=told.get("garment") or before.garment,
            garment_colour=colour(told["cloth"]) if told.get("cloth") else before.garment_colour,
            backdrop_colour=colour(told["backdrop"]) if told.get("backdrop") else before.backdrop_colour,
            words="",
        )
        if words:
            wanted = self.floor.read_words(account, twin_id, painter, wanted, words).look
        return replace(wanted, pose=before.pose, light=before.light, exposure=before.exposure)

    def _ordered(self, account: Account, render_id: str) -> Mapping[str, Any]:
        sql = "SELECT s.id, s.title FROM shoot s JOIN render r ON r.shoot_id = s.id WHERE r.id = ?"
        shoot = self.floor.store.rows(sql, [render_id])[0]
        images = portfolio.renders_of(self.floor.store, maker_of(account).brand_id, shoot["id"])
        return {"id": render_id, "number": next(one.number for one in images if one.id == render_id), "shoot": shoot["title"]}


def _dressed(garment: Mask) -> Mask:
    """Every row from the garment's first pixel to its last: another garment may cover the skin and hair between."""
    after = np.logical_or.accumulate(garment, axis=1)
    before = np.logical_or.accumulate(garment[:, ::-1], axis=1)[:, ::-1]
    return np.asarray(after & before, np.bool_)
