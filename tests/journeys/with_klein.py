"""A demo served in this process, with klein at work beside the embedded painter: its architecture, tiny, with random weights."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import app
from tests.journeys.conftest import refer_everything
from tests.moderation.access.little_site import serving
from tests.twin.cast import WARDROBE
from tests.twin.painters.tiny_klein import CARD, Pretend, tiny_folder
from twin.engines.engines import Engines, Offer
from twin.looks.prompt import words_of
from twin.pages.ports import Asked
from twin.painter import Painter, PainterCard
from twin.painters.klein import KleinPainter
from twin.settings import Settings

SHOOT = "osterby-autumn"


@dataclass(frozen=True)
class Beside:
    """The engines of a house, and klein on a pretended GPU as if its weights had been fetched."""

    engines: Engines
    klein: Painter

    def painter(self, name: str) -> Painter:
        return self.klein if name == CARD.name else self.engines.painter(name)

    alone = painter

    def card(self, name: str) -> PainterCard:
        return self.engines.card(name)

    def held(self) -> dict[str, str]:
        return self.engines.held()

    def without_room(self) -> frozenset[str]:
        return frozenset()

    @property
    def offers(self) -> list[Offer]:
        return [replace(one, refusal="") if one.name == CARD.name else one for one in self.engines.offers]


@dataclass(frozen=True)
class Served:
    """A studio that runs in this process: where, and its objects.

    Its rows are read by its own database: another SQLite library in this process would break its locks.
    """

    address: str
    studio: app.Studio

    def rows(self, sql: str, *values: str) -> list[dict[str, Any]]:
        return self.studio.judging.database.rows(sql, list(values))


def passed_on(served: Served, twin: str = "nora", seed: int = 7) -> str:
    """An image of a twin by the embedded painter, ordered by Maya, which Rosa passed on to the person; its id."""
    floor, judging = served.studio.floor(), served.studio.judging
    look = floor.lookbook.looks[0].worn_by(twin, floor.wardrobe)
    render_id = floor.order(judging.accounts.by_login("maya"), Asked(SHOOT, twin, "atelier", look, 1, seed))[0]
    wait_for(served, render_id, "in review")
    rosa = judging.accounts.by_login("rosa")
    claim = judging.desk.claim(rosa, render_id)
    version = served.rows("SELECT version FROM render WHERE id = ?", render_id)[0]["version"]
    judging.desk.review(rosa, render_id, version, "pass", None, "", claim["token"])
    return render_id


def wait_for(served: Served, render_id: str, state: str) -> None:
    """Until an image stands so; a failed one fails the test with its reason."""
    end, there = time.monotonic() + 120, ""
    while there != state:
        row = served.rows("SELECT state, failure FROM render WHERE id = ?", render_id)[0]
        there = row["state"]
        assert there != "failed", row
        assert time.monotonic() < end, there
        time.sleep(0.1)


@contextmanager
def studio_with_klein(folder: Path, *, klein: bool = True) -> Iterator[Served]:
    """Serve a new demo, its worker in a thread; a moderator must see every image."""
    home = folder / "home"
    refer_everything(home)
    studio = app.open_studio(Settings(home, wanted="demo"), lambda: datetime.now(UTC), lambda _: None)
    studio.prepare(lambda _: None)
    if klein:
        painter = KleinPainter(
            tiny_folder(folder / "weights"),
            CARD,
            lambda look, edit: words_of(look, WARDROBE, edit=edit),
            lambda picture: studio.judging.examiner.boxes(picture),
            Pretend(),
        )
        studio.painting.engines = Beside(studio.painting.engines, painter)  # type: ignore[assignment]
    stop = threading.Event()
    worker = threading.Thread(target=studio.worker(stop).run, daemon=True)
    worker.start()
    try:
        with serving(app.build_site(studio)) as address:
            yield Served(address, studio)
    finally:
        stop.set()
        worker.join(60)
