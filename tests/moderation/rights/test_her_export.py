"""Her copy holds everything about her and nothing of anybody else, and that she took it is on record."""

import json
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from moderation.desk.comments import Comments
from moderation.errors import NotYours
from moderation.rights.her_export import TABLES, HerExport
from tests.moderation.scene import ADMIN, AGENT, AMARA, MAYA, MODO, NORA
from tests.moderation.sealed_scene import SealedScene


@pytest.fixture
def scene(tmp_path: Path) -> SealedScene:
    scene = SealedScene(tmp_path)
    for person in ("nora", "amara"):
        scene.allow("biometric", person)
    scene.measure("nora", "amara")
    scene.released("released")
    scene.judged("waiting", "refer")
    scene.judged("amaras", licence="halden-amara")
    scene.keep_photograph("nora", b"her photograph")
    return scene


def export_of(scene: SealedScene) -> HerExport:
    return HerExport(scene.database, scene.vault, Comments(scene.database, scene.person_keys))


def opened(scene: SealedScene, account: object = NORA) -> tuple[dict[str, list[dict[str, object]]], zipfile.ZipFile]:
    """What is in the zip, by name, and the zip."""
    package = export_of(scene).package(account)  # type: ignore[arg-type]
    file = zipfile.ZipFile(BytesIO(package.content))
    return {name: json.loads(file.read(f"{name}.json")) for name in TABLES}, file


def test_it_holds_her_rows_and_her_pictures(scene: SealedScene) -> None:
    tables, file = opened(scene)
    assert file.testzip() is None
    assert {row["id"] for row in tables["images"]} == {"released", "waiting"}
    assert {name for name in file.namelist() if name.startswith("previews/")} == {"previews/released.jpg", "previews/waiting.jpg"}
    assert file.read("previews/released.jpg").startswith(b"\xff\xd8\xff")
    for name in ("person", "consents", "licences", "findings", "verdicts", "decisions", "releases", "payments", "references"):
        assert name == "references" or tables[name], name
    assert tables["restricted_objects"]
    assert tables["face_measurements"]
    assert {row["party_id"] for row in tables["payments"]} >= {"nora"}
    assert any(row["event"] == "render.released" for row in tables["audit"])
    assert any(row["event"] == "templates.opened" for row in tables["audit"])


def test_nothing_in_it_is_somebody_elses(scene: SealedScene) -> None:
    tables, _ = opened(scene)
    for name, rows in tables.items():
        if name in ("audit", "payments", "accounts"):
            continue
        for row in rows:
            assert row.get("person_id", "nora") == "nora", name
            assert row.get("twin_id", "nora") == "nora", name
            assert row.get("render_id", "released") in ("released", "waiting"), name
    text = json.dumps(tables)
    assert "Amara" not in text
    assert "password_hash" not in text
    assert "amaras" not in text
    assert {row["id"] for row in opened(scene, AMARA)[0]["images"]} == {"amaras"}


def test_it_is_handed_to_herself_alone_and_on_record(scene: SealedScene) -> None:
    for account in (MAYA, MODO, AGENT, ADMIN):
        with pytest.raises(NotYours):
            export_of(scene).package(account)
    assert scene.events("export.made") == []
    opened(scene)
    assert [(row["actor"], row["subject"]) for row in scene.events("export.made")] == [(NORA.id, "nora")]


def test_what_was_removed_is_told_and_not_missing_with_a_fault(scene: SealedScene) -> None:
    with scene.database.write("test") as tx:
        tx.execute("UPDATE render SET state = 'blocked' WHERE id = 'waiting'")
    scene.clock.forward(days=91)
    scene.retention.run()
    tables, file = opened(scene)
    assert "previews/waiting.jpg" not in file.namelist()
    assert {row["id"]: row["removed_at"] is not None for row in tables["images"]} == {"released": False, "waiting": True}


def test_what_was_said_to_her_is_in_it_and_what_was_not_is_not(scene: SealedScene) -> None:
    comments = Comments(scene.database, scene.person_keys)
    comments.say(AGENT, "released", "The light is kind.")
    comments.say(MODO, "waiting", "Among ourselves.", audience="desk")
    _, file = opened(scene)
    said = json.loads(file.read("comments.json"))
    assert [(row["render_id"], row["text"]) for row in said] == [("released", "The light is kind.")]
