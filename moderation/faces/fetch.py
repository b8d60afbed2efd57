"""Fetches one file over the network: resumed where it broke off, never longer than told, believed by its hash alone."""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from moderation.errors import PackRefused
from moderation.faces.catalogue import SourceFile, check_address

PATIENCE_S = 30.0
ATTEMPTS = 5
"""Attempts without a single new byte after which a download is given up; one that moves on is always taken up again."""
LARGEST = 2_000_000_000
"""The most that a file of unknown size may have."""

Progress = Callable[[str, int, int | None], None]
"""The file, the bytes that are here, and all there will be, if known."""


@dataclass(frozen=True)
class Fetched:
    """A whole file on this machine."""

    path: Path
    sha256: str
    bytes: int


def careful_client() -> httpx.Client:
    """A client that follows where it is sent, but over an encrypted line only."""
    return httpx.Client(follow_redirects=True, event_hooks={"request": [lambda request: check_address(str(request.url))]})


class Interrupted(Exception):
    """The connection broke off; what arrived is kept."""


def fetch(source: SourceFile, expected: str | None, folder: Path, client: httpx.Client, progress: Progress) -> Fetched:
    """Fetch `source` into `folder` under its own name; raises PackRefused.

    What arrives stays in `<file>.part` and is taken up by the next call. A file that is longer than told, or whose SHA-256 is not
    `expected` (where that is given), is removed.
    """
    if source.url is None:
        raise PackRefused(f"{source.file} is nowhere to be fetched; import a file of your own.")
    part, barren, begun_anew = folder / f"{source.file}.part", 0, 0
    while True:
        here = _size(part)
        try:
            _take_up(source, source.url, part, client, progress)
            break
        except Interrupted as error:
            barren = barren + 1 if _size(part) <= here else 0
            begun_anew += _size(part) < here
            if barren == ATTEMPTS or begun_anew > 1:
                raise PackRefused(
                    f"{source.file} could not be fetched: {error}. What arrived is kept; pull again to go on."
                ) from error
    sha256, size = sha256_of(part), _size(part)
    if source.bytes is not None and size != source.bytes:
        part.unlink()
        raise PackRefused(f"{source.file} has {size} bytes where {source.bytes} were expected; it was thrown away.")
    if expected is not None and sha256 != expected:
        part.unlink()
        raise PackRefused(f"{source.file} is not the file that was expected (its SHA-256 is {sha256}); it was thrown away.")
    part.replace(folder / source.file)
    return Fetched(folder / source.file, sha256, size)


def _take_up(source: SourceFile, url: str, part: Path, client: httpx.Client, progress: Progress) -> None:
    """Ask for what is missing and append it; raises Interrupted or PackRefused."""
    here = _size(part)
    if source.bytes is not None and here == source.bytes:
        return
    wanted = {"Range": f"bytes={here}-"} if here else {}
    try:
        with client.stream("GET", url, headers={"Accept-Encoding": "identity", **wanted}, timeout=PATIENCE_S) as answer:
            if answer.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE and here:
                part.unlink()  # what is here is no beginning of what is there
                raise Interrupted("the server has another file than before")
            if answer.status_code >= 500:
                raise Interrupted(f"the server answered {answer.status_code}")
            if answer.status_code not in (httpx.codes.OK, httpx.codes.PARTIAL_CONTENT):
                raise PackRefused(f"{source.file} could not be fetched: the server answered {answer.status_code}.")
            begin = here if answer.status_code == httpx.codes.PARTIAL_CONTENT and _begins_at(answer, here) else 0
            _write(source, answer, part, begin, progress)
    except httpx.HTTPError as error:
        raise Interrupted(str(error) or type(error).__name__) from error


def _begins_at(answer: httpx.Response, here: int) -> bool:
    """Whether a partial answer begins where it was asked to; raises Interrupted on one that begins elsewhere."""
    told = answer.headers.get("Content-Range", "")
    if not told.startswith(f"bytes {here}-"):
        raise Interrupted(f"the server sent another part than was asked for ({told})")
    return True


def _write(source: SourceFile, answer: httpx.Response, part: Path, begin: int, progress: Progress) -> None:
    most = source.bytes or LARGEST
    length = answer.headers.get("Content-Length", "")
    whole = source.bytes or (begin + int(length) if length.isdigit() else None)
    here = begin
    with part.open("r+b" if begin else "wb") as file:
        file.seek(begin)
        for chunk in answer.iter_raw():
            here += len(chunk)
            if here > most:
                file.close()
                part.unlink()
                raise PackRefused(f"{source.file} is longer than the {most} bytes that were expected; it was thrown away.")
            file.write(chunk)
            progress(source.file, here, whole)
        file.flush()
        os.fsync(file.fileno())
    if whole is not None and here < whole:
        raise Interrupted(f"the connection ended after {here} of {whole} bytes")


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, read piece by piece. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
