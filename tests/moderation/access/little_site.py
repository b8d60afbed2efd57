"""A whole site of trivial pages: two accounts a role, three zones, and a vault of one file; real gate, guard and database."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import gradio as gr
import uvicorn
from fastapi import FastAPI
from markupsafe import Markup
from PIL import Image
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from moderation.access.account import Account, Role
from moderation.access.accounts import Accounts, NewAccount
from moderation.access.guard import Guard
from moderation.access.media import Pictures
from moderation.access.routes import Front, Portrait
from moderation.access.server import Parts, SiteRules, Zone, build_site
from moderation.access.session import Sessions
from moderation.database import Database
from moderation.errors import ModerationError, NotFound
from moderation.schema.tables import AUDIT, MIGRATIONS
from twin.schema.tables import MIGRATIONS as TWIN_MIGRATIONS

THEME = Path(__file__).parents[3] / "assets" / "theme"
PASSWORD = "paper ink and safelight"
CHEAP = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
PEOPLE = (
    ("carla", Role.CREATIVE, "north"),
    ("colin", Role.CREATIVE, "south"),
    ("mona", Role.MODERATOR, None),
    ("milan", Role.MODERATOR, None),
    ("nora", Role.MODEL, "nora"),
    ("ines", Role.MODEL, "ines"),
    ("ada", Role.ADMINISTRATOR, None),
)
ZONES = {"/studio": Role.CREATIVE, "/review": Role.MODERATOR, "/me": Role.MODEL}


def database_at(path: Path, clock: Callable[[], datetime]) -> Database:
    """An empty studio with two brands and two people."""
    database = Database(path, clock)
    database.migrate([("audit", AUDIT), *TWIN_MIGRATIONS, *MIGRATIONS])
    with database.write("test") as tx:
        for brand in ("north", "south"):
            tx.execute("INSERT INTO brand VALUES (?, ?)", [brand, brand.title()])
        for person in ("nora", "ines"):
            tx.execute("INSERT INTO person VALUES (?, ?, NULL, 1, ?)", [person, person.title(), tx.now])
    return database


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    now: datetime = datetime(2026, 5, 3, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass(frozen=True)
class Waiting:
    """What an inbox tells."""

    count: int
    words: str


@dataclass(frozen=True)
class File:
    """What the little vault hands out."""

    content: bytes
    filename: str
    sha256: str = "5" * 64


@dataclass
class LittleSite:
    """The site and everything a test wants to look at."""

    folder: Path
    demo: bool
    framed: bool = False
    clock: Clock = field(default_factory=Clock)
    heard: list[tuple[str, str]] = field(default_factory=list)
    recalled: bool = False

    def __post_init__(self) -> None:
        self.home = self.folder / "home"
        self.home.mkdir()
        (self.home / "original.png").write_bytes(b"\x89PNG the original")
        self.database = database_at(self.home / "studio.sqlite", self.clock)
        self.accounts = Accounts(self.database, CHEAP)
        self.sessions = Sessions(self.database)
        self.guard = Guard(self.sessions, (ModerationError,))
        self.people = {
            login: self.accounts.create(NewAccount(login, login.title(), role, where), self._password(role), "test")
            for login, role, where in PEOPLE
        }
        self.rules = SiteRules(
            demo=self.demo, home=self.home, theme_folder=THEME, secure=self.framed, framed=self.framed,
        )  # fmt: skip
        self.zones = [Zone(path, role, self.blocks(role)) for path, role in ZONES.items()]
        self.app: FastAPI = build_site(self.rules, self.parts(), self.zones)

    def _password(self, role: Role) -> str | None:
        return None if self.demo or role is Role.MODEL else PASSWORD

    def parts(self) -> Parts:
        """What the site is built from."""
        shown = (self.preview, self.preview, self.portrait, self.preview, self.preview)
        pictures = Pictures(*shown, self.grant, self.open_download, lambda account, image, *_: self.preview(account, image))
        front = Front(lambda: [Portrait("nora", "Nora")], lambda _: [Waiting(3, "waiting for your decision")])
        return Parts("k" * 64, self.accounts, self.sessions, pictures, front, self.scales, (ModerationError,))

    def blocks(self, role: Role) -> gr.Blocks:
        """A page with a box, a greeting, a counting generator, a refusal, a fault, and a file input that echoes."""

        def greet(account: Account, text: str) -> str:
            self.heard.append((account.login, text))
            return f"{account.name} says {text}"

        def count(account: Account) -> Iterator[str]:
            for step in range(3):
                self.heard.append((account.login, str(step)))
                yield str(step)

        def refuse(account: Account, text: str) -> str:
            raise {"absent": NotFound("No row 17."), "no": ModerationError("The licence <ended> on 1 May.")}.get(
                text, RuntimeError(f"secret of {account.login}")
            )

        def echo(account: Account, file: str) -> str:
            self.heard.append((account.login, file))
            return file

        with gr.Blocks(title="Twin Studio") as page:
            box, said = gr.Textbox(label="Words"), gr.Textbox(label="Said")
            picture, copy = gr.File(label="File"), gr.File(label="Copy")
            for label, handler, given, shown in (
                ("Greet", greet, [box], said),
                ("Count", count, [], said),
                ("Refuse", refuse, [box], said),
                ("Echo", echo, [picture], copy),
            ):
                gr.Button(label).click(self.guard(role)(handler), given, shown)
        return page

    def preview(self, account: Account, render_id: str) -> bytes:
        if render_id != f"of-{account.login}":
            raise NotFound(f"There is no image {render_id}.")
        return jpeg()

    def portrait(self, account: Account | None, twin_id: str) -> bytes:
        if twin_id != "nora" or (account is None and not self.demo):
            raise NotFound("There is no such twin.")
        return jpeg()

    def scales(self, account: Account) -> Markup:
        if account.role is not Role.MODERATOR:
            raise NotFound("There is nothing here.")
        return Markup("<p>They measure.</p>")

    def grant(self, account: Account, render_id: str, which: str) -> str:
        self.preview(account, render_id)
        return f"token-{account.login}{which}"

    def open_download(self, account: Account, token: str) -> File:
        if token != f"token-{account.login}" or self.recalled:
            raise NotFound("There is no such download.")
        return File((self.home / "original.png").read_bytes(), "nora.png")


def jpeg() -> bytes:
    """A grey portrait."""
    stream = BytesIO()
    Image.new("RGB", (320, 400), (140, 130, 120)).save(stream, "JPEG")
    return stream.getvalue()


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """The site on a free port of this machine, in a thread; its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        threading.Event().wait(0.02)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()
