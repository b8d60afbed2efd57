"""Weights arrive whole, known and allowed, or not at all; every step is in the audit."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from moderation.audit.chain import verify
from moderation.database import Database
from tests.twin.cast import ASSETS, empty_registry
from tests.twin.hubby import COMMIT, Shelf, hub_with
from twin.engines.catalogue import Catalogue, WeightFile
from twin.engines.hub import HuggingFace, Listing
from twin.engines.installs import Installs, Leave, whole_sha256
from twin.errors import PainterRefused, PainterUnavailable
from twin.plates.reference import sha256_of

CATALOGUE = Catalogue.read(ASSETS / "painters.json")
KLEIN, NINE = CATALOGUE.entry("flux2-klein-4b"), CATALOGUE.entry("flux2-klein-9b")
ADMIN = Leave("root", administrator=True, pin=True)
FILES: dict[str, bytes] = {
    "model_index.json": json.dumps({"_class_name": "Flux2KleinPipeline"}).encode(),
    "scheduler/scheduler_config.json": b"{}",
    "text_encoder/model.safetensors": b"t" * 3000,
    "tokenizer/vocab.json": b"{}",
    "transformer/diffusion_pytorch_model.safetensors": b"d" * 500_000,
    "vae/diffusion_pytorch_model.safetensors": b"v" * 2000,
}
EXTRA = {"README.md": b"read me", "flux-2-klein-4b.safetensors": b"again", "run.py": b"print()"}


@pytest.fixture
def store(tmp_path: Path) -> Database:
    (tmp_path / "home").mkdir()
    return empty_registry(tmp_path / "home")


@pytest.fixture
def installs(store: Database, tmp_path: Path) -> Installs:
    return Installs(store, tmp_path / "painters", CATALOGUE)


def laid(folder: Path, files: Mapping[str, bytes] = FILES) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def events(store: Database) -> list[str]:
    rows = store.rows("SELECT * FROM audit ORDER BY seq")
    verify(rows)
    return [row["event"] for row in rows if row["event"].startswith("painter.")]


def nothing_here(folder: Path) -> bool:
    return not (folder / "flux2-klein-4b").exists()


def test_a_pull_fetches_only_what_is_needed_verifies_pins_and_says_so(
    installs: Installs, store: Database, tmp_path: Path
) -> None:
    shelf = Shelf(KLEIN.repository or "", FILES | EXTRA)
    seen: list[tuple[str, int, int | None]] = []
    with hub_with(shelf) as address:
        hub = HuggingFace(address)
        entry, listing = installs.offer("flux2-klein-4b", hub)
        assert (entry, listing) == (KLEIN, Listing(COMMIT, {name: len(content) for name, content in FILES.items()}))
        assert not [one for one in shelf.asked if "/resolve/" in one[1]], "an offer fetches nothing"
        whole = installs.pull("flux2-klein-4b", listing, ADMIN, hub, lambda *told: seen.append(told))
    place = installs.place("flux2-klein-4b")
    assert {p.relative_to(place).as_posix() for p in place.rglob("*") if p.is_file()} == set(FILES)
    assert whole == whole_sha256({name: sha256_of(place / name) for name in FILES})
    assert installs.check("flux2-klein-4b") == f"flux2-klein-4b is whole, {whole[:12]}…"
    assert installs.standing(KLEIN) == "installed"
    assert ("transformer/diffusion_pytorch_model.safetensors", 500_000, 500_000) in seen
    assert events(store) == ["painter.pinned"] * len(FILES) + ["painter.installed"]
    row = installs.installed("flux2-klein-4b")
    assert row is not None
    assert row["revision"] == COMMIT
    assert [path.name for path in (tmp_path / "painters").iterdir()] == ["flux2-klein-4b"]


def test_a_broken_connection_keeps_what_arrived_and_goes_on_there(installs: Installs) -> None:
    large = "transformer/diffusion_pytorch_model.safetensors"
    # The hub's client writes in pieces of ten megabytes: a break before the first piece leaves nothing to go on from.
    shelf = Shelf(KLEIN.repository or "", FILES | {large: b"d" * 12_000_000}, breaks={large: 11_000_000})
    with hub_with(shelf) as address:
        hub = HuggingFace(address)
        _, listing = installs.offer("flux2-klein-4b", hub)
        try:
            installs.pull("flux2-klein-4b", listing, ADMIN, hub, lambda *_: None)
        except PainterRefused:
            assert installs.installed("flux2-klein-4b") is None
            installs.pull("flux2-klein-4b", listing, ADMIN, hub, lambda *_: None)
    ranges = [span for method, path, span in shelf.asked if method == "GET" and path.endswith(large)]
    assert len(ranges) == 2
    assert ranges[1] is not None
    assert 0 < int(ranges[1].removeprefix("bytes=").split("-")[0]) <= 11_000_000
    assert installs.check("flux2-klein-4b")


def test_a_repository_that_the_hub_does_not_show_is_told_so() -> None:
    with hub_with(Shelf("somebody/else", FILES)) as address, pytest.raises(PainterRefused, match="black-forest-labs"):
        HuggingFace(address).listing("black-forest-labs/FLUX.2-klein-4B", None)


def test_without_a_hub_it_says_what_to_do_instead(installs: Installs) -> None:
    with pytest.raises(PainterRefused, match=r"cannot be reached .* painters import"):
        installs.offer("flux2-klein-4b", HuggingFace("http://127.0.0.1:9", timeout_s=0.5))


def test_a_wrong_hash_is_refused_and_thrown_away(store: Database, tmp_path: Path) -> None:
    known = WeightFile("vae/diffusion_pytorch_model.safetensors", "a" * 64, 2000, "somebody who read it for this test")
    entry = replace(KLEIN, files=(known, *(one for one in KLEIN.files if one.file != "vae/*.safetensors")))
    installs = Installs(store, tmp_path / "painters", Catalogue((entry,)))
    shelf = Shelf(KLEIN.repository or "", FILES)
    with hub_with(shelf) as address:
        hub = HuggingFace(address)
        _, listing = installs.offer("flux2-klein-4b", hub)
        with pytest.raises(PainterRefused, match="not the file that was expected"):
            installs.pull("flux2-klein-4b", listing, ADMIN, hub, lambda *_: None)
    with pytest.raises(PainterRefused, match="not the file that was expected"):
        installs.bring("flux2-klein-4b", laid(tmp_path / "given"), ADMIN)
    assert nothing_here(tmp_path / "painters")
    assert (tmp_path / "given" / known.file).is_file(), "what somebody else owns is never thrown away"
    assert events(store) == []


def test_what_was_pinned_once_must_come_again(installs: Installs, store: Database, tmp_path: Path) -> None:
    given = laid(tmp_path / "given", FILES | EXTRA)
    first = installs.bring("flux2-klein-4b", given, ADMIN)
    with pytest.raises(PainterRefused, match="installed already"):
        installs.bring("flux2-klein-4b", given, ADMIN)
    (installs.place("flux2-klein-4b") / "model_index.json").unlink()
    (given / "text_encoder/model.safetensors").write_bytes(b"u" * 3000)
    with pytest.raises(PainterRefused, match=r"text_encoder/model\.safetensors is not the file"):
        installs.bring("flux2-klein-4b", given, ADMIN)
    laid(given)
    assert installs.bring("flux2-klein-4b", given, Leave()) == first, "nobody needs leave for what is known"
    assert events(store).count("painter.pinned") == len(FILES)


@pytest.mark.parametrize("leave", [Leave(), Leave("root", administrator=True), Leave("mira", pin=True)])
def test_only_an_administrator_pins_and_only_when_saying_so(installs: Installs, leave: Leave, tmp_path: Path) -> None:
    with pytest.raises(PainterRefused, match=r"Nobody has read the SHA-256 of model_index\.json"):
        installs.bring("flux2-klein-4b", laid(tmp_path / "given"), leave)
    with pytest.raises(PainterRefused, match="pinning what arrives"):
        installs.pull("flux2-klein-4b", Listing(COMMIT, {}), leave, HuggingFace("http://127.0.0.1:9"), lambda *_: None)
    assert nothing_here(tmp_path / "painters")


def test_a_licence_that_forbids_commerce_gates_until_an_administrator_accepts_it_in_writing(
    installs: Installs, store: Database, tmp_path: Path
) -> None:
    given = laid(tmp_path / "given")
    words = "We try flux2-klein-9b for research in our own rooms, and may."
    assert installs.standing(NINE) == "refused"
    for leave in (ADMIN, replace(ADMIN, words="yes"), replace(ADMIN, words="x" * 60), Leave("mira", pin=True, words=words)):
        with pytest.raises(PainterRefused, match="stays refused until accepted"):
            installs.bring("flux2-klein-9b", given, leave)
    assert events(store) == []
    installs.bring("flux2-klein-9b", given, replace(ADMIN, words=words))
    assert installs.standing(NINE) == "installed"
    assert events(store)[0] == "painter.accepted"
    other = replace(NINE, card=replace(NINE.card, licence="another text"))
    assert not installs.accepted(other), "an acceptance is of one licence"


def test_other_weights_missing_weights_and_no_folder_are_refused(installs: Installs, tmp_path: Path) -> None:
    sdxl = FILES | {"model_index.json": json.dumps({"_class_name": "StableDiffusionXLPipeline"}).encode()}
    with pytest.raises(PainterRefused, match="does not name Flux2KleinPipeline"):
        installs.bring("flux2-klein-4b", laid(tmp_path / "sdxl", sdxl), ADMIN)
    with pytest.raises(PainterRefused, match="does not name Flux2KleinPipeline"):
        installs.bring("flux2-klein-4b", laid(tmp_path / "torn", FILES | {"model_index.json": b"{"}), ADMIN)
    for file in ("model_index.json", "vae/diffusion_pytorch_model.safetensors"):
        part = {name: content for name, content in FILES.items() if name != file}
        with pytest.raises(PainterRefused, match="There is no"):
            installs.bring("flux2-klein-4b", laid(tmp_path / file.replace("/", "-"), part), ADMIN)
    with pytest.raises(PainterRefused, match="is no folder"):
        installs.bring("flux2-klein-4b", tmp_path / "nowhere", ADMIN)
    for name, said in (("atelier", "comes with the program"), ("qwen-image-edit-2511", "not yet built in")):
        with pytest.raises(PainterRefused, match=said):
            installs.bring(name, tmp_path, ADMIN)
    assert nothing_here(tmp_path / "painters")


@pytest.mark.parametrize("change", ["altered", "missing", "foreign"])
def test_weights_that_changed_at_rest_are_found(installs: Installs, tmp_path: Path, change: str) -> None:
    installs.bring("flux2-klein-4b", laid(tmp_path / "given"), ADMIN)
    file = installs.place("flux2-klein-4b") / "vae" / "diffusion_pytorch_model.safetensors"
    match change:
        case "altered":
            file.write_bytes(b"w" + file.read_bytes()[1:])
        case "missing":
            file.unlink()
        case "foreign":
            (file.parent / "more.py").write_text("print()")
    with pytest.raises(PainterRefused):
        installs.check("flux2-klein-4b")
    with pytest.raises(PainterUnavailable):
        installs.whole("flux2-klein-4b")
