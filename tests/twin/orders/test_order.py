from typing import Any

import pytest

from twin.errors import BadValue
from twin.looks.look import Light, Look, Pose
from twin.orders.order import RenderOrder

LOOK = Look(Pose(), Light(), "shirt", "#112233", "#ffffff")


def order(**changes: Any) -> RenderOrder:
    return RenderOrder(
        **{
            "twin_id": "nora",
            "licence_id": "l",
            "shoot_id": "s",
            "painter": "atelier",
            "look": LOOK,
            "seed": 7,
            "parent_id": None,
            **changes,
        }
    )


def test_an_order_keeps_what_was_asked() -> None:
    assert (order(parent_id="p").parent_id, order(seed=2**32 - 1).seed) == ("p", 4294967295)


@pytest.mark.parametrize(
    "changes",
    [
        {"twin_id": ""},
        {"licence_id": " l"},
        {"shoot_id": "s\n"},
        {"painter": "p" * 65},
        {"look": LOOK.as_json()},
        {"seed": -1},
        {"seed": 2**32},
        {"seed": True},
        {"seed": 1.0},
        {"parent_id": ""},
    ],
)
def test_an_order_that_means_nothing_cannot_be_built(changes: dict[str, Any]) -> None:
    with pytest.raises(BadValue):
        order(**changes)
