"""Files that the owner of the studio alone may read: on the disk before they count, refused when open to others."""

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from moderation.errors import KeyUnusable


def private_file(file: Path, content: Callable[[], bytes]) -> bytes:
    """What the file holds; an absent one is made from `content` first, and of two processes that make it one wins.

    Raises KeyUnusable when it cannot be kept or read, or is open to others on this machine.
    """
    try:
        if not file.exists():
            _make(file, content())
        if file.stat().st_mode & 0o077:
            raise KeyUnusable(f"The file {file} is open to others on this machine; make it its owner's alone (chmod 600).")
        return file.read_bytes()
    except OSError as error:
        raise KeyUnusable(f"The file {file} cannot be kept or read: {error.strerror or error}.") from error


def _make(file: Path, content: bytes) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = _draft(file, content)
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    sync_folder(file.parent)


def put_private(file: Path, content: bytes) -> None:
    """Write a file of mode 0600 so that a crash leaves the old content or the new. Raises OSError."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = _draft(file, content)
    try:
        draft.replace(file)
        sync_folder(file.parent)
    finally:
        with suppress(FileNotFoundError):
            draft.unlink()


def _draft(file: Path, content: bytes) -> Path:
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}.part")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    return draft


def sync_folder(folder: Path) -> None:
    """Let the names in a folder outlast a power cut. Raises OSError."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
