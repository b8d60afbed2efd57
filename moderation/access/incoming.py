"""Files handed in with a form: read as they come, into memory and never onto a disk, within limits, and only all together."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from fastapi import HTTPException
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

from moderation.access.account import Account
from moderation.errors import BadRequest, TooManyAttempts

LONGEST_SILENCE = 60.0
"""Seconds without a byte after which a connection counts as lost."""
LONGEST_FIELD = 1000
"""Bytes of a field that is no file."""
UPLOADS_AT_ONCE = 3
"""Everything of an upload is in memory until all of it has arrived."""
TORN = "The connection was lost before everything had arrived; nothing of it was kept."
NO_FORM = "This is not what the form of an upload sends; nothing of it was kept."
STALE = "This form is out of date; go back, load the page again, and send it once more."


@dataclass(frozen=True)
class Limits:
    """How many files one form may bring, and how many bytes each may have."""

    files: int
    bytes: int


@dataclass(frozen=True)
class File:
    """A file as it came: its name as the browser told it, and its content, of which nothing was kept where it was too large."""

    name: str
    content: bytes
    too_large: bool = False


@dataclass
class _Part:
    headers: dict[str, bytes] = field(default_factory=dict)
    name: str = ""
    filename: str | None = None
    content: bytearray = field(default_factory=bytearray)
    too_large: bool = False


class Underway:
    """Who is handing in at this moment: one upload for each account, and only few at all."""

    def __init__(self, waits: str) -> None:
        """`waits` is what is said to whoever has to wait."""
        self._accounts: set[str] = set()
        self._waits = waits

    @contextmanager
    def one_of(self, account: Account) -> Iterator[None]:
        """Raises TooManyAttempts."""
        if account.id in self._accounts or len(self._accounts) >= UPLOADS_AT_ONCE:
            raise TooManyAttempts(self._waits)
        self._accounts.add(account.id)
        try:
            yield
        finally:
            self._accounts.discard(account.id)


class _Reader:
    """What the parser calls; `fits` says whether a token is that of a page of ours, and no file is looked at before it came."""

    def __init__(self, fits: Callable[[str], bool], limits: Limits) -> None:
        self._fits, self._limits = fits, limits
        self._part, self._header, self._value = _Part(), b"", b""
        self.fields: dict[str, str] = {}
        self.files: list[File] = []
        self.is_whole = False
        self.too_many = False

    def on_part_begin(self) -> None:
        self._part = _Part()

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def on_header_end(self) -> None:
        self._part.headers[self._header.decode("latin-1").lower()] = self._value
        self._header, self._value = b"", b""

    def on_headers_finished(self) -> None:
        _, told = parse_options_header(self._part.headers.get("content-disposition", b""))
        self._part.name = told.get(b"name", b"").decode("utf-8", "replace")
        filename = told.get(b"filename")
        if filename is not None:
            if not self._fits(self.fields.get("form", "")):
                raise HTTPException(403, STALE)
            self._part.filename = filename.decode("utf-8", "replace")

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        part = self._part
        most = LONGEST_FIELD if part.filename is None else self._limits.bytes
        if self.too_many or part.too_large:
            return
        if len(part.content) + end - start > most:
            if part.filename is None:
                raise BadRequest(NO_FORM)
            part.too_large, part.content = True, bytearray()
            return
        part.content += data[start:end]

    def on_part_end(self) -> None:
        part = self._part
        if part.filename is None:
            self.fields[part.name] = part.content.decode("utf-8", "replace")
        elif part.filename or part.content or part.too_large:
            self._add(File(part.filename, bytes(part.content), part.too_large))
        self._part = _Part()

    def on_end(self) -> None:
        self.is_whole = True

    def _add(self, file: File) -> None:
        if len(self.files) >= self._limits.files:
            self.too_many, self.files = True, []
        if not self.too_many:
            self.files.append(file)


async def read_form(request: Request, fits: Callable[[str], bool], limits: Limits) -> tuple[dict[str, str], list[File]]:
    """The fields and the files of a multipart form whose field `form`, before any file, holds a token that `fits`.

    Nothing is written to a disk, and nothing is handed on unless all of it arrived. Raises HTTPException 403 without a token,
    BadRequest for another body, too many files, or a connection that was lost or fell silent.
    """
    kind, told = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data" or not told.get(b"boundary"):
        raise HTTPException(403, STALE)
    reader = _Reader(fits, limits)
    names = [name for name in dir(reader) if name.startswith("on_")]
    parser = MultipartParser(told[b"boundary"], {name: getattr(reader, name) for name in names})  # type: ignore[arg-type]
    try:
        async for chunk in _chunks(request):
            parser.write(chunk)
        parser.finalize()
    except FormParserError as error:
        raise BadRequest(NO_FORM) from error
    except (ClientDisconnect, TimeoutError) as error:
        raise BadRequest(TORN) from error
    if not reader.is_whole:
        raise BadRequest(TORN)
    if not fits(reader.fields.get("form", "")):
        raise HTTPException(403, STALE)
    if reader.too_many:
        raise BadRequest(f"At most {limits.files} files are taken at a time; nothing of these was kept.")
    return reader.fields, reader.files


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    stream = request.stream()
    while True:
        try:
            chunk = await asyncio.wait_for(anext(stream), LONGEST_SILENCE)
        except StopAsyncIteration:
            return
        yield chunk
