"""The whole little site over HTTP: sign-in, zones, pictures, downloads."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import anyio
import httpx
import pytest
from starlette.routing import Mount

from moderation.access.account import Role
from moderation.access.invitation import Invitations
from moderation.access.server import SiteRules
from tests.moderation.access.little_site import PASSWORD, ZONES, LittleSite, serving
from tests.moderation.access.visitor import Visitor

PASSWD = {"path": "/etc/passwd", "orig_name": "x", "meta": {"_type": "gradio.FileData"}}
LOGINS = {"/studio": "carla", "/review": "mona", "/me": "nora"}
GREET, COUNT, REFUSE, ECHO = range(4)


@pytest.fixture
def visitor(demo_address: str) -> Callable[[str | None], Visitor]:
    def enter(login: str | None) -> Visitor:
        somebody = Visitor(demo_address)
        if login:
            assert somebody.enter(login).status_code == 303
        return somebody

    return enter


def test_each_role_reaches_its_own_zone_and_no_other(demo: LittleSite, visitor: Callable[[str | None], Visitor]) -> None:
    for own, login in LOGINS.items():
        somebody = visitor(login)
        demo.heard.clear()
        assert somebody.client.get(f"{own}/").status_code == 200
        assert somebody.run(own, GREET, ["hi"]).json()["data"] == [f"{login.title()} says hi"]
        assert somebody.queue(own, GREET, ["ho"])["output"]["data"] == [f"{login.title()} says ho"]
        assert somebody.queue(own, COUNT, [])["success"]
        assert {who for who, _ in demo.heard} == {login}
        demo.heard.clear()
        for other in set(ZONES) - {own}:
            assert somebody.run(other, GREET, ["hi"]).status_code == 401
            for path in ("/", "/config", "/gradio_api/queue/data?session_hash=a", "/gradio_api/startup-events"):
                assert somebody.client.get(other + path).status_code == 401
        assert demo.heard == []


def test_nobody_reaches_any_zone(demo: LittleSite, visitor: Callable[[str | None], Visitor]) -> None:
    nobody = visitor(None)
    demo.heard.clear()
    for zone in ZONES:
        assert nobody.run(zone, GREET, ["hi"]).status_code == 401
        page = nobody.client.get(f"{zone}/", headers={"accept": "text/html"})
        assert (page.status_code, page.headers["location"]) == (303, f"/sign-in?to=%2F{zone[1:]}%2F")
    assert nobody.client.get("/media/preview/of-carla").status_code == 401
    assert nobody.client.get("/form-token").status_code == 401
    assert demo.heard == []


def test_a_zone_asks_by_itself_even_if_the_gate_were_gone(demo: LittleSite) -> None:
    for zone in demo.zones:
        inner = next(route.app for route in demo.app.routes if isinstance(route, Mount) and route.path == zone.path)
        for login, status in ((LOGINS[zone.path], 200), (next(v for k, v in LOGINS.items() if k != zone.path), 401)):
            cookie: dict[str, str] = {}
            demo.sessions.begin(cookie, demo.people[login])

            async def with_session(scope, receive, send, app=inner, cookie=cookie):  # type: ignore[no-untyped-def]
                await app({**scope, "session": cookie}, receive, send)

            assert _get(with_session, "/config") == status


def _get(app: object, path: str) -> int:
    async def ask() -> int:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://testserver") as client:  # type: ignore[arg-type]
            return (await client.get(path)).status_code

    # Its own thread: a browser test before this one may leave an event loop running here.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(anyio.run, ask).result()


def test_a_file_of_the_machine_is_not_fetched_by_naming_it(demo: LittleSite, visitor: Callable[[str | None], Visitor]) -> None:
    carla = visitor("carla")
    demo.heard.clear()
    for path in ("/etc/passwd", str(demo.home / "original.png"), str(Path(__file__)), "https://files.example/x.png"):
        file = {**PASSWD, "path": path}
        assert carla.run("/studio", ECHO, [file]).status_code == 400
        assert carla.run("/studio", ECHO, [[{"a": file}]]).status_code == 400
        assert carla.client.get(f"/studio/gradio_api/file={path}").status_code == 404
    assert demo.heard == []
    assert all(zone.blocks.has_launched for zone in demo.zones)


def test_an_open_page_is_of_whoever_opened_it(visitor: Callable[[str | None], Visitor]) -> None:
    carla, colin = visitor("carla"), visitor("colin")
    assert carla.run("/studio", GREET, ["hi"]).status_code == 200
    colin.session, own = carla.session, colin.session
    assert colin.run("/studio", GREET, ["hi"]).status_code == 401
    heard = {"session_hash": carla.session}
    assert colin.client.get("/studio/gradio_api/queue/data", params=heard).status_code == 401
    assert colin.client.get(f"/studio/gradio_api/heartbeat/{carla.session}").status_code == 401
    colin.session = own
    assert colin.run("/studio", GREET, ["hi"]).json()["data"] == ["Colin says hi"]


def test_refusals_of_a_handler_are_sentences(visitor: Callable[[str | None], Visitor]) -> None:
    carla = visitor("carla")
    assert "nothing was changed" in carla.run("/studio", REFUSE, ["fault"]).json()["error"]
    assert carla.queue("/studio", REFUSE, ["absent"])["output"]["error"] == "There is nothing here under that name."


def test_a_form_without_its_token_or_from_another_site_changes_nothing(demo_address: str) -> None:
    somebody = Visitor(demo_address)
    token = somebody.token()
    for form, headers in (
        ({}, {}),
        ({"form": ""}, {}),
        ({"form": "guess"}, {}),
        ({"form": Visitor(demo_address).token()}, {}),
        ({"form": token}, {"origin": "http://evil.example"}),
        ({"form": token}, {"sec-fetch-site": "cross-site"}),
    ):
        answer = somebody.client.post("/demo/enter/carla", data=form, headers=headers)
        assert answer.status_code == 403
        assert somebody.client.get("/form-token").status_code == 401
    assert somebody.client.post("/demo/enter/carla", data={"form": token}).status_code == 303


def test_a_copied_cookie_dies_with_the_sign_out_and_with_the_change_of_role(
    demo_address: str, visitor: Callable[[str | None], Visitor]
) -> None:
    carla, copy = visitor("carla"), Visitor(demo_address)
    copy.client.cookies.update(carla.client.cookies)
    assert copy.client.get("/studio/").status_code == 200
    assert carla.enter("mona").status_code == 303
    assert copy.client.get("/studio/").status_code == 401
    copy.client.cookies.update(carla.client.cookies)
    assert copy.client.get("/review/").status_code == 200
    assert carla.sign_out().status_code == 303
    assert copy.client.get("/review/").status_code == 401


def test_pictures_are_scoped_and_never_kept(visitor: Callable[[str | None], Visitor]) -> None:
    carla = visitor("carla")
    own = carla.client.get("/media/preview/of-carla")
    assert (own.status_code, own.headers["content-type"]) == (200, "image/jpeg")
    assert own.headers["cache-control"] == "private, no-store"
    assert own.headers["x-content-type-options"] == "nosniff"
    foreign, absent = (carla.client.get(f"/media/preview/{name}") for name in ("of-colin", "of-nobody"))
    assert (foreign.status_code, foreign.json()) == (absent.status_code, absent.json())
    assert foreign.status_code == 404
    assert carla.client.get("/media/preview/..%2foriginal.png").status_code == 404


def test_a_download_is_granted_by_a_form_and_asked_for_again_each_time(
    demo: LittleSite, visitor: Callable[[str | None], Visitor]
) -> None:
    carla, colin = visitor("carla"), visitor("colin")
    form = {"form": carla.client.get("/form-token").json()["form"]}
    assert carla.client.post("/release/of-carla/download").status_code == 403
    assert carla.client.post("/release/of-colin/download", data=form).status_code == 404
    granted = carla.client.post("/release/of-carla/download", data=form)
    assert (granted.status_code, granted.headers["location"]) == (303, "/download/token-carla")
    file = carla.client.get("/download/token-carla")
    assert file.content == (demo.home / "original.png").read_bytes()
    assert file.headers["content-disposition"] == 'attachment; filename="nora.png"'
    assert file.headers["cache-control"] == "private, no-store"
    content = (demo.home / "original.png").read_bytes()
    for asked, status, got in (
        ("bytes=0-3", 206, b"\x89PNG"),
        ("bytes=5-", 206, content[5:]),
        ("bytes=-4", 206, content[-4:]),
        ("bytes=-999", 206, content),
        ("bytes=4-999", 206, content[4:]),
        ("bytes=999-", 416, b""),
        ("bytes=-0", 416, b""),
        ("bytes=3-1", 200, content),
        ("bytes=-", 200, content),
        ("bytes=0-1,4-5", 200, content),
    ):
        part = carla.client.get("/download/token-carla", headers={"range": asked})
        assert (part.status_code, part.content) == (status, got), asked
    changed = carla.client.get("/download/token-carla", headers={"range": "bytes=0-3", "if-range": '"another"'})
    assert (changed.status_code, changed.content) == (200, content)
    assert colin.client.get("/download/token-carla").status_code == 404
    demo.recalled = True
    try:
        for method, headers in (("GET", {}), ("HEAD", {}), ("GET", {"range": "bytes=0-3"})):
            assert carla.client.request(method, "/download/token-carla", headers=headers).status_code == 404
    finally:
        demo.recalled = False


def test_signing_in_leads_to_the_wanted_page_if_it_is_ones_own(studio_address: str) -> None:
    for wanted, led in (
        ("/studio/", "/studio"),
        ("", "/studio"),
        ("/review", "/studio"),
        ("//evil.example", "/studio"),
        ("/recalls", "/recalls"),
    ):
        somebody = Visitor(studio_address)
        assert somebody.sign_in("carla", to=wanted).headers["location"] == led
        assert somebody.client.get("/studio/").status_code == 200
    somebody = Visitor(studio_address)
    assert somebody.sign_in("carla", "wrong").status_code == 401
    assert somebody.client.get("/studio/").status_code == 401
    assert somebody.sign_in("ada").headers["location"] == "/admin"


def test_a_model_sets_her_password_by_her_link_alone(studio: LittleSite, studio_address: str) -> None:
    token = Invitations(studio.accounts).make("nora", "test")
    nora = Visitor(studio_address)
    form = nora.token(f"/invitation/{token}")
    bad = nora.client.post(f"/invitation/{token}", data={"form": form, "password": PASSWORD, "again": "x"})
    assert (bad.status_code, "differ" in bad.text) == (400, True)
    led = nora.client.post(f"/invitation/{token}", data={"form": form, "password": PASSWORD, "again": PASSWORD})
    assert (led.status_code, led.headers["location"]) == (303, "/me")
    assert nora.client.get("/me/").status_code == 200
    assert Visitor(studio_address).client.get(f"/invitation/{token}").status_code == 404
    assert Visitor(studio_address).sign_in("nora").status_code == 303


def test_a_studio_has_no_role_switch_and_shows_no_portraits_to_strangers(studio_address: str, demo_address: str) -> None:
    stranger = Visitor(studio_address)
    assert stranger.client.post("/demo/enter/nora", data={"form": stranger.token()}).status_code == 404
    assert stranger.client.get("/media/portrait/nora").status_code == 401
    front = stranger.client.get("/").text
    assert "do not exist" not in front
    assert "/demo/" not in front
    demo_front = Visitor(demo_address).client.get("/").text
    assert "do not exist" in demo_front
    assert "/demo/enter/carla" in demo_front
    assert Visitor(demo_address).client.get("/media/portrait/nora").status_code == 200


def test_the_front_page_tells_each_person_what_waits(visitor: Callable[[str | None], Visitor]) -> None:
    assert "waiting for your decision" in visitor("nora").client.get("/").text
    assert "waiting for your decision" not in visitor(None).client.get("/").text


def test_another_host_name_another_sites_script_and_a_huge_body_get_nothing(
    demo: LittleSite, visitor: Callable[[str | None], Visitor]
) -> None:
    carla = visitor("carla")
    assert carla.client.get("/", headers={"host": "evil.example"}).status_code == 400
    answer = carla.client.get("/studio/config", headers={"origin": "http://evil.example"})
    assert answer.status_code == 403
    assert not [name for name in answer.headers if name.startswith("access-control-allow")]
    own = carla.client.get("/studio/config", headers={"origin": str(carla.client.base_url)})
    assert own.status_code == 200
    assert "access-control-allow-origin" not in own.headers
    demo.heard.clear()
    assert carla.run("/studio", GREET, ["x" * (1 << 20)]).status_code == 413
    assert demo.heard == []


def test_every_answer_carries_the_headers(visitor: Callable[[str | None], Visitor]) -> None:
    carla = visitor("carla")
    for path in ("/", "/studio/", "/nothing", "/assets/theme/site.css", "/media/preview/of-carla", "/me/"):
        headers = carla.client.get(path, headers={"accept": "text/html"}).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert ("unsafe-inline" in headers["content-security-policy"]) == path.startswith(("/studio", "/me/"))


def test_a_space_may_be_framed_by_its_host_and_its_cookie_travels_over_https_alone(tmp_path: Path) -> None:
    site = LittleSite(tmp_path, demo=True, framed=True)
    with serving(site.app) as address:
        answer = httpx.get(f"{address}/sign-in", trust_env=False)
    assert "frame-ancestors https://huggingface.co" in answer.headers["content-security-policy"]
    assert "x-frame-options" not in answer.headers
    cookie = answer.headers["set-cookie"].lower()
    assert all(word in cookie for word in ("__host-", "httponly", "samesite=none", "secure", "partitioned"))


def test_a_site_cannot_be_built_open(tmp_path: Path) -> None:
    with pytest.raises(ValueError):
        SiteRules(demo=False, home=tmp_path, theme_folder=tmp_path, hosts=frozenset({"*"}))
    with pytest.raises(ValueError):
        SiteRules(demo=False, home=tmp_path, theme_folder=tmp_path, framed=True, secure=False)
    assert set(ZONES.values()) <= set(Role)
