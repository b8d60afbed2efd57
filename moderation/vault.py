"""Pictures at rest: originals and negatives in the vault, marked previews and progress beside it."""

import errno
import hashlib
import os
import re
import secrets
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import datetime
from enum import Enum
from pathlib import Path

from moderation.errors import NotFound, SealBroken, VaultFull

Write = Callable[[int, memoryview], int]
"""`os.write`: a file descriptor and bytes in, the number of bytes written out."""

_ID = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,63})")
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Shelf(Enum):
    """Where a kind of file lies under the home folder, and how its name ends."""

    ORIGINAL = ("vault/originals", ".png")
    NEGATIVE = ("vault/negatives", ".npz")
    PREVIEW = ("previews", ".jpg")
    PROGRESS = ("progress", ".jpg")


class Vault:
    """The files of one home folder; folders are 0700, files 0600, and a name is always a render's id."""

    def __init__(self, home: Path, write: Write = os.write) -> None:
        self._home = home.resolve()
        self._write = write

    def path(self, shelf: Shelf, render_id: str) -> Path:
        """Where the file lies or would lie; NotFound for an id that no render can have."""
        if not _ID.fullmatch(render_id):
            raise NotFound("There is no such image.")
        folder, suffix = shelf.value
        return self._home / folder / f"{render_id}{suffix}"

    def keep(self, shelf: Shelf, render_id: str, content: bytes) -> Path:
        """Put `content` on its shelf so that a crash leaves the old file or the new one, never a part.

        Raises VaultFull when the disk has no room; nothing half-written stays behind then.
        """
        target = self.path(shelf, render_id)
        self._prepare(target.parent)
        part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
        try:
            self._fill(part, content)
            part.replace(target)
            _sync_folder(target.parent)
        except OSError as error:
            if error.errno in _NO_ROOM:
                size = f"{len(content) / 1e6:.1f} MB"
                raise VaultFull(
                    f"The disk has no room for a picture of {size}: free some space under {self._home}, then try again."
                ) from error
            raise
        finally:
            with suppress(OSError):
                part.unlink()
        return target

    def read(self, shelf: Shelf, render_id: str, sha256: str | None = None) -> bytes:
        """The content, proven to have the hash `sha256` when one is given; NotFound, SealBroken."""
        try:
            content = self.path(shelf, render_id).read_bytes()
        except FileNotFoundError as error:
            raise NotFound("This picture is not in the vault.") from error
        if sha256 is not None and hashlib.sha256(content).hexdigest() != sha256:
            raise SealBroken("This picture is not the one that was sealed: its file was altered, so it cannot be used.")
        return content

    def drop(self, shelf: Shelf, render_id: str) -> bool:
        """Remove a file; whether there was one."""
        try:
            self.path(shelf, render_id).unlink()
        except FileNotFoundError:
            return False
        return True

    def sweep(self, submitted: Collection[str], underway: Collection[str], before: datetime) -> list[Path]:
        """Remove what a crash left behind before the moment `before`; the paths removed.

        Sealed files without a submission row go, unless their painting is `underway`; progress pictures go unless
        `underway`; parts go. Younger files may belong to another process and stay.
        """
        removed = []
        for shelf in Shelf:
            folder, suffix = shelf.value
            rightful = set(underway) if shelf is Shelf.PROGRESS else {*submitted, *underway}
            for path in sorted((self._home / folder).glob("*")):
                orphaned = path.suffix == ".part" or (path.suffix == suffix and path.stem not in rightful)
                with suppress(FileNotFoundError):
                    if orphaned and path.stat().st_mtime < before.timestamp():
                        path.unlink()
                        removed.append(path)
        return removed

    def _prepare(self, folder: Path) -> None:
        for part in (self._home, *reversed([p for p in folder.parents if self._home in p.parents]), folder):
            if not part.is_dir():
                part.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _fill(self, part: Path, content: bytes) -> None:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            rest = memoryview(content)
            while rest:
                rest = rest[self._write(handle, rest) :]
            os.fsync(handle)
        finally:
            os.close(handle)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
