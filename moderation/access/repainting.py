"""The page on which a creative marks the part of a picture that is repainted, and the routes that take the mask."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from moderation.access.account import Account
from moderation.access.answers import Pages
from moderation.access.incoming import File, Limits, Underway, read_form
from moderation.access.media import NEVER_KEPT, SignedIn
from moderation.access.session import form_token_fits
from moderation.errors import BadRequest
from moderation.marked import LARGEST_MASK

ONE_MASK = Limits(files=1, bytes=LARGEST_MASK)
WAIT = "Something of yours is being handed in already; wait until that is done, then send this."
NO_MASK = "Which part changes is told by a mask, and none was sent; mark a part and order again."

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Repainting:
    """What stands behind the routes. All raise NotFound for a picture that is not this account's to repaint.

    `part` gives a part that is known, white, as a PNG; `order` is given the form's fields and the mask as it came, and tells the
    new image's `id`, `number` and `shoot`.
    """

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

    return router
