"""The gate's rules, without a server."""

import pytest

from moderation.access.account import Account, Role
from moderation.access.gate import LARGEST_BODY, Plan, admit, comes_from_elsewhere, is_our_host, too_large

PLAN = Plan({"/studio": Role.CREATIVE, "/me": Role.MODEL}, frozenset({"/", "/sign-in", "/assets/theme/"}))
CARLA = Account("1", "carla", "Carla", Role.CREATIVE, brand_id="north")
NORA = Account("2", "nora", "Nora", Role.MODEL, person_id="nora")

NEEDED = [
    ("GET", "/studio"),
    ("GET", "/studio/"),
    ("HEAD", "/studio/"),
    ("GET", "/studio/config"),
    ("GET", "/studio/theme.css"),
    ("GET", "/studio/assets/index-1.js"),
    ("GET", "/studio/static/fonts/x.woff2"),
    ("POST", "/studio/gradio_api/queue/join"),
    ("GET", "/studio/gradio_api/queue/data"),
    ("POST", "/studio/gradio_api/run/predict"),
    ("POST", "/studio/gradio_api/cancel"),
    ("GET", "/studio/gradio_api/heartbeat/abc"),
]
CLOSED = [
    ("POST", "/studio/gradio_api/upload"),
    ("GET", "/studio/gradio_api/file=/etc/passwd"),
    ("GET", "/studio/gradio_api/file=http://elsewhere.example/x"),
    ("GET", "/studio/gradio_api/file/x"),
    ("GET", "/studio/gradio_api/proxy=http://elsewhere.example/x"),
    ("HEAD", "/studio/gradio_api/proxy=http://elsewhere.example/x"),
    ("GET", "/studio/gradio_api/deep_link"),
    ("GET", "/studio/gradio_api/runs"),
    ("GET", "/studio/monitoring"),
    ("GET", "/studio/monitoring/key"),
    ("POST", "/studio/gradio_api/component_server"),
    ("GET", "/studio/gradio_api/stream/a/b/1/playlist.m3u8"),
    ("POST", "/studio/gradio_api/stream/a"),
    ("POST", "/studio/gradio_api/call/predict"),
    ("GET", "/studio/gradio_api/info"),
    ("GET", "/studio/gradio_api/openapi.json"),
    ("POST", "/studio/gradio_api/process_recording"),
    ("POST", "/studio/gradio_api/vibe-edit"),
    ("GET", "/studio/gradio_api/dev/reload"),
    ("POST", "/studio/login"),
    ("PUT", "/studio/"),
    ("DELETE", "/studio/gradio_api/queue/join"),
    ("GET", "/studio//gradio_api/upload"),
    ("GET", "/studio/gradio_api/queue/data\n"),
]


@pytest.mark.parametrize(("method", "path"), NEEDED)
def test_what_a_page_needs_is_open_to_its_role_alone(method: str, path: str) -> None:
    assert admit(PLAN, method, path, "", CARLA) is None
    for stranger in (NORA, None):
        refusal = admit(PLAN, method, path, "", stranger)
        assert refusal is not None
        assert refusal.status == 401


@pytest.mark.parametrize(("method", "path"), CLOSED)
def test_what_no_page_needs_is_closed_to_everybody(method: str, path: str) -> None:
    refusal = admit(PLAN, method, path, "", CARLA)
    assert refusal is not None
    assert refusal.status == 404
    assert admit(PLAN, method, path, "", None) is not None


@pytest.mark.parametrize("query", ["deep_link=abc", "x=1&deep_link=", "deep%5Flink=abc"])
def test_deep_links_are_closed(query: str) -> None:
    assert admit(PLAN, "GET", "/studio/", "__theme=dark", CARLA) is None
    assert admit(PLAN, "GET", "/studio/", query, CARLA) is not None


@pytest.mark.parametrize(
    ("path", "is_open"),
    [
        ("/", True),
        ("/sign-in", True),
        ("/assets/theme/site.css", True),
        ("/sign-inside", False),
        ("/media/preview/1", False),
        ("/x", False),
    ],
)
def test_without_signing_in_only_the_public_list_is_open(path: str, is_open: bool) -> None:
    assert (admit(PLAN, "GET", path, "", None) is None) is is_open


def test_a_zone_is_not_made_public_by_mistake() -> None:
    with pytest.raises(ValueError):
        Plan({"/studio": Role.CREATIVE}, frozenset({"/stu", "/studio/"}))


@pytest.mark.parametrize(
    ("header", "ours"),
    [
        ("localhost", True),
        ("LOCALHOST:7860", True),
        ("127.0.0.1:7860", True),
        ("192.168.1.7:7860", True),
        ("[::1]:7860", True),
        ("studio.example", True),
        ("evil.example", False),
        ("studio.example.evil.example:7860", False),
        ("127.0.0.1.evil.example", False),
        ("evil@127.0.0.1", False),
        ("", False),
    ],
)
def test_a_name_that_is_not_ours_may_be_rebound_but_an_address_cannot(header: str, ours: bool) -> None:
    assert is_our_host(frozenset({"localhost", "studio.example"}), header) is ours


@pytest.mark.parametrize(
    ("method", "headers", "elsewhere"),
    [
        ("POST", {"origin": "http://studio.example"}, False),
        ("POST", {"origin": "https://STUDIO.example"}, False),
        ("POST", {}, False),
        ("POST", {"sec-fetch-site": "same-origin"}, False),
        ("POST", {"origin": "http://studio.example.evil.example"}, True),
        ("POST", {"origin": "http://studio.example:81"}, True),
        ("POST", {"origin": "null"}, True),
        ("POST", {"origin": ""}, True),
        ("POST", {"sec-fetch-site": "cross-site"}, True),
        ("POST", {"sec-fetch-site": "same-site"}, True),
        ("POST", {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}, True),
        ("OPTIONS", {"origin": "http://evil.example"}, True),
        ("GET", {"origin": "http://evil.example"}, True),
        ("GET", {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}, False),
        ("GET", {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}, True),
        ("GET", {}, False),
    ],
)
def test_another_sites_page_is_recognised(method: str, headers: dict[str, str], elsewhere: bool) -> None:
    assert comes_from_elsewhere(method, {"host": "studio.example", **headers}) is elsewhere


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("POST", {"content-length": str(LARGEST_BODY)}, None),
        ("POST", {"content-length": str(LARGEST_BODY + 1)}, 413),
        ("POST", {"content-length": "9" * 400}, 413),
        ("POST", {"content-length": "-1"}, 413),
        ("POST", {"transfer-encoding": "chunked"}, 411),
        ("GET", {"content-length": "5"}, 400),
        ("GET", {}, None),
    ],
)
def test_a_body_is_small_and_says_how_small(method: str, headers: dict[str, str], status: int | None) -> None:
    refusal = too_large(method, headers)
    assert (refusal.status if refusal else None) == status
