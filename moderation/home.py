"""The folder a studio lives in: made once as a demo or as a studio, and never converted."""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from moderation.errors import ModerationError

FORMAT = 1


class HomeRefused(ModerationError):
    """The home folder cannot be used as asked."""


class Kind(StrEnum):
    """What a home was made for."""

    DEMO = "demo"
    STUDIO = "studio"


@dataclass(frozen=True)
class Home:
    """Where everything of one studio lies."""

    folder: Path
    kind: Kind

    @property
    def database(self) -> Path:
        """The one SQLite file."""
        return self.folder / "studio.sqlite"

    @property
    def packs(self) -> Path:
        """Converted and imported face models."""
        return self.folder / "packs"

    @property
    def painters(self) -> Path:
        """Weights of painters that were fetched."""
        return self.folder / "painters"

    @property
    def keys(self) -> Path:
        """Secrets of the server, outside database and vault."""
        return self.folder / "keys"

    @property
    def workers(self) -> Path:
        """Lock, log and last words of each worker."""
        return self.folder / "workers"


def open_home(folder: Path, wanted: Kind | None, now: datetime) -> Home:
    """The home at `folder`; an absent or empty one is made, as `wanted` or as a demo.

    Raises HomeRefused when it exists as the other kind, was made by a newer program, or holds something else.
    """
    folder = folder.expanduser().resolve()
    mark = folder / "studio.json"
    try:
        if not mark.exists():
            _make(folder, mark, wanted or Kind.DEMO, now)
        said = json.loads(mark.read_text(encoding="utf-8"))
        kind, version = Kind(said["kind"]), int(said["format"])
    except OSError as error:
        raise HomeRefused(f"The home folder {folder} cannot be used: {error.strerror or error}.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise HomeRefused(f"{mark} is not the mark of a Twin Studio home; choose another folder with --home.") from error
    if version > FORMAT:
        raise HomeRefused(f"{folder} was made by a newer Twin Studio; update the program to open it.")
    if wanted is not None and wanted is not kind:
        raise HomeRefused(f"{folder} was made as a {kind} and stays one; choose another folder with --home for a {wanted}.")
    return Home(folder, kind)


def _make(folder: Path, mark: Path, kind: Kind, now: datetime) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(folder.iterdir()):
        raise HomeRefused(f"{folder} is not empty and no Twin Studio home; choose another folder with --home.")
    said = {"kind": kind.value, "format": FORMAT, "made_at": now.isoformat(timespec="microseconds")}
    draft = mark.with_suffix(".new")
    with draft.open("w", encoding="utf-8") as file:
        json.dump(said, file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(mark)


def refuse_exposed(home: Home, exposed: Iterable[Path]) -> None:
    """Raise HomeRefused when the home lies openly inside a folder that the web framework may serve files from.

    It never serves what lies behind a name with a leading dot, as the default home does in a person's own folder.
    """
    for folder in exposed:
        inside = folder.resolve()
        if home.folder.is_relative_to(inside) and not any(part.startswith(".") for part in home.folder.relative_to(inside).parts):
            raise HomeRefused(f"The home folder lies inside {folder}, whose files a browser can reach; move it out of there.")
