import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.twin.cast import ASSETS, CAST
from twin.engines.catalogue import Catalogue, WeightFile
from twin.errors import BadValue, PainterUnavailable
from twin.painter import Ability

FILE = ASSETS / "painters.json"
CATALOGUE = Catalogue.read(FILE)
FETCHED = [entry for entry in CATALOGUE.entries if entry.fetched]


def test_the_embedded_painter_is_built_in_and_paints_exactly_the_cast() -> None:
    entry = CATALOGUE.built_in("atelier")
    assert CATALOGUE.entries[0] == entry
    assert entry.card.twins == CAST
    assert entry.card.commercial
    assert (entry.fetched, entry.card.needs.accelerator, entry.files, entry.memory_class) == (False, False, (), "any machine")


def test_the_default_with_a_gpu_is_free_for_commerce_and_paints_anybody() -> None:
    klein = CATALOGUE.built_in("flux2-klein-4b")
    assert (klein.card.licence, klein.card.commercial, klein.licence_read) == ("Apache-2.0", True, True)
    assert klein.card.twins is None
    assert klein.card.abilities >= {Ability.REFERENCES, Ability.INPAINT, Ability.WORDS}
    assert klein.card.size[0] * klein.card.size[1] <= 1024 * 1024
    assert klein.repository == "black-forest-labs/FLUX.2-klein-4B"
    assert klein.source_of("transformer/diffusion_pytorch_model.safetensors")
    assert klein.source_of("flux-2-klein-4b.safetensors") is None, "the same weights in one file would be fetched twice"


@pytest.mark.parametrize("name", ["qwen-image-edit-2511", "sdxl-ip-adapter-plus-face"])
def test_what_is_not_yet_built_in_says_so_and_can_be_neither_ordered_of_nor_called_commercial(name: str) -> None:
    entry = CATALOGUE.entry(name)
    assert entry.note.startswith("Not yet built in.")
    assert (entry.licence_read, entry.card.commercial, entry.files) == (False, False, ())
    with pytest.raises(PainterUnavailable, match="is not yet built in"):
        CATALOGUE.built_in(name)
    with pytest.raises(BadValue, match="was not read"):
        replace(entry, card=replace(entry.card, commercial=True))


def test_no_revision_and_no_hash_stands_in_it_without_the_line_that_says_who_read_it() -> None:
    for told in json.loads(FILE.read_text(encoding="utf-8")):
        hashes = re.findall(r"[0-9a-f]{40,64}", json.dumps(told))
        sourced = [one["sha256"] for one in told["files"] if one["sha256"] and len(one["hash_from"] or "") > 20]
        assert hashes == sourced, f"{told['name']} has a hash that nobody answers for"
    assert all((entry.revision, entry.card.model_sha256) == (None, None) for entry in FETCHED)


@pytest.mark.parametrize(
    "told",
    [
        {"file": "../x.json"},
        {"file": "/etc/x.json"},
        {"file": "vae/../../x.json"},
        {"file": "vae/model.bin"},
        {"file": "pipeline.py"},
        {"file": "a.json", "sha256": "12", "hash_from": "somebody"},
        {"file": "a.json", "sha256": "a" * 64},
        {"file": "a.json", "hash_from": "somebody"},
        {"file": "vae/*.json", "sha256": "a" * 64, "hash_from": "somebody"},
        {"file": "a.json", "bytes": 0},
    ],
)
def test_a_file_that_could_leave_its_folder_be_run_or_not_be_answered_for_is_refused(told: dict[str, Any]) -> None:
    with pytest.raises(BadValue):
        WeightFile(**told)


def test_a_star_stands_for_files_of_its_own_folder_alone() -> None:
    some = WeightFile("vae/*.json")
    assert some.names("vae/config.json")
    assert not any(
        some.names(other) for other in ("config.json", "vae/more/config.json", "vaex/config.json", "vae/x.bin", "vae/..json")
    )


def test_an_unknown_painter_is_refused_with_those_there_are() -> None:
    with pytest.raises(PainterUnavailable, match="atelier, flux2-klein-4b"):
        CATALOGUE.entry("rembrandt")


@pytest.mark.parametrize(
    "changes",
    [
        {"abilities": ["flying"]},
        {"repository": None},
        {"model_sha256": "1234"},
        {"twins": 3},
        {"revision": "main"},
        {"files": []},
        {"pipeline": None},
    ],
)
def test_a_catalogue_that_cannot_be_trusted_is_refused(changes: dict[str, Any], tmp_path: Path) -> None:
    told = json.loads(FILE.read_text(encoding="utf-8"))[1]
    file = tmp_path / "painters.json"
    file.write_text(json.dumps([told | changes]))
    with pytest.raises(BadValue):
        Catalogue.read(file)
    file.write_text(json.dumps([told, told]))
    with pytest.raises(BadValue, match="twice"):
        Catalogue.read(file)
