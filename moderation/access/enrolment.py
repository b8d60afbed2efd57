"""Enrolment outside Gradio, whose cache no original ever touches: its pages, and the route that takes photographs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from moderation.access.account import Account, Role
from moderation.access.answers import Pages, wants_page
from moderation.access.forms import from_our_page
from moderation.access.incoming import File, Limits, Underway, read_form
from moderation.access.media import NEVER_KEPT, SignedIn
from moderation.access.session import form_token_fits
from moderation.errors import NotFound
from moderation.uploads.decode import LARGEST_BYTES

OWN_FORM = [Depends(from_our_page)]
Short = Annotated[str, Form(max_length=64)]
AT_ONCE = Limits(files=30, bytes=LARGEST_BYTES)
WAIT = "Photographs are being handed in already; wait until that is done, then send these."

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Enrolling:
    """What stands behind the routes: `people` and `sheet` tell the pages, the others act. All raise NotFound for whoever may not.

    `take` is given an account, a twin, the files, and the photograph that the first of them replaces; it answers with one
    sentence for each file, empty where it was taken.
    """

    people: Callable[[Account], Sequence[Facts]]
    sheet: Callable[[Account, str], Facts]
    take: Callable[[Account, str, Sequence[File], str], Sequence[str]]
    remove: Callable[[Account, str, str], object]
    keep: Callable[[Account, str, str], object]
    vouch: Callable[[Account, str, str], object]
    give_up: Callable[[Account, str], object]
    finish: Callable[[Account, str], object]
    reopen: Callable[[Account, str], object]
    thumbnail: Callable[[Account, str], bytes]


def enrolment_routes(pages: Pages, enrolling: Enrolling) -> APIRouter:
    """The pages, the thumbnails, and what can be done with photographs one by one."""
    router = APIRouter()

    @router.get("/enrolment")
    def people(request: Request, account: SignedIn) -> Response:
        if account.role not in (Role.MODEL, Role.AGENCY):
            raise NotFound("There is nothing here.")
        return pages.page(request, "enrolments.html", people=enrolling.people(account))

    @router.get("/enrolment/{twin_id}")
    def sheet(request: Request, account: SignedIn, twin_id: str) -> Response:
        return pages.page(request, "enrolment.html", **enrolling.sheet(account, twin_id))

    @router.get("/media/photograph/{photograph_id}")
    def thumbnail(account: SignedIn, photograph_id: str) -> Response:
        return Response(enrolling.thumbnail(account, photograph_id), media_type="image/jpeg", headers=NEVER_KEPT)

    acts = {"remove": enrolling.remove, "keep": enrolling.keep, "vouch": enrolling.vouch}

    @router.post("/enrolment/{twin_id}/photograph/{act}", dependencies=OWN_FORM)
    def photograph(account: SignedIn, twin_id: str, act: str, photograph_id: Short = "") -> Response:
        if act not in acts:
            raise NotFound("There is nothing here.")
        acts[act](account, twin_id, photograph_id)
        return _back(twin_id)

    ends = {"finish": enrolling.finish, "give-up": enrolling.give_up, "reopen": enrolling.reopen}

    @router.post("/enrolment/{twin_id}/end/{act}", dependencies=OWN_FORM)
    def end(account: SignedIn, twin_id: str, act: str) -> Response:
        if act not in ends:
            raise NotFound("There is nothing here.")
        ends[act](account, twin_id)
        return _back(twin_id)

    _upload_route(router, enrolling)
    return router


def _upload_route(router: APIRouter, enrolling: Enrolling) -> None:
    underway = Underway(WAIT)

    @router.post("/enrolment/{twin_id}/photographs")
    async def hand_in(request: Request, account: SignedIn, twin_id: str) -> Response:
        with underway.one_of(account):
            fields, files = await read_form(request, lambda token: form_token_fits(request.session, token), AT_ONCE)
            instead = fields.get("instead", "")
            answers = await run_in_threadpool(enrolling.take, account, twin_id, files, instead)
        if wants_page(request):
            return _back(twin_id)
        return JSONResponse({"refused": [f"{file.name}: {said}" for file, said in zip(files, answers, strict=True) if said]})


def _back(twin_id: str) -> Response:
    return RedirectResponse(f"/enrolment/{twin_id}", HTTPStatus.SEE_OTHER)
