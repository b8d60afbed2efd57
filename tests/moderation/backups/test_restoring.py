"""What comes back from a backup is proven, revives nothing that was taken back or erased, and waits for a person."""

import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from moderation.audit.chain import canonical
from moderation.audit.verification import verify_home
from moderation.backups.restoring import FAULTS
from moderation.errors import (
    AuditBroken,
    BackupRefused,
    HeadRefused,
    KeyUnusable,
    ModerationError,
    NotFound,
    ReadOnly,
    TombstonesBroken,
)
from moderation.reach import Reach
from moderation.rights.release import Releases
from moderation.vault.seal import Sealed
from moderation.vault.vault import Shelf
from tests.moderation.backed_up import Site, confirm_in, killed_at
from tests.moderation.scene import AMARA, MAYA, NORA, Scene

Files = dict[str, bytes]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def states(site: Site, to: str = "restored") -> dict[str, str]:
    return {row["id"]: row["state"] for row in site.restored(to).database.rows("SELECT id, state FROM render")}


def test_a_restored_studio_is_the_one_that_was_backed_up_and_only_shows_it_until_a_head_is_confirmed(site: Site) -> None:
    sealed = site.scene.released("image")
    made = site.back_up()
    came_back = site.restore()
    assert came_back.head.line() == made.head
    house = site.restored()
    assert house.vault.read(Shelf.ORIGINAL, "image", sealed.sealed_sha256) == sealed.content
    mine, theirs = (one.database.rows("SELECT * FROM audit ORDER BY seq") for one in (site.house, house))
    assert theirs[: len(mine)] == mine
    assert [row["event"] for row in theirs[len(mine) :]] == ["studio.restored"]
    releases = Releases(house.database, house.vault)
    with pytest.raises(ReadOnly, match="changes nothing until"):
        releases.grant(MAYA, "image")
    assert confirm_in(house, came_back.head).halted is None
    assert releases.open_download(MAYA, releases.grant(MAYA, "image")).sha256 == sealed.sealed_sha256
    with house.database.write("test") as tx:
        assert house.tombstones.halts(tx) is None
    verify_home(house.database, house.heads, house.tombstones, [came_back.head])
    with pytest.raises(BackupRefused, match="is at work"):
        confirm_in(house, came_back.head)


def test_nothing_that_was_taken_back_since_the_backup_revives(site: Site) -> None:
    for image in ("released", "one-image", "free"):
        site.scene.released(image, licence="halden-free" if image == "free" else "halden-nora")
    site.scene.approved("approved", licence="halden-free")
    grant = site.scene.releases.grant(MAYA, "released")
    site.back_up()
    site.take_back("image", "one-image")
    site.take_back("licence", "halden-nora")
    came_back = site.restore()
    assert came_back.carried_out == 2
    assert states(site) == {"released": "recalled", "one-image": "recalled", "free": "released", "approved": "withdrawn"}
    house = site.restored()
    confirm_in(house, site.witness())
    releases = Releases(house.database, house.vault)
    for refused in (
        lambda: releases.open_download(MAYA, grant),
        lambda: releases.grant(MAYA, "released"),
        lambda: releases.release(MAYA, "approved"),
    ):
        with pytest.raises(ModerationError):
            refused()
    fences = "SELECT t.epoch > 0 AND l.epoch > 0 AS raised FROM licence l JOIN twin t ON t.id = l.twin_id"
    assert {row["raised"] for row in house.database.rows(fences)} == {1}


def test_nothing_that_was_decided_since_the_backup_comes_back_undecided_into_use(site: Site) -> None:
    site.scene.approved("image")
    site.back_up()
    site.scene.signoff.undo(NORA, "image")
    site.restore()
    assert states(site) == {"image": "withdrawn"}


def test_who_had_herself_erased_since_the_backup_is_not_in_what_comes_back(site: Site) -> None:
    sealed = _released_by_amara(site.scene)
    site.scene.released("other")
    site.back_up()
    site.erase(AMARA)
    came_back = site.restore()
    assert came_back.carried_out == 2
    house = site.restored()
    assert not (house.home.keys / "persons" / "amara.key").exists()
    assert (house.home.keys / "persons" / "nora.key").exists()
    assert not house.vault.path(Shelf.ORIGINAL, "hers").exists()
    with pytest.raises(NotFound):
        house.vault.read(Shelf.ORIGINAL, "hers")
    left = [file for file in house.home.folder.rglob("*") if file.is_file()]
    assert not any(sealed.content[200:400] in file.read_bytes() for file in left)
    assert house.database.rows("SELECT person_id, wish FROM erasure") == [{"person_id": "amara", "wish": "hers"}]


def _released_by_amara(scene: Scene) -> Sealed:
    sealed = scene.judged("hers", licence="halden-amara")
    scene.signoff.approve(AMARA, "hers", sealed.sealed_sha256)
    scene.releases.release(MAYA, "hers")
    return sealed


def test_without_tombstones_nothing_is_painted_and_without_keys_nothing_opens(site: Site) -> None:
    site.scene.released("image")
    site.back_up()
    site.restore(keys=False)
    house = site.restored()
    with pytest.raises((KeyUnusable, NotFound)):
        house.vault.read(Shelf.ORIGINAL, "image")
    house.tombstones.file.unlink()
    told = confirm_in(house, site.witness())
    assert told.halted is not None
    assert "is missing" in told.halted
    house.catch_up()
    with house.database.write("test") as tx:
        assert house.tombstones.halts(tx) is not None


def test_a_head_that_counts_more_tombstones_than_were_restored_is_not_confirmed(site: Site) -> None:
    site.scene.released("image")
    site.back_up()
    older = site.copy_tombstones()
    site.take_back("licence", "halden-nora")
    site.restore(tombstones=older)
    assert states(site) == {"image": "released"}
    with pytest.raises(HeadRefused, match=r"counts 2 lines of the tombstone file, but .* has 1"):
        confirm_in(site.restored(), site.witness())
    assert site.restored().database.is_held


def test_a_confirmed_head_is_of_this_studio_and_no_older_than_the_backup(site: Site, tmp_path: Path) -> None:
    older = site.witness()
    site.back_up()
    came_back = site.restore()
    house = site.restored()
    (tmp_path / "other").mkdir()
    stranger = Site(tmp_path / "other")
    stranger.back_up()
    for head, sentence in ((stranger.witness(), "another studio"), (older, "older than the backup")):
        with pytest.raises(HeadRefused, match=sentence):
            confirm_in(house, head)
    site.scene.order("after")
    with site.house.database.write("test") as tx:
        tx.record("image.moved", "after")
    later = site.witness()
    assert confirm_in(house, later).lost == later.seq - came_back.head.seq == 2
    facts = house.database.rows("SELECT facts FROM audit WHERE event = 'restore.confirmed'")[0]["facts"]
    assert json.loads(facts) == {"head": later.line(), "lost": 2}
    stranger_file = stranger.house.tombstones.file
    with pytest.raises(TombstonesBroken, match="another studio"):
        site.restore(to="mixed", tombstones=stranger_file)
    site.keys.unlink()
    stranger.keys.rename(site.keys)
    with pytest.raises(BackupRefused, match="keys are of another studio"):
        site.restore(to="mixed")
    assert not (site.folder / "mixed").exists()


def test_a_home_that_is_there_is_never_restored_over(site: Site) -> None:
    site.back_up()
    before = sorted((site.folder / "home").rglob("*"))
    with pytest.raises(BackupRefused, match="is there already"):
        site.restore(to="home")
    assert sorted((site.folder / "home").rglob("*")) == before
    (site.folder / "empty").mkdir()
    site.restore(to="empty")


@pytest.mark.parametrize("point", FAULTS)
def test_a_restore_that_is_killed_leaves_no_home_and_the_next_one_is_whole(site: Site, point: str) -> None:
    _released_by_amara(site.scene)
    site.back_up()
    site.erase(AMARA)
    for database in (site.house.database, site.scene.database):
        database.close()

    def act(reach: Reach) -> None:
        site.restore(reach=reach)

    assert killed_at(point, act)
    home = site.folder / "restored"
    assert home.exists() == (point == "restore.placed")
    if not home.exists():
        site.restore()
    assert list(site.folder.glob(".restored*")) == []
    assert states(site) == {"hers": "recalled"}
    assert not (home / "keys" / "persons" / "amara.key").exists()


def harmed(archive: Path, harm: Callable[[Files], Files]) -> None:
    """Write an archive again with other files in it."""
    with tarfile.open(archive) as opened:
        files = {member.name: opened.extractfile(member).read() for member in opened}  # type: ignore[union-attr]
    with tarfile.open(archive, "w") as opened:
        for name, content in harm(files).items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            opened.addfile(entry, io.BytesIO(content))


def _flip(name: str) -> Callable[[Files], Files]:
    def flip(files: Files) -> Files:
        found = next(one for one in files if one.endswith(name))
        return {**files, found: files[found][:-1] + bytes([files[found][-1] ^ 1])}

    return flip


def _without(name: str) -> Callable[[Files], Files]:
    return lambda files: {one: content for one, content in files.items() if not one.endswith(name)}


def _with(name: str) -> Callable[[Files], Files]:
    return lambda files: {**files, name: b"x"}


def _relisted(files: Files) -> Files:
    """A picture taken out, and the list of files made to fit."""
    said = json.loads(files["manifest.json"])
    gone = next(name for name in said["files"] if "originals" in name)
    del said["files"][gone]
    return {name: content for name, content in {**files, "manifest.json": canonical(said)}.items() if name != gone}


HARMS: dict[str, tuple[Callable[[Files], Files], str]] = {
    "a picture was changed": (_flip(".png.sealed"), "altered or is damaged"),
    "the database was changed": (_flip("studio.sqlite"), "altered or is damaged"),
    "a picture is missing": (_without(".png.sealed"), "is missing, unknown"),
    "a file was added": (_with("vault/originals/other.png.sealed"), "unknown"),
    "a key was added": (_with("keys/session.key"), "no file of a backup belongs"),
    "a file leads out": (_with("../outside"), "no file of a backup belongs"),
    "a file is absolute": (_with("/tmp/outside"), "no file of a backup belongs"),
    "the list was changed": (_relisted, "not signed"),
    "there is no list": (_without("manifest.json"), "no whole backup"),
    "there is no signature": (_without("manifest.sig"), "no whole backup"),
    "there is no database": (_without("studio.sqlite"), "studio.sqlite is missing"),
}


@pytest.mark.parametrize("harm", HARMS)
def test_an_archive_that_was_altered_is_refused_and_leaves_nothing(site: Site, harm: str) -> None:
    site.scene.released("image")
    archive = site.back_up().place
    change, sentence = HARMS[harm]
    harmed(archive, change)
    with pytest.raises(BackupRefused, match=sentence):
        site.restore()
    assert sorted(file.name for file in site.folder.iterdir()) == ["backup.tar", "home", "keys.sealed"]


def test_an_archive_that_was_cut_or_is_none_is_refused(site: Site) -> None:
    site.scene.released("image")
    archive = site.back_up().place
    content = archive.read_bytes()
    for cut in (content[: len(content) // 2], b"nonsense", b""):
        archive.write_bytes(cut)
        with pytest.raises(BackupRefused):
            site.restore()
    assert not (site.folder / "restored").exists()


def test_a_chain_that_was_tampered_with_before_the_backup_is_not_restored(site: Site) -> None:
    site.scene.released("image")
    connection = site.house.database.tables.conn
    connection.execute("DROP TRIGGER audit_keeps_update")
    connection.execute("UPDATE audit SET actor = 'nobody' WHERE seq = 3")
    site.back_up()
    with pytest.raises(AuditBroken, match="row 3 was altered"):
        site.restore()
    assert not (site.folder / "restored").exists()
