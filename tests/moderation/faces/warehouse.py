"""A server of files on this machine that misbehaves as told: breaks off, forgets ranges, sends another file, goes on and on."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Warehouse:
    """Files by path, and how they are handed out; `asked` is the Range header of every request, None without one."""

    files: dict[str, bytes] = field(default_factory=dict)
    breaks_after: list[int] = field(default_factory=list)
    knows_ranges: bool = True
    starts_elsewhere: bool = False
    moved_to: dict[str, str] = field(default_factory=dict)
    errors: list[int] = field(default_factory=list)
    asked: list[str | None] = field(default_factory=list)
    address: str = ""


@contextmanager
def opened(warehouse: Warehouse) -> Iterator[Warehouse]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hand_out(self, warehouse)

        def log_message(self, *_words: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    warehouse.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield warehouse
    finally:
        server.shutdown()
        server.server_close()


def hand_out(handler: BaseHTTPRequestHandler, warehouse: Warehouse) -> None:
    wanted = handler.headers.get("Range")
    warehouse.asked.append(wanted)
    if handler.path in warehouse.moved_to:
        handler.send_response(302)
        handler.send_header("Location", warehouse.moved_to[handler.path])
        handler.end_headers()
        return
    if warehouse.errors or handler.path not in warehouse.files:
        handler.send_error(warehouse.errors.pop(0) if warehouse.errors else 404)
        return
    whole = warehouse.files[handler.path]
    begin = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and warehouse.knows_ranges else 0
    if begin >= len(whole):
        handler.send_error(416)
        return
    told = 0 if warehouse.starts_elsewhere else begin
    handler.send_response(206 if wanted and warehouse.knows_ranges else 200)
    handler.send_header("Content-Length", str(len(whole) - begin))
    handler.send_header("Content-Range", f"bytes {told}-{len(whole) - 1}/{len(whole)}")
    handler.end_headers()
    stops = warehouse.breaks_after.pop(0) if warehouse.breaks_after else len(whole)
    handler.wfile.write(whole[begin : begin + stops])
    handler.close_connection = True
