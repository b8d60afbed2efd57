"""What the events of a Gradio page may carry: no file, and no page session but one's own."""

import json
from collections import OrderedDict
from collections.abc import Callable, Collection
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from moderation.access.gate import Refusal

REMEMBERED = 10_000
"""As many page sessions as Gradio itself remembers for a page."""
API = "/gradio_api/"
NOT_OURS = Refusal(400, "This is not what a page of ours sends.")
NO_FILES = Refusal(400, "The pages of this studio take no files.")
NOT_THEIRS = Refusal(401, "This page was opened by somebody else; load it again.")


class PageSessions:
    """Whose an open page is: its name, which the browser makes up, belongs to the account that used it first."""

    def __init__(self) -> None:
        self._owners: OrderedDict[tuple[str, str], str] = OrderedDict()

    def is_open_to(self, account_id: str, zone: str, name: str) -> bool:
        """Whether this account may use the page session; one that nobody has used becomes its own."""
        owner = self._owners.setdefault((zone, name), account_id)
        self._owners.move_to_end((zone, name))
        if len(self._owners) > REMEMBERED:
            self._owners.popitem(last=False)
        return owner == account_id


def parsed(body: bytes) -> Any:
    """The JSON of an event. Raises ValueError, also for a key that stands twice and so means two things to two readers."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise ValueError("A key stands twice.")
        return found

    try:
        return json.loads(body, object_pairs_hook=once)
    except RecursionError as error:
        raise ValueError("This is nested too deeply.") from error


def carries_file(value: Any) -> bool:
    """Whether anything in it is what Gradio takes for a file, which it would read or fetch before any handler of ours runs."""
    rest = [value]
    while rest:
        one = rest.pop()
        if isinstance(one, dict):
            if "path" in one:
                return True
            rest.extend(one.values())
        elif isinstance(one, list):
            rest.extend(one)
    return False


class Events:
    """ASGI middleware behind the gate, which has put the account into the scope; `answer(request, refusal)` words refusals."""

    def __init__(self, app: ASGIApp, zones: Collection[str], answer: Callable[[Request, Refusal], Response]) -> None:
        self.app = app
        self._zones = tuple(zones)
        self._answer = answer
        self._sessions = PageSessions()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it."""
        zone = self._zone(scope)
        if zone is None:
            await self.app(scope, receive, send)
            return
        try:
            body = await Request(scope, receive).body() if scope["method"] == "POST" else None
        except ClientDisconnect:
            return
        refusal = self._refusal(scope, zone, body)
        if refusal is not None:
            await self._answer(Request(scope), refusal)(scope, receive, send)
            return
        await self.app(scope, receive if body is None else _again(body, receive), send)

    def _zone(self, scope: Scope) -> str | None:
        if scope["type"] != "http":
            return None
        return next((zone for zone in self._zones if scope["path"].startswith(zone + API)), None)

    def _refusal(self, scope: Scope, zone: str, body: bytes | None) -> Refusal | None:
        if body is None:
            names = _named_in_address(scope, zone)
        else:
            try:
                event = parsed(body)
            except ValueError:
                return NOT_OURS
            if carries_file(event):
                return NO_FILES
            name = event.get("session_hash") if isinstance(event, dict) else None
            names = [name] if isinstance(name, str) else []
        account_id = scope["account"].id
        return None if all(self._sessions.is_open_to(account_id, zone, name) for name in names) else NOT_THEIRS


def _named_in_address(scope: Scope, zone: str) -> list[str]:
    inside = str(scope["path"]).removeprefix(zone + API)
    if inside.startswith("heartbeat/"):
        return [inside.removeprefix("heartbeat/")]
    return parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True).get("session_hash", [])


def _again(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body that was read already, and then what else the browser says."""
    given = False

    async def once_more() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return once_more
