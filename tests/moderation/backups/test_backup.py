"""A backup is whole or not there, consistent while people work, and without a single key."""

import json
import tarfile
import threading
from pathlib import Path

import pytest

from moderation.backups.backup import FAULTS
from moderation.errors import BackupRefused
from moderation.keys.export import export_keys, import_keys
from moderation.reach import Reach
from moderation.vault.vault import Shelf
from tests.moderation.backed_up import PASSPHRASE, Site, killed_at
from tests.moderation.scene import Scene


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def names(archive: Path) -> set[str]:
    with tarfile.open(archive) as opened:
        return set(opened.getnames())


def test_an_archive_holds_database_pictures_and_the_hash_of_each_but_no_key(site: Site) -> None:
    site.scene.released("image")
    made = site.back_up()
    inside = names(made.place)
    assert {"studio.sqlite", "studio.json", "manifest.json", "manifest.sig"} <= inside
    original = site.house.vault.path(Shelf.ORIGINAL, "image").relative_to(site.house.home.folder)
    assert str(original) in inside
    assert not any(name.startswith("keys") for name in inside)
    content = made.place.read_bytes()
    keys = list(site.house.home.keys.rglob("*.key"))
    assert len(keys) >= 2
    assert not any(file.read_bytes() in content for file in keys)
    assert made.place.stat().st_mode & 0o777 == 0o600
    assert made.missing == ()


def test_a_picture_that_the_home_lacks_is_told(site: Site) -> None:
    site.scene.released("image")
    site.house.vault.drop(Shelf.ORIGINAL, "image")
    assert len(site.back_up().missing) == 1
    assert site.restore().files > 1


def test_an_archive_is_named_by_its_moment_in_a_folder_and_takes_no_other_files_place(site: Site, tmp_path: Path) -> None:
    (tmp_path / "shelf").mkdir()
    assert site.back_up("shelf").place.name == "twin-studio-20260503T120000Z.tar"
    for place, sentence in (
        ("shelf", "is there already"),
        ("home/backup.tar", "lies in the home"),
        ("nowhere/backup.tar", "is not there"),
    ):
        with pytest.raises(BackupRefused, match=sentence):
            site.back_up(place)


@pytest.mark.parametrize("point", FAULTS)
def test_a_backup_that_is_killed_leaves_nothing_under_its_name_and_the_next_one_is_whole(site: Site, point: str) -> None:
    site.scene.released("image")
    site.house.database.close()
    site.scene.database.close()

    def act(reach: Reach) -> None:
        site.back_up(reach=reach)

    assert killed_at(point, act)
    archive = site.folder / "backup.tar"
    assert archive.exists() == (point == "backup.named")
    if not archive.exists():
        site.back_up()
        assert list(site.folder.glob(".backup*")) == []
    assert site.restore(keys=False).files == len(names(archive)) - 2


def test_a_backup_taken_while_people_work_is_of_one_moment(site: Site) -> None:
    for n in range(3):
        site.scene.released(f"before-{n}")
    stop, done = threading.Event(), list[int]()

    def work() -> None:
        scene = Scene(site.folder / "home", fresh=False)
        while not stop.is_set():
            scene.released(f"during-{len(done)}")
            done.append(1)
        scene.database.close()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        made = [site.back_up(f"{n}.tar") for n in range(3)]
    finally:
        stop.set()
        worker.join()
    assert done
    for n, one in enumerate(made):
        assert one.missing == ()
        site.restore(f"{n}.tar", f"restored-{n}")
        copy = site.restored(f"restored-{n}").database
        paid = copy.rows("SELECT count(*) AS n FROM release WHERE id NOT IN (SELECT release_id FROM ledger_batch)")
        assert paid == [{"n": 0}]


def test_keys_open_with_their_passphrase_alone(site: Site, tmp_path: Path) -> None:
    site.scene.released("image")
    site.witness()
    keys = site.house.home.keys
    count = export_keys(keys, PASSPHRASE, tmp_path / "sealed")
    wanted = {file.relative_to(keys): file.read_bytes() for file in keys.rglob("*.key")}
    assert len(wanted) == count
    assert (tmp_path / "sealed").stat().st_mode & 0o777 == 0o600
    assert not any(key in (tmp_path / "sealed").read_bytes() for key in wanted.values())
    assert import_keys(tmp_path / "sealed", PASSPHRASE, tmp_path / "opened") == count
    assert {file.relative_to(tmp_path / "opened"): file.read_bytes() for file in (tmp_path / "opened").rglob("*.key")} == wanted
    assert all(file.stat().st_mode & 0o077 == 0 for file in (tmp_path / "opened").rglob("*"))
    with pytest.raises(BackupRefused, match="does not open"):
        import_keys(tmp_path / "sealed", PASSPHRASE + "x", tmp_path / "never")
    altered = bytearray((tmp_path / "sealed").read_bytes())
    altered[-1] ^= 1
    (tmp_path / "altered").write_bytes(altered)
    with pytest.raises(BackupRefused, match="does not open"):
        import_keys(tmp_path / "altered", PASSPHRASE, tmp_path / "never")
    assert not (tmp_path / "never").exists()
    with pytest.raises(BackupRefused, match="15 characters"):
        export_keys(keys, "too short", tmp_path / "short")
    with pytest.raises(BackupRefused, match="there already"):
        export_keys(keys, PASSPHRASE, tmp_path / "sealed")
    with pytest.raises(BackupRefused, match="no file of exported keys"):
        import_keys(site.house.home.folder / "studio.json", PASSPHRASE, tmp_path / "never")


def test_a_backup_is_written_down_in_the_chain_that_it_ends_with(site: Site) -> None:
    made = site.back_up()
    with tarfile.open(made.place) as opened:
        file = opened.extractfile("manifest.json")
        assert file is not None
        said = json.load(file)
    assert said["head"] == made.head
    last = site.house.database.rows("SELECT event, subject FROM audit ORDER BY seq DESC LIMIT 1")
    assert last == [{"event": "backup.made", "subject": "backup.tar"}]
