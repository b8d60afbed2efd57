"""What can change on a negative after painting, and what needs a new painting."""

from dataclasses import dataclass, replace
from typing import NamedTuple

from twin.looks.look import LAMPS, Look
from twin.looks.wardrobe import Wardrobe
from twin.orders.order import RenderOrder

_POSE = (
    ("yaw", "turn", "°"),
    ("pitch", "nod", "°"),
    ("roll", "tilt", "°"),
    ("smile", "smile", ""),
    ("brows", "brows", ""),
    ("squint", "eyes", ""),
)


class Difference(NamedTuple):
    """One part of a look that is not as it was: its name, the two values in words, and whether a negative can follow."""

    what: str
    was: str
    now: str
    developed: bool


@dataclass(frozen=True)
class Proof:
    """A development that nobody has submitted: a small marked JPEG, and whose it is."""

    jpeg: bytes
    twin_name: str


def on_negative(painted: Look, wanted: Look) -> Look:
    """The wanted look, as far as the negative of a painted one can follow: pose and garment stay as painted."""
    return replace(wanted, pose=painted.pose, garment=painted.garment)


def shares_negative(order: RenderOrder, parent: RenderOrder) -> bool:
    """Whether painting the order would give the parent's negative again: only light and colours may differ."""
    same = all(getattr(order, name) == getattr(parent, name) for name in ("twin_id", "painter", "seed"))
    return same and (order.look.pose, order.look.garment) == (parent.look.pose, parent.look.garment)


def differences(before: Look, after: Look, wardrobe: Wardrobe) -> tuple[Difference, ...]:
    """What differs between two looks, words and credits aside, in the order of the tools."""
    pose = [
        Difference(what, _figure(was, unit), _figure(now, unit), developed=False)
        for name, what, unit in _POSE
        if (was := getattr(before.pose, name)) != (now := getattr(after.pose, name))
    ]
    light = [found for lamp in LAMPS for found in _lamp(before, after, lamp)]
    return (*pose, *light, *_surfaces(before, after, wardrobe))


def _lamp(before: Look, after: Look, lamp: str) -> list[Difference]:
    was, now = getattr(before.light, lamp), getattr(after.light, lamp)
    parts = (
        (f"{lamp} strength", was.strength, now.strength, ""),
        (f"{lamp} warmth", was.kelvin, now.kelvin, " K"),
    )
    return [Difference(what, _figure(a, unit), _figure(b, unit), developed=True) for what, a, b, unit in parts if a != b]


def _surfaces(before: Look, after: Look, wardrobe: Wardrobe) -> list[Difference]:
    parts = (
        ("exposure", _figure(before.exposure), _figure(after.exposure), True),
        ("garment", before.garment, after.garment, False),
        ("cloth", before.garment_colour, after.garment_colour, True),
        ("backdrop", before.backdrop_colour, after.backdrop_colour, True),
    )
    named = {"garment": wardrobe.title_of, "cloth": wardrobe.colour_name, "backdrop": wardrobe.colour_name}

    def words(what: str, value: str) -> str:
        return named[what](value) if what in named else value

    return [Difference(what, words(what, was), words(what, now), developed) for what, was, now, developed in parts if was != now]


def _figure(value: float, unit: str = "") -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".").replace("-", "−") + unit
