"""Pictures and files that leave by a route of ours, each time asking anew whether this account may have them."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from moderation.access.account import Account
from moderation.access.forms import from_our_page

NEVER_KEPT = {"cache-control": "private, no-store"}


class Outgoing(Protocol):
    """A released file that may leave now."""

    @property
    def path(self) -> Path:
        """Where it lies."""
        ...

    @property
    def filename(self) -> str:
        """What it is called at the other end, ending in .png."""
        ...


@dataclass(frozen=True)
class Pictures:
    """The functions behind the routes; each raises NotFound for an id that is absent or not this account's.

    `portrait` is asked by nobody (None) in a demo, whose cast is public. All give JPEG bytes, marked "AI-generated" but for
    `reference`, whose picture is marked as one.
    `grant` gives the token of a download that `open_download` redeems; both raise what the release domain refuses.
    """

    preview: Callable[[Account, str], bytes]
    progress: Callable[[Account, str], bytes]
    portrait: Callable[[Account | None, str], bytes]
    reference: Callable[[Account, str], bytes]
    look: Callable[[Account, str], bytes]
    grant: Callable[[Account, str], str]
    open_download: Callable[[Account, str], Outgoing]


def signed_in(request: Request) -> Account:
    """The account that the gate read from the database for this very request."""
    account: Account = request.scope["account"]
    return account


SignedIn = Annotated[Account, Depends(signed_in)]


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

    @router.api_route("/media/look/{name}", methods=["GET", "HEAD"])
    def look(account: SignedIn, name: str) -> Response:
        return _jpeg(pictures.look(account, name))

    @router.post("/release/{render_id}/download", dependencies=[Depends(from_our_page)])
    def grant(account: SignedIn, render_id: str) -> Response:
        return RedirectResponse(f"/download/{pictures.grant(account, render_id)}", HTTPStatus.SEE_OTHER)

    @router.api_route("/download/{token}", methods=["GET", "HEAD"])
    def download(account: SignedIn, token: str) -> Response:
        file = pictures.open_download(account, token)
        return FileResponse(file.path, filename=file.filename, media_type="image/png", headers=NEVER_KEPT)

    return router


def _jpeg(content: bytes) -> Response:
    return Response(content, media_type="image/jpeg", headers=NEVER_KEPT)
