"""One image on a page of our own: its picture, its story, what was said beside it, and the no of an agency that may say it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any, Protocol
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from moderation.access.account import Account, Role
from moderation.access.answers import Pages
from moderation.access.forms import from_our_page
from moderation.access.media import SignedIn
from moderation.desk.signoff import REASON_WORDS, Reason, State
from moderation.errors import BadRequest, ModerationError, NotFound, ReasonMissing

OWN_FORM = [Depends(from_our_page)]
Short = Annotated[str, Form(max_length=100)]
Long = Annotated[str, Form(max_length=4000)]
REASONS = [(reason.value, REASON_WORDS[reason]) for reason in Reason]


class _Says(Protocol):
    def say(self, account: Account, render_id: str, text: str, *, audience: str = "hers") -> None: ...


class _Refuses(Protocol):
    def may_refuse(self, account: Account, render_id: str, /) -> bool: ...
    def refuse(self, account: Account, render_id: str, reason_code: str, note: str = "", version: int | None = None) -> Any: ...


@dataclass(frozen=True)
class ImagePages:
    """What stands behind the routes: `card` and `body` raise NotFound for an image that is not this account's to know of.

    `body` is picture, story and comments; `speakers` are the roles that may comment.
    """

    card: Callable[[Account, str], Any]
    body: Callable[[Account, str], Markup]
    comments: _Says
    behalf: _Refuses
    speakers: frozenset[Role]


def image_routes(pages: Pages, images: ImagePages) -> APIRouter:
    """For her, her agency, moderators and the brand; an administrator looks at no pictures of people."""
    router, shown = APIRouter(), partial(_shown, pages, images)

    @router.get("/image/{render_id}")
    def image(request: Request, account: SignedIn, render_id: str) -> Response:
        return shown(request, account, render_id)

    @router.post("/image/{render_id}/comment", dependencies=OWN_FORM)
    def comment(request: Request, account: SignedIn, render_id: str, text: Long = "", to_brand: Short = "") -> Response:
        _known(images, account, render_id)
        try:
            images.comments.say(account, render_id, text, audience="brand" if to_brand else "hers")
        except BadRequest as refusal:
            return shown(request, account, render_id, str(refusal), text)
        return _seen(render_id)

    @router.post("/image/{render_id}/refuse-for-her", dependencies=OWN_FORM)
    def refuse(
        request: Request, account: SignedIn, render_id: str, reason: Short = "", note: Long = "", version: Short = ""
    ) -> Response:
        if account.role is not Role.AGENCY:
            raise NotFound("There is nothing here.")
        try:
            images.behalf.refuse(account, render_id, reason, note, _version(version))
        except ReasonMissing as refusal:
            return shown(request, account, render_id, str(refusal))
        return _seen(render_id)

    return router


def _shown(
    pages: Pages, images: ImagePages, request: Request, account: Account, render_id: str, complaint: str = "", said: str = ""
) -> Response:
    card = _known(images, account, render_id)
    waits = account.role is Role.AGENCY and card.state == State.HER_TURN
    facts = {
        "card": card,
        "body": images.body(account, render_id),
        "speaks": account.role in images.speakers,
        "waits": waits,
        "may_refuse": waits and images.behalf.may_refuse(account, render_id),
    }
    status = HTTPStatus.BAD_REQUEST if complaint else HTTPStatus.OK
    return pages.page(request, "image.html", status=status, **facts, reasons=REASONS, complaint=complaint, said=said)


def _known(images: ImagePages, account: Account, render_id: str) -> Any:
    if account.role is Role.ADMINISTRATOR:
        raise NotFound("There is nothing here.")
    return images.card(account, render_id)


def _version(text: str) -> int:
    if not text.isdecimal() or len(text) > 9:
        raise ModerationError("Load the page again, then decide.")
    return int(text)


def _seen(render_id: str) -> Response:
    return RedirectResponse(f"/image/{quote(render_id, safe='')}", HTTPStatus.SEE_OTHER)
