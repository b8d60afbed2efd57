"""Somebody with a script: knows ids, calls Gradio's functions past the page, borrows the page sessions of others."""

import json
from dataclasses import dataclass, field
from functools import cached_property
from types import SimpleNamespace
from typing import Any

import gradio as gr
from fastapi import FastAPI
from starlette.routing import Mount

from moderation.access.account import Role
from tests.attacks.stage import PAIRS, ZONES, Stage
from tests.moderation.access.visitor import Visitor

CHANNELS = ("run", "queue")


class Intruder(Visitor):
    """One account's cookies, or nobody's."""

    def call(self, zone: str, number: int, values: list[Any], session: str, channel: str = "run") -> tuple[int, str]:
        """Call function `number`, directly or through the queue; the status, and everything that came back."""
        body = {"fn_index": number, "data": values, "session_hash": session, "trigger_id": None}
        path = "run/predict" if channel == "run" else "queue/join"
        # Escaped by json itself, which does not mind half a character.
        content, headers = json.dumps(body), {"content-type": "application/json"}
        answer = self.client.post(f"{zone}/gradio_api/{path}", content=content, headers=headers)
        if channel == "run" or answer.status_code != 200:
            return answer.status_code, answer.text
        return self._await(zone, session, answer.json()["event_id"])

    def _await(self, zone: str, session: str, event: str) -> tuple[int, str]:
        heard = ""
        with self.client.stream("GET", f"{zone}/gradio_api/queue/data", params={"session_hash": session}) as stream:
            for line in stream.iter_lines():
                heard += line
                if line.startswith("data:"):
                    message = json.loads(line.removeprefix("data:"))
                    if message["msg"] in ("process_completed", "unexpected_error") and message.get("event_id") in (event, None):
                        return (200 if message.get("success") else 500), heard
        raise AssertionError(f"The queue ended without an answer: {heard}")


@dataclass
class Theatre:
    """The served stage; `as_one(login)` is a visitor signed in as that account, None as nobody."""

    stage: Stage
    site: FastAPI
    address: str
    _visitors: dict[str | None, Intruder] = field(default_factory=dict)
    _cookies: dict[str | None, dict[str, str]] = field(default_factory=dict)

    def as_one(self, login: str | None) -> Intruder:
        if login not in self._visitors:
            self._visitors[login] = self.enter(login)
        return self._visitors[login]

    def enter(self, login: str | None) -> Intruder:
        """A new browser, signed in."""
        visitor = Intruder(self.address)
        if login is not None:
            enter = visitor.sign_in if login in PAIRS[Role.ADMINISTRATOR] else visitor.enter
            assert enter(login).status_code == 303
        return visitor

    def function(self, zone: str, name: str) -> int:
        """The number under which Gradio knows a handler."""
        return next(number for number, function in self.functions(zone).items() if function.name == name)

    def functions(self, zone: str) -> dict[int, Any]:
        """The functions of a zone that run here; the others are the browser's own and have none."""
        return {number: one for number, one in self.blocks[zone].fns.items() if one.fn is not None}

    def straight(self, login: str | None, zone: str, name: str, values: list[Any]) -> str:
        """Call a handler with its guard, as if all of Gradio's own checks had been passed; the refusal, or all it answered."""
        cookie = self._cookies.setdefault(login, {})
        if login is not None and not cookie:
            self.stage.house.sessions.begin(cookie, self.stage.account(login))
        request = gr.Request(SimpleNamespace(scope={"session": cookie}))  # type: ignore[arg-type]
        try:
            updates = self.blocks[zone].fns[self.function(zone, name)].fn(request, *values)
        except gr.Error as refusal:
            return f"refused: {refusal.message}"
        return "done: " + repr(list(updates.values()) if isinstance(updates, dict) else updates)

    @cached_property
    def blocks(self) -> dict[str, gr.Blocks]:
        """The Gradio page of each zone."""
        mounts = {route.path: route.app for route in self.site.routes if isinstance(route, Mount)}
        return {zone: mounts[zone].get_blocks() for zone in ZONES}
