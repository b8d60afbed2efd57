"""The public page of figures; who may read it, and how much, is decided where the figures are read."""

from collections.abc import Callable

from fastapi import APIRouter
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from moderation.access.account import Account
from moderation.access.answers import Pages
from moderation.access.gate import Refusal
from moderation.errors import NotFound

ADDRESS = "/insights"
Body = Callable[[Account | None], Markup]
"""The page's body for an account or for nobody; raises NotFound for whoever may not read it."""


def insight_routes(pages: Pages, body: Body) -> APIRouter:
    """The page; whoever is nobody yet is led to the sign-in page where it is not open."""
    router = APIRouter()

    @router.get(ADDRESS)
    def insights(request: Request) -> Response:
        account: Account | None = request.scope["account"]
        try:
            told = body(account)
        except NotFound:
            if account is not None:
                raise
            return pages.refusal(request, Refusal(401, "Sign in to see these figures.", sign_in=True))
        return pages.page(request, "insights.html", body=told)

    return router
