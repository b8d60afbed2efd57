"""The shipped wardrobe, lookbook and cast, and a registry of its own for a test."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from moderation.database import Database, append_only
from moderation.schema.tables import AUDIT, MIGRATIONS
from twin.looks.lookbook import Lookbook
from twin.looks.wardrobe import Wardrobe
from twin.schema import tables as schema

ASSETS = Path(__file__).parents[2] / "assets"
NOW = datetime(2028, 2, 29, 12, tzinfo=UTC)
WARDROBE = Wardrobe.read(ASSETS / "wardrobe.json")
LOOKBOOK = Lookbook.read(ASSETS / "looks")
CAST = ("nora", "amara", "mei", "ines", "luca", "kofi", "haru", "viktor")


def empty_registry(folder: Path, clock: Callable[[], datetime] = lambda: NOW) -> Database:
    """A new database with every table of both domains and nobody in it."""
    database = Database(folder / "studio.sqlite", clock)
    kept = ("twin-kept", append_only(*schema.KEPT))
    database.migrate([("audit", AUDIT), *schema.MIGRATIONS, kept, *MIGRATIONS])
    return database
