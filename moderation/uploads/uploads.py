"""Reads pictures that somebody hands in, each decoded in a small process of its own whose time and memory are limited."""

import signal
import struct
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from moderation.errors import BadImage
from moderation.uploads import decode
from moderation.uploads.decode import DAMAGED, LARGEST_BYTES, LARGEST_PIXELS, LARGEST_SIDE, SMALLEST_SIDE, TOO_MUCH_MEMORY

Picture = NDArray[np.uint8]

LONGEST_WAIT = 20.0
"""Seconds on the clock; the process is out of processor time long before, unless the machine has none to give."""
TOO_SLOW = "This picture takes longer to read than the studio gives to a picture; export it again, more simply or smaller."
NO_READER = "The studio cannot start the process that reads pictures; tell whoever runs it."

COMMAND = (sys.executable, "-I", decode.__file__)
"""What decodes one picture; a fresh process each time, so that nothing of a file outlives its answer."""
ENDINGS = frozenset({".png", ".jpg", ".jpeg", ".webp", ".avif"})
"""What a picture file of a folder is called; the files themselves are known by their content."""
_HEAD = struct.Struct(">cII")


def read_upload(content: bytes, command: Sequence[str] = COMMAND) -> Picture:
    """The (h, w, 3) uint8 sRGB pixels of a PNG, JPEG, WebP, AVIF, TIFF, GIF or BMP; raises BadImage with its sentence.

    The format is known by the content. Orientation and colour profile are applied, and of all metadata nothing is kept.
    Whatever the file is, the process that decodes it ends within 2 s of processor time and 500 MB; see `decode.py`.
    """
    if len(content) > LARGEST_BYTES:
        raise BadImage(
            f"This file is {_millions(len(content))} MB; the studio reads pictures up to {_millions(LARGEST_BYTES)} MB."
        )
    try:
        done = subprocess.run(
            command, input=content, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=LONGEST_WAIT, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise BadImage(TOO_SLOW) from error
    except OSError as error:
        raise BadImage(NO_READER) from error
    return _pixels(done.returncode, done.stdout)


def pictures_in(folder: str | Path | None) -> Iterator[tuple[str, Picture]]:
    """Every picture file of a folder, by name without its ending; none without a folder. Raises BadImage."""
    if folder is None:
        return
    try:
        files = sorted(path for path in Path(folder).iterdir() if path.suffix.lower() in ENDINGS)
    except OSError as error:
        raise BadImage(f"The folder {folder} cannot be read: {error.strerror or error}.") from error
    for file in files:
        yield file.stem, read_picture_file(file)


def read_picture_file(file: Path) -> Picture:
    """The pixels of a picture file, by the rules of `read_upload`; BadImage also when the file cannot be read."""
    try:
        if file.exists() and not file.is_file():  # a pipe or a device never ends
            raise BadImage(f"{file} is no file.")
        with file.open("rb") as opened:
            content = opened.read(LARGEST_BYTES + 1)
        if len(content) > LARGEST_BYTES:
            raise BadImage(f"{file} is larger than the {_millions(LARGEST_BYTES)} MB that the studio reads.")
        return read_upload(content)
    except OSError as error:
        raise BadImage(f"{file} cannot be read: {error.strerror or error}.") from error


def _pixels(status: int, said: bytes) -> Picture:
    """What the process answered; one that was ended from outside, or died of the file, is answered for."""
    if status == -signal.SIGXCPU:
        raise BadImage(TOO_SLOW)
    if status == -signal.SIGKILL:
        raise BadImage(TOO_MUCH_MEMORY)  # by the system, for want of memory
    if status < 0:
        raise BadImage(DAMAGED)
    if status > 0:
        raise BadImage(NO_READER)
    if said.startswith(b"R"):
        raise BadImage(said[1:].decode())
    if len(said) < _HEAD.size:
        raise BadImage(DAMAGED)
    _, width, height = _HEAD.unpack_from(said)
    pixels = np.frombuffer(said, np.uint8, offset=_HEAD.size)
    sides = sorted((width, height))
    if (
        width * height * 3 != pixels.size
        or pixels.size > 3 * LARGEST_PIXELS
        or sides[0] < SMALLEST_SIDE
        or sides[1] > LARGEST_SIDE
    ):
        raise BadImage(DAMAGED)
    return pixels.reshape(height, width, 3).copy()


def _millions(count: int) -> str:
    return f"{count / 1024 / 1024:.0f}"
