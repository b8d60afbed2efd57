"""A copy of a whole home in one archive, consistent while the studio runs; keys and tombstones are never in it.

The archive is a tar file: the database as SQLite's own backup copies it, every file of the home that the database may speak
of, then `manifest.json` with the SHA-256 of each, and `manifest.sig`, the studio's signature of the manifest.
"""

import hashlib
import io
import json
import os
import secrets
import tarfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moderation.audit.chain import canonical
from moderation.audit.heads import Heads
from moderation.database import Database
from moderation.errors import BackupRefused
from moderation.home import Home
from moderation.reach import Reach, unreached
from moderation.vault.private import sync_folder
from moderation.vault.vault import Shelf, Vault

FAULTS: tuple[str, ...] = ("backup.copied", "backup.packed", "backup.whole", "backup.named")
KIND = "twin-studio-backup"
FORMAT = 1
DATABASE = "studio.sqlite"
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
LEFT_OUT = ("keys", "packs", "painters", "progress", "workers", "worker.lock")
"""Keys are exported apart, models are installed again, and progress is of images that are painted again."""


@dataclass(frozen=True)
class Made:
    """An archive: where it lies, how many files and bytes are in it, and the line of the audit head that it ends with.

    `missing` names the files of submitted pictures that the home itself lacks, as retention and erasure leave it.
    """

    place: Path
    files: int
    missing: tuple[str, ...]
    size: int
    head: str


class Backup:
    """Backs one home up; `reach` is called at the points in `FAULTS`."""

    def __init__(self, home: Home, database: Database, vault: Vault, heads: Heads, reach: Reach = unreached) -> None:
        self._home = home
        self._database = database
        self._vault = vault
        self._heads = heads
        self._reach = reach

    def make(self, place: Path) -> Made:
        """Write an archive to `place`, or into it under a name of this moment when it is a folder.

        Until it is whole and on the disk nothing has that name. Raises BackupRefused, KeyUnusable, ReadOnly.
        """
        target = self._target(place.expanduser().resolve())
        try:
            _remove_leftovers(target)
            with self._database.write("backup") as tx:
                tx.record("backup.made", target.name)
                head = self._heads.sign(tx).line()
            part = _part_of(target)
            try:
                files, missing = self._fill(part, head)
                self._reach("backup.whole")
                os.link(part, target)  # unlike a rename it never takes another file's place
            finally:
                with suppress(FileNotFoundError):
                    part.unlink()
            sync_folder(target.parent)
        except OSError as error:
            raise BackupRefused(f"The backup cannot be written to {target}: {error.strerror or error}.") from error
        self._reach("backup.named")
        return Made(target, files, missing, target.stat().st_size, head)

    def _target(self, place: Path) -> Path:
        target = place / f"twin-studio-{self._database.clock():%Y%m%dT%H%M%SZ}.tar" if place.is_dir() else place
        if target.is_relative_to(self._home.folder):
            raise BackupRefused(f"{target} lies in the home that is backed up; choose a place outside, best on another disk.")
        if target.exists():
            raise BackupRefused(f"{target} is there already; choose another name.")
        if not target.parent.is_dir():
            raise BackupRefused(f"The folder {target.parent} is not there.")
        return target

    def _fill(self, part: Path, head: str) -> tuple[int, tuple[str, ...]]:
        copy = part.with_name(f"{part.name}.sqlite")
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as file, tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
                os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
                self._database.copy_to(copy)
                self._reach("backup.copied")
                said = {DATABASE: _add(archive, copy, DATABASE)}
                wanted = self._originals()
                said |= dict(self._add_files(archive))
                self._reach("backup.packed")
                missing = tuple(sorted(wanted - said.keys()))
                self._add_manifest(archive, {"files": said, "missing": missing}, head)
                archive.close()
                file.flush()
                os.fsync(file.fileno())
        finally:
            with suppress(FileNotFoundError):
                copy.unlink()
        return len(said), missing

    def _originals(self) -> set[str]:
        """Where the original of every submission lies or lay, relative to the home."""
        rows = self._database.rows("SELECT render_id FROM submission")
        paths = (self._vault.path(Shelf.ORIGINAL, row["render_id"]) for row in rows)
        return {str(path.relative_to(self._home.folder)) for path in paths}

    def _add_files(self, archive: tarfile.TarFile) -> Iterator[tuple[str, dict[str, Any]]]:
        """Files are whole before a row speaks of them and never change, so after the database they can be copied one by one."""
        for file in files_of(self._home.folder):
            name = str(file.relative_to(self._home.folder))
            with suppress(FileNotFoundError):  # its time was over: what is destroyed now needs no copy
                yield name, _add(archive, file, name)

    def _add_manifest(self, archive: tarfile.TarFile, told: dict[str, Any], head: str) -> None:
        said = {
            **told,
            "kind": KIND,
            "format": FORMAT,
            "at": self._database.clock().isoformat(timespec="microseconds"),
            "home": self._home.kind.value,
            "head": head,
        }
        content = canonical(said)
        for name, blob in ((MANIFEST, content), (SIGNATURE, self._heads.attest(content))):
            archive.addfile(_entry(name, len(blob)), io.BytesIO(blob))


def files_of(folder: Path) -> Iterator[Path]:
    """Every file of a home that a backup holds beside the database, in order; no link, no draft, no log."""
    for inside, folders, names in os.walk(folder):
        top = Path(inside) == folder
        folders[:] = sorted(name for name in folders if not name.startswith(".") and not (top and name in LEFT_OUT))
        for name in sorted(names):
            file = Path(inside) / name
            unwanted = name.startswith(".") or name.endswith(".part") or (top and _is_left_out(name))
            if not unwanted and not file.is_symlink():
                yield file


def _is_left_out(name: str) -> bool:
    return name in LEFT_OUT or name.startswith((DATABASE, "worker.log"))


def _add(archive: tarfile.TarFile, file: Path, name: str) -> dict[str, Any]:
    """Add a file of which one open handle sees one version; its hash and size. Raises FileNotFoundError when it is gone."""
    with file.open("rb") as opened:
        size = os.fstat(opened.fileno()).st_size
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
        opened.seek(0)
        archive.addfile(_entry(name, size), opened)
    return {"sha256": digest, "bytes": size}


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    return entry


def _part_of(target: Path) -> Path:
    return target.with_name(f".{target.name}.{secrets.token_hex(8)}.part")


def _remove_leftovers(target: Path) -> None:
    """What a backup that was killed left behind under this name."""
    for left in target.parent.glob(f".{target.name}.*.part*"):
        with suppress(FileNotFoundError):
            left.unlink()


def read_manifest(content: bytes) -> dict[str, Any]:
    """What a manifest says. Raises BackupRefused for what is none, or of a newer program."""
    try:
        said = json.loads(content)
        if (
            said["kind"] != KIND
            or not isinstance(said["missing"], list)
            or not all(set(told) == {"sha256", "bytes"} for told in said["files"].values())
        ):
            raise BackupRefused("This is no backup of a studio.")
        if said["format"] > FORMAT:
            raise BackupRefused("This backup was made by a newer program; update this one to restore it.")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupRefused("This is no backup of a studio.") from error
    return dict(said)
