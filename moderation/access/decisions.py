"""The routes of the decision log: to read it, to take it along as CSV, and to take one's own decision back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from moderation.access.account import Account
from moderation.access.answers import Pages
from moderation.access.forms import from_our_page
from moderation.access.media import NEVER_KEPT, SignedIn
from moderation.desk.log import KINDS, Asked, DecisionLog
from moderation.desk.moves import Row

Word = Annotated[str, Query(max_length=80)]
Field = Annotated[str, Form(max_length=80)]
Line = dict[str, Any]


@dataclass(frozen=True)
class Log:
    """The functions behind the routes: `lines` words rows for the page, `undoable` and `undo` are the desk's."""

    log: DecisionLog
    lines: Callable[[Account, Sequence[Row], datetime], Sequence[Line]]
    undo: Callable[[Account, str, int], Row]
    reasons: Sequence[tuple[str, str]]
    now: Callable[[], datetime]


def _asked(what: Word = "", reason: Word = "", by: Word = "", since: Word = "", until: Word = "", image: Word = "") -> Asked:
    return Asked(what, reason, by, since, until, image)


def _asked_by_form(
    what: Field = "", reason: Field = "", by: Field = "", since: Field = "", until: Field = "", image: Field = ""
) -> Asked:
    return Asked(what, reason, by, since, until, image)


def decision_routes(pages: Pages, log: Log) -> APIRouter:
    """The log and what is done from it."""
    router = APIRouter()

    @router.get("/decisions")
    def read(request: Request, account: SignedIn, asked: Annotated[Asked, Depends(_asked)]) -> Response:
        rows = log.log.rows(account, asked)
        return pages.page(
            request,
            "decisions.html",
            asked=asked,
            kinds=KINDS,
            reasons=log.reasons,
            people=log.log.people(account),
            lines=log.lines(account, rows, log.now()),
        )

    @router.post("/decisions/csv", dependencies=[Depends(from_our_page)])
    def take(account: SignedIn, asked: Annotated[Asked, Depends(_asked_by_form)]) -> Response:
        text, name = log.log.csv(account, asked)
        headers = {**NEVER_KEPT, "content-disposition": f'attachment; filename="{name}"'}
        return Response(text.encode(), media_type="text/csv; charset=utf-8", headers=headers)

    @router.post("/decisions/{render_id}/undo", dependencies=[Depends(from_our_page)])
    def undo(account: SignedIn, render_id: str, version: Annotated[int, Form(ge=0)]) -> Response:
        log.undo(account, render_id, version)
        return RedirectResponse(f"/decisions?{urlencode({'image': render_id})}", HTTPStatus.SEE_OTHER)

    return router
