"""The page on which a creative marks the part of a picture that is repainted, and the routes that take the mask."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Depends
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from moderation.access.account import Account
from moderation.access.answers import Pages, wants_page
from moderation.access.forms import from_our_page
from moderation.access.incoming import File, Limits, Underway, read_form
from moderation.access.media import NEVER_KEPT, SignedIn
from moderation.access.session import form_token_fits
from moderation.errors import BadRequest, ModerationError, NotFound
from moderation.uploads.decode import LARGEST_BYTES
from moderation.uploads.marked import LARGEST_MASK

ONE_MASK = Limits(files=1, bytes=LARGEST_MASK)
ONE_PICTURE = Limits(files=1, bytes=LARGEST_BYTES)
WAIT = "Something of yours is being handed in already; wait until that is done, then send this."
NO_PICTURE = "Choose a picture to hand in first."
NO_MASK = "Which part changes is told by a mask, and none was sent; mark a part and order again."

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Repainting:
    """What stands behind the routes. All raise NotFound for a picture that is not this account's to repaint.

    `table` tells of the pictures that were handed in, `take` takes another of a twin and answers with its id, `remove` destroys
    one and `preview` shows one (JPEG). `part` gives a part that is known, white, as a PNG; `order` is given the form's fields and
    the mask as it came, and tells the new image's `id`, `number` and `shoot`.
    """

    table: Callable[[Account], Facts]
    take: Callable[[Account, str, File], str]
    remove: Callable[[Account, str], object]
    preview: Callable[[Account, str], bytes]
    sheet: Callable[[Account, str], Facts]
    part: Callable[[Account, str, str], bytes]
    order: Callable[[Account, str, Mapping[str, str], File], Facts]


def repainting_routes(pages: Pages, repainting: Repainting) -> APIRouter:
    """For the creatives of the brand whose picture it is."""
    router, underway = APIRouter(), Underway(WAIT)

    @router.get("/repaint/{base_id}")
    def sheet(request: Request, account: SignedIn, base_id: str) -> Response:
        return pages.page(request, "repaint.html", **repainting.sheet(account, base_id))

    @router.get("/repaint/{base_id}/part/{name}")
    def part(account: SignedIn, base_id: str, name: str) -> Response:
        return Response(repainting.part(account, base_id, name), media_type="image/png", headers=NEVER_KEPT)

    @router.post("/repaint/{base_id}")
    async def order(request: Request, account: SignedIn, base_id: str) -> Response:
        with underway.one_of(account):
            fields, files = await read_form(request, lambda token: form_token_fits(request.session, token), ONE_MASK)
            if not files:
                raise BadRequest(NO_MASK)
            return JSONResponse(await run_in_threadpool(repainting.order, account, base_id, fields, files[0]))

    _upload_routes(router, pages, repainting, underway)
    return router


def _upload_routes(router: APIRouter, pages: Pages, repainting: Repainting, underway: Underway) -> None:
    @router.get("/repaint")
    def table(request: Request, account: SignedIn) -> Response:
        return pages.page(request, "repaint_table.html", complaint="", **repainting.table(account))

    @router.get("/media/base/{base_id}")
    def preview(account: SignedIn, base_id: str) -> Response:
        return Response(repainting.preview(account, base_id), media_type="image/jpeg", headers=NEVER_KEPT)

    @router.post("/repaint")
    async def take(request: Request, account: SignedIn) -> Response:
        with underway.one_of(account):
            fields, files = await read_form(request, lambda token: form_token_fits(request.session, token), ONE_PICTURE)
            try:
                if not files:
                    raise BadRequest(NO_PICTURE)
                base_id = await run_in_threadpool(repainting.take, account, fields.get("twin", ""), files[0])
            except NotFound:
                raise
            except ModerationError as refusal:
                if not wants_page(request):
                    raise
                facts = repainting.table(account)
                return pages.page(request, "repaint_table.html", status=400, complaint=str(refusal), **facts)
        return RedirectResponse(f"/repaint/{base_id}", HTTPStatus.SEE_OTHER)

    @router.post("/repaint/{base_id}/remove", dependencies=[Depends(from_our_page)])
    def remove(account: SignedIn, base_id: str) -> Response:
        repainting.remove(account, base_id)
        return RedirectResponse("/repaint", HTTPStatus.SEE_OTHER)
