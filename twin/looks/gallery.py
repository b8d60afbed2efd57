"""The pictures of the lookbook: each named look on one of the cast, painted by the studio itself."""

from collections.abc import Iterator
from itertools import cycle

from twin.errors import PainterUnavailable
from twin.looks.lookbook import Lookbook, NamedLook
from twin.looks.wardrobe import Wardrobe
from twin.painter import Painter, Painting, PaintRequest

SEED = 3
DISCLOSURE = "Made with AI. The person in this picture does not exist."


def sitters(lookbook: Lookbook, cast: tuple[str, ...]) -> list[tuple[NamedLook, str]]:
    """Who wears which look: everybody in turn, so that no two neighbours are the same person."""
    return list(zip(lookbook.looks, cycle(cast), strict=False))


def paint_gallery(lookbook: Lookbook, wardrobe: Wardrobe, painter: Painter) -> Iterator[tuple[str, Painting]]:
    """Name and painting of every look, on the twins that the painter learned.

    Raises PainterUnavailable for a painter that learned nobody, and what `paint` raises.
    """
    cast = painter.card.twins
    if not cast:
        raise PainterUnavailable(f"{painter.card.title} has learned nobody who could show the looks.")
    for named, twin_id in sitters(lookbook, cast):
        request = PaintRequest(twin_id, named.worn_by(twin_id, wardrobe), SEED)
        yield named.name, painter.paint(request, lambda _: None)
