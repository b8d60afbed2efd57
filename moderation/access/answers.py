"""What the site answers outside Gradio: pages from templates, refusals in the same look, headers on everything."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from moderation.access.account import Account
from moderation.access.gate import Refusal
from moderation.access.session import form_token

FRAMERS = "https://huggingface.co https://*.hf.space"
"""Who may show a Space in a frame."""
HEADINGS = {
    **{401: "Not for this account", 403: "Refused", 404: "Nothing here", 410: "Gone"},
    **{429: "Too many attempts", 500: "Something broke"},
}


@dataclass(frozen=True)
class Linked:
    """Which further pages somebody is led to: the figures, and her notices with how many are unread (None: she has none)."""

    figures: bool = False
    unread: int | None = None


Links = Callable[[Account | None], Linked]


class Pages:
    """Fills the templates; `demo` puts the banner on every page, `links` says which further pages one may be led to."""

    def __init__(self, *, demo: bool, links: Links | None = None) -> None:
        self._demo = demo
        self._links = links or (lambda _: Linked())
        loader = PackageLoader("moderation.access")
        self._templates = Environment(
            loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        self._templates.filters["day"], self._templates.filters["minute"] = day, minute

    def page(self, request: Request, name: str, *, status: int = 200, **facts: Any) -> Response:
        """One page; its forms carry this browser's token."""
        return self._filled(request, name, status, form=form_token(request.session), **facts)

    def _filled(self, request: Request, name: str, status: int, **facts: Any) -> Response:
        account = request.scope.get("account")
        linked = self._links(account)
        known = {"demo": self._demo, "path": request.scope["path"], "account": account}
        known |= {"figures": linked.figures, "unread": linked.unread}
        text = self._templates.get_template(name).render(**known, **facts)
        return HTMLResponse(text, status)

    def refusal(self, request: Request, refusal: Refusal) -> Response:
        """A refusal as a page where a person sees it, else as `{"error": sentence}`."""
        if not wants_page(request):
            return JSONResponse({"error": refusal.sentence}, refusal.status)
        if refusal.sign_in and request.method == "GET":
            return RedirectResponse(f"/sign-in?{urlencode({'to': request.scope['path']})}", HTTPStatus.SEE_OTHER)
        # To a stranger no token: a form sent from another site comes without the cookie, and a new one would replace it.
        form = form_token(request.session) if request.scope.get("account") else ""
        heading = HEADINGS.get(refusal.status, "Not done")
        return self._filled(request, "refusal.html", refusal.status, form=form, heading=heading, sentence=refusal.sentence)


def day(text: str) -> str:
    """The date of an ISO time as people write it: 3 May 2026."""
    at = datetime.fromisoformat(text)
    return f"{at.day} {at:%B %Y}"


def minute(text: str) -> str:
    """An ISO time in UTC as people write it: 3 May 2026, 12:00 UTC."""
    return f"{day(text)}, {datetime.fromisoformat(text):%H:%M} UTC"


def wants_page(request: Request) -> bool:
    """Whether a person looks at the answer."""
    return "text/html" in request.headers.get("accept", "")


@dataclass(frozen=True)
class HeaderRules:
    """The headers that tell browsers what our pages may do; Gradio evaluates code of its own, our pages run none inline."""

    zones: tuple[str, ...]
    secure: bool
    framed: bool

    def for_path(self, path: str) -> Mapping[str, str]:
        """The headers of every answer at `path`."""
        gradio = any(path == zone or path.startswith(zone + "/") for zone in self.zones)
        scripts = "'self' 'unsafe-inline' 'unsafe-eval'" if gradio else "'self'"
        styles = "'self' 'unsafe-inline'" if gradio else "'self'"
        policy = (
            f"default-src 'none'; script-src {scripts}; style-src {styles}; img-src 'self' data: blob:; font-src 'self' data:;"
            " connect-src 'self'; media-src 'self' blob:; worker-src 'self' blob:; manifest-src 'self'; base-uri 'self';"
            f" form-action 'self'; frame-ancestors {FRAMERS if self.framed else chr(39) + 'none' + chr(39)}"
        )
        headers = {
            "content-security-policy": policy,
            "x-content-type-options": "nosniff",
            "referrer-policy": "same-origin",
            "cross-origin-opener-policy": "same-origin",
            "cross-origin-resource-policy": "same-origin",
            "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
        }
        if not self.framed:
            headers["x-frame-options"] = "DENY"
        if self.secure:
            headers["strict-transport-security"] = "max-age=31536000"
        return headers


class HeaderMiddleware:
    """Puts the rules on every answer, refusals included; a page is never kept by a browser or a proxy."""

    def __init__(self, app: ASGIApp, rules: HeaderRules) -> None:
        self.app = app
        self._rules = rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, with headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._rules.for_path(scope["path"]).items():
                    headers[name] = value
                if headers.get("content-type", "").startswith(("text/html", "application/json")):
                    headers.setdefault("cache-control", "private, no-store")
            await send(message)

        await self.app(scope, receive, with_headers)
