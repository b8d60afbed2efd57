"""A webhook gets signed JSON over TLS at the public address that was checked, and nothing leads it anywhere else."""

import hashlib
import hmac
import json
import ssl
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.errors import BadRequest
from moderation.notices.port import Message, Undelivered
from moderation.notices.webhook import Webhook, checked_url, is_public
from tests.moderation.notices.office import answering, certificate, serving
from tests.moderation.scene import NOON

SECRET = b"a secret of theirs"
PRIVATE = (
    *("127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254"),
    *("100.64.0.1", "192.0.0.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "203.0.113.7"),
    *("::1", "::", "fe80::1", "fc00::1", "fd12:3456::1", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1"),
    *("64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:a00:1::", "2001:0:53aa:64c:0:0:f5ff:fffe"),
    *("::ffff:169.254.169.254", "fec0::1"),
)
PUBLIC = ("93.184.216.34", "1.1.1.1", "2606:4700:4700::1111", "::ffff:1.1.1.1", "2002:101:101::")


def message(url: str) -> Message:
    return Message(
        "delivery-1", url, SECRET, "recall", "A released image was recalled.", "https://studio.example/notice/x", "2026"
    )


def hook(tls: ssl.SSLContext, *, found: tuple[str, ...] = ("127.0.0.1",), **more: Any) -> Webhook:
    return Webhook(lambda: NOON, lambda *_: found, more.pop("allowed", lambda _: True), tls)


@pytest.mark.parametrize("address", PRIVATE)
def test_no_address_inside_is_public_however_it_is_written(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_outside_is_public(address: str) -> None:
    assert is_public(ip_address(address))


@given(st.ip_addresses(v=4, network="10.0.0.0/8") | st.ip_addresses(v=4, network="192.168.0.0/16"))
def test_a_private_address_stays_private_inside_every_ipv6_writing(address: Any) -> None:
    number = int(address)
    for inside in (0xFFFF << 32 | number, 0x2002 << 112 | number << 80, 0x64FF9B << 96 | number):
        assert not is_public(ip_address(inside.to_bytes(16, "big")))


@pytest.mark.parametrize(
    "url",
    [
        *("http://hooks.example/x", "ftp://hooks.example", "file:///etc/passwd", "//hooks.example", "hooks.example", ""),
        *("https://", "https:///x", "https://user@hooks.example", "https://u:p@hooks.example/", "https://hooks.example/#x"),
        *(
            "https://hooks.example:0x1",
            "https://hooks.example:99999",
            "https://hooks.example\\@127.0.0.1/",
            "https://höoks.example",
        ),
        *("https://hooks.example/a b", "https://hooks.example/\nHost: evil", "https://[::1", "gopher://127.0.0.1:25/_x"),
        "https://hooks.example/" + "x" * 2000,
    ],
)
def test_only_plain_https_is_taken(url: str) -> None:
    with pytest.raises(BadRequest):
        checked_url(url)


def test_the_receiver_can_tell_who_sent_what_and_when(tmp_path: Path) -> None:
    server, client = certificate(tmp_path, "hooks.example")
    with serving(server, answering(b"204 No Content")) as heard:
        hook(client).send(message(f"https://hooks.example:{heard.port}/in?x=1"))
    head, _, body = heard.seen[0].partition(b"\r\n\r\n")
    lines = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:])
    named = {name.lower(): value for name, value in lines.items()}
    assert head.startswith(b"POST /in?x=1 HTTP/1.1")
    assert named[b"host"] == f"hooks.example:{heard.port}".encode()
    at = int(NOON.timestamp())
    mac = hmac.new(SECRET, f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    assert named[b"twin-studio-signature"] == f"t={at},v1={mac}".encode()
    assert json.loads(body) == {
        "at": "2026",
        "delivery": "delivery-1",
        "kind": "recall",
        "link": "https://studio.example/notice/x",
        "text": "A released image was recalled.",
    }
    assert SECRET not in heard.seen[0]


@pytest.mark.parametrize("found", [("10.0.0.7",), ("93.184.216.34", "127.0.0.1"), ("::ffff:127.0.0.1",), ("fe80::1%eth0",), ()])
def test_nothing_is_sent_where_any_address_of_the_host_is_not_public(tmp_path: Path, found: tuple[str, ...]) -> None:
    server, client = certificate(tmp_path, "hooks.example")
    with serving(server, answering(b"200 OK")) as heard, pytest.raises(Undelivered, match="not public"):
        hook(client, found=found, allowed=is_public).send(message(f"https://hooks.example:{heard.port}/"))
    assert heard.seen == []


def test_a_name_that_resolves_anew_to_somewhere_else_is_not_asked_twice(tmp_path: Path) -> None:
    server, client = certificate(tmp_path, "hooks.example")
    asked = []

    def rebinding(host: str, _: int) -> tuple[str, ...]:
        asked.append(host)
        return ("127.0.0.1",) if len(asked) == 1 else ("127.0.0.2",)

    with serving(server, answering(b"200 OK")) as heard:
        Webhook(lambda: NOON, rebinding, lambda _: True, client).send(message(f"https://hooks.example:{heard.port}/"))
    assert (asked, len(heard.seen)) == (["hooks.example"], 1)


def test_the_certificate_is_the_hosts_own_and_not_the_addresss(tmp_path: Path) -> None:
    server, client = certificate(tmp_path, "127.0.0.1", "elsewhere.example")
    with serving(server, answering(b"200 OK")) as heard:
        with pytest.raises(Undelivered, match="cannot be reached"):
            hook(client).send(message(f"https://hooks.example:{heard.port}/"))
        with pytest.raises(Undelivered, match="cannot be reached"):
            hook(ssl.create_default_context()).send(message(f"https://elsewhere.example:{heard.port}/"))
    assert heard.seen == []


@pytest.mark.parametrize("status", [b"301 Moved\r\nlocation: https://169.254.169.254/", b"307 Go\r\nlocation: http://127.0.0.1/"])
def test_a_redirection_is_never_followed(tmp_path: Path, status: bytes) -> None:
    server, client = certificate(tmp_path, "hooks.example")
    with serving(server, answering(status)) as heard, pytest.raises(Undelivered, match="redirection") as refused:
        hook(client).send(message(f"https://hooks.example:{heard.port}/"))
    assert len(heard.seen) == 1
    assert not refused.value.final


@pytest.mark.parametrize(("status", "final"), [(b"500 Oh", False), (b"429 Slow", False), (b"410 Gone", True), (b"404 No", False)])
def test_a_failure_says_why_without_secrets_and_whether_to_try_again(tmp_path: Path, status: bytes, final: bool) -> None:
    server, client = certificate(tmp_path, "hooks.example")
    with serving(server, answering(status)) as heard, pytest.raises(Undelivered) as refused:
        hook(client).send(message(f"https://hooks.example:{heard.port}/private-path"))
    assert refused.value.final is final
    assert "private-path" not in str(refused.value)


def test_the_environments_proxy_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    server, client = certificate(tmp_path, "hooks.example")
    with serving(server, answering(b"200 OK")) as heard:
        hook(client).send(message(f"https://hooks.example:{heard.port}/"))
    assert len(heard.seen) == 1
