"""The gate in front of every route: who may come to which address at all, from which page, with how large a body."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import parse_qs, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from moderation.access.account import Account, Role
from moderation.access.session import Sessions

READS = frozenset({"GET", "HEAD"})
LARGEST_BODY = 1 << 20
"""No form and no event of a page carries more; bytes."""
UPLOADS = re.compile(r"/enrolment/[A-Za-z0-9_-]{1,64}/photographs|/repaint")
LARGEST_UPLOAD = 96 << 20
"""Bytes of pictures handed in at once, at the addresses that take them."""
ROOMS = {Role.CREATIVE: "The Studio", Role.MODERATOR: "The Review desk", Role.MODEL: "My twin"}

LOCAL = frozenset({"localhost"})
HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::\d{1,5})?")

GRADIO_READS = re.compile(
    r"/?|/config/?|/theme\.css|/manifest\.json|/favicon\.ico|/(?:assets|static|svelte)/.+"
    r"|/gradio_api/(?:theme\.css|queue/data|startup-events|heartbeat/\w+)"
)
GRADIO_POSTS = re.compile(r"/gradio_api/(?:queue/join|run/\w+/?|cancel|reset/?)")
"""What a page of ours needs of Gradio. Everything else it serves (files, uploads, proxies, deep links, runs, monitoring,
component servers, streams, the API's description) is closed by not standing here."""


@dataclass(frozen=True)
class Refusal:
    """Why a request goes no further; with `sign_in` a page load is led to the sign-in page instead.

    `trespass` is what an account tried that is for another role, as it is put on record; empty where nothing was tried.
    """

    status: int
    sentence: str
    sign_in: bool = False
    trespass: str = ""


@dataclass(frozen=True)
class Plan:
    """Which addresses belong to whom.

    `zones` maps "/studio" to its role; `public` are exact addresses, or folders when they end in a slash; `hosts` are
    the names in a browser's address bar under which the site is reached.
    """

    zones: Mapping[str, Role]
    public: frozenset[str]
    hosts: frozenset[str] = LOCAL

    def __post_init__(self) -> None:
        for path in (*self.zones, *self.public):
            if not path.startswith("/"):
                raise ValueError(f"{path} is no address of this site.")
        if any(path != "/" and zone.startswith(path) for path in self.public for zone in self.zones):
            raise ValueError("A zone is never public.")

    def zone_of(self, path: str) -> str | None:
        """The zone an address lies in."""
        return next((zone for zone in self.zones if path == zone or path.startswith(zone + "/")), None)

    def is_public(self, path: str) -> bool:
        """Whether anybody may come here."""
        return any(path == open_ or (open_ != "/" and open_.endswith("/") and path.startswith(open_)) for open_ in self.public)


def admit(plan: Plan, method: str, path: str, query: str, account: Account | None) -> Refusal | None:
    """Whether this account, or nobody, may make this request; None when it may. Pure."""
    if plan.is_public(path):
        return None
    if account is None:
        return Refusal(401, "You are not signed in here. Open the front page and come in.", sign_in=True)
    zone = plan.zone_of(path)
    if zone is None:
        return None
    role = plan.zones[zone]
    if account.role is not role:
        sentence = f"{ROOMS.get(role, 'This page')} is for a {role}; you are signed in as {account.name}, {account.role}."
        return Refusal(401, sentence, trespass="" if method in READS else f"page of {role}")
    inside = path.removeprefix(zone)
    wanted = GRADIO_READS if method in READS else GRADIO_POSTS
    if method not in READS | {"POST"} or not wanted.fullmatch(inside) or "deep_link" in parse_qs(query, keep_blank_values=True):
        return Refusal(404, "There is nothing here.")
    return None


def is_our_host(hosts: frozenset[str], header: str) -> bool:
    """Whether a Host header names this site. Pure.

    An address in figures is always ours: another site can make its own name lead to this machine, but no address.
    """
    found = HOST.fullmatch(header)
    if found is None:
        return False
    name = found["name"].strip("[]").casefold()
    try:
        ip_address(name)
    except ValueError:
        return name in hosts
    return True


def comes_from_elsewhere(method: str, headers: Mapping[str, str]) -> bool:
    """Whether another site's page makes this request. Pure; `headers` with small letters, their Host already checked.

    A browser names the origin of every POST and of every read it lets a script make elsewhere; a read without
    one may be a person following a link, or the frame of a Space being opened. What names neither origin nor site
    is no browser of today, and carries no cookie of one.
    """
    origin = headers.get("origin")
    if origin is not None:
        return urlsplit(origin).netloc.casefold() != headers.get("host", "").casefold()
    if headers.get("sec-fetch-site", "none") in ("same-origin", "none"):
        return False
    return method not in READS or headers.get("sec-fetch-mode") != "navigate"


def too_large(method: str, headers: Mapping[str, str], path: str = "") -> Refusal | None:
    """Whether a body is larger than any page of ours sends to `path`, or does not say how large it is. Pure."""
    if "transfer-encoding" in headers:
        return Refusal(411, "A request says beforehand how large it is.")
    length = headers.get("content-length", "0")
    largest = LARGEST_UPLOAD if method == "POST" and UPLOADS.fullmatch(path) else LARGEST_BODY
    if not length.isdecimal() or int(length) > largest:
        return Refusal(413, f"This is more than the {largest >> 20} MB that a form of ours sends.")
    if method in READS and int(length):
        return Refusal(400, "A request to read carries no body.")
    return None


class Gate:
    """ASGI middleware that refuses before any route is looked at; `answer(request, refusal)` words the refusal."""

    def __init__(self, app: ASGIApp, plan: Plan, sessions: Sessions, answer: Callable[[Request, Refusal], Response]) -> None:
        self.app = app
        self._plan = plan
        self._sessions = sessions
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it; a websocket is closed, for nothing here speaks it."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        if refusal is None:
            await self.app(scope, receive, send)
            return
        if refusal.trespass:
            await run_in_threadpool(self._sessions.note_attempt, scope["account"], refusal.trespass)
        response = self._answer(Request(scope, receive), refusal)
        await response(scope, receive, send)

    def _refusal(self, scope: Scope) -> Refusal | None:
        headers, method, path = Headers(scope=scope), scope["method"], scope["path"]
        if not is_our_host(self._plan.hosts, headers.get("host", "")):
            return Refusal(400, "This studio is not reached under that name.")
        if comes_from_elsewhere(method, headers):
            return Refusal(403, "This request comes from another site's page.")
        scope["account"] = account = self._sessions.account(scope["session"])
        return too_large(method, headers, path) or admit(
            self._plan, method, path, scope["query_string"].decode("latin-1"), account
        )
