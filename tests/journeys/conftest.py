"""A studio as a person starts it: `python app.py` on a fresh home, with its worker, on a free port."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

import app
from twin.settings import Settings

ROOT = Path(__file__).parents[2]
OPEN = "The studio is open: "


@dataclass(frozen=True)
class Running:
    """Where the studio is, where it lives, and what it said while it started."""

    address: str
    home: Path
    said: list[str]
    process_id: int

    @contextmanager
    def held_while_painting(self) -> Iterator[None]:
        """Stop the worker's process as soon as there is a look at an unfinished picture, and let it go on afterwards.

        An image is painted in about a second, and the page asks once a second: by chance it would see nothing between.
        """
        children = Path(f"/proc/{self.process_id}/task").glob("*/children")
        workers = [int(child) for file in children for child in file.read_text().split()]
        end = time.monotonic() + 120
        while not any((self.home / "progress").glob("*.sealed")):
            assert time.monotonic() < end, "Nothing was painted."
            time.sleep(0.005)
        for worker in workers:
            os.kill(worker, signal.SIGSTOP)
        try:
            yield
        finally:
            for worker in workers:
                os.kill(worker, signal.SIGCONT)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def refer_everything(home: Path) -> None:
    """Choose a blend pack that is not there, so that a moderator must see every image, whatever the shipped detector says."""
    made = app.open_studio(Settings(home, wanted="demo"), lambda: datetime.now(UTC), lambda _: None)
    with made.judging.database.write("test") as tx:
        tx.execute("INSERT INTO pack_choice VALUES ('blend', 'mesonet', ?)", [tx.now])


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = tmp_path_factory.mktemp("journey") / "home"
    refer_everything(home)
    command = [sys.executable, "app.py", "--home", str(home), "--port", str(free_port())]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    said: list[str] = []
    assert process.stderr is not None
    for line in process.stderr:
        said.append(line.strip())
        if OPEN in line:
            break
    else:
        pytest.fail("The studio did not open: " + " / ".join(said))
    # Somebody has to go on reading, or a full pipe would stop the studio.
    threading.Thread(target=process.stderr.read, daemon=True).start()
    yield Running(said[-1].split(OPEN)[1], home, said, process.pid)
    process.terminate()
    process.wait(30)


@pytest.fixture
def visit(chromium: Browser, studio: Running) -> Iterator[Callable[..., Page]]:
    """A fresh browser that comes in as one of the demo's people."""
    contexts = []

    def enter(login: str, width: int = 1440, height: int = 900) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": height}, accept_downloads=True)
        contexts.append(context)
        page = context.new_page()
        page.goto(studio.address)
        page.locator(f'form[action="/demo/enter/{login}"] button').click()
        return page

    yield enter
    for context in contexts:
        context.close()
