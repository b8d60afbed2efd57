"""Her consents on paper: a page per version to read and print, and the page on which she reads a draft and signs it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Depends, Form
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from moderation.access.account import Account, Role
from moderation.access.answers import Pages
from moderation.access.forms import from_our_page
from moderation.access.media import SignedIn
from moderation.errors import NotFound
from moderation.keys.consent_word import ConsentAnswer
from moderation.keys.her_word import word_of

OWN_FORM = [Depends(from_our_page)]
Short = Annotated[str, Form(max_length=400)]
Long = Annotated[str, Form(max_length=20_000)]


class Paper(Protocol):
    """One version of a consent; `whole` is False where a brand sees only what binds it."""

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def person_name(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def language(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def text_sha256(self) -> str: ...
    @property
    def whole(self) -> bool: ...
    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...
    @property
    def signed_at(self) -> datetime: ...
    @property
    def taken_back_at(self) -> datetime | None: ...
    @property
    def key_fingerprint(self) -> str | None: ...
    @property
    def fictional(self) -> bool: ...


class Waiting(Protocol):
    """A draft that waits for her; `agency_name` is empty where she wrote it herself."""

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def person_id(self) -> str: ...
    @property
    def person_name(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def agency_name(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def text_sha256(self) -> str: ...


class Documents(Protocol):
    """Reads consents; raises NotFound for whoever may not."""

    def read(self, account: Any, document_id: str, /) -> Paper: ...
    def of(self, account: Any, /) -> Sequence[Paper]: ...


class Drafts(Protocol):
    """Reads, signs and declines drafts; raises NotFound for whoever may not."""

    def read(self, account: Any, draft_id: str, /) -> Waiting: ...
    def waiting(self, account: Any, /) -> Sequence[Waiting]: ...
    def facts(self, account: Any, draft_id: str, /) -> Mapping[str, Any]: ...
    def sign(self, account: Any, draft_id: str, seen_sha256: str, word: Any, /) -> str: ...
    def decline(self, account: Any, draft_id: str, /) -> object: ...


@dataclass(frozen=True)
class Shelf:
    """What stands behind the routes: `statement` is what her key signs, `is_open` says that a demo's door asks no password.

    `paper`, `reading` and `shelf` make the bodies of the pages: one document, one draft, the list of both.
    """

    documents: Documents
    drafts: Drafts
    statement: Callable[[str, Mapping[str, Any], str], bytes]
    is_open: Callable[[Account], bool]
    paper: Callable[[Paper], Markup]
    reading: Callable[[Waiting], Markup]
    shelf: Callable[[Sequence[Paper], Sequence[Waiting], Account], Markup]


def paper_routes(pages: Pages, shelf: Shelf) -> APIRouter:
    """Documents for her, her agency and licensed brands; drafts for her to sign and her agency to see."""
    router = APIRouter()

    @router.get("/consents")
    def listed(request: Request, account: SignedIn) -> Response:
        if account.role not in (Role.MODEL, Role.AGENCY):
            raise NotFound("There is nothing here.")
        body = shelf.shelf(shelf.documents.of(account), shelf.drafts.waiting(account), account)
        return pages.page(request, "paper.html", title="Consents", body=body)

    @router.get("/consent/{document_id}")
    def document(request: Request, account: SignedIn, document_id: str) -> Response:
        body = shelf.paper(shelf.documents.read(account, document_id))
        return pages.page(request, "paper.html", title="Consent", body=body)

    _draft_routes(router, pages, shelf)
    return router


def _draft_routes(router: APIRouter, pages: Pages, shelf: Shelf) -> None:
    @router.get("/consent-draft/{draft_id}")
    def reading(request: Request, account: SignedIn, draft_id: str) -> Response:
        draft = shelf.drafts.read(account, draft_id)
        hers = account.person_id == draft.person_id
        free = hers and shelf.is_open(account)
        return pages.page(request, "consent_draft.html", draft=draft, body=shelf.reading(draft), hers=hers, open=free)

    @router.post("/statement/consent/{draft_id}", dependencies=OWN_FORM)
    def statement(account: SignedIn, draft_id: str, key: Short = "") -> Response:
        made = shelf.statement(draft_id, shelf.drafts.facts(account, draft_id), key)
        return JSONResponse({"statement": made.decode()})

    @router.post("/consent-draft/{draft_id}/sign", dependencies=OWN_FORM)
    def sign(account: SignedIn, draft_id: str, seen: Short = "", proof: Short = "", word: Long = "") -> Response:
        new = shelf.drafts.sign(account, draft_id, seen, ConsentAnswer(word_of(word), proof))
        return RedirectResponse(f"/consent/{new}", HTTPStatus.SEE_OTHER)

    @router.post("/consent-draft/{draft_id}/decline", dependencies=OWN_FORM)
    def decline(account: SignedIn, draft_id: str) -> Response:
        shelf.drafts.decline(account, draft_id)
        return RedirectResponse("/consents", HTTPStatus.SEE_OTHER)
