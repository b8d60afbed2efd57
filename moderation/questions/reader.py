"""Who may read the figures, and how much of them: the whole, one agency's people, or what is coarse enough for everybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, Self, TypeVar

from moderation.access.account import Account, Role

FEWEST = 5
"""What outsiders of a real studio see never tells of fewer images, nor of fewer people where it is about money."""


@dataclass(frozen=True)
class Reader:
    """How somebody reads: whose rows (`agency_id` None: everybody's), from how many on, and which people by name.

    `names` is "all", "fictional" (only people who do not exist) or "none".
    """

    agency_id: str | None
    fewest: int
    names: str
    whose: str

    @property
    def is_outside(self) -> bool:
        """Whether single people, brands and licences stay out of sight."""
        return self.names == "none"

    def name(self, name: str, fictional: object) -> str:
        """What this reader sees in a name's place."""
        return name if self.names == "all" or (self.names == "fictional" and fictional) else "somebody"


def reader_for(account: Account | None, *, demo: bool, opened: bool) -> Reader | None:
    """How this account, or nobody, reads; None for whoever may not.

    A demo's figures are everybody's, for its cast does not exist. In a studio administrators read all, an agency what concerns
    its own people, and everybody else, once an administrator has `opened` the page, only what is coarse.
    """
    if demo:
        return Reader(None, 1, "fictional", "This demo’s figures: its people do not exist, and what is counted was done here.")
    if account is not None and account.role is Role.ADMINISTRATOR:
        return Reader(None, 1, "all", "The whole studio, as its administrator sees it.")
    if account is not None and account.role is Role.AGENCY:
        return Reader(account.agency_id, 1, "all", "Your own people: nobody else’s figures are in these.")
    if opened:
        return Reader(None, FEWEST, "none", f"The whole studio. No figure tells of fewer than {FEWEST} images or people.")
    return None


class Countable(Protocol):
    """Something that can be told together with others of its kind."""

    @property
    def size(self) -> int:
        """Of how many it tells, where few would give somebody away."""
        ...

    def __add__(self, other: Self, /) -> Self: ...


Cell = TypeVar("Cell", bound=Countable)


@dataclass(frozen=True)
class Told(Generic[Cell]):
    """What may be shown: single cells, those that had to be put together, and whether something is not shown at all."""

    single: tuple[Cell, ...]
    together: Cell | None
    hidden: bool

    @property
    def shown(self) -> tuple[Cell, ...]:
        """Everything that is shown."""
        return self.single if self.together is None else (*self.single, self.together)


def coarse(cells: Sequence[Cell], fewest: int) -> Told[Cell]:
    """The cells that tell of at least `fewest`; smaller ones are put together, with the next larger if they are still too few.

    So no sum or difference of what is shown tells of fewer. Empty cells stay as they are.
    """
    single = list(cells)
    small = [cell for cell in single if 0 < cell.size < fewest]
    for cell in small:
        single.remove(cell)
    together = _sum(small)
    while together is not None and together.size < fewest:
        larger = [cell for cell in single if cell.size]
        if not larger:
            return Told(tuple(single), None, hidden=True)
        least = min(larger, key=lambda cell: cell.size)
        single.remove(least)
        together = together + least
    return Told(tuple(single), together, hidden=False)


def _sum(cells: Sequence[Cell]) -> Cell | None:
    total: Cell | None = None
    for cell in cells:
        total = cell if total is None else total + cell
    return total
