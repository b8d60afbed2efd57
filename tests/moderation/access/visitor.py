"""A visitor without a browser: keeps cookies, carries form tokens, and calls Gradio's functions as a script would."""

import json
import re
import secrets
from typing import Any

import httpx

from tests.moderation.access.little_site import PASSWORD


class Visitor:
    """One browser's worth of cookies at a served site."""

    def __init__(self, address: str) -> None:
        self.client = httpx.Client(base_url=address, trust_env=False, timeout=20)
        self.session = secrets.token_hex(5)

    def token(self, page: str = "/sign-in") -> str:
        """The token of a page's form."""
        found = re.search(r'name="form" value="([^"]+)"', self.client.get(page).text)
        assert found is not None
        return found[1]

    def enter(self, login: str) -> httpx.Response:
        """Become somebody of a demo."""
        return self.client.post(f"/demo/enter/{login}", data={"form": self.token()})

    def sign_in(self, login: str, password: str = PASSWORD, **more: str) -> httpx.Response:
        """Sign in with a password."""
        return self.client.post("/sign-in", data={"form": self.token(), "login": login, "password": password, **more})

    def sign_out(self) -> httpx.Response:
        """Sign out."""
        return self.client.post("/sign-out", data={"form": self.token()})

    def run(self, zone: str, number: int, values: list[Any]) -> httpx.Response:
        """Call function `number` of a zone directly, past every page."""
        body = {"fn_index": number, "data": values, "session_hash": self.session}
        return self.client.post(f"{zone}/gradio_api/run/predict", json=body)

    def queue(self, zone: str, number: int, values: list[Any]) -> dict[str, Any]:
        """Call function `number` through the queue, as the page does; the last message about it."""
        body = {"fn_index": number, "data": values, "session_hash": self.session}
        joined = self.client.post(f"{zone}/gradio_api/queue/join", json=body)
        assert joined.status_code == 200, joined.text
        with self.client.stream("GET", f"{zone}/gradio_api/queue/data", params={"session_hash": self.session}) as stream:
            for line in stream.iter_lines():
                if line.startswith("data:"):
                    message: dict[str, Any] = json.loads(line.removeprefix("data:"))
                    if message["msg"] == "process_completed":
                        return message
        raise AssertionError("the queue ended without an answer")
