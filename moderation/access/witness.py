"""The page on which anybody who is signed in takes the signed head of the audit chain home."""

from collections.abc import Callable

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from moderation.access.answers import Pages
from moderation.access.forms import from_our_page
from moderation.access.media import NEVER_KEPT, SignedIn
from moderation.audit.witness import Witnesses


def witness_routes(witnesses: Witnesses) -> Callable[[Pages], APIRouter]:
    """The page, and the file."""

    def routes(pages: Pages) -> APIRouter:
        router = APIRouter()

        @router.get("/witness")
        def explain(request: Request) -> Response:
            return pages.page(request, "witness.html", head=witnesses.latest())

        @router.post("/witness", dependencies=[Depends(from_our_page)])
        def take(account: SignedIn) -> Response:
            head = witnesses.take(account)
            name = f"audit-head-{head.seq}.json"
            headers = {**NEVER_KEPT, "content-disposition": f'attachment; filename="{name}"'}
            return Response(head.as_text(), media_type="application/json", headers=headers)

        return router

    return routes
