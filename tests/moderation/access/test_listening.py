"""Where the site may listen, and what is said when it cannot."""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from moderation.access.listening import AddressRefused, listening, refuse_binding


def test_a_port_in_use_is_named_with_its_remedy() -> None:
    with listening("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(AddressRefused, match=f"Port {port} is in use.*--port"), listening("127.0.0.1", port):
            pass


def test_the_socket_is_closed_at_the_end() -> None:
    with listening("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=1)


def test_what_it_accepts_is_sent_at_once_and_never_held_back_for_an_acknowledgement() -> None:
    async def held_back() -> int:
        found: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        def accept(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            found.set_result(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        with listening("127.0.0.1", 0) as listener:
            async with await asyncio.start_server(accept, sock=listener):
                _, writer = await asyncio.open_connection(*listener.getsockname())
                writer.close()
                return await asyncio.wait_for(found, 10)

    with ThreadPoolExecutor(1) as apart:  # a browser of another test keeps a loop of its own running in this thread
        assert apart.submit(asyncio.run, held_back()).result(20) != 0


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(AddressRefused, match=r"cannot listen on 203\.0\.113\.9"), listening("203.0.113.9", 0):
        pass


@pytest.mark.parametrize(
    ("host", "demo", "said", "public", "refused"),
    [
        ("127.0.0.1", True, False, None, False),
        ("0.0.0.0", True, False, None, True),
        ("0.0.0.0", True, True, None, False),
        ("127.0.0.1", False, False, None, False),
        ("0.0.0.0", False, True, None, True),
        ("0.0.0.0", False, False, "studio.example.com", False),
    ],
)
def test_beyond_this_machine_a_demo_is_said_and_a_studio_is_encrypted(
    host: str, demo: bool, said: bool, public: str | None, refused: bool
) -> None:
    if refused:
        with pytest.raises(AddressRefused):
            refuse_binding(host, demo=demo, said_demo=said, public=public)
    else:
        refuse_binding(host, demo=demo, said_demo=said, public=public)
