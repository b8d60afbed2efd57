"""Pictures and weights at rest, each sealed with the key of the person in it and bound to its place."""

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
from typing import Protocol

from moderation.errors import KeyUnusable, Missing, NotFound, SealBroken, VaultFull
from moderation.keys.keyring import Key

Write = Callable[[int, memoryview], int]
"""`os.write`: a file descriptor and bytes in, the number of bytes written out."""

_ID = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,63})")
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


SEALED = ".sealed"
"""Ends the name of every file, behind the ending of what it is when open."""


class Shelf(Enum):
    """Where a kind of file lies under the home folder, and how its name would end in the clear."""

    ORIGINAL = ("vault/originals", ".png")
    NEGATIVE = ("vault/negatives", ".npz")
    WEB = ("vault/web", ".jpg")
    SMALL = ("vault/small", ".jpg")
    MASK = ("vault/masks", ".png")
    PREVIEW = ("previews", ".jpg")
    PROGRESS = ("progress", ".jpg")
    REFERENCE = ("vault/references", ".photo")
    WEIGHTS = ("vault/weights", ".weights")
    BASE = ("vault/bases", ".png")
    CROP = ("vault/crops", ".png")
    THUMBNAIL = ("vault/thumbnails", ".jpg")


PAINTED = (Shelf.ORIGINAL, Shelf.NEGATIVE, Shelf.WEB, Shelf.SMALL, Shelf.PREVIEW, Shelf.PROGRESS)
"""Shelves of what is made of an image when it is painted, or after."""
OF_IMAGES = (*PAINTED, Shelf.MASK)
"""Shelves whose files are named for an image; on the others they are named for a restricted object. A mask is there before it."""


class Keys(Protocol):
    """Whose key a file is sealed with, by its shelf and name; both raise NotFound, Erased, KeyUnusable."""

    def to_seal(self, shelf: Shelf, name: str) -> Key:
        """The key of the person in it, made if she has none and nothing of hers was ever sealed."""
        ...

    def to_open(self, shelf: Shelf, name: str) -> Key:
        """The key of the person in it."""
        ...


class Vault:
    """The files of one home folder; folders are 0700, files 0600, and a name is always an id. No content lies in the clear."""

    def __init__(self, home: Path, keys: Keys, write: Write = os.write) -> None:
        self._home = home.resolve()
        self._keys = keys
        self._write = write

    def path(self, shelf: Shelf, render_id: str) -> Path:
        """Where the sealed file lies or would lie; NotFound for an id that nothing can have."""
        if not _ID.fullmatch(render_id):
            raise NotFound("There is no such image.")
        folder, suffix = shelf.value
        return self._home / folder / f"{render_id}{suffix}{SEALED}"

    def keep(self, shelf: Shelf, render_id: str, content: bytes) -> Path:
        """Seal `content` onto its shelf so that a crash leaves the old file or the new one, never a part and never the content.

        Raises VaultFull when the disk has no room (nothing half-written stays behind then), NotFound for a thing of nobody,
        Erased, KeyUnusable.
        """
        target = self.path(shelf, render_id)
        content = self._keys.to_seal(shelf, render_id).seal(content, _meant_for(shelf, render_id))
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
        """The content, proven to be what was sealed for this very place, and to have the hash `sha256` when one is given.

        Raises NotFound, Erased, SealBroken, and KeyUnusable when the person's key is missing or unsafe.
        """
        path = self.path(shelf, render_id)
        try:
            key = self._keys.to_open(shelf, render_id)
            sealed = path.read_bytes()
        except (FileNotFoundError, KeyUnusable) as error:
            if isinstance(error, KeyUnusable) and path.exists():
                raise
            raise Missing("This picture is not in the vault.") from error
        try:
            content = key.open(sealed, _meant_for(shelf, render_id))
        except KeyUnusable as error:
            raise SealBroken("This picture does not open: its file was altered, or belongs in another place.") from error
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

    def names(self, shelf: Shelf) -> list[str]:
        """The ids of everything on a shelf, in order."""
        folder, suffix = shelf.value
        return sorted(path.name.removesuffix(suffix + SEALED) for path in (self._home / folder).glob(f"*{suffix}{SEALED}"))

    def in_clear(self, shelf: Shelf) -> list[tuple[str, Path]]:
        """Id and place of every file that lies unsealed on a shelf, as an older program left them."""
        folder, suffix = shelf.value
        return sorted((path.name.removesuffix(suffix), path) for path in (self._home / folder).glob(f"*{suffix}"))

    def sweep(self, submitted: Collection[str], underway: Collection[str], before: datetime) -> list[Path]:
        """Remove what a crash left behind before the moment `before`; the paths removed.

        Files of images without a submission row go, unless their painting is `underway`; progress pictures go unless
        `underway`; parts go from every shelf. Younger files may belong to another process and stay.
        """
        removed = []
        for shelf in Shelf:
            folder, suffix = shelf.value
            rightful = set(underway) if shelf is Shelf.PROGRESS else {*submitted, *underway}
            for path in sorted((self._home / folder).glob("*")):
                named = shelf in PAINTED and path.name.endswith(suffix + SEALED)
                orphaned = path.suffix == ".part" or (named and path.name.removesuffix(suffix + SEALED) not in rightful)
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


def _meant_for(shelf: Shelf, name: str) -> str:
    return f"{shelf.name.lower()} of {name}"


def wipe(path: Path) -> None:
    """Overwrite a file that lies in the clear, then remove it; one that is gone already is well."""
    with suppress(FileNotFoundError):
        with path.open("r+b") as file:
            file.write(bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
        _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
