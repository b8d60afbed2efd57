"""What the page that repaints a part says and does: whose picture it is, where her face is, which parts are known."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from moderation.access.account import Account, Role
from moderation.access.incoming import File
from moderation.access.repainting import Repainting, repainting_routes
from moderation.attempts import watched
from moderation.errors import BadImage, IllegalMove, NotFound, RightsLapsed, SealBroken
from moderation.house import House
from moderation.insight import Card
from moderation.marked import LARGEST_MASK, read_mask
from moderation.pages.enrolment import Router

FACE = "face"
PARTS = (("clothes", "Her clothes"), ("backdrop", "The backdrop"))
"""What a negative knows of a picture, and what it is called on the page."""
Facts = Mapping[str, Any]
Box = tuple[float, float, float, float]


class Repaints(Protocol):
    """What the other domain knows of repainting a part: its page's facts, orders, and masks as PNG."""

    def of_image(self, account: Any, render_id: str, /) -> Facts: ...
    def order(self, account: Any, base_id: str, told: Mapping[str, str], mask: bytes, /) -> Facts: ...
    def kept(self, faces: Sequence[Box], size: tuple[int, int], /) -> bytes: ...
    def part(self, negative: bytes, name: str, /) -> bytes: ...


def repainting_router(house: House, repaints: Repaints) -> Router:
    """The routes of repainting over the pages' templates."""
    page = RepaintingPage(house, repaints)
    return lambda pages: repainting_routes(pages, Repainting(page.sheet, page.part, page.order))


class RepaintingPage:
    """Asked anew each time; a picture of another brand, and any picture for another role, is NotFound."""

    def __init__(self, house: House, repaints: Repaints) -> None:
        self._house, self._repaints, self._database = house, repaints, house.database

    def sheet(self, account: Account, base_id: str) -> Facts:
        """Everything on the page of one picture. Raises NotFound."""
        card = self._card(account, base_id)
        facts = self._repaints.of_image(account, base_id)
        return {
            **facts,
            "address": f"/repaint/{base_id}",
            "picture": f"/media/preview/{base_id}?v={(card.preview_sha256 or '')[:16]}",
            "title": f"{card.twin_name} no. {facts['number']}",
            "alt": f"{card.twin_name} for {card.brand_name}, {card.state}, AI-generated",
            "mark": "AI-generated",
            "parts": PARTS if self._developable(account, base_id) else (),
            "light_table": self._developable(account, base_id),
        }

    def part(self, account: Account, base_id: str, name: str) -> bytes:
        """Where her face is, with the room that is kept around it, or a part that the negative knows; a PNG.

        Raises NotFound, and PackRefused when no model that finds faces can be used.
        """
        card = self._card(account, base_id)
        if name == FACE:
            boxes = self._house.examiner.boxes(self._house.submissions.picture(base_id))
            return self._repaints.kept(boxes, (card.width or 0, card.height or 0))
        kept = self._house.negatives.open(account, base_id)
        return self._repaints.part(self._house.negatives.content(kept), name)

    @watched("repaint a part")
    def order(self, account: Account, base_id: str, told: Mapping[str, str], file: File) -> Facts:
        """Order the marked part of a picture anew. Raises NotFound, BadImage, and what an order raises."""
        self._card(account, base_id)
        if file.too_large:
            raise BadImage(f"The mask is larger than {LARGEST_MASK // 1_000_000} MB; a mask is a PNG of black and white.")
        return self._repaints.order(account, base_id, told, read_mask(file.content))

    def _card(self, account: Account, base_id: str) -> Card:
        if account.role is not Role.CREATIVE:
            raise NotFound("There is nothing here.")
        return self._house.insight.card(account, base_id)

    def _developable(self, account: Account, base_id: str) -> bool:
        try:
            self._house.negatives.open(account, base_id)
        except (NotFound, RightsLapsed, IllegalMove, SealBroken):
            return False
        return True
