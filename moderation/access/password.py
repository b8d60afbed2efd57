"""The page on which anybody changes the own password; where a demo asks nobody for one, it says so."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from moderation.access.account import Account
from moderation.access.accounts import Accounts
from moderation.access.answers import Pages
from moderation.access.confirmation import Confirmations
from moderation.access.forms import from_our_page
from moderation.access.media import SignedIn
from moderation.access.session import Sessions
from moderation.errors import AccountRefused, TooManyAttempts

Field = Annotated[str, Form(max_length=400)]


def password_routes(pages: Pages, accounts: Accounts, sessions: Sessions, confirmations: Confirmations) -> APIRouter:
    """One's own password, of every role; the present one is asked for, and every other browser is signed out."""
    router = APIRouter()

    def shown(request: Request, account: Account, complaint: str = "", status: int = HTTPStatus.OK, done: str = "") -> Response:
        open_ = confirmations.is_open(account)
        return pages.page(request, "password.html", status=status, open=open_, complaint=complaint, done=bool(done))

    @router.get("/password")
    def page(request: Request, account: SignedIn, done: str = "") -> Response:
        return shown(request, account, done=done)

    @router.post("/password", dependencies=[Depends(from_our_page)])
    def change(request: Request, account: SignedIn, present: Field = "", password: Field = "", again: Field = "") -> Response:
        address = request.client.host if request.client else "unknown"
        try:
            if password != again:
                raise AccountRefused("The two new passwords differ.")
            changed = accounts.change_own(account, present, password, address)
        except (AccountRefused, TooManyAttempts) as refusal:
            status = HTTPStatus.TOO_MANY_REQUESTS if isinstance(refusal, TooManyAttempts) else HTTPStatus.BAD_REQUEST
            said = "The present password is wrong." if str(refusal).startswith("Login or") else str(refusal)
            return shown(request, account, said, status)
        sessions.begin(request.session, changed)
        return RedirectResponse("/password?done=yes", HTTPStatus.SEE_OTHER)

    return router
