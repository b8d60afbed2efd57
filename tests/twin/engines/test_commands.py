"""The command line on painters: size and licence first, a yes, then weights; and a list that hides nothing."""

import json
from argparse import Namespace
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from moderation.database import Database
from moderation.errors import NotFound
from tests.twin.cast import empty_registry
from tests.twin.engines.test_installs import CATALOGUE, FILES, KLEIN, laid
from tests.twin.hubby import COMMIT, Shelf, hub_with
from twin.arguments import parse
from twin.engines.commands import painters
from twin.engines.hub import Hub, HuggingFace
from twin.engines.installs import Installs
from twin.errors import PainterRefused


@dataclass(frozen=True)
class Somebody:
    id: str
    role: str


PEOPLE = {"root": Somebody("root", "administrator"), "mira": Somebody("mira", "creative")}


class NoHub:
    """Nobody may reach for it."""

    def listing(self, *_: Any) -> Any:
        raise AssertionError("the network was reached without being asked")

    fetch = listing


@pytest.fixture
def installs(tmp_path: Path) -> Installs:
    store: Database = empty_registry(tmp_path)
    return Installs(store, tmp_path / "painters", CATALOGUE)


def by_login(login: str) -> Somebody:
    if login not in PEOPLE:
        raise NotFound(f"There is no account {login}.")
    return PEOPLE[login]


def ask(installs: Installs, *words: str, hub: Hub | None = None, yes: bool = True) -> tuple[str, list[str]]:
    asked: Namespace = parse(["painters", *words])
    said: list[str] = []

    def confirm(question: str) -> bool:
        said.append(question)
        return yes

    return painters(installs, asked, by_login, confirm, said.append, hub or NoHub()), said


def test_the_list_tells_size_licence_memory_and_standing_and_reaches_for_nothing(installs: Installs) -> None:
    listed, _ = ask(installs, "list")
    lines = {line.split()[0]: line for line in listed.splitlines() if not line.startswith(" ")}
    assert set(lines) == {entry.card.name for entry in CATALOGUE.entries}
    assert "not installed" in lines["flux2-klein-4b"]
    assert "about 16 GB" in lines["flux2-klein-4b"]
    assert "11 hashes unread" in lines["flux2-klein-4b"]
    assert "refused" in lines["flux2-klein-9b"]
    assert "NOT FOR COMMERCE" in lines["flux2-klein-9b"]
    assert "not yet built in" in lines["qwen-image-edit-2511"]
    told = json.loads(ask(installs, "list", "--json")[0])["painters"]
    assert {one["name"]: one["standing"] for one in told}["atelier"] == "built in"
    assert all(one["sha256"] is None for one in told)


def test_a_pull_shows_size_and_licence_first_and_a_no_fetches_nothing(installs: Installs) -> None:
    shelf = Shelf(KLEIN.repository or "", FILES)
    with hub_with(shelf) as address:
        with pytest.raises(PainterRefused, match=r"Nothing was fetched\."):
            ask(installs, "pull", "flux2-klein-4b", "--as", "root", "--pin", hub=HuggingFace(address), yes=False)
        assert not [one for one in shelf.asked if "/resolve/" in one[1]]
        answer, said = ask(installs, "pull", "flux2-klein-4b", "--as", "root", "--pin", hub=HuggingFace(address))
    assert said[0].startswith("FLUX.2 [klein] 4B: 0.00 GB in 6 files, licence Apache-2.0.")
    assert COMMIT in said[0]
    assert said[1] == "Fetch it?"
    assert any("transformer/diffusion_pytorch_model.safetensors: 0.5 of 0.5 MB" in line for line in said[2:])
    assert answer.startswith("flux2-klein-4b is installed, ")
    assert ask(installs, "check")[0].splitlines()[1].startswith("flux2-klein-4b is whole, ")


def test_an_import_is_offline_and_a_check_names_what_changed(installs: Installs, tmp_path: Path) -> None:
    given = str(laid(tmp_path / "given"))
    for leave in (["--as", "mira", "--pin"], ["--pin"], ["--as", "root"]):
        with pytest.raises(PainterRefused):
            ask(installs, "import", "flux2-klein-4b", given, *leave)
    with pytest.raises(NotFound):
        ask(installs, "import", "flux2-klein-4b", given, "--as", "nobody", "--pin")
    ask(installs, "import", "flux2-klein-4b", given, "--as", "root", "--pin")
    (installs.place("flux2-klein-4b") / "tokenizer" / "vocab.json").write_bytes(b"[]")
    with pytest.raises(
        PainterRefused, match=r"atelier comes with the program\.\ntokenizer/vocab\.json of flux2-klein-4b is missing"
    ):
        ask(installs, "check")
