"""The darkroom: develops negatives that were painted before, a few of them held open for the light table."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any, Protocol, Self

from twin.errors import BadValue
from twin.jobs.claim import Claim, order_of
from twin.looks.look import Look
from twin.looks.relight import shares_negative
from twin.orders.recipe import Recipe, pixels_sha256
from twin.painter import Painting
from twin.plates.plate import Plate, develop, open_negative, reduced
from twin.ports import Picture, Store

PROOF_BOX = (384, 480)
"""Pixels within which the light table develops: no more than a preview shows."""
OPEN_AT_MOST = 4
"""How many negatives are held open; one takes some 10 MB at the size of a proof."""


class Stored(Protocol):
    """A negative's row as whoever keeps it tells it."""

    @property
    def sha256(self) -> str:
        """The hash that its bytes were proven to have."""
        ...

    @property
    def source_type(self) -> str:
        """The full IPTC address that every picture of it states."""
        ...


FindStored = Callable[[str], tuple[Stored, bytes] | None]
"""The negative kept for an image, its bytes proven against the recorded hash; None when there is none to trust."""


class Darkroom:
    """Develops proofs by the hash of their negative; who may see one is asked before, each time."""

    def __init__(self, open_at_most: int = OPEN_AT_MOST) -> None:
        self._most = open_at_most
        self._open: OrderedDict[str, Plate] = OrderedDict()
        self._lock = Lock()

    def proof(self, sha256: str, content: Callable[[], bytes], look: Look) -> Picture:
        """A development in a look, (h, w, 3) within `PROOF_BOX`; `content` is called when this negative is not open.

        Raises BadValue when the content is no negative, and what `content` raises.
        """
        return develop(self._opened(sha256, content), look)

    def _opened(self, sha256: str, content: Callable[[], bytes]) -> Plate:
        with self._lock:
            if sha256 not in self._open:
                self._open[sha256] = reduced(open_negative(content()), PROOF_BOX)
            self._open.move_to_end(sha256)
            while len(self._open) > self._most:
                self._open.popitem(last=False)
            return self._open[sha256]


@dataclass(frozen=True)
class Negative:
    """A negative that an order may be developed from instead of being painted again.

    `recipe` is that of the image it was painted for, whose id is `render_id`; `source_type` is the painter's.
    """

    render_id: str
    sha256: str
    source_type: str
    plate: Plate
    recipe: Recipe

    @classmethod
    def behind(cls, claim: Claim, store: Store, stored: FindStored) -> Self | None:
        """The parent's negative, if painting the claimed order would only give it again; None where it must be painted."""
        sql = "SELECT render.*, recipe.recipe FROM render JOIN recipe ON recipe.render_id = render.id WHERE render.id = ?"
        rows = store.rows(sql, [claim.order.parent_id])
        try:
            if not rows or not shares_negative(claim.order, order_of(rows[0])):
                return None
            found = stored(rows[0]["id"])
            return cls._read(rows[0], *found) if found else None
        except BadValue:
            return None

    @classmethod
    def _read(cls, parent: Mapping[str, Any], row: Stored, content: bytes) -> Self:
        recipe = Recipe.from_json(parent["recipe"])
        return cls(parent["id"], row.sha256, row.source_type, open_negative(content), recipe)

    def develop(self, look: Look) -> tuple[Painting, Recipe]:
        """The picture in another look, and a recipe that paints the negative anew and develops it in this look.

        The recipe keeps the environment in which the negative was painted, for that decides its pixels.
        """
        made_by = {**self.recipe.made_by, "developed_from": {"image": self.render_id, "negative_sha256": self.sha256}}
        if "look" in made_by:
            made_by["look"] = look.as_mapping()
        picture = develop(self.plate, look)
        recipe = replace(self.recipe, look=look, made_by=made_by, pixels_sha256=pixels_sha256(picture))
        return Painting(picture, self.plate, made_by, self.source_type), recipe
