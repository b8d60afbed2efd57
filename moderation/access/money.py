"""The routes of money: who is owed what, one statement as a page and as CSV, and a payout that somebody records."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any, Protocol
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from moderation.access.account import Account
from moderation.access.answers import Pages
from moderation.access.forms import from_our_page
from moderation.access.media import NEVER_KEPT, SignedIn

Short = Annotated[str, Form(max_length=200)]


class Sheets(Protocol):
    """The pages of statements; each raises NotFound for whoever may not read them."""

    def overview(self, account: Account) -> Markup:
        """Everybody whose statements this account may read."""
        ...

    def sheet(self, account: Account, party: str, party_id: str, month: str) -> Any:
        """One statement's page: title, body, payee, month, and what a payout may be of."""
        ...

    def csv(self, account: Account, party: str, party_id: str, month: str) -> tuple[str, str]:
        """One statement as CSV, and the file's name."""
        ...


@dataclass(frozen=True)
class Money:
    """The functions behind the routes; `pay` enters a payout and `minor_of` reads an amount, both raising what they refuse."""

    sheets: Sheets
    pay: Callable[[Account, str, str, int, str, str], object]
    minor_of: Callable[[str], int]


def money_routes(pages: Pages, money: Money) -> APIRouter:
    """Statements and payouts."""
    router = APIRouter()

    @router.get("/statements")
    def overview(request: Request, account: SignedIn) -> Response:
        return pages.page(request, "statements.html", body=money.sheets.overview(account))

    @router.get("/statements/{party}/{party_id}/{month}")
    def statement(request: Request, account: SignedIn, party: str, party_id: str, month: str) -> Response:
        return pages.page(request, "statement.html", sheet=money.sheets.sheet(account, party, party_id, month))

    @router.get("/statements/{party}/{party_id}/{month}/csv")
    def csv(account: SignedIn, party: str, party_id: str, month: str) -> Response:
        text, name = money.sheets.csv(account, party, party_id, month)
        headers = {**NEVER_KEPT, "content-disposition": f'attachment; filename="{name}"'}
        return Response(text.encode(), media_type="text/csv; charset=utf-8", headers=headers)

    @router.post("/statements/{party}/{party_id}/{month}/payout", dependencies=[Depends(from_our_page)])
    def pay(
        account: SignedIn,
        party: str,
        party_id: str,
        month: str,
        amount: Short = "",
        currency: Short = "",
        reference: Short = "",
    ) -> Response:
        money.sheets.sheet(account, party, party_id, month)
        money.pay(account, party, party_id, money.minor_of(amount), currency, reference)
        return RedirectResponse(f"/statements/{party}/{quote(party_id, safe='')}/{quote(month)}", HTTPStatus.SEE_OTHER)

    return router
