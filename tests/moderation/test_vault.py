"""The vault: private files, whole or absent, proven when read, swept after a crash."""

import errno
import hashlib
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from moderation.errors import NotFound, SealBroken, VaultFull
from moderation.vault import Shelf, Vault

NOON = datetime(2026, 5, 3, 12, tzinfo=UTC)


def files(home: Path) -> list[str]:
    return sorted(path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file())


def test_each_shelf_has_its_place_and_nobody_else_may_read(tmp_path: Path) -> None:
    home = tmp_path / "home"
    vault = Vault(home)
    for shelf in Shelf:
        vault.keep(shelf, "01JABC", shelf.name.encode())
        assert vault.read(shelf, "01JABC") == shelf.name.encode()
    assert files(home) == [
        "previews/01JABC.jpg",
        "progress/01JABC.jpg",
        "vault/negatives/01JABC.npz",
        "vault/originals/01JABC.png",
    ]
    for path in [home, *home.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o600 if path.is_file() else 0o700), path


@pytest.mark.parametrize("render_id", ["", "../studio", "a/b", "a.b", "-a", "a" * 65, "a\n", "ä", "a\0"])
def test_an_id_that_is_no_id_reaches_no_file(tmp_path: Path, render_id: str) -> None:
    for act in (lambda v: v.keep(Shelf.ORIGINAL, render_id, b"x"), lambda v: v.read(Shelf.ORIGINAL, render_id)):
        with pytest.raises(NotFound):
            act(Vault(tmp_path))
    assert files(tmp_path) == []


def test_what_was_altered_is_not_read_under_its_hash(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    path = vault.keep(Shelf.ORIGINAL, "image", b"sealed")
    digest = hashlib.sha256(b"sealed").hexdigest()
    assert vault.read(Shelf.ORIGINAL, "image", digest) == b"sealed"
    path.write_bytes(b"Sealed")
    with pytest.raises(SealBroken):
        vault.read(Shelf.ORIGINAL, "image", digest)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_told_and_leaves_the_old_file_whole(tmp_path: Path, number: int) -> None:
    def write_a_little(handle: int, content: memoryview) -> int:
        if len(content) < 6:
            raise OSError(number, os.strerror(number))
        return os.write(handle, content[:2])

    Vault(tmp_path).keep(Shelf.ORIGINAL, "image", b"before")
    for render_id in ("image", "another"):
        with pytest.raises(VaultFull, match=f"free some space under {tmp_path}"):
            Vault(tmp_path, write_a_little).keep(Shelf.ORIGINAL, render_id, b"after a while")
    assert files(tmp_path) == ["vault/originals/image.png"]
    assert Vault(tmp_path).read(Shelf.ORIGINAL, "image") == b"before"


def test_short_writes_are_carried_on(tmp_path: Path) -> None:
    Vault(tmp_path, lambda handle, content: os.write(handle, content[:3])).keep(Shelf.PREVIEW, "image", b"0123456789")
    assert Vault(tmp_path).read(Shelf.PREVIEW, "image") == b"0123456789"


def test_a_sweep_removes_what_no_row_owns_and_nothing_younger(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    for shelf in Shelf:
        for render_id in ("submitted", "underway", "orphan"):
            vault.keep(shelf, render_id, b"x")
    part = tmp_path / "previews" / ".orphan.jpg.1234.part"
    part.write_bytes(b"half")
    old = (NOON - timedelta(hours=1)).timestamp()
    for path in tmp_path.rglob("*"):
        os.utime(path, (old, old))
    young = vault.keep(Shelf.ORIGINAL, "younger", b"x")
    os.utime(young, (NOON.timestamp(), NOON.timestamp()))

    removed = vault.sweep({"submitted"}, {"underway"}, NOON)

    assert part in removed
    assert files(tmp_path) == [
        "previews/submitted.jpg",
        "previews/underway.jpg",
        "progress/underway.jpg",
        "vault/negatives/submitted.npz",
        "vault/negatives/underway.npz",
        "vault/originals/submitted.png",
        "vault/originals/underway.png",
        "vault/originals/younger.png",
    ]
    assert vault.sweep({"submitted"}, {"underway"}, NOON) == []


def test_a_dropped_file_is_gone(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    vault.keep(Shelf.PROGRESS, "image", b"x")
    assert vault.drop(Shelf.PROGRESS, "image")
    assert not vault.drop(Shelf.PROGRESS, "image")
    with pytest.raises(NotFound):
        vault.read(Shelf.PROGRESS, "image")
