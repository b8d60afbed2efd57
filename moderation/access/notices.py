"""Somebody's inbox, and the link of a message that leads to it; only a POST marks anything or uses a link up."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Protocol
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from moderation.access.account import Account
from moderation.access.answers import Pages
from moderation.access.forms import from_our_page
from moderation.access.gate import Refusal
from moderation.access.media import SignedIn
from moderation.errors import NotFound

OWN_FORM = [Depends(from_our_page)]


class _Box(Protocol):
    def of(self, account: Account, /) -> Sequence[object]: ...
    def mark(self, account: Account, notice_id: str | None, /, *, read: bool) -> str: ...


class _Led(Protocol):
    @property
    def words(self) -> str: ...
    @property
    def address(self) -> str: ...


class _Links(Protocol):
    def look(self, token: str, /) -> _Led: ...
    def use(self, token: str, account: Account | None, /) -> _Led: ...


def notice_routes(pages: Pages, box: _Box, links: _Links, settle: Callable[[], object]) -> APIRouter:
    """The inbox for whoever is signed in; `settle` makes what is due before it is read."""
    router = APIRouter()

    @router.get("/notices")
    def inbox(request: Request, account: SignedIn) -> Response:
        settle()
        return pages.page(request, "notices.html", notices=box.of(account))

    @router.post("/notices/read", dependencies=OWN_FORM)
    def all_read(account: SignedIn) -> Response:
        return _to(box.mark(account, None, read=True))

    @router.post("/notices/{notice_id}/open", dependencies=OWN_FORM)
    def follow(account: SignedIn, notice_id: str) -> Response:
        return _to(box.mark(account, notice_id, read=True))

    @router.post("/notices/{notice_id}/unread", dependencies=OWN_FORM)
    def unread(account: SignedIn, notice_id: str) -> Response:
        box.mark(account, notice_id, read=False)
        return _to("/notices")

    _link_routes(router, pages, links)
    return router


def _link_routes(router: APIRouter, pages: Pages, links: _Links) -> None:
    @router.get("/notice/{token}")
    def arrive(request: Request, token: str) -> Response:
        try:
            led = links.look(token)
        except NotFound as error:
            return pages.refusal(request, Refusal(404, str(error)))
        return pages.page(request, "notice.html", led=led, token=token)

    @router.post("/notice/{token}", dependencies=OWN_FORM)
    def go(request: Request, token: str) -> Response:
        account: Account | None = request.scope["account"]
        try:
            led = links.use(token, account)
        except NotFound as error:
            return pages.refusal(request, Refusal(404, str(error)))
        return _to(led.address if account else f"/sign-in?{urlencode({'to': led.address})}")


def _to(address: str) -> Response:
    return RedirectResponse(address, HTTPStatus.SEE_OTHER)
