"""The pages of an agency: its people, drafts of their consents, licences at the rate card, and the versions of that card."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import quote

from fastapi import APIRouter, Depends
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from moderation.access.account import Account, Role
from moderation.access.answers import Pages
from moderation.access.forms import from_our_page
from moderation.access.media import SignedIn
from moderation.access.told import Told
from moderation.errors import NotFound
from moderation.rights.agency import Folder, Represented

OWN_FORM = [Depends(from_our_page)]
Fields = Mapping[str, Sequence[str]]


class Bureau(Protocol):
    """What is written for an agency's people; each raises NotFound for whoever may not. Forms are shown by templates."""

    def draft_form(self, account: Any, person_id: str, kind: str, /) -> Any: ...
    def preview(self, account: Any, person_id: str, kind: str, told: Fields, /) -> Any: ...
    def send(self, account: Any, person_id: str, kind: str, told: Fields, /) -> str: ...
    def withdraw(self, account: Any, draft_id: str, /) -> None: ...
    def licence_form(self, account: Any, consent_id: str, /) -> Any: ...
    def price(self, account: Any, consent_id: str, told: Fields, /) -> Any: ...
    def write(self, account: Any, consent_id: str, told: Fields, /) -> str: ...
    def cards(self, account: Any, /) -> Sequence[Any]: ...
    def card_form(self, account: Any, told: Fields | None = None, /) -> Any: ...
    def add_card(self, account: Any, told: Fields, /) -> str: ...


class Reads(Protocol):
    """What is known of an agency's people."""

    def name(self, account: Account, /) -> str: ...
    def people(self, account: Account, /) -> Sequence[Represented]: ...
    def folder(self, account: Account, person_id: str, /) -> Folder: ...


@dataclass(frozen=True)
class AgencyDesk:
    """What stands behind the routes: `choices` are what forms offer, `refusals` what a form's writing may raise beside NotFound.

    `text` sets the text of a consent, `now` is for words about times, `words` are functions by which templates say things.
    """

    bureau: Bureau
    reads: Reads
    choices: Mapping[str, Sequence[str]]
    refusals: tuple[type[Exception], ...]
    missing: tuple[type[Exception], ...]
    text: Callable[[str], Markup]
    now: Callable[[], datetime]
    words: Mapping[str, Any]


def agency_routes(pages: Pages, desk: AgencyDesk) -> APIRouter:
    """Everything under /agency; whoever is no agency finds nothing there."""
    router = APIRouter()

    @router.get("/agency")
    def people(request: Request, account: SignedIn) -> Response:
        _agent(account)
        known: dict[str, Any] = {"agency_name": desk.reads.name(account), "people": desk.reads.people(account)}
        return pages.page(request, "agency.html", **known, **desk.words)

    @router.get("/agency/person/{person_id}")
    def person(request: Request, account: SignedIn, person_id: str) -> Response:
        folder = desk.reads.folder(_agent(account), person_id)
        return pages.page(request, "agency_person.html", folder=folder, now=desk.now(), month=f"{desk.now():%Y-%m}", **desk.words)

    _draft_routes(router, pages, desk)
    _licence_routes(router, pages, desk)
    _card_routes(router, pages, desk)
    return router


def _draft_routes(router: APIRouter, pages: Pages, desk: AgencyDesk) -> None:
    def shown(request: Request, form: Any, complaint: str = "") -> Response:
        text = desk.text(form.text) if form.text else ""
        return _form(pages, request, "agency_draft.html", form, desk, complaint, text=text)

    @router.get("/agency/person/{person_id}/consent/{kind}")
    def begin(request: Request, account: SignedIn, person_id: str, kind: str) -> Response:
        return shown(request, desk.bureau.draft_form(_agent(account), person_id, kind))

    @router.post("/agency/person/{person_id}/consent/{kind}", dependencies=OWN_FORM)
    def go_on(request: Request, account: SignedIn, person_id: str, kind: str, told: Told) -> Response:
        form = desk.bureau.preview(_agent(account), person_id, kind, told)
        if form.complaints or "send" not in told:
            return shown(request, form)
        refusal = _tried(desk, lambda: desk.bureau.send(account, person_id, kind, told))
        return shown(request, form, refusal) if refusal else _seen(f"/agency/person/{quote(person_id, safe='')}")

    @router.post("/agency/person/{person_id}/draft/{draft_id}/withdraw", dependencies=OWN_FORM)
    def withdraw(account: SignedIn, person_id: str, draft_id: str) -> Response:
        desk.bureau.withdraw(_agent(account), draft_id)
        return _seen(f"/agency/person/{quote(person_id, safe='')}")


def _licence_routes(router: APIRouter, pages: Pages, desk: AgencyDesk) -> None:
    def shown(request: Request, form: Any, consent_id: str, complaint: str = "") -> Response:
        return _form(pages, request, "agency_licence.html", form, desk, complaint, consent_id=consent_id)

    @router.get("/agency/licence/{consent_id}")
    def begin(request: Request, account: SignedIn, consent_id: str) -> Response:
        return shown(request, desk.bureau.licence_form(_agent(account), consent_id), consent_id)

    @router.post("/agency/licence/{consent_id}", dependencies=OWN_FORM)
    def go_on(request: Request, account: SignedIn, consent_id: str, told: Told) -> Response:
        try:
            form = desk.bureau.price(_agent(account), consent_id, told)
        except desk.refusals as refusal:
            if isinstance(refusal, desk.missing):
                raise
            return shown(request, desk.bureau.licence_form(account, consent_id), consent_id, str(refusal))
        if form.complaints or "write" not in told or form.offer.objections:
            return shown(request, form, consent_id)
        refusal_said = _tried(desk, lambda: desk.bureau.write(account, consent_id, told))
        if refusal_said:
            return shown(request, form, consent_id, refusal_said)
        return _seen(f"/agency/person/{quote(form.person_id, safe='')}")


def _card_routes(router: APIRouter, pages: Pages, desk: AgencyDesk) -> None:
    @router.get("/agency/rates")
    def cards(request: Request, account: SignedIn) -> Response:
        names = {one.person_id: one.name for one in desk.reads.people(_agent(account))}
        return pages.page(request, "agency_rates.html", cards=desk.bureau.cards(account), names=names, **desk.words)

    @router.get("/agency/rates/next")
    def begin(request: Request, account: SignedIn) -> Response:
        return _form(pages, request, "agency_card.html", desk.bureau.card_form(_agent(account)), desk, "")

    @router.post("/agency/rates/next", dependencies=OWN_FORM)
    def go_on(request: Request, account: SignedIn, told: Told) -> Response:
        form = desk.bureau.card_form(_agent(account), told)
        if form.complaints:
            return _form(pages, request, "agency_card.html", form, desk, "")
        desk.bureau.add_card(account, told)
        return _seen("/agency/rates")


def _agent(account: Account) -> Account:
    if account.role is not Role.AGENCY:
        raise NotFound("There is nothing here.")
    return account


def _form(pages: Pages, request: Request, name: str, form: Any, desk: AgencyDesk, complaint: str, **more: Any) -> Response:
    said = complaint or form.complaints.get("", "")
    status = HTTPStatus.BAD_REQUEST if said or form.complaints else HTTPStatus.OK
    return pages.page(request, name, status=status, sheet=form, choices=desk.choices, complaint=said, **more)


def _tried(desk: AgencyDesk, write: Callable[[], object]) -> str:
    """What a writing refuses, to be said on its page; empty when it was done. What is missing stays missing."""
    try:
        write()
    except desk.refusals as refusal:
        if isinstance(refusal, desk.missing):
            raise
        return str(refusal)
    return ""


def _seen(path: str) -> Response:
    return RedirectResponse(path, HTTPStatus.SEE_OTHER)
