"""What the page that repaints a part says and does: whose picture it is, where her face is, which parts are known."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from moderation.access.account import Account, Role
from moderation.access.incoming import File
from moderation.access.repainting import Repainting, repainting_routes
from moderation.audit.attempts import watched
from moderation.desk.insight import Card
from moderation.errors import BadImage, IllegalMove, NotFound, RightsLapsed, SealBroken
from moderation.house import House
from moderation.pages.enrolment import Router
from moderation.pages.markup import day
from moderation.rights.retention import BASES_KEPT
from moderation.uploads.decode import LARGEST_BYTES
from moderation.uploads.marked import LARGEST_MASK, read_mask

FACE = "face"
PARTS = (("clothes", "Her clothes"), ("backdrop", "The backdrop"))
"""What a negative knows of a picture, and what it is called on the page."""
Facts = Mapping[str, Any]
Box = tuple[float, float, float, float]


class Repaints(Protocol):
    """What the other domain knows of repainting a part: its pages' facts, orders, and masks as PNG."""

    def of_image(self, account: Any, render_id: str, /) -> Facts: ...
    def of_upload(self, account: Any, twin_id: str, /) -> Facts: ...
    def of_anybody(self, account: Any, /) -> Facts: ...
    def insist_on_painter(self, twin_id: str, /) -> None: ...
    def order(self, account: Any, render_id: str, told: Mapping[str, str], mask: bytes, /) -> Facts: ...
    def order_of_upload(self, account: Any, base_id: str, twin_id: str, told: Mapping[str, str], mask: bytes, /) -> Facts: ...
    def kept(self, faces: Sequence[Box], size: tuple[int, int], /) -> bytes: ...
    def part(self, negative: bytes, name: str, /) -> bytes: ...


def repainting_router(house: House, repaints: Repaints) -> Router:
    """The routes of repainting over the pages' templates."""
    page = RepaintingPage(house, repaints)
    routes = Repainting(
        table=page.table,
        take=page.take,
        remove=lambda *asked: house.bases.remove(*asked),
        preview=lambda *asked: house.bases.preview(*asked),
        sheet=page.sheet,
        part=page.part,
        order=page.order,
    )
    return lambda pages: repainting_routes(pages, routes)


class RepaintingPage:
    """Asked anew each time; a picture of another brand, and any picture for another role, is NotFound."""

    def __init__(self, house: House, repaints: Repaints) -> None:
        self._house, self._repaints, self._database = house, repaints, house.database

    def table(self, account: Account) -> Facts:
        """The pictures that this creative's brand handed in, and of whom it may hand in more. Raises NotFound."""
        bases = self._house.bases.of(account)
        said = {"most_mb": LARGEST_BYTES >> 20, "days": BASES_KEPT.days, "day": day}
        return {**said, "bases": bases, **self._repaints.of_anybody(account)}

    def take(self, account: Account, twin_id: str, file: File) -> str:
        """Hand a picture on to be looked at and kept; its id. Raises what `Bases.take` raises."""
        from moderation.uploads.bases import Handed

        self._repaints.insist_on_painter(twin_id)
        if file.too_large:
            raise BadImage(f"This file is too large; the studio reads pictures up to {LARGEST_BYTES >> 20} MB.")
        return self._house.bases.take(account, twin_id, Handed(file.name, file.content))

    def sheet(self, account: Account, base_id: str) -> Facts:
        """Everything on the page of one picture. Raises NotFound."""
        card = self._card(account, base_id)
        if card is None:
            return self._sheet_of_upload(account, base_id)
        facts, developable = self._repaints.of_image(account, base_id), self._developable(account, base_id)
        return {
            **facts,
            "address": f"/repaint/{base_id}",
            "picture": f"/media/preview/{base_id}?v={(card.preview_sha256 or '')[:16]}",
            "title": f"{card.twin_name} no. {facts['number']}",
            "alt": f"{card.twin_name} for {card.brand_name}, {card.state}, AI-generated",
            "mark": "AI-generated",
            "parts": PARTS if developable else (),
            "light_table": developable,
            "doubts": (),
        }

    def _sheet_of_upload(self, account: Account, base_id: str) -> Facts:
        base = self._house.bases.base(account, base_id)
        return {
            **self._repaints.of_upload(account, base.twin_id),
            "address": f"/repaint/{base_id}",
            "picture": f"/media/base/{base_id}",
            "title": f"{base.twin_name} in “{base.name}”",
            "alt": f"{base.twin_name}, a picture that was handed in",
            "mark": "Handed in",
            "width": base.width,
            "height": base.height,
            "parts": (),
            "light_table": False,
            "doubts": base.doubts,
        }

    def part(self, account: Account, base_id: str, name: str) -> bytes:
        """Where her face is, with the room that is kept around it, or a part that the negative knows; a PNG.

        Raises NotFound, and PackRefused when no model that finds faces can be used.
        """
        card = self._card(account, base_id)
        if card is None:
            base = self._house.bases.base(account, base_id)
            if name != FACE:
                raise NotFound("There is nothing here.")
            return self._repaints.kept(base.faces, (base.width, base.height))
        if name == FACE:
            boxes = self._house.examiner.boxes(self._house.submissions.picture(base_id))
            return self._repaints.kept(boxes, (card.width or 0, card.height or 0))
        kept = self._house.negatives.open(account, base_id)
        return self._repaints.part(self._house.negatives.content(kept), name)

    @watched("repaint a part")
    def order(self, account: Account, base_id: str, told: Mapping[str, str], file: File) -> Facts:
        """Order the marked part of a picture anew. Raises NotFound, BadImage, and what an order raises."""
        card = self._card(account, base_id)
        if file.too_large:
            raise BadImage(f"The mask is larger than {LARGEST_MASK // 1_000_000} MB; a mask is a PNG of black and white.")
        if card is not None:
            return self._repaints.order(account, base_id, told, read_mask(file.content))
        base = self._house.bases.base(account, base_id)
        return self._repaints.order_of_upload(account, base_id, base.twin_id, told, read_mask(file.content))

    def _card(self, account: Account, base_id: str) -> Card | None:
        """The image of this id; None for a picture that was handed in. Raises NotFound."""
        if account.role is not Role.CREATIVE:
            raise NotFound("There is nothing here.")
        if any(one.id == base_id for one in self._house.bases.of(account)):
            return None
        return self._house.insight.card(account, base_id)

    def _developable(self, account: Account, base_id: str) -> bool:
        try:
            self._house.negatives.open(account, base_id)
        except (NotFound, RightsLapsed, IllegalMove, SealBroken):
            return False
        return True
