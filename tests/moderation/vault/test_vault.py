"""The vault: private files, sealed with a person's key for one place, whole or absent, proven when read, swept after a crash."""

import errno
import hashlib
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from moderation.errors import NotFound, SealBroken, VaultFull
from moderation.keys.keyring import Key
from moderation.vault import vault as vaults
from moderation.vault.vault import Shelf, Vault

NOON = datetime(2026, 5, 3, 12, tzinfo=UTC)


class HerKey:
    """One key for everything."""

    def to_seal(self, _shelf: Shelf, _name: str) -> Key:
        return Key(b"k" * 32)

    to_open = to_seal


def a_vault(home: Path, write: vaults.Write = os.write) -> Vault:
    return Vault(home, HerKey(), write)


def files(home: Path) -> list[str]:
    return sorted(path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file())


def test_each_shelf_has_its_place_and_nobody_else_may_read(tmp_path: Path) -> None:
    home = tmp_path / "home"
    vault = a_vault(home)
    for shelf in Shelf:
        vault.keep(shelf, "01JABC", shelf.name.encode())
        assert vault.read(shelf, "01JABC") == shelf.name.encode()
    assert files(home) == [
        "previews/01JABC.jpg.sealed",
        "progress/01JABC.jpg.sealed",
        "vault/bases/01JABC.png.sealed",
        "vault/crops/01JABC.png.sealed",
        "vault/masks/01JABC.png.sealed",
        "vault/negatives/01JABC.npz.sealed",
        "vault/originals/01JABC.png.sealed",
        "vault/references/01JABC.photo.sealed",
        "vault/small/01JABC.jpg.sealed",
        "vault/thumbnails/01JABC.jpg.sealed",
        "vault/web/01JABC.jpg.sealed",
        "vault/weights/01JABC.weights.sealed",
    ]
    for path in [home, *home.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o600 if path.is_file() else 0o700), path


@pytest.mark.parametrize("render_id", ["", "../studio", "a/b", "a.b", "-a", "a" * 65, "a\n", "ä", "a\0"])
def test_an_id_that_is_no_id_reaches_no_file(tmp_path: Path, render_id: str) -> None:
    for act in (lambda v: v.keep(Shelf.ORIGINAL, render_id, b"x"), lambda v: v.read(Shelf.ORIGINAL, render_id)):
        with pytest.raises(NotFound):
            act(a_vault(tmp_path))
    assert files(tmp_path) == []


def test_what_was_altered_is_not_read_under_its_hash(tmp_path: Path) -> None:
    vault = a_vault(tmp_path)
    path = vault.keep(Shelf.ORIGINAL, "image", b"sealed")
    digest = hashlib.sha256(b"sealed").hexdigest()
    assert vault.read(Shelf.ORIGINAL, "image", digest) == b"sealed"
    with pytest.raises(SealBroken, match="not the one that was sealed"):
        vault.read(Shelf.ORIGINAL, "image", "0" * 64)
    whole = path.read_bytes()
    for altered in (whole[:-1] + bytes([whole[-1] ^ 1]), whole[:-1], b"", b"sealed"):
        path.write_bytes(altered)
        with pytest.raises(SealBroken, match="does not open"):
            vault.read(Shelf.ORIGINAL, "image")


def test_what_was_sealed_for_one_place_opens_in_no_other(tmp_path: Path) -> None:
    vault = a_vault(tmp_path)
    first = vault.keep(Shelf.ORIGINAL, "first", b"one")
    second, preview = vault.keep(Shelf.ORIGINAL, "second", b"two"), vault.keep(Shelf.PREVIEW, "first", b"three")
    assert vault.read(Shelf.ORIGINAL, "first") == b"one"
    for other in (second, preview):
        other.write_bytes(first.read_bytes())
    for shelf, name in ((Shelf.ORIGINAL, "second"), (Shelf.PREVIEW, "first")):
        with pytest.raises(SealBroken, match="belongs in another place"):
            vault.read(shelf, name)


def test_no_content_touches_the_disk_in_the_clear(tmp_path: Path) -> None:
    written: list[bytes] = []

    def noted(handle: int, content: memoryview) -> int:
        written.append(bytes(content))
        return os.write(handle, content)

    vault = a_vault(tmp_path, noted)
    for shelf in Shelf:
        vault.keep(shelf, "image", b"the pixels of her face")
    assert len(written) == len(Shelf)
    assert not any(b"pixels" in one for one in written)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_told_and_leaves_the_old_file_whole(tmp_path: Path, number: int) -> None:
    def write_a_little(handle: int, content: memoryview) -> int:
        if len(content) < 20:
            raise OSError(number, os.strerror(number))
        return os.write(handle, content[:2])

    a_vault(tmp_path).keep(Shelf.ORIGINAL, "image", b"before")
    for render_id in ("image", "another"):
        with pytest.raises(VaultFull, match=f"free some space under {tmp_path}"):
            a_vault(tmp_path, write_a_little).keep(Shelf.ORIGINAL, render_id, b"after a while")
    assert files(tmp_path) == ["vault/originals/image.png.sealed"]
    assert a_vault(tmp_path).read(Shelf.ORIGINAL, "image") == b"before"


def test_short_writes_are_carried_on(tmp_path: Path) -> None:
    a_vault(tmp_path, lambda handle, content: os.write(handle, content[:3])).keep(Shelf.PREVIEW, "image", b"0123456789")
    assert a_vault(tmp_path).read(Shelf.PREVIEW, "image") == b"0123456789"


def test_a_sweep_removes_what_no_row_owns_and_nothing_younger(tmp_path: Path) -> None:
    vault = a_vault(tmp_path)
    for shelf in vaults.PAINTED:
        for render_id in ("submitted", "underway", "orphan"):
            vault.keep(shelf, render_id, b"x")
    vault.keep(Shelf.WEIGHTS, "standing", b"x")
    parts = [tmp_path / folder / ".orphan.1234.part" for folder in ("previews", "vault/weights")]
    for part in parts:
        part.write_bytes(b"half")
    old = (NOON - timedelta(hours=1)).timestamp()
    vault.keep(Shelf.REFERENCE, "orphan", b"x")
    for path in tmp_path.rglob("*"):
        os.utime(path, (old, old))
    young = vault.keep(Shelf.ORIGINAL, "younger", b"x")
    os.utime(young, (NOON.timestamp(), NOON.timestamp()))

    removed = vault.sweep({"submitted"}, {"underway"}, NOON)

    assert set(parts) <= set(removed)
    assert files(tmp_path) == [
        "previews/submitted.jpg.sealed",
        "previews/underway.jpg.sealed",
        "progress/underway.jpg.sealed",
        "vault/negatives/submitted.npz.sealed",
        "vault/negatives/underway.npz.sealed",
        "vault/originals/submitted.png.sealed",
        "vault/originals/underway.png.sealed",
        "vault/originals/younger.png.sealed",
        "vault/references/orphan.photo.sealed",
        "vault/small/submitted.jpg.sealed",
        "vault/small/underway.jpg.sealed",
        "vault/web/submitted.jpg.sealed",
        "vault/web/underway.jpg.sealed",
        "vault/weights/standing.weights.sealed",
    ]
    assert vault.sweep({"submitted"}, {"underway"}, NOON) == []


def test_a_dropped_file_is_gone(tmp_path: Path) -> None:
    vault = a_vault(tmp_path)
    vault.keep(Shelf.PROGRESS, "image", b"x")
    assert vault.drop(Shelf.PROGRESS, "image")
    assert not vault.drop(Shelf.PROGRESS, "image")
    with pytest.raises(NotFound):
        vault.read(Shelf.PROGRESS, "image")
