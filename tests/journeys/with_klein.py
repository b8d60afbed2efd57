"""A demo served in this process, with klein at work beside the embedded painter: its architecture, tiny, with random weights."""

import threading
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
from twin.engines import Engines, Offer
from twin.painter import Painter, PainterCard
from twin.painters.klein import KleinPainter
from twin.prompt import words_of
from twin.settings import Settings


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
    worker = threading.Thread(target=studio.worker("worker", stop).run, daemon=True)
    worker.start()
    try:
        with serving(app.build_site(studio)) as address:
            yield Served(address, studio)
    finally:
        stop.set()
        worker.join(60)
