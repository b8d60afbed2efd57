"""A hub on this machine for tests: a repository in memory, over real HTTP, that can break off in the middle."""

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

COMMIT = "c0ffee" + "0" * 34


@dataclass
class Shelf:
    """What the hub has: file contents by name; `breaks` names files that end early once; `asked` is every request."""

    repository: str
    files: Mapping[str, bytes]
    breaks: dict[str, int] = field(default_factory=dict)
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)


class _Answer(BaseHTTPRequestHandler):
    shelf: Shelf
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, body: bool) -> None:
        shelf, path = self.shelf, self.path.split("?")[0]
        shelf.asked.append((self.command, path, self.headers.get("Range")))
        if path.startswith(f"/api/models/{shelf.repository}/revision/"):
            siblings = [{"rfilename": name, "size": len(content)} for name, content in shelf.files.items()]
            told = {"id": shelf.repository, "modelId": shelf.repository, "sha": COMMIT, "siblings": siblings}
            self._send(200, json.dumps(told).encode(), body, {"Content-Type": "application/json"})
            return
        name = path.removeprefix(f"/{shelf.repository}/resolve/{COMMIT}/")
        if name not in shelf.files:
            self._send(404, b"{}", body, {"X-Error-Code": "EntryNotFound"})
            return
        content = shelf.files[name]
        more = {"ETag": f'"{hashlib.sha1(content).hexdigest()}"', "X-Repo-Commit": COMMIT, "Accept-Ranges": "bytes"}
        begin = int((self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").split("-")[0])
        if begin:
            more["Content-Range"] = f"bytes {begin}-{len(content) - 1}/{len(content)}"
        self._send(206 if begin else 200, content[begin:], body, more, shelf.breaks.pop(name, None) if body else None)

    def _send(self, status: int, content: bytes, body: bool, more: Mapping[str, str], most: int | None = None) -> None:
        self.send_response(status)
        for name, value in {**more, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        if body:
            self.wfile.write(content[:most])
        if most is not None:
            self.close_connection = True


@contextmanager
def hub_with(shelf: Shelf) -> Iterator[str]:
    """Serve a shelf; its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Answer", (_Answer,), {"shelf": shelf}))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
