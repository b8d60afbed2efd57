"""Webhooks: signed JSON posted over https to an address that is public, resolved once and connected to as resolved."""

import hashlib
import hmac
import ssl
from collections.abc import Callable, Sequence
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from socket import IPPROTO_TCP, gaierror, getaddrinfo
from urllib.parse import SplitResult, urlsplit

import httpx

from moderation.audit.chain import canonical
from moderation.errors import BadRequest
from moderation.notices.port import Message, Undelivered

TIMEOUT_S = 10.0
SIGNATURE = "twin-studio-signature"
LONGEST_URL = 2000
Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Sequence[str]]
_UNICAST = IPv6Network("2000::/3")
"""All that is handed out of the public internet so far (IANA); what a gateway turns into IPv4 (RFC 6052, RFC 8215) is outside."""


def checked_url(url: str) -> SplitResult:
    """The parts of a webhook's URL: https, a host, nothing that belongs to nobody. Raises BadRequest."""
    text = url.strip()
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - reading it raises ValueError for a port that is none
    except ValueError as error:
        raise BadRequest("This is no URL.") from error
    if parts.scheme != "https" or not parts.hostname or len(text) > LONGEST_URL or not text.isascii() or not text.isprintable():
        raise BadRequest("A webhook is reached over https, at a name with ordinary letters.")
    if parts.username is not None or parts.password is not None or parts.fragment or " " in text or "\\" in text:
        raise BadRequest("A webhook's URL holds no name, password or fragment.")
    return parts


def is_public(address: Address) -> bool:
    """Whether an address lies in the public internet, seen through every way of writing an IPv4 address inside an IPv6 one."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is not None:
            return is_public(inner)
        if address not in _UNICAST or address.teredo is not None:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved and not address.is_unspecified


def resolved(host: str, port: int) -> tuple[str, ...]:
    """Every address of a host. Raises OSError."""
    return tuple(str(found[4][0]) for found in getaddrinfo(host, port, proto=IPPROTO_TCP))


def sign(secret: bytes, at: int, body: bytes) -> str:
    """The header by which a receiver knows who sent a body and when: HMAC-SHA-256 over "SECONDS.BODY", in hex."""
    return f"t={at},v1={hmac.new(secret, f'{at}.'.encode() + body, hashlib.sha256).hexdigest()}"


class Webhook:
    """The way out over https; `resolve` finds a host's addresses, of which one is connected to where all are `allowed`."""

    def __init__(
        self,
        clock: Callable[[], datetime],
        resolve: Resolve = resolved,
        allowed: Callable[[Address], bool] = is_public,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._clock = clock
        self._resolve = resolve
        self._allowed = allowed
        self._tls = tls

    def send(self, message: Message) -> None:
        """Post the message. Raises Undelivered."""
        try:
            parts = checked_url(message.target)
        except BadRequest as refusal:
            raise Undelivered(str(refusal), final=True) from refusal
        body = canonical(
            {
                "delivery": message.delivery_id,
                "kind": message.kind,
                "text": message.words,
                "link": message.link,
                "at": message.happened_at,
            }
        )
        try:
            status = self._post(parts, self._address(parts), message, body)
        except (httpx.HTTPError, ssl.SSLError, OSError) as error:
            raise Undelivered(f"The webhook cannot be reached ({type(error).__name__}).") from error
        if 300 <= status < 400:
            raise Undelivered("The webhook answers with a redirection, which is never followed.")
        if not 200 <= status < 300:
            raise Undelivered(f"The webhook answers {status}.", final=status == 410)

    def _address(self, parts: SplitResult) -> str:
        """The one address that is connected to, so that no second answer of a name server can lead elsewhere."""
        try:
            found = [ip_address(one.partition("%")[0]) for one in self._resolve(parts.hostname or "", parts.port or 443)]
        except (gaierror, UnicodeError, ValueError) as error:
            raise Undelivered("The webhook's host has no address.") from error
        if not found or not all(self._allowed(one) for one in found):
            raise Undelivered("The webhook's host has an address that is not public; nothing is sent there.")
        return str(found[0])

    def _post(self, parts: SplitResult, address: str, message: Message, body: bytes) -> int:
        """The status of the answer, whose body is not read."""
        literal = f"[{address}]" if ":" in address else address
        url = parts._replace(netloc=f"{literal}:{parts.port or 443}").geturl()
        at = int(self._clock().timestamp())
        headers = {
            "host": parts.netloc,
            "content-type": "application/json",
            "user-agent": "twin-studio",
            "twin-studio-delivery": message.delivery_id,
            SIGNATURE: sign(message.secret, at, body),
        }
        # Without the environment's proxies, which would resolve the name once more; the certificate is still the host's own.
        with httpx.Client(
            verify=self._tls or ssl.create_default_context(), trust_env=False, follow_redirects=False, timeout=TIMEOUT_S
        ) as client:
            extensions = {"sni_hostname": parts.hostname or ""}
            with client.stream("POST", url, content=body, headers=headers, extensions=extensions) as answer:
                return answer.status_code
