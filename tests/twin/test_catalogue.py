import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.twin.cast import ASSETS, CAST
from twin.catalogue import Catalogue
from twin.errors import BadValue, PainterUnavailable
from twin.painter import Ability

FILE = ASSETS / "painters.json"
CATALOGUE = Catalogue.read(FILE)


def test_the_embedded_painter_is_built_in_and_paints_exactly_the_cast() -> None:
    card = CATALOGUE.ready("atelier").card
    assert CATALOGUE.entries[0].card == card
    assert card.twins == CAST
    assert card.commercial
    assert not card.needs.accelerator


def test_painters_that_are_not_built_in_cannot_be_ordered_of() -> None:
    others = [entry for entry in CATALOGUE.entries if not entry.built_in]
    assert {entry.card.name for entry in others} >= {"flux2-klein-4b", "qwen-image-edit-2511"}
    for entry in others:
        assert Ability.REFERENCES in entry.card.abilities
        with pytest.raises(PainterUnavailable, match="not built into this studio yet"):
            CATALOGUE.ready(entry.card.name)


def test_what_nobody_fetched_has_neither_revision_nor_hash() -> None:
    assert all((e.revision, e.card.model_sha256) == (None, None) for e in CATALOGUE.entries if not e.built_in)


def test_commercial_use_is_claimed_only_of_a_licence_that_was_read() -> None:
    qwen = CATALOGUE.entry("qwen-image-edit-2511")
    assert (qwen.licence_read, qwen.card.commercial) == (False, False)
    with pytest.raises(BadValue, match="was not read"):
        replace(qwen, card=replace(qwen.card, commercial=True))


def test_an_unknown_painter_is_refused_with_those_there_are() -> None:
    with pytest.raises(PainterUnavailable, match="atelier, flux2-klein-4b"):
        CATALOGUE.entry("rembrandt")


@pytest.mark.parametrize("changes", [{"abilities": ["flying"]}, {"repository": None}, {"model_sha256": "1234"}, {"twins": 3}])
def test_a_catalogue_that_cannot_be_trusted_is_refused(changes: dict[str, Any], tmp_path: Path) -> None:
    told = json.loads(FILE.read_text(encoding="utf-8"))[1]
    file = tmp_path / "painters.json"
    file.write_text(json.dumps([told | changes]))
    with pytest.raises(BadValue):
        Catalogue.read(file)
    file.write_text(json.dumps([told, told]))
    with pytest.raises(BadValue, match="twice"):
        Catalogue.read(file)
