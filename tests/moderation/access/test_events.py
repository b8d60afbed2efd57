"""What an event may carry, without a server."""

import json
from typing import Any

import pytest

from moderation.access.events import REMEMBERED, PageSessions, carries_file, parsed


@pytest.mark.parametrize(
    ("value", "carries"),
    [
        ({"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}, True),
        ([1, [{"deep": [{"path": "https://files.example/x"}]}]], True),
        ({"data": ["/etc/passwd", {"value": "path"}, None]}, False),
        ("path", False),
    ],
)
def test_a_file_is_found_wherever_it_is_wrapped(value: Any, carries: bool) -> None:
    assert carries_file(value) is carries


@pytest.mark.parametrize("body", [b"", b"\xff", b"{", b"[" * 500_000, b'{"session_hash": "a", "session_hash": "b"}'])
def test_what_two_readers_could_read_differently_is_no_event(body: bytes) -> None:
    with pytest.raises(ValueError):
        parsed(body)


def test_an_event_is_read_as_json() -> None:
    event = {"data": ["ä", None, 1.5], "fn_index": 3}
    assert parsed(json.dumps(event).encode()) == event


def test_a_page_session_is_of_its_first_user_in_each_zone_until_it_is_forgotten() -> None:
    pages = PageSessions()
    assert pages.is_open_to("carla", "/studio", "a")
    assert not pages.is_open_to("colin", "/studio", "a")
    assert pages.is_open_to("mona", "/review", "a")
    for number in range(REMEMBERED - 2):
        assert pages.is_open_to("colin", "/studio", f"c{number}")
        assert pages.is_open_to("carla", "/studio", "a")
    assert not pages.is_open_to("colin", "/studio", "a")
    for number in range(REMEMBERED):
        pages.is_open_to("mona", "/studio", f"m{number}")
    assert pages.is_open_to("colin", "/studio", "a")
