"""A pack is installed whole and as known, or not at all; who pins, accepts and chooses stands in the audit."""

import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from moderation.access.account import Role
from moderation.access.accounts import Accounts, NewAccount
from moderation.errors import NotYours, PackRefused
from moderation.examining.packs import Leave, Packs, in_use, installed
from moderation.faces.catalogue import Catalogue
from moderation.faces.fetch import careful_client
from tests.moderation.access.little_site import CHEAP, Clock, database_at
from tests.moderation.faces.little_models import detector, recogniser, yunet
from tests.moderation.faces.warehouse import Warehouse, opened

SFACE, YUNET = recogniser(batch=1), yunet()
ARCHIVE = io.BytesIO()
with zipfile.ZipFile(ARCHIVE, "w") as packed:
    for inside, held in (
        ("big/det.onnx", detector()),
        ("big/rec.onnx", recogniser(32)),
        ("big/age.onnx", b"never unpacked"),
    ):
        packed.writestr(zipfile.ZipInfo(inside), held)
ARCFACE = {"input_size": [112, 112], "preprocessing": {"mean": 127.5, "std": 127.5}, "compare": "cosine"}
WORDS = "We compare gated in a private study without any income, and counsel has read its licence."


def told(name: str, files: dict[str, bytes], models: list[tuple[str, str, str, dict]], **more: object) -> dict:
    known = more.pop("known", True)
    sources = [
        {
            "file": file,
            "url": f"{{address}}/{file}",
            "sha256": hashlib.sha256(content).hexdigest() if known else None,
            "bytes": len(content) if known else None,
            "hash_from": "this test" if known else None,
        }
        for file, content in files.items()
    ]
    plain = {"answers": "faces", "origin": "download", "licence": "MIT", "commercial": True, "revision": "r1", "detects": None}
    made = [{"task": task, "sources": [file], "made": how, "contract": contract} for task, file, how, contract in models]
    return {**plain, "name": name, "title": name, "calibration": None, "note": "", **more, "sources": sources, "models": made}


TOLD = [
    told(
        "small",
        {"yunet.onnx": YUNET, "sface.onnx": SFACE},
        [
            ("detection", "yunet.onnx", "YuNet to SCRFD", {}),
            ("recognition", "sface.onnx", "SFace to ArcFace", {**ARCFACE, "embedding_dimension": 16}),
        ],
    ),
    told(
        "gated",
        {"gated.zip": ARCHIVE.getvalue()},
        [
            ("detection", "gated.zip", "member det.onnx", {}),
            ("recognition", "gated.zip", "member rec.onnx", {**ARCFACE, "embedding_dimension": 32}),
        ],
        licence="for research only",
        commercial=False,
        known=False,
    ),
    told(
        "unread",
        {"blend.onnx": recogniser(2, 64)},
        [("manipulation", "blend.onnx", "as it is", {"input_size": [64, 64], "outputs": 2})],
        answers="manipulation",
        detects="generated",
        known=False,
    ),
    told(
        "broken",
        {"rec.onnx": recogniser(8)},
        [("recognition", "rec.onnx", "as it is", {**ARCFACE, "embedding_dimension": 512})],
    ),
]


class Bench:
    """A home with packs, a warehouse to pull from, an administrator and a moderator."""

    def __init__(self, folder: Path, warehouse: Warehouse, *more: dict) -> None:
        self.folder, self.warehouse = folder / "packs", warehouse
        self.database = database_at(folder / "studio.sqlite", Clock())
        accounts = Accounts(self.database, CHEAP)
        self.ada = accounts.create(NewAccount("ada", "Ada", Role.ADMINISTRATOR), None, "test")
        self.mona = accounts.create(NewAccount("mona", "Mona", Role.MODERATOR), None, "test")
        file = folder / "packs.json"
        file.write_text(json.dumps([*TOLD, *more]).replace("{address}", warehouse.address))
        self.packs = Packs(self.database, self.folder, Catalogue.read(file), folder / "assets")

    def pull(self, name: str, leave: Leave | None = None) -> object:
        with careful_client() as client:
            return self.packs.pull(name, leave or Leave(), client, lambda *_: None)

    def events(self) -> list[tuple[str, str, dict]]:
        rows = self.database.rows("SELECT event, actor, facts FROM audit WHERE event LIKE 'pack.%' ORDER BY seq")
        return [(row["event"], row["actor"], json.loads(row["facts"])) for row in rows]

    def left(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir()) if self.folder.exists() else []


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    files = {"/yunet.onnx": YUNET, "/sface.onnx": SFACE, "/gated.zip": ARCHIVE.getvalue()}
    files |= {"/blend.onnx": recogniser(2, 64), "/rec.onnx": recogniser(8)}
    with opened(Warehouse(files=files)) as warehouse:
        yield Bench(tmp_path, warehouse)


def test_a_pack_is_pulled_converted_checked_and_recorded(bench: Bench) -> None:
    bench.warehouse.breaks_after = [len(YUNET) // 2]
    pack = bench.pull("small")
    assert bench.left() == ["small"], "neither downloads nor drafts stay"
    assert sorted(path.name for path in (bench.folder / "small").iterdir()) == [
        "MODEL.LICENSE",
        "detection.onnx",
        "manifest.json",
        "recognition.onnx",
    ]
    assert "whole" in bench.packs.check("small")
    assert installed(bench.database, bench.folder, "small") == pack
    ((event, actor, facts),) = bench.events()
    assert (event, actor, facts["how"], facts["licence"], facts["revision"]) == ("pack.installed", "console", "pull", "MIT", "r1")
    with pytest.raises(PackRefused, match="installed already"):
        bench.pull("small")


def test_a_wrong_file_installs_nothing(bench: Bench) -> None:
    bench.warehouse.files["/sface.onnx"] = SFACE[:-1] + b"?"
    with pytest.raises(PackRefused, match=r"sface\.onnx is not the file"):
        bench.pull("small")
    assert not (bench.folder / "small").exists()
    assert bench.events() == []
    with pytest.raises(PackRefused, match="not installed"):
        bench.packs.check("small")


def test_a_model_that_breaks_its_contract_installs_nothing(bench: Bench) -> None:
    with pytest.raises(PackRefused, match="does not measure 512 numbers"):
        bench.pull("broken")
    assert not (bench.folder / "broken").exists()


def test_an_unread_hash_is_pinned_by_an_administrator_alone_and_then_binds(bench: Bench) -> None:
    for leave in (Leave(), Leave(pin=True), Leave(bench.mona, pin=True)):
        with pytest.raises(NotYours, match="Only an administrator"):
            bench.pull("unread", leave)
    with pytest.raises(PackRefused, match="by pinning what arrives"):
        bench.pull("unread", Leave(bench.ada))
    assert bench.warehouse.asked == [], "nothing was fetched before leave was given"
    bench.pull("unread", Leave(bench.ada, pin=True))
    pinned = next(facts for event, actor, facts in bench.events() if (event, actor) == ("pack.pinned", bench.ada.id))
    assert pinned["sha256"] == hashlib.sha256(recogniser(2, 64)).hexdigest()
    shutil.rmtree(bench.folder / "unread")
    bench.warehouse.files["/blend.onnx"] = recogniser(2, 64, seed=6)
    with pytest.raises(PackRefused, match="not the file that was expected"):
        bench.pull("unread", Leave(bench.ada, pin=True))
    bench.warehouse.files["/blend.onnx"] = recogniser(2, 64)
    bench.pull("unread")
    assert [event for event, _, _ in bench.events()].count("pack.pinned") == 1


@pytest.mark.parametrize("words", [None, "yes", "I accept everything that somebody may ask of me, whatever it is."])
def test_a_licence_that_forbids_commerce_is_accepted_in_writing_or_stays_refused(bench: Bench, words: str | None) -> None:
    for account in (None, bench.mona):
        with pytest.raises(NotYours, match="forbids commercial use"):
            bench.pull("gated", Leave(account, pin=True, words=WORDS))
    with pytest.raises(PackRefused, match="in your own words"):
        bench.pull("gated", Leave(bench.ada, pin=True, words=words))
    assert bench.events() == []
    assert bench.warehouse.asked == []


def test_what_was_accepted_stands_in_the_audit_and_of_the_archive_only_what_is_named_is_unpacked(bench: Bench) -> None:
    bench.pull("gated", Leave(bench.ada, pin=True, words=WORDS))
    accepted = next(facts for event, _, facts in bench.events() if event == "pack.accepted")
    assert accepted == {"licence": "for research only", "words": WORDS}
    names = sorted(path.name for path in (bench.folder / "gated").iterdir())
    assert names == ["MODEL.LICENSE", "detection.onnx", "manifest.json", "recognition.onnx"]
    bench.packs.use("gated", Leave(bench.mona))
    assert in_use(bench.database, "faces") == "gated"


def test_a_local_folder_is_imported_by_the_same_checks(bench: Bench, tmp_path: Path) -> None:
    place = tmp_path / "mine"
    place.mkdir()
    (place / "yunet.onnx").write_bytes(YUNET)
    with pytest.raises(PackRefused, match=r"lacks sface\.onnx"):
        bench.packs.bring("small", place, Leave())
    (place / "sface.onnx").write_bytes(recogniser(batch=1, seed=6))
    with pytest.raises(PackRefused, match=r"is not sface\.onnx as it is known"):
        bench.packs.bring("small", place, Leave())
    (place / "sface.onnx").write_bytes(SFACE)
    (place / "another.onnx").write_bytes(detector())
    with pytest.raises(PackRefused, match=r"does not belong to small: another\.onnx"):
        bench.packs.bring("small", place, Leave())
    (place / "another.onnx").unlink()
    with pytest.raises(PackRefused, match="not a folder that holds"):
        bench.packs.bring("small", place / "yunet.onnx", Leave())
    pulled = bench.pull("small").sha256  # type: ignore[attr-defined]
    shutil.rmtree(bench.folder / "small")
    assert bench.packs.bring("small", place, Leave()).sha256 == pulled, "pulled or imported, a pack is the same"


def test_one_file_is_imported_by_itself_and_pinned_like_a_pulled_one(bench: Bench, tmp_path: Path) -> None:
    file = tmp_path / "export.onnx"
    file.write_bytes(recogniser(2, 64))
    with pytest.raises(NotYours):
        bench.packs.bring("unread", file, Leave())
    bench.packs.bring("unread", file, Leave(bench.ada, pin=True))
    assert [event for event, _, _ in bench.events()] == ["pack.pinned", "pack.installed"]


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda folder: (folder / "recognition.onnx").write_bytes(recogniser(16, seed=8)), "was altered"),
        (lambda folder: (folder / "detection.onnx").unlink(), "lacks the file detection.onnx"),
        (lambda folder: (folder / "stranger.onnx").write_bytes(b"x"), "does not belong to it: stranger.onnx"),
        (lambda folder: shutil.rmtree(folder), "no pack at"),
    ],
)
def test_a_damaged_folder_is_refused_with_its_reason(bench: Bench, damage: object, sentence: str) -> None:
    bench.pull("small")
    damage(bench.folder / "small")  # type: ignore[operator]
    for act in (lambda: bench.packs.check("small"), lambda: bench.packs.use("small", Leave())):
        with pytest.raises(PackRefused, match=sentence):
            act()
    assert in_use(bench.database, "faces") is None


def test_a_whole_folder_that_was_not_installed_here_is_refused(bench: Bench) -> None:
    bench.pull("small")
    folder = bench.folder / "small"
    other = recogniser(16, seed=8)
    (folder / "recognition.onnx").write_bytes(other)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["tasks"]["recognition"]["sha256"] = hashlib.sha256(other).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(PackRefused, match="not the pack that was installed"):
        bench.packs.check("small")


def test_a_folder_that_lies_there_already_is_not_taken_for_the_pack(bench: Bench) -> None:
    (bench.folder / "small").mkdir(parents=True)
    (bench.folder / "small" / "model.onnx").write_bytes(b"x")
    with pytest.raises(PackRefused):
        bench.pull("small")
    assert bench.events() == []


def test_a_choice_is_recorded_and_can_be_taken_back(bench: Bench) -> None:
    bench.pull("small")
    standing = {one.name: bench.packs.standing(one) for one in bench.packs.catalogue.entries}
    assert standing == {"small": "installed", "gated": "not installed", "unread": "not installed", "broken": "not installed"}
    bench.packs.use("small", Leave(bench.ada))
    assert bench.packs.standing(bench.packs.catalogue.entry("small")) == "in use"
    assert bench.events()[-1] == ("pack.used", bench.ada.id, {"slot": "faces", "before": None})


def test_a_name_that_is_in_no_catalogue_is_told_what_there_is(bench: Bench) -> None:
    with pytest.raises(PackRefused, match="there are: small, gated, unread, broken"):
        bench.pull("buffalo_xxl")


def test_what_comes_with_the_program_is_checked_where_it_lies_and_taken_back_to(tmp_path: Path) -> None:
    models = [("manipulation", "own.onnx", "as it is", {"input_size": [64, 64], "outputs": 2})]
    own = told("own", {"own.onnx": recogniser(2, 64)}, models, answers="manipulation", detects="generated", origin="shipped")
    file = tmp_path / "assets" / "own" / "own.onnx"
    file.parent.mkdir(parents=True)
    file.write_bytes(recogniser(2, 64))
    bench = Bench(tmp_path, Warehouse(address="http://127.0.0.1:1"), own)
    assert "as it was shipped" in bench.packs.check("own")
    assert bench.packs.standing(bench.packs.catalogue.entry("own")) == "in use"
    with bench.database.write("test") as tx:
        tx.execute("INSERT INTO pack_choice VALUES ('generated', 'unread', ?)", [tx.now])
    assert bench.packs.use("own", Leave()) == "unread"
    assert in_use(bench.database, "generated") is None
    with pytest.raises(PackRefused, match="comes with the program"):
        bench.pull("own")
    file.write_bytes(recogniser(2, 64, seed=9))
    with pytest.raises(PackRefused, match="missing or altered"):
        bench.packs.use("own", Leave())
