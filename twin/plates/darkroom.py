"""The darkroom: develops negatives that were painted before, a few of them held open for the light table."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from threading import Lock, Timer
from time import monotonic
from typing import Any, Protocol, Self, TypeVar

from twin.errors import BadValue
from twin.jobs.claim import Claim, order_of
from twin.looks.look import Look
from twin.looks.relight import Proof, shares_negative
from twin.orders.recipe import Recipe, pixels_sha256
from twin.painter import Painting
from twin.plates.plate import Plate, develop, open_negative, reduced
from twin.plates.proofing import OpenPlate
from twin.ports import Picture, Store

PROOF_BOX = (384, 480)
"""Pixels within which the light table develops: no more than a preview shows."""
OPEN_AT_MOST = 4
"""How many negatives are held open; one takes some 11 MB at the size of a proof."""
OPEN_FOR_S = 600.0
"""How long one stays open after its last proof, in seconds; at most twice as long, for that is looked after in rounds."""


class Kept(Protocol):
    """A negative that an account may develop now."""

    @property
    def sha256(self) -> str:
        """The hash of its bytes."""
        ...

    @property
    def twin_name(self) -> str:
        """Who is on it."""
        ...

    def proof(self, picture: Picture, /) -> bytes:
        """A development (h, w, 3) as a small marked JPEG."""
        ...


Admitted = TypeVar("Admitted", bound=Kept)


class Negatives(Protocol[Admitted]):
    """Who may develop what; `open` is asked anew for each proof and raises when the answer is no."""

    def open(self, account: Any, render_id: str, /) -> Admitted:
        """The negative of an image."""
        ...

    def content(self, kept: Admitted, /) -> bytes:
        """Its file, proven to be the one that was kept."""
        ...


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


@dataclass
class _Opened:
    sha256: str
    plate: OpenPlate
    used: float


def after(seconds: float, act: Callable[[], None]) -> None:
    """Do something later, unless the program has ended by then."""
    timer = Timer(seconds, act)
    timer.daemon = True
    timer.start()


class Darkroom:
    """Develops proofs of negatives; who may see one is asked before, each time, and a no puts the negative away at once.

    `now` counts seconds, `later` does something after so many of them.
    """

    def __init__(
        self,
        open_at_most: int = OPEN_AT_MOST,
        now: Callable[[], float] = monotonic,
        later: Callable[[float, Callable[[], None]], None] = after,
    ) -> None:
        self._most, self._now, self._later = open_at_most, now, later
        self._open: OrderedDict[str, _Opened] = OrderedDict()
        self._lock = Lock()
        self._watched = False

    def proof(self, negatives: Negatives[Admitted], account: Any, render_id: str, look: Look) -> Proof:
        """A development in a look, within `PROOF_BOX`, for an account that `negatives` admits at this moment.

        Raises what `negatives` raises, and BadValue when what it keeps is no negative; the image's negative is put away first.
        """
        try:
            kept = negatives.open(account, render_id)
            picture = self._opened(render_id, kept.sha256, lambda: negatives.content(kept)).develop(look)
        except Exception:
            with self._lock:
                self._open.pop(render_id, None)
            raise
        return Proof(kept.proof(picture), kept.twin_name)

    def open_ones(self) -> frozenset[str]:
        """The images whose negatives are open now."""
        with self._lock:
            return frozenset(self._open)

    def _opened(self, render_id: str, sha256: str, content: Callable[[], bytes]) -> OpenPlate:
        with self._lock:
            found = self._open.get(render_id)
            if found is None or found.sha256 != sha256:
                plate = OpenPlate.of(reduced(open_negative(content()), PROOF_BOX))
                found = self._open[render_id] = _Opened(sha256, plate, self._now())
            found.used = self._now()
            self._open.move_to_end(render_id)
            while len(self._open) > self._most:
                self._open.popitem(last=False)
            self._watch()
            return found.plate

    def _watch(self) -> None:
        """See to it that what lies idle is put away, though nobody asks for anything any more."""
        if not self._watched and self._open:
            self._watched = True
            self._later(OPEN_FOR_S, self._put_away_idle)

    def _put_away_idle(self) -> None:
        with self._lock:
            for render_id in [one for one, opened in self._open.items() if self._now() - opened.used >= OPEN_FOR_S]:
                del self._open[render_id]
            self._watched = False
            self._watch()


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
