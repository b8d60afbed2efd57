"""Joins the gate, the routes and one Gradio page per role into the site that uvicorn serves."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from moderation.access.account import Role
from moderation.access.accounts import Accounts
from moderation.access.answers import HeaderMiddleware, HeaderRules, Links, Pages
from moderation.access.events import Events
from moderation.access.gate import LOCAL, Gate, Plan, Refusal
from moderation.access.guard import BROKEN, NOTHING_THERE, unguarded
from moderation.access.media import Pictures, media_routes
from moderation.access.reading import Body, reading_routes
from moderation.access.routes import PUBLIC, Entrance, Front, demo_routes, front_routes, invitation_routes, sign_in_routes
from moderation.access.session import LASTS, Sessions, cookie_rules
from moderation.errors import AccountRefused, Gone, NotFound, NotYours, TooManyAttempts

STATUSES: Mapping[type[Exception], int] = {NotYours: 403, AccountRefused: 400, TooManyAttempts: 429}
"""The status of a refusal; any other is 409, for it clashes with how things stand."""
HEAD = '<link rel="icon" href="/assets/theme/mark.svg" type="image/svg+xml"><script src="/assets/theme/post.js" defer></script>'
"""What every Gradio page carries: our mark, and the script by which its buttons send forms."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SiteRules:
    """How the site is reached: `hosts` are its names in a browser's address bar, without port; addresses in figures always do.

    `secure` when browsers come over https, `framed` inside a Space's page. `home` is the folder Gradio never serves.
    """

    demo: bool
    home: Path
    theme_folder: Path
    hosts: frozenset[str] = LOCAL
    secure: bool = False
    framed: bool = False

    def __post_init__(self) -> None:
        if not self.hosts or "*" in self.hosts:
            raise ValueError("A site names the hosts it answers for; any name would let another site rebind its own to us.")
        if self.framed and not self.secure:
            raise ValueError("A framed site is reached over https.")


@dataclass(frozen=True)
class Zone:
    """One role's Gradio page; `dress` is what `gr.mount_gradio_app` takes for its look (theme, css_paths, head, js)."""

    path: str
    role: Role
    blocks: gr.Blocks
    dress: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Parts:
    """The objects behind the site: `key` signs cookies, `refusals` and `missing` are those of `Guard`.

    `routers` make further routes over the pages' templates, `links` says who is led to which of them.
    """

    key: str
    accounts: Accounts
    sessions: Sessions
    pictures: Pictures
    front: Front
    scales: Body
    refusals: tuple[type[Exception], ...]
    missing: tuple[type[Exception], ...] = (NotFound,)
    routers: tuple[Callable[[Pages], APIRouter], ...] = ()
    links: Links | None = None


def build_site(rules: SiteRules, parts: Parts, zones: Sequence[Zone]) -> FastAPI:
    """The whole site; raises ValueError when a handler of a zone would run for anybody but its role."""
    pages = Pages(demo=rules.demo, links=parts.links)
    owners = {zone.path: zone.role for zone in zones}
    entrance = Entrance(parts.accounts, parts.sessions, owners)
    headers = HeaderRules(tuple(owners), rules.secure, rules.framed)
    site = FastAPI(title="Twin Studio", docs_url=None, redoc_url=None, openapi_url=None)
    _word_refusals(site, pages, headers, parts)
    site.include_router(front_routes(pages, entrance, parts.front, demo=rules.demo))
    site.include_router(sign_in_routes(pages, entrance))
    site.include_router(invitation_routes(pages, entrance))
    site.include_router(media_routes(parts.pictures))
    site.include_router(reading_routes(pages, parts.scales))
    for router in parts.routers:
        site.include_router(router(pages))
    if rules.demo:
        site.include_router(demo_routes(entrance))
    site.mount("/assets/theme", StaticFiles(directory=rules.theme_folder))
    plan = Plan(owners, frozenset({*PUBLIC, *(["/media/portrait/"] if rules.demo else [])}), rules.hosts)
    _stand_in_front(site, rules, parts, plan, pages, headers)
    for zone in zones:
        mount_zone(site, zone, parts.sessions, blocked=[str(rules.home.resolve())])
    return site


def _stand_in_front(site: FastAPI, rules: SiteRules, parts: Parts, plan: Plan, pages: Pages, headers: HeaderRules) -> None:
    """The layers before any route; the last added is the first asked."""
    cookie = cookie_rules(secure=rules.secure, framed=rules.framed)
    # Gradio looks for a CORSMiddleware of ours when it is mounted, and then answers foreign origins nothing itself.
    site.add_middleware(CORSMiddleware, allow_origins=())
    site.add_middleware(Events, zones=plan.zones, answer=pages.refusal)
    site.add_middleware(Gate, plan=plan, sessions=parts.sessions, answer=pages.refusal)
    site.add_middleware(
        SessionMiddleware,
        secret_key=parts.key,
        session_cookie=cookie.name,
        max_age=int(LASTS.total_seconds()),
        same_site=cookie.same_site,
        https_only=cookie.https_only,
        partitioned=cookie.partitioned,
    )
    site.add_middleware(HeaderMiddleware, rules=headers)


def mount_zone(site: FastAPI, zone: Zone, sessions: Sessions, blocked: list[str]) -> None:
    """Mount one role's page; raises ValueError when one of its handlers lacks the guard for that role."""
    open_ones = unguarded(zone.blocks, zone.role)
    if open_ones:
        raise ValueError(f"{zone.path} has handlers that the guard for a {zone.role} does not cover: {', '.join(open_ones)}")

    def whose(request: Request) -> str | None:
        account = sessions.account(request.scope.get("session", {}))
        return account.id if account is not None and account.role is zone.role else None

    # Starlette's own redirect names a host and a scheme, which behind a proxy are not the browser's.
    site.add_route(zone.path, lambda _: RedirectResponse(f"{zone.path}/"), ["GET"])
    gr.mount_gradio_app(
        site,
        zone.blocks,
        zone.path,
        auth_dependency=whose,
        blocked_paths=blocked,
        show_error=False,
        run_history=False,
        footer_links=[],
        mcp_server=False,
        enable_monitoring=False,
        ssr_mode=False,
        pwa=False,
        **{**zone.dress, "head": HEAD + zone.dress.get("head", "")},
    )
    # Gradio checks the paths a client sends only in a page that was launched, which mounting never says.
    zone.blocks.has_launched = True


def _word_refusals(site: FastAPI, pages: Pages, headers: HeaderRules, parts: Parts) -> None:
    """Answer every exception of a route with one sentence."""

    def worded(status_of: Callable[[Exception], Refusal]) -> Callable[[Request, Exception], Any]:
        async def answer(request: Request, error: Exception) -> Response:
            return pages.refusal(request, status_of(error))

        return answer

    async def broken(request: Request, error: Exception) -> Response:
        log.error("A route failed: %s", type(error).__name__)
        response = pages.refusal(request, Refusal(500, BROKEN))
        response.headers.update(headers.for_path(request.scope["path"]))
        return response

    for refused in parts.refusals:
        site.add_exception_handler(refused, worded(lambda error: Refusal(STATUSES.get(type(error), 409), str(error))))
    for absent in parts.missing:
        site.add_exception_handler(absent, worded(lambda _: Refusal(404, NOTHING_THERE)))
    site.add_exception_handler(Gone, worded(lambda error: Refusal(410, str(error))))
    site.add_exception_handler(HTTPException, worded(_http_refusal))
    site.add_exception_handler(RequestValidationError, worded(lambda _: Refusal(422, "The form is incomplete or too long.")))
    site.add_exception_handler(Exception, broken)


def _http_refusal(error: Exception) -> Refusal:
    assert isinstance(error, HTTPException)
    sentences = {404: NOTHING_THERE, 405: "This address is not asked that way."}
    return Refusal(error.status_code, sentences.get(error.status_code, str(error.detail)))
