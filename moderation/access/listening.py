"""The socket that the site listens on, opened before anything slow is prepared."""

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from moderation.access.session import LOOPBACK, demo_may_bind
from moderation.errors import ModerationError

BACKLOG = 128


class AddressRefused(ModerationError):
    """The site cannot listen where it was told to."""


def refuse_binding(host: str, *, demo: bool, said_demo: bool, public: str | None) -> None:
    """Raise AddressRefused when others than this machine would reach what is not meant for them, or could listen in."""
    if demo and not demo_may_bind(host, said_explicitly=said_demo):
        raise AddressRefused(f"A demo lets anybody be anybody, so it opens to {host} only when you say --demo.")
    if not demo and host.casefold() not in LOOPBACK and public is None:
        raise AddressRefused(
            f"On {host} passwords would cross the network in the clear: put a proxy with https in front,"
            " and give its name with --public."
        )


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A listening socket, closed at the end. Raises AddressRefused when the port is taken or the address not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sends at once only over a socket that says it is TCP; else the end of an answer waits 40 ms for an acknowledgement.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen(BACKLOG)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise AddressRefused(
                    f"Port {port} is in use; close the program that has it, or choose another with --port."
                ) from error
            if error.errno == errno.EACCES:
                raise AddressRefused(f"Port {port} is for the system's own programs; choose another with --port.") from error
            raise AddressRefused(f"The studio cannot listen on {host}: {error.strerror or error}.") from error
        yield listener
