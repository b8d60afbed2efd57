"""What a form with files brings: read piece by piece, nothing before its token, and everything or nothing."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi import HTTPException
from starlette.requests import Request
from starlette.types import Message

from moderation.access.incoming import File, Limits, read_form
from moderation.errors import BadRequest

TOKEN = "t" * 20
LIMITS = Limits(files=3, bytes=1000)


def part(name: str, content: bytes, filename: str | None = None) -> bytes:
    told = f'form-data; name="{name}"' + (f'; filename="{filename}"' if filename is not None else "")
    return f"--b\r\nContent-Disposition: {told}\r\n\r\n".encode() + content + b"\r\n"


def whole(*parts: bytes) -> bytes:
    return b"".join(parts) + b"--b--\r\n"


FORM = part("form", TOKEN.encode())
GOOD = whole(FORM, part("files", b"one\r\n--c", "a.jpg"), part("files", b"\x00\xff" * 40, "b c.jpg"))


def asked(pieces: Sequence[bytes], kind: str = "multipart/form-data; boundary=b", lost: bool = False) -> Request:
    messages: list[Message] = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    messages.append({"type": "http.disconnect"} if lost else {"type": "http.request", "body": b"", "more_body": False})

    async def receive() -> Message:
        return messages.pop(0)

    scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"content-type", kind.encode())]}
    return Request(scope, receive)


def read(request: Request) -> tuple[dict[str, str], list[File]]:
    # In a thread of its own: the browser of other tests keeps this one's event loop running.
    with ThreadPoolExecutor(1) as beside:
        return beside.submit(lambda: asyncio.run(read_form(request, lambda token: token == TOKEN, LIMITS))).result()


@pytest.mark.parametrize("size", [1, 2, 7, 64, 10_000])
def test_in_whatever_pieces_it_comes_the_form_is_the_same(size: int) -> None:
    fields, files = read(asked([GOOD[at : at + size] for at in range(0, len(GOOD), size)]))
    assert fields == {"form": TOKEN}
    assert files == [File("a.jpg", b"one\r\n--c"), File("b c.jpg", b"\x00\xff" * 40)]


@pytest.mark.parametrize("cut", range(1, len(GOOD) - 4, 9))
def test_half_a_form_is_none_wherever_it_is_cut(cut: int) -> None:
    with pytest.raises((BadRequest, HTTPException)):
        read(asked([GOOD[:cut]]))
    with pytest.raises((BadRequest, HTTPException)):
        read(asked([GOOD[:cut]], lost=True))


@pytest.mark.parametrize(
    "body",
    [
        whole(part("files", b"x", "a.jpg")),
        whole(part("form", b"wrong"), part("files", b"x", "a.jpg")),
        whole(part("files", b"x", "a.jpg"), FORM),
        whole(part("other", b"x")),
    ],
)
def test_without_a_token_before_them_no_file_is_looked_at(body: bytes) -> None:
    with pytest.raises(HTTPException) as refusal:
        read(asked([body]))
    assert refusal.value.status_code == 403


def test_other_bodies_too_many_files_and_endless_fields_are_refused() -> None:
    for kind in ("", "application/json", "multipart/form-data", "multipart/mixed; boundary=b"):
        with pytest.raises(HTTPException):
            read(asked([GOOD], kind))
    with pytest.raises(BadRequest, match="At most 3"):
        read(asked([whole(FORM, *(part("files", b"x", f"{number}.jpg") for number in range(4)))]))
    with pytest.raises(BadRequest, match="not what the form"):
        read(asked([whole(FORM, part("instead", b"x" * 2000))]))
    with pytest.raises((BadRequest, HTTPException)):
        read(asked([b"no form at all"]))


def test_a_file_that_is_too_large_is_named_and_nothing_of_it_kept() -> None:
    _, files = read(asked([whole(FORM, part("files", b"x" * 1001, "large.jpg"), part("files", b"y" * 1000, "fits.jpg"))]))
    assert files == [File("large.jpg", b"", too_large=True), File("fits.jpg", b"y" * 1000)]


def test_a_file_field_that_was_left_empty_brings_no_file() -> None:
    assert read(asked([whole(FORM, part("files", b"", ""))])) == ({"form": TOKEN}, [])
