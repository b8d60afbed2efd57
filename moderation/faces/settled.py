"""Files and folders that are whole or absent, also after a power cut."""

import os
from pathlib import Path


def write_file(path: Path, content: bytes) -> None:
    """Write a file and wait until it is on the disk."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def settle_folder(staged: Path, folder: Path) -> None:
    """Give a finished folder its name; when another process was faster, its folder stays. Raises OSError."""
    try:
        staged.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise
    for place in (folder, folder.parent):
        handle = os.open(place, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
