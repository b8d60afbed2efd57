"""The guard around handlers, called as Gradio calls them."""

import inspect
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from moderation.access.account import Account, Role
from moderation.access.guard import Guard, unguarded
from moderation.access.server import Zone, mount_zone
from moderation.errors import ModerationError, NotFound
from tests.moderation.access.little_site import LittleSite


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> LittleSite:
    return LittleSite(tmp_path_factory.mktemp("guard"), demo=True)


def request_of(site: LittleSite, login: str | None) -> Any:
    cookie: dict[str, str] = {}
    if login:
        site.sessions.begin(cookie, site.people[login])
    return gr.Request(SimpleNamespace(scope={"session": cookie}))  # type: ignore[arg-type]


@pytest.fixture
def guard(site: LittleSite) -> Guard:
    return Guard(site.sessions, (ModerationError,))


def test_a_handler_gets_the_account_and_never_runs_for_another_role(site: LittleSite, guard: Guard) -> None:
    ran = []

    @guard(Role.CREATIVE)
    def handler(account: Account, text: str, size: int = 3) -> tuple[str, str, int]:
        ran.append(account.login)
        return account.login, text, size

    assert handler(request_of(site, "carla"), "x", 4) == ("carla", "x", 4)
    for stranger in ("nora", "mona", "ada", None):
        with pytest.raises(gr.Error):
            handler(request_of(site, stranger), "x", 4)
    with pytest.raises(gr.Error):
        handler(None, "x", 4)
    assert ran == ["carla"]


def test_a_generator_stops_when_its_caller_signs_out(site: LittleSite, guard: Guard) -> None:
    @guard(Role.CREATIVE)
    def steps(account: Account) -> Iterator[str]:
        for step in range(5):
            yield f"{account.login} {step}"

    request = request_of(site, "carla")
    running = steps(request)
    assert inspect.isgeneratorfunction(steps)
    assert [next(running), next(running)] == ["carla 0", "carla 1"]
    site.sessions.end(request.request.scope["session"])
    with pytest.raises(gr.Error, match="signed out"):
        next(running)


def test_refusals_are_shown_and_faults_are_not(site: LittleSite, guard: Guard) -> None:
    @guard(Role.CREATIVE)
    def handler(_: Account, error: Exception) -> None:
        raise error

    said = {}
    for error in (
        NotFound("No row 17."),
        NotFound("Row 18 is Colin's."),
        ModerationError("It ended <on> 1 May."),
        KeyError("secret"),
    ):
        with pytest.raises(gr.Error) as shown:
            handler(request_of(site, "carla"), error)
        said[str(error)] = shown.value.message
    assert said["No row 17."] == said["Row 18 is Colin's."]
    assert "17" not in said["No row 17."]
    assert said["It ended <on> 1 May."] == "It ended &lt;on&gt; 1 May."
    assert "secret" not in said["'secret'"]


def test_gradio_sees_the_handlers_own_inputs(guard: Guard) -> None:
    def chosen(account: Account, text: str, event: gr.SelectData) -> str:
        return f"{account} {text} {event}"

    dressed = guard(Role.MODEL)(chosen)
    assert list(inspect.signature(dressed).parameters) == ["request", "text", "event"]
    assert dressed.__annotations__ == {"request": gr.Request, "text": str, "event": gr.SelectData}
    assert dressed.__name__ == "chosen"


def test_what_the_guard_cannot_cover_is_refused(guard: Guard) -> None:
    async def later(account: Account) -> None: ...

    def shadow(account: Account, request: str) -> None: ...

    for handler in (later, shadow):
        with pytest.raises(TypeError):
            guard(Role.CREATIVE)(handler)
    with pytest.raises(TypeError):
        guard()


def test_a_page_with_one_bare_handler_is_not_mounted(site: LittleSite, guard: Guard) -> None:
    def handler(_: Account, text: str) -> str:
        return text

    guarded, foreign = guard(Role.CREATIVE)(handler), guard(Role.MODEL)(handler)
    for wrong in ({"fn": lambda text: text}, {"fn": foreign}, {"fn": guarded, "validator": lambda text: text}):
        with gr.Blocks() as page:
            box = gr.Textbox()
            box.submit(guarded, [box], [box])
            box.change(inputs=[box], outputs=[box], **wrong)
        assert len(unguarded(page, Role.CREATIVE)) == 1
        with pytest.raises(ValueError, match="does not cover"):
            mount_zone(site.app, Zone("/other", Role.CREATIVE, page), site.sessions, [])
    for zone in site.zones:
        assert zone.blocks.fns
        assert unguarded(zone.blocks, zone.role) == []
