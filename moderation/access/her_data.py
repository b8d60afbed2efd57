"""What is kept of a person, on pages of our own: the public periods, her copy of everything, and how she has herself erased."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Form
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from moderation.access.account import Account, Role
from moderation.access.answers import Pages
from moderation.access.confirmation import Confirmations
from moderation.access.forms import from_our_page
from moderation.access.media import Outgoing, SignedIn, attached
from moderation.access.session import Sessions
from moderation.errors import AccountRefused, NotFound, SignatureRefused, TooManyAttempts
from moderation.keys.her_word import Confirmed, Word, word_of

OWN_FORM = [Depends(from_our_page)]
Field = Annotated[str, Form(max_length=400)]
Long = Annotated[str, Form(max_length=20_000)]
SURE = "ERASE"
"""What she types to say that she means it."""


class _Told(Protocol):
    def sentences(self) -> Sequence[str]: ...


class _Erases(Protocol):
    def foresee(self, account: Account, person_id: str | None = None, /) -> _Told: ...
    def statement(self, account: Account, key: str, /) -> bytes: ...
    def erase(self, account: Account, person_id: str | None = None, *, word: Word = None) -> _Told: ...


@dataclass(frozen=True)
class HerData:
    """What stands behind the routes: `package` makes her copy, `periods` are (what, how long) in plain words."""

    package: Callable[[Account], Outgoing]
    erasure: _Erases
    confirmations: Confirmations
    sessions: Sessions
    periods: Sequence[tuple[str, str]]


def her_data_routes(pages: Pages, data: HerData) -> APIRouter:
    """The retention page for everybody; the others for a model alone, and about herself alone."""
    router = APIRouter()

    @router.get("/retention")
    def retention(request: Request) -> Response:
        return pages.page(request, "retention.html", periods=data.periods)

    @router.get("/my-data")
    def her_page(request: Request, account: SignedIn) -> Response:
        return _page(pages, data, request, _herself(account))

    @router.post("/my-data/copy", dependencies=OWN_FORM)
    def copy(request: Request, account: SignedIn) -> Response:
        return attached(request, data.package(_herself(account)), "application/zip")

    @router.post("/statement/my-data/erase", dependencies=OWN_FORM)
    def statement(account: SignedIn, key: Field = "") -> Response:
        return JSONResponse({"statement": data.erasure.statement(_herself(account), key).decode()})

    @router.post("/my-data/erase", dependencies=OWN_FORM)
    def erase(request: Request, account: SignedIn, sure: Field = "", password: Field = "", word: Long = "") -> Response:
        person = _herself(account)
        if sure.strip() != SURE:
            return _page(pages, data, request, person, f"Type {SURE} in capitals to say that you mean it.")
        try:
            proven = _word(data.confirmations, request, person, password)
            receipt = data.erasure.erase(person, word=word_of(word) or proven)
        except (AccountRefused, TooManyAttempts, SignatureRefused) as refusal:
            return _page(pages, data, request, person, str(refusal))
        data.sessions.end(request.session)
        request.scope["account"] = None
        return pages.page(request, "erased.html", sentences=receipt.sentences())

    return router


def _herself(account: Account) -> Account:
    if account.role is not Role.MODEL:
        raise NotFound("This page is a model's.")
    return account


def _word(confirmations: Confirmations, request: Request, account: Account, password: str) -> Word:
    """The proof of her password; nothing where no password guards the account, as in a demo."""
    if confirmations.is_open(account):
        return None
    address = request.client.host if request.client else "unknown"
    return Confirmed(confirmations.confirm(account, password, address))


def _page(pages: Pages, data: HerData, request: Request, account: Account, complaint: str = "") -> Response:
    status = HTTPStatus.BAD_REQUEST if complaint else HTTPStatus.OK
    foretold, open_ = data.erasure.foresee(account).sentences(), data.confirmations.is_open(account)
    return pages.page(
        request,
        "my_data.html",
        status=status,
        foretold=foretold,
        open=open_,
        sure=SURE,
        complaint=complaint,
        person=account.person_id,
    )
