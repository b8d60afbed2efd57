"""What was taken back: its page, its receipt on paper and as a signed file, and what a brand answers to a recall."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from moderation.access.account import Account
from moderation.access.answers import Pages
from moderation.access.forms import from_our_page
from moderation.access.media import NEVER_KEPT, SignedIn

OWN_FORM = [Depends(from_our_page)]
Chosen = Annotated[list[str], Form(max_length=1000)]
Name = Annotated[str, Form(max_length=400)]
Body = Callable[[Account, str], Markup]


@dataclass(frozen=True)
class TakenBackPages:
    """The functions behind the routes; each raises NotFound for what is not this account's to read.

    `receipt_file` gives canonical JSON with statement and signature. `recalls` is the list of a brand that it answers, by
    `acknowledge` and `attest`; for whoever has none of that to read it raises NotFound too.
    """

    timeline: Body
    receipt: Body
    receipt_file: Callable[[Account, str], bytes]
    recalls: Callable[[Account], Markup]
    acknowledge: Callable[[Account, Sequence[str]], object]
    attest: Callable[[Account, Sequence[str], str], object]


def revocation_routes(pages: Pages, taken: TakenBackPages) -> APIRouter:
    """Timeline and receipts for her, her agency and the administrator; recalls for a brand's creatives."""
    router = APIRouter()

    @router.get("/revocation/{taking_back_id}")
    def timeline(request: Request, account: SignedIn, taking_back_id: str) -> Response:
        return pages.page(request, "paper.html", title="Taken back", body=taken.timeline(account, taking_back_id))

    @router.get("/revocation/{taking_back_id}/receipt")
    def receipt(request: Request, account: SignedIn, taking_back_id: str) -> Response:
        return pages.page(request, "paper.html", title="Receipt", body=taken.receipt(account, taking_back_id))

    @router.get("/revocation/{taking_back_id}/receipt.json")
    def receipt_file(account: SignedIn, taking_back_id: str) -> Response:
        content = taken.receipt_file(account, taking_back_id)
        headers = {**NEVER_KEPT, "content-disposition": f'attachment; filename="receipt-{taking_back_id[-26:]}.json"'}
        return Response(content, media_type="application/json", headers=headers)

    @router.get("/recalls")
    def recalls(request: Request, account: SignedIn) -> Response:
        return pages.page(request, "recalls.html", body=taken.recalls(account), full_name=account.name)

    @router.post("/recalls/acknowledge", dependencies=OWN_FORM)
    def acknowledge(account: SignedIn, recall: Chosen = []) -> Response:  # noqa: B006
        taken.acknowledge(account, recall)
        return RedirectResponse("/recalls", HTTPStatus.SEE_OTHER)

    @router.post("/recalls/deleted", dependencies=OWN_FORM)
    def attest(account: SignedIn, recall: Chosen = [], name: Name = "") -> Response:  # noqa: B006
        taken.attest(account, recall, name)
        return RedirectResponse("/recalls", HTTPStatus.SEE_OTHER)

    return router
