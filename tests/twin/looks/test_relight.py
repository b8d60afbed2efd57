"""What a negative can follow, and what it cannot."""

from dataclasses import replace

import pytest

from tests.twin.cast import LOOKBOOK, WARDROBE
from twin.looks.relight import Difference, differences, on_negative, shares_negative
from twin.orders.order import RenderOrder

PAINTED = LOOKBOOK.look("studio-classic").worn_by("nora", WARDROBE)
RELIT = LOOKBOOK.look("moonlight").worn_by("nora", WARDROBE)
ORDER = RenderOrder("nora", "licence", "shoot", "atelier", PAINTED, 7)


def test_a_negative_follows_light_and_colours_and_keeps_pose_and_garment() -> None:
    look = on_negative(PAINTED, RELIT)
    assert (look.light, look.exposure, look.backdrop_colour, look.garment_colour) == (
        RELIT.light,
        RELIT.exposure,
        RELIT.backdrop_colour,
        RELIT.garment_colour,
    )
    assert (look.pose, look.garment) == (PAINTED.pose, PAINTED.garment)
    assert all(one.developed for one in differences(PAINTED, look, WARDROBE))
    assert [one.what for one in differences(look, RELIT, WARDROBE)] == ["turn", "nod", "smile", "garment"]


def test_differences_are_told_in_words() -> None:
    key = replace(PAINTED.light.key, strength=1.55, kelvin=3200.0)
    changed = replace(
        PAINTED, light=replace(PAINTED.light, key=key), backdrop_colour="#1f2d4d", pose=replace(PAINTED.pose, yaw=-20.0)
    )
    assert differences(PAINTED, changed, WARDROBE) == (
        Difference("turn", "−8°", "−20°", developed=False),
        Difference("key strength", "1", "1.55", developed=True),
        Difference("key warmth", "5400 K", "3200 K", developed=True),
        Difference("backdrop", "silver", "navy", developed=True),
    )
    assert differences(PAINTED, replace(PAINTED, words="other words"), WARDROBE) == ()


@pytest.mark.parametrize(
    ("change", "shared"),
    [
        ({"look": on_negative(PAINTED, RELIT)}, True),
        ({"shoot_id": "another", "licence_id": "another"}, True),
        ({"look": RELIT}, False),
        ({"look": replace(PAINTED, garment="another")}, False),
        ({"seed": 8}, False),
        ({"painter": "another"}, False),
        ({"twin_id": "mei"}, False),
    ],
)
def test_only_what_would_be_painted_alike_shares_a_negative(change: dict[str, object], shared: bool) -> None:
    assert shares_negative(replace(ORDER, **change), ORDER) is shared  # type: ignore[arg-type]
