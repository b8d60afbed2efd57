"""The pages outside Gradio: front, sign-in, sign-out, the link that sets a password, and a demo's role switch."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Depends, Form
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from moderation.access.account import Account, Role
from moderation.access.accounts import Accounts
from moderation.access.answers import Pages
from moderation.access.forms import from_our_page
from moderation.access.gate import Refusal
from moderation.access.invitation import Invitations
from moderation.access.session import Sessions, form_token
from moderation.errors import AccountRefused, NotFound, TooManyAttempts
from moderation.notices.words import leads

OWN_FORM = [Depends(from_our_page)]
Field = Annotated[str, Form(max_length=400)]
PUBLIC = (
    *("/", "/sign-in", "/sign-out", "/health", "/retention", "/insights", "/favicon.ico"),
    *("/invitation/", "/notice/", "/demo/enter/", "/assets/theme/"),
)
"""What anybody may ask for; in a demo also its cast's portraits."""


@dataclass(frozen=True)
class Portrait:
    """One of the cast, as the front page shows her."""

    twin_id: str
    name: str


class Waiting(Protocol):
    """One kind of thing that waits for somebody: how many, and a sentence without the number."""

    @property
    def count(self) -> int: ...
    @property
    def words(self) -> str: ...


@dataclass(frozen=True)
class Front:
    """What the front page shows: the cast of a demo, and what waits for whoever is signed in."""

    cast: Callable[[], Sequence[Portrait]]
    inbox: Callable[[Account], Sequence[Waiting]]


DOORS: tuple[tuple[Role, str, str], ...] = (
    (Role.CREATIVE, "Create", "Choose a twin, a look and the light, and watch the image being painted."),
    (Role.MODERATOR, "Review", "See what the safeguards found, and decide what a person has to decide."),
    (Role.MODEL, "Sign off", "See every image of yourself, where it will be used and what it pays. Say yes or no."),
    (Role.AGENCY, "Represent", "Draft consents for your people, license them at your rates, and see what each is owed."),
)
HOMES: Mapping[Role, str] = {Role.AGENCY: "/agency", Role.ADMINISTRATOR: "/admin"}
"""Where the roles work whose pages are routes of ours, not a zone of Gradio's."""


class Entrance:
    """How a browser becomes an account and stops being one."""

    def __init__(self, accounts: Accounts, sessions: Sessions, zones: Mapping[str, Role]) -> None:
        self.accounts = accounts
        self.sessions = sessions
        self.invitations = Invitations(accounts)
        self.zones = zones

    def zone_for(self, role: Role) -> str:
        """Where somebody of this role works; the front page where this site has no place for it."""
        return next((path for path, owner in self.zones.items() if owner is role), HOMES.get(role, "/"))

    def welcome(self, request: Request, account: Account, to: str = "") -> Response:
        """Sign this browser in, and lead it where it wanted if that is its own zone or a notice's page, else to its zone."""
        self.sessions.begin(request.session, account)
        wanted = to.rstrip("/")
        own = self.zones.get(wanted) is account.role or leads(wanted)
        path = wanted if own else self.zone_for(account.role)
        return RedirectResponse(path, HTTPStatus.SEE_OTHER)

    def doors(self, *, demo: bool) -> list[dict[str, Any]]:
        """The front page's doors; in a demo each with the accounts one may enter as."""
        cast = self.accounts.without_password() if demo else []
        return [
            {
                "path": self.zone_for(role),
                "role": role,
                "title": title,
                "sentence": sentence,
                "accounts": [account for account in cast if account.role is role],
            }
            for role, title, sentence in DOORS
            if role in self.zones.values() or role in HOMES
        ]


def front_routes(pages: Pages, entrance: Entrance, front: Front, *, demo: bool) -> APIRouter:
    """The front page, the form token for scripts of ours, and a sign of life."""
    router = APIRouter()

    @router.get("/")
    def front_page(request: Request) -> Response:
        account: Account | None = request.scope["account"]
        return pages.page(
            request,
            "front.html",
            doors=entrance.doors(demo=demo),
            cast=front.cast() if demo else (),
            inbox=front.inbox(account) if account else (),
            inbox_path=entrance.zone_for(account.role) if account else "/",
        )

    @router.get("/form-token")
    def token(request: Request) -> Response:
        return JSONResponse({"form": form_token(request.session)})

    @router.get("/favicon.ico")
    def favicon() -> Response:
        return RedirectResponse("/assets/theme/mark.svg")

    @router.get("/health")
    def health() -> Response:
        return JSONResponse({"ready": True})

    return router


def sign_in_routes(pages: Pages, entrance: Entrance) -> APIRouter:
    """Sign-in and sign-out."""
    router = APIRouter()

    @router.get("/sign-in")
    def sign_in_page(request: Request, to: str = "") -> Response:
        return pages.page(request, "sign_in.html", to=to, login="", sentence="")

    @router.post("/sign-in", dependencies=OWN_FORM)
    def sign_in(request: Request, login: Field = "", password: Field = "", to: Field = "") -> Response:
        address = request.client.host if request.client else "unknown"
        try:
            account = entrance.accounts.authenticate(login.strip(), password, address)
        except (AccountRefused, TooManyAttempts) as error:
            status = 429 if isinstance(error, TooManyAttempts) else 401
            return pages.page(request, "sign_in.html", status=status, to=to, login=login, sentence=str(error))
        return entrance.welcome(request, account, to)

    @router.post("/sign-out", dependencies=OWN_FORM)
    def sign_out(request: Request) -> Response:
        entrance.sessions.end(request.session)
        return RedirectResponse("/", HTTPStatus.SEE_OTHER)

    return router


def invitation_routes(pages: Pages, entrance: Entrance) -> APIRouter:
    """The link by which somebody sets her own password."""
    router = APIRouter()

    @router.get("/invitation/{token}")
    def invitation_page(request: Request, token: str) -> Response:
        try:
            invited = entrance.invitations.invited(token)
        except NotFound as error:
            return pages.refusal(request, Refusal(404, str(error)))
        return pages.page(request, "invitation.html", invited=invited, token=token, sentence="")

    @router.post("/invitation/{token}", dependencies=OWN_FORM)
    def accept(request: Request, token: str, password: Field = "", again: Field = "") -> Response:
        invited = entrance.invitations.invited(token)
        try:
            if password != again:
                raise AccountRefused("The two passwords differ.")
            account = entrance.invitations.accept(token, password)
        except AccountRefused as error:
            return pages.page(request, "invitation.html", status=400, invited=invited, token=token, sentence=str(error))
        return entrance.welcome(request, account)

    return router


def demo_routes(entrance: Entrance) -> APIRouter:
    """A demo's role switch: its fictional accounts have no password and are entered by name; no studio has this route."""
    router = APIRouter()

    @router.post("/demo/enter/{login}", dependencies=OWN_FORM)
    def enter(request: Request, login: str) -> Response:
        for account in entrance.accounts.without_password():
            if account.login == login:
                return entrance.welcome(request, account)
        raise NotFound("There is nobody of that name in this demo.")

    return router
