"""Pages to read, made for the account that asks."""

from collections.abc import Callable

from fastapi import APIRouter
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from moderation.access.account import Account
from moderation.access.answers import Pages
from moderation.access.media import SignedIn

Body = Callable[[Account], Markup]
"""A page's body for an account; raises NotFound where the page is not that account's."""


def reading_routes(pages: Pages, scales: Body) -> APIRouter:
    """What the scales of the review desk mean."""
    router = APIRouter()

    @router.get("/scales")
    def explain(request: Request, account: SignedIn) -> Response:
        return pages.page(request, "scales.html", body=scales(account))

    return router
