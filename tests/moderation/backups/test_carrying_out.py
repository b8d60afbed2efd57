"""An older copy of the database takes back again what was taken back since, from the lines kept beside the keys."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from moderation.backups.carrying_out import KIND, carry_out
from moderation.backups.tombstones import Tombstones
from moderation.errors import AlreadyDecided, IllegalMove, RightsLapsed
from moderation.rights.ending import Endings
from moderation.rights.recall import Recalls
from moderation.rights.rights import Rights
from tests.moderation.rights.test_revocation import allow
from tests.moderation.scene import MAYA, NOON, NORA, Scene


def studio(home: Path) -> Scene:
    """The same small studio at each home, as a backup and what it was made of."""
    home.mkdir()
    scene = Scene(home)
    allow(scene, "slow", 48)
    scene.released("slow-image", licence="slow")
    scene.released("released")
    scene.judged("waiting")
    return scene


def taken(home: Path, scope: str, subject: str) -> list[dict[str, Any]]:
    """What she took back after the backup, as the lines say."""
    kept: list[dict[str, Any]] = []
    scene = studio(home)
    rights = Rights(scene.database, tombstone=lambda _tx, _subject, facts: kept.append(json.loads(json.dumps(facts))))
    rights.revoke(NORA, scope, subject, "Enough.")
    return kept


def again(scene: Scene, lines: list[dict[str, Any]]) -> None:
    for facts in lines:
        with scene.database.write("studio") as tx:
            carry_out(tx, facts)


@pytest.mark.parametrize(("scope", "subject"), [("consent", "nora-1"), ("twin", "nora")])
def test_a_restored_studio_revives_nothing(tmp_path: Path, scope: str, subject: str) -> None:
    lines = taken(tmp_path / "lost", scope, subject)
    restored = studio(tmp_path / "restored")
    for _ in range(2):
        again(restored, lines)
        assert [restored.state(one) for one in ("waiting", "released", "slow-image")] == ["withdrawn", "recalled", "released"]
        assert (restored.count("taking_back"), restored.count("revocation")) == (1, len(lines[0]["parts"]))
        assert {one.taking_back_id for one in Recalls(restored.database).of_brand(MAYA)} == {lines[0]["act"]["id"]}
    restored.clock.at = NOON + timedelta(hours=48)
    with pytest.raises(RightsLapsed):
        restored.releases.grant(MAYA, "slow-image")
    assert Endings(restored.database).sweep().recalled == ["slow-image"]


@pytest.mark.parametrize("image", ["waiting", "released"])
def test_a_restored_image_is_taken_back_alone(tmp_path: Path, image: str) -> None:
    lines = taken(tmp_path / "lost", "image", image)
    restored = studio(tmp_path / "restored")
    for _ in range(2):
        again(restored, lines)
        assert restored.state(image) in ("withdrawn", "recalled")
        assert restored.state("slow-image") == "released"


def test_a_restored_image_keeps_the_end_of_its_use(tmp_path: Path) -> None:
    lines = taken(tmp_path / "lost", "image", "slow-image")
    restored = studio(tmp_path / "restored")
    again(restored, lines)
    assert restored.state("slow-image") == "released"
    restored.clock.at = NOON + timedelta(hours=48)
    with pytest.raises((RightsLapsed, IllegalMove)):
        restored.releases.grant(MAYA, "slow-image")
    assert Endings(restored.database).sweep().recalled == ["slow-image"]


def test_a_copy_that_lacks_her_account_and_the_licence_ends_what_it_has(tmp_path: Path) -> None:
    lines = taken(tmp_path / "lost", "consent", "nora-1")
    lines[0]["act"]["account_id"] = "an account made since"
    lines[0]["parts"].append({**lines[0]["parts"][0], "id": "x", "scope": "licence", "subject_id": "a licence made since"})
    restored = studio(tmp_path / "restored")
    again(restored, lines)
    assert [restored.state(one) for one in ("waiting", "released")] == ["withdrawn", "recalled"]
    assert restored.count("taking_back") == 0


class PowerCut(BaseException):
    """The end of everything, for a test that goes on."""


def test_what_was_noted_when_the_power_went_is_carried_out_at_the_next_start(tmp_path: Path) -> None:
    scene = studio(tmp_path / "home")
    stones = Tombstones(tmp_path / "home" / "keys" / "tombstones.jsonl")
    stones.begin(scene.database)

    def cut(point: str) -> None:
        if point == "revoke.moved":
            raise PowerCut

    def bury(tx: Any, subject: str, facts: dict[str, Any]) -> None:
        stones.add(tx, KIND, subject, **facts)

    with pytest.raises(PowerCut):
        Rights(scene.database, cut, tombstone=bury).revoke(NORA, "licence", "halden-nora", "")
    assert (scene.state("waiting"), scene.count("taking_back"), len(stones.lines())) == ("her turn", 0, 2)
    for _ in range(2):
        stones.settle(scene.database, {KIND: lambda tx, stone: carry_out(tx, stone.facts)})
        assert (scene.state("waiting"), scene.state("released")) == ("withdrawn", "recalled")
        assert (scene.count("taking_back"), scene.count("revocation")) == (1, 1)
    with pytest.raises(AlreadyDecided):
        Rights(scene.database, tombstone=bury).revoke(NORA, "licence", "halden-nora", "")
