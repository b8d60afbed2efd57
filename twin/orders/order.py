"""What is asked of the studio: one picture of one twin under one licence."""

from dataclasses import dataclass, replace

from twin.errors import BadValue
from twin.looks.look import Look

SEEDS = 2**32
ID_AT_MOST = 64
SEVERAL_AT_MOST = 64


@dataclass(frozen=True)
class RenderOrder:
    """One picture to paint. Raises BadValue when it cannot be meant.

    `seed` decides the picture's chance (0 to 4294967295); `parent_id` is the image this one changes, if any.
    """

    twin_id: str
    licence_id: str
    shoot_id: str
    painter: str
    look: Look
    seed: int
    parent_id: str | None = None

    def __post_init__(self) -> None:
        """Refuse empty or foreign-looking ids, a seed out of range, or no look."""
        for name in ("twin_id", "licence_id", "shoot_id", "painter"):
            _named(getattr(self, name), name.removesuffix("_id"))
        if self.parent_id is not None:
            _named(self.parent_id, "parent")
        if not isinstance(self.look, Look):
            raise BadValue("An order needs a look.")
        if isinstance(self.seed, bool) or not isinstance(self.seed, int) or not 0 <= self.seed < SEEDS:
            raise BadValue(f"A seed is a whole number from 0 to {SEEDS - 1}, not {self.seed!r}.")


def several(order: RenderOrder, count: int) -> list[RenderOrder]:
    """`count` orders with consecutive seeds, the first being `order`. Raises BadValue outside 1 to 64."""
    if not 1 <= count <= SEVERAL_AT_MOST:
        raise BadValue(f"From 1 to {SEVERAL_AT_MOST} images can be ordered at once, not {count}.")
    return [replace(order, seed=(order.seed + i) % SEEDS) for i in range(count)]


def _named(value: object, what: str) -> None:
    if not isinstance(value, str) or not 0 < len(value) <= ID_AT_MOST or not value.isprintable() or value != value.strip():
        raise BadValue(f"The order names no {what}.")
