"""The administrator's page: accounts, what is installed, what ran by itself, what failed, and the chain verified on demand."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Depends, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from moderation.access.account import Account
from moderation.access.answers import Pages
from moderation.access.forms import from_our_page
from moderation.access.media import SignedIn
from moderation.administration import Administration, insist
from moderation.audit.heads import Head
from moderation.errors import AccountRefused, AuditBroken, HeadRefused, TombstonesBroken

OWN_FORM = [Depends(from_our_page)]
Login = Annotated[str, Form(max_length=100)]


class Installed(Protocol):
    """Something installed, or what is missing for it: its name, title and how it stands, and the command that changes it."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def standing(self) -> str: ...
    @property
    def command(self) -> str: ...


class Working(Protocol):
    """A worker: its post, the GPU it is at in words, what it does, and when it last spoke ('' when never)."""

    @property
    def post(self) -> str: ...
    @property
    def gpu(self) -> str: ...
    @property
    def standing(self) -> str: ...
    @property
    def at(self) -> str: ...


@dataclass(frozen=True)
class AdminDesk:
    """What stands behind the routes: `verify` gives sentences or raises what does not hold, `runs` the receipts of retention,
    `workers` every worker there is or should be.
    """

    administration: Administration
    installed: Callable[[], Sequence[tuple[str, Sequence[Installed]]]]
    head: Callable[[], Head | None]
    verify: Callable[[], Sequence[str]]
    runs: Callable[[], Sequence[Any]]
    workers: Callable[[], Sequence[Working]]
    words: Mapping[str, Any]


def administration_routes(pages: Pages, desk: AdminDesk) -> APIRouter:
    """Everything under /admin; whoever is no administrator finds nothing there."""
    router, shown = APIRouter(), partial(_shown, pages, desk)

    @router.get("/admin")
    def page(request: Request, account: SignedIn) -> Response:
        return shown(request, account)

    @router.post("/admin/verify", dependencies=OWN_FORM)
    def verify(request: Request, account: SignedIn) -> Response:
        insist(account)
        try:
            return shown(request, account, verified=desk.verify())
        except (AuditBroken, HeadRefused, TombstonesBroken) as broken:
            return shown(request, account, complaint=f"The chain does not hold. {broken}")

    @router.post("/admin/account/disable", dependencies=OWN_FORM)
    def disable(request: Request, account: SignedIn, login: Login = "") -> Response:
        try:
            desk.administration.disable(account, login)
        except AccountRefused as refusal:
            return shown(request, account, complaint=str(refusal))
        return RedirectResponse("/admin#accounts", HTTPStatus.SEE_OTHER)

    @router.post("/admin/account/invite", dependencies=OWN_FORM)
    def invite(request: Request, account: SignedIn, login: Login = "") -> Response:
        try:
            token = desk.administration.invite(account, login)
        except AccountRefused as refusal:
            return shown(request, account, complaint=str(refusal))
        return shown(request, account, link=f"{str(request.base_url).rstrip('/')}/invitation/{token}", invited=login)

    return router


def _shown(pages: Pages, desk: AdminDesk, request: Request, account: Account, **said: Any) -> Response:
    facts = {"all": desk.administration.overview(account), "installed": desk.installed()}
    facts |= {"head": desk.head(), "runs": desk.runs(), "workers": desk.workers()}
    told = {"complaint": "", "verified": (), "link": "", "invited": "", **said}
    status = HTTPStatus.BAD_REQUEST if told["complaint"] else HTTPStatus.OK
    return pages.page(request, "admin.html", status=status, **facts, **told, **desk.words)
