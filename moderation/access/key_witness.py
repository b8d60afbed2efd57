"""The page on which a witness lets a person's new key in: her agency, or an administrator."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from moderation.access.account import Account, Role
from moderation.access.answers import Pages
from moderation.access.confirmation import Confirmations
from moderation.access.forms import from_our_page
from moderation.access.media import SignedIn
from moderation.errors import AccountRefused, BadRequest, SignatureRefused, TooManyAttempts
from moderation.keys.witness import KeyWitness

Field = Annotated[str, Form(max_length=400)]


@dataclass(frozen=True)
class WitnessDesk:
    """What stands behind the page; `words` are functions by which its template says things."""

    keys: KeyWitness
    confirmations: Confirmations
    now: Callable[[], datetime]
    words: Mapping[str, Any]


def key_witness_routes(pages: Pages, desk: WitnessDesk) -> APIRouter:
    """For her agency and administrators; whoever else asks finds nothing."""
    router = APIRouter()

    def shown(request: Request, account: Account, person_id: str, complaint: str = "", told: str = "") -> Response:
        status = HTTPStatus.BAD_REQUEST if complaint else HTTPStatus.OK
        facts = {"asked": desk.keys.asked(account, person_id), "back": _back(account, person_id), "told": told}
        open_ = desk.confirmations.is_open(account)
        return pages.page(request, "key_witness.html", status=status, complaint=complaint, open=open_, **facts, **desk.words)

    @router.get("/key/{person_id}")
    def page(request: Request, account: SignedIn, person_id: str) -> Response:
        return shown(request, account, person_id)

    @router.post("/key/{person_id}", dependencies=[Depends(from_our_page)])
    def let_in(
        request: Request, account: SignedIn, person_id: str, fingerprint: Field = "", seen: Field = "", password: Field = ""
    ) -> Response:
        def prove() -> None:
            if seen != "yes":
                raise BadRequest("Say that you met her or heard her voice: without that you are no witness.")
            if not desk.confirmations.is_open(account):
                address = request.client.host if request.client else "unknown"
                desk.confirmations.confirm(account, password, address)

        try:
            desk.keys.let_in(account, person_id, fingerprint, prove)
        except (BadRequest, AccountRefused, SignatureRefused, TooManyAttempts) as refusal:
            return shown(request, account, person_id, str(refusal), fingerprint)
        return RedirectResponse(_back(account, person_id), HTTPStatus.SEE_OTHER)

    return router


def _back(account: Account, person_id: str) -> str:
    return "/admin" if account.role is Role.ADMINISTRATOR else f"/agency/person/{quote(person_id, safe='')}"
