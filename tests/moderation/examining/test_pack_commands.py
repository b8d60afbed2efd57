"""What the command line says of packs: size and licence before a byte is fetched, and one sentence on what is wrong."""

import json
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

import pytest

from moderation.access.accounts import Accounts
from moderation.errors import NotFound, PackRefused
from moderation.examining.pack_commands import packs
from moderation.examining.packs import Packs
from moderation.faces.catalogue import Catalogue
from tests.moderation.access.little_site import CHEAP, Clock, database_at
from tests.moderation.examining.test_packs import ARCFACE, told
from tests.moderation.faces.little_models import detector, recogniser
from tests.moderation.faces.warehouse import Warehouse, opened
from twin.arguments import parse

FILES = {"det.onnx": detector(), "rec.onnx": recogniser(16)}


class Shell:
    """The command line on a home of its own, with a catalogue of two packs."""

    def __init__(self, folder: Path, address: str) -> None:
        self.folder = folder
        database = database_at(folder / "studio.sqlite", Clock())
        self.accounts = Accounts(database, CHEAP)
        recognition = ("recognition", "rec.onnx", "as it is", {**ARCFACE, "embedding_dimension": 16})
        models = [("detection", "det.onnx", "as it is", {}), recognition]
        entries = [
            told("plain", FILES, models, note="A small one."),
            told("gated", FILES, models, licence="no money", commercial=False, known=False),
        ]
        (folder / "packs.json").write_text(json.dumps(entries).replace("{address}", address))
        self.packs = Packs(database, folder / "packs", Catalogue.read(folder / "packs.json"), folder)
        self.said: list[str] = []

    def run(self, *words: str, answer: bool = True) -> str:
        def confirm(question: str) -> bool:
            self.said.append(question)
            return answer

        asked: Namespace = parse(["packs", *words])
        return packs(self.packs, self.accounts, asked, confirm, self.said.append)


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[tuple[Shell, Warehouse]]:
    with opened(Warehouse(files={f"/{name}": content for name, content in FILES.items()})) as warehouse:
        yield Shell(tmp_path, warehouse.address), warehouse


def test_a_pull_shows_size_and_licence_then_asks_then_fetches(shell: tuple[Shell, Warehouse]) -> None:
    line, warehouse = shell
    with pytest.raises(PackRefused, match="Nothing was fetched"):
        line.run("pull", "plain", answer=False)
    offer, question = line.said
    assert all(word in offer for word in ("0.0 MB", "licence MIT", "A small one.", warehouse.address))
    assert question == "Fetch it?"
    assert warehouse.asked == []
    assert "plain is installed" in line.run("pull", "plain")
    assert "plain is whole" in line.run("check")
    assert "next start" in line.run("use", "plain")


def test_with_yes_nobody_is_asked(shell: tuple[Shell, Warehouse]) -> None:
    line, _ = shell
    line.run("pull", "plain", "--yes")
    assert "Fetch it?" not in line.said


def test_the_list_tells_what_is_free_and_what_nobody_has_read(shell: tuple[Shell, Warehouse]) -> None:
    line, _ = shell
    text = line.run("list")
    assert "NOT FOR COMMERCE" in text
    assert "2 hash unread" in text
    listed = {one["name"]: one for one in json.loads(line.run("list", "--json"))["packs"]}
    assert (listed["gated"]["standing"], listed["gated"]["unread"], listed["plain"]["commercial"]) == (
        "not installed",
        ["det.onnx", "rec.onnx"],
        True,
    )


def test_what_is_broken_is_told_beside_what_is_whole(shell: tuple[Shell, Warehouse]) -> None:
    line, _ = shell
    line.run("pull", "plain", "--yes")
    (line.folder / "packs" / "plain" / "recognition.onnx").write_bytes(b"x")
    with pytest.raises(PackRefused, match="was altered"):
        line.run("check", "plain")


def test_a_person_who_is_not_there_gives_no_leave(shell: tuple[Shell, Warehouse]) -> None:
    line, _ = shell
    with pytest.raises(NotFound):
        line.run("pull", "gated", "--as", "nobody", "--pin", "--yes")
