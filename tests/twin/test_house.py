"""The house shows a painter each twin of the demo from three sides, and never a file that was altered."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.twin.cast import ASSETS, CAST, empty_registry
from twin import demo
from twin.engines.accelerator import Power
from twin.errors import BadValue, PainterUnavailable
from twin.house import House
from twin.orders.recipe import pixels_sha256
from twin.painter import PaintRequest

NOW = datetime(2026, 5, 3, 12, tzinfo=UTC)


def never(*_: Any, **__: Any) -> Any:
    raise AssertionError("nothing is painted here")


def house(folder: Path, assets: Path = ASSETS) -> House:
    store = empty_registry(folder, lambda: NOW)
    demo.plant_once(store, ASSETS, lambda _: None)
    more = {
        "move": never,
        "give_up": never,
        "halted": never,
        "reach": never,
        "sign": never,
        "eyes": never,
        "photograph": never,
        "masks": never,
    }
    return House(
        assets,
        store,
        lambda: NOW,
        lapsed=ValueError,
        power=Power(1),
        weights=folder / "painters",
        workers=folder / "workers",
        **more,
    )


def test_every_twin_is_shown_from_three_sides_and_the_same_way_each_time(tmp_path: Path) -> None:
    made = house(tmp_path)
    seen = {twin: made.references(twin) for twin in CAST}
    assert {len(pictures) for pictures in seen.values()} == {3}
    assert len({pixels_sha256(picture) for pictures in seen.values() for picture in pictures}) == 3 * len(CAST)
    assert np.array_equal(made.references("nora")[0], seen["nora"][0])
    assert made.references("nobody") == ()
    PaintRequest("nora", made.lookbook.looks[0].worn_by("nora", made.wardrobe), 1, seen["nora"])


def test_an_altered_reference_is_refused(tmp_path: Path) -> None:
    assets = tmp_path / "assets"
    shutil.copytree(ASSETS / "references", assets / "references")
    shutil.copy(ASSETS / "wardrobe.json", assets)
    for file in (assets / "references").glob("nora_*light.avif"):
        file.write_bytes(file.read_bytes() + b"x")
    with pytest.raises(BadValue, match="was altered"):
        house(tmp_path, assets).references("nora")


def test_without_weights_klein_says_what_is_missing(tmp_path: Path) -> None:
    made = house(tmp_path)
    assert made.painter("atelier").card.name == "atelier"
    with pytest.raises(PainterUnavailable, match="painters pull flux2-klein-4b"):
        made.painter("flux2-klein-4b")
