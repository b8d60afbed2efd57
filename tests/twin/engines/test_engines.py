"""Who paints here: those that run are made once, and the page says of each other what it would need."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from moderation.database import Database
from tests.twin.cast import ASSETS, WARDROBE, empty_registry
from tests.twin.engines.test_installs import ADMIN, CATALOGUE, FILES, laid
from twin.engines.accelerator import Accelerator, Power
from twin.engines.engines import Engines, Offer, Offers, views
from twin.engines.installs import Installs
from twin.engines.modes import Mode
from twin.errors import PainterUnavailable
from twin.orders.best import BestOf
from twin.orders.edit import Box
from twin.ports import Picture

BIG = Accelerator("NVIDIA H100", 80 * 10**9, 85 * 10**9, "GPU-big")
SMALL = Accelerator("An old GPU", 10**9, 4 * 10**9, "GPU-small", 1)
SLICE = Accelerator("An A100, slice 0", 20 * 10**9, 20 * 10**9, "MIG-1", 2, 0, measured=False)
KLEIN = "flux2-klein-4b"


class NoEyes:
    def boxes(self, _: Picture, /) -> Sequence[Box]:
        raise AssertionError("no face is looked for before something is painted")

    def nearness(self, _: Picture, __: str, /) -> float | None:
        return None


@pytest.fixture
def store(tmp_path: Path) -> Database:
    return empty_registry(tmp_path)


def engines(store: Database, folder: Path, *gpus: Accelerator) -> Engines:
    return Engines(ASSETS, Installs(store, folder, CATALOGUE), WARDROBE, NoEyes, Power(1), lambda: gpus)


def offer(made: Engines, name: str) -> Offer:
    return next(one for one in made.offers if one.name == name)


def test_without_a_hub_only_the_embedded_painter_is_offered_and_each_other_says_what_it_would_need(
    store: Database, tmp_path: Path
) -> None:
    made = engines(store, tmp_path / "none", BIG)
    assert [one.name for one in made.offers if not one.refusal] == ["atelier"]
    klein = offer(made, "flux2-klein-4b").refusal
    for part in (
        "about 16 GB",
        "Apache-2.0",
        "a GPU with 6 GB free",
        "black-forest-labs/FLUX.2-klein-4B",
        "painters pull",
        "painters import",
    ):
        assert part in klein
    assert "refused until an administrator accepts" in offer(made, "flux2-klein-9b").refusal
    for name in ("qwen-image-edit-2511", "sdxl-ip-adapter-plus-face"):
        assert offer(made, name).refusal.endswith("is not yet built in.")
    assert made.painter("atelier") is made.painter("atelier")
    for name in ("flux2-klein-4b", "flux2-klein-9b", "qwen-image-edit-2511"):
        with pytest.raises(PainterUnavailable) as told:
            made.painter(name)
        assert str(told.value) == offer(made, name).refusal


def test_with_weights_the_gpus_free_memory_decides_and_is_shown(store: Database, tmp_path: Path) -> None:
    folder = tmp_path / "painters"
    Installs(store, folder, CATALOGUE).bring("flux2-klein-4b", laid(tmp_path / "given"), ADMIN)
    assert "tells of no GPU" in offer(engines(store, folder), "flux2-klein-4b").refusal
    assert "1.0 GB are free" in offer(engines(store, folder, SMALL), "flux2-klein-4b").refusal
    shown = offer(engines(store, folder, BIG, SMALL, SLICE), KLEIN)
    assert (shown.refusal, shown.detail) == (
        "",
        "NVIDIA H100, 80.0 of 85.0 GB free: it would run as the whole model in bf16. "
        "An old GPU, 1.0 of 4.0 GB free: too little for it. "
        "An A100, slice 0, 20.0 GB, what is free is measured when it paints: it would run as the whole model in bf16.",
    )


def test_what_is_shown_is_as_of_now_and_a_model_that_stands_on_a_gpu_leaves_it_on_offer(store: Database, tmp_path: Path) -> None:
    folder, now, held = tmp_path / "painters", [BIG], {}
    installs = Installs(store, folder, CATALOGUE)
    installs.bring(KLEIN, laid(tmp_path / "given"), ADMIN)
    made = Engines(ASSETS, installs, WARDROBE, NoEyes, Power(1), lambda: now, held=lambda: held)
    told = Offers(lambda: made.offers)
    shown = [one.detail for one in told if one.name == KLEIN]
    now[0] = replace(BIG, free=2 * 10**9)
    refused = next(one for one in told if one.name == KLEIN)
    held["GPU-big"] = {KLEIN: "quantised"}
    warm = next(one for one in told if one.name == KLEIN)
    assert shown == ["NVIDIA H100, 80.0 of 85.0 GB free: it would run as the whole model in bf16."]
    assert "2.0 GB are free" in refused.refusal
    assert (warm.refusal, warm.detail) == (
        "",
        "NVIDIA H100, 2.0 of 85.0 GB free: it runs as the whole model in eight bits (quantised).",
    )
    assert len(told) == len(made.offers)
    assert told[0] == made.offers[0]


def test_a_worker_has_no_room_for_a_painter_whose_gpu_is_full_or_gone_unless_it_stands_there(
    store: Database, tmp_path: Path
) -> None:
    folder = tmp_path / "painters"
    assert engines(store, folder, SMALL).without_room() == frozenset(), "what is not installed is nobody's to leave"
    Installs(store, folder, CATALOGUE).bring(KLEIN, laid(tmp_path / "given"), ADMIN)
    assert engines(store, folder, BIG).without_room() == frozenset()
    assert engines(store, folder, SMALL, BIG).without_room() == engines(store, folder).without_room() == {KLEIN}
    made = engines(store, folder, SMALL)
    klein = made.painter(KLEIN)
    assert isinstance(klein, BestOf)
    assert made.held() == {}
    klein.painter._pipeline, klein.painter._mode = object(), Mode.OFFLOAD  # type: ignore[attr-defined]
    assert (made.held(), made.without_room()) == ({KLEIN: "offload"}, frozenset())


def test_an_installed_painter_is_made_once_knows_its_hash_and_is_made_anew_for_other_weights(
    store: Database, tmp_path: Path
) -> None:
    folder = tmp_path / "painters"
    installs = Installs(store, folder, CATALOGUE)
    whole = installs.bring("flux2-klein-4b", laid(tmp_path / "given"), ADMIN)
    made = engines(store, folder, BIG)
    klein = made.painter("flux2-klein-4b")
    assert isinstance(klein, BestOf)
    assert made.painter("flux2-klein-4b") is klein
    assert made.alone("flux2-klein-4b") is klein.painter
    assert made.alone("atelier") is made.painter("atelier")
    assert klein.card.model_sha256 == whole
    assert klein.card.paints("anybody")
    (installs.place("flux2-klein-4b") / "model_index.json").unlink()
    with pytest.raises(PainterUnavailable, match="are not here"):
        made.painter("flux2-klein-4b")
    extra = FILES | {"vae/config.json": b"{}"}
    installs.bring("flux2-klein-4b", laid(tmp_path / "given", extra), ADMIN)
    assert made.painter("flux2-klein-4b") is not klein


def test_references_are_seen_from_the_front_and_both_sides() -> None:
    poses = [("a", '{"yaw": -30}'), ("b", '{"yaw": 10, "body": 14}'), ("c", '{"yaw": 3}'), ("d", '{"yaw": 1}'), ("e", "{}")]
    assert views(poses, (0.0, -25.0, 25.0)) == ["e", "a", "b"]
    assert views(poses[:2], (0.0, -25.0, 25.0)) == ["b", "a"]
    assert views([("x", "{}"), ("y", "{}")], (0.0, 25.0)) == ["x", "y"]
    assert views([], (0.0,)) == []
