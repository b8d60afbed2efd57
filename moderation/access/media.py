"""Pictures and files that leave by a route of ours, each time asking anew whether this account may have them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from moderation.access.account import Account
from moderation.access.forms import from_our_page

RANGE = re.compile(r"bytes=(?P<first>\d{0,12})-(?P<last>\d{0,12})")
NEVER_KEPT = {"cache-control": "private, no-store"}


class Outgoing(Protocol):
    """A released file that may leave now."""

    @property
    def content(self) -> bytes:
        """Its bytes; at rest they are sealed, so no file can be sent as it lies."""
        ...

    @property
    def sha256(self) -> str:
        """Their hash."""
        ...

    @property
    def filename(self) -> str:
        """What it is called at the other end, with the ending of what it is."""
        ...


@dataclass(frozen=True)
class Pictures:
    """The functions behind the routes; each raises NotFound for an id that is absent or not this account's.

    `portrait` is asked by nobody (None) in a demo, whose cast is public. All give JPEG bytes, marked "AI-generated" but for
    `reference`, whose picture is marked as one.
    `grant` gives the token of a download that `open_download` redeems, of a copy by its name or ("") of the file itself; both
    raise what the release domain refuses. `proof` develops an image's negative for a twin, words and the tools' values.
    """

    preview: Callable[[Account, str], bytes]
    progress: Callable[[Account, str], bytes]
    portrait: Callable[[Account | None, str], bytes]
    reference: Callable[[Account, str], bytes]
    look: Callable[[Account, str], bytes]
    grant: Callable[[Account, str, str], str]
    open_download: Callable[[Account, str], Outgoing]
    proof: Callable[[Account, str, str, str, str], bytes]


def signed_in(request: Request) -> Account:
    """The account that the gate read from the database for this very request."""
    account: Account = request.scope["account"]
    return account


SignedIn = Annotated[Account, Depends(signed_in)]
Told = Annotated[str, Form(max_length=4000)]


def media_routes(pictures: Pictures) -> APIRouter:
    """Previews, progress, portraits, references and looks; the grant of a download, and the download itself."""
    router = APIRouter()

    @router.api_route("/media/preview/{render_id}", methods=["GET", "HEAD"])
    def preview(account: SignedIn, render_id: str) -> Response:
        return _jpeg(pictures.preview(account, render_id))

    @router.api_route("/media/progress/{render_id}", methods=["GET", "HEAD"])
    def progress(account: SignedIn, render_id: str) -> Response:
        return _jpeg(pictures.progress(account, render_id))

    @router.api_route("/media/portrait/{twin_id}", methods=["GET", "HEAD"])
    def portrait(request: Request, twin_id: str) -> Response:
        return _jpeg(pictures.portrait(request.scope["account"], twin_id))

    @router.get("/media/reference/{reference_id}")
    def reference(account: SignedIn, reference_id: str) -> Response:
        return _jpeg(pictures.reference(account, reference_id))

    @router.post("/light-table/{render_id}", dependencies=[Depends(from_our_page)])
    def proof(account: SignedIn, render_id: str, dials: Told, twin: Told = "", words: Told = "") -> Response:
        return _jpeg(pictures.proof(account, render_id, twin, words, dials))

    @router.api_route("/media/look/{name}", methods=["GET", "HEAD"])
    def look(account: SignedIn, name: str) -> Response:
        return _jpeg(pictures.look(account, name))

    @router.post("/release/{render_id}/download", dependencies=[Depends(from_our_page)])
    def grant(account: SignedIn, render_id: str, which: Annotated[str, Form(max_length=40)] = "") -> Response:
        return RedirectResponse(f"/download/{pictures.grant(account, render_id, which)}", HTTPStatus.SEE_OTHER)

    @router.api_route("/download/{token}", methods=["GET", "HEAD"])
    def download(request: Request, account: SignedIn, token: str) -> Response:
        file = pictures.open_download(account, token)
        return attached(request, file, "image/jpeg" if file.filename.endswith(".jpg") else "image/png")

    return router


def attached(request: Request, file: Outgoing, media_type: str) -> Response:
    """A file to keep, or the one part of it that a Range header asks for (RFC 9110 §14), so that a broken download can go on."""
    whole, tag = len(file.content), f'"{file.sha256}"'
    headers = {
        **NEVER_KEPT,
        "accept-ranges": "bytes",
        "etag": tag,
        "content-disposition": f'attachment; filename="{file.filename}"',
    }
    asked = RANGE.fullmatch(request.headers.get("range", ""))
    if asked is None or request.headers.get("if-range", tag) != tag or _senseless(asked["first"], asked["last"]):
        return Response(file.content, media_type=media_type, headers=headers)
    if asked["first"]:
        first, last = int(asked["first"]), min(int(asked["last"] or whole), whole - 1)
    else:
        first, last = max(0, whole - int(asked["last"])), whole - 1
    if first > last:
        return Response(status_code=416, headers={**headers, "content-range": f"bytes */{whole}"})
    part = {**headers, "content-range": f"bytes {first}-{last}/{whole}"}
    return Response(file.content[first : last + 1], 206, part, media_type)


def _senseless(first: str, last: str) -> bool:
    """Whether a range says nothing, or ends before it begins; such a header counts as not sent."""
    return first == last == "" or bool(first and last and int(last) < int(first))


def _jpeg(content: bytes) -> Response:
    return Response(content, media_type="image/jpeg", headers=NEVER_KEPT)
