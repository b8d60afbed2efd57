"""Where she says whether her agency may say no for her: off unless her key signed it, and hers to end at any time."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Form
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from moderation.access.account import Account, Role
from moderation.access.answers import Pages
from moderation.access.forms import from_our_page
from moderation.access.media import SignedIn
from moderation.errors import NotFound
from moderation.keys.her_word import Word, word_of
from moderation.keys.on_behalf import Allowance

OWN_FORM = [Depends(from_our_page)]
Short = Annotated[str, Form(max_length=400)]
Long = Annotated[str, Form(max_length=20_000)]
ADDRESS = "/my-agency"


class _Behalf(Protocol):
    def standing(self, account: Account, /) -> Allowance | None: ...
    def statement(self, account: Account, key: str, *, allowed: bool) -> bytes: ...
    def allow(self, account: Account, *, allowed: bool, word: Word = None) -> None: ...


@dataclass(frozen=True)
class HerAgency:
    """What stands behind the routes; `is_open` says that a demo's door asks no password."""

    behalf: _Behalf
    is_open: Callable[[Account], bool]


def her_agency_routes(pages: Pages, hers: HerAgency) -> APIRouter:
    """For a model alone, and about herself alone."""
    router = APIRouter()

    @router.get(ADDRESS)
    def page(request: Request, account: SignedIn) -> Response:
        stands = hers.behalf.standing(_herself(account))
        return pages.page(request, "my_agency.html", stands=stands, open=hers.is_open(account))

    @router.post(f"/statement{ADDRESS}", dependencies=OWN_FORM)
    def statement(account: SignedIn, allowed: Short = "", key: Short = "") -> Response:
        made = hers.behalf.statement(_herself(account), key, allowed=allowed == "yes")
        return JSONResponse({"statement": made.decode()})

    @router.post(ADDRESS, dependencies=OWN_FORM)
    def allow(account: SignedIn, allowed: Short = "", word: Long = "") -> Response:
        hers.behalf.allow(_herself(account), allowed=allowed == "yes", word=word_of(word))
        return RedirectResponse(ADDRESS, HTTPStatus.SEE_OTHER)

    return router


def _herself(account: Account) -> Account:
    if account.role is not Role.MODEL:
        raise NotFound("There is nothing here.")
    return account
