"""The catalogue of packs: what can be installed, from where, under which licence, and what is known of every file."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from moderation.errors import PackRefused

LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""Only from here may a file come without encryption."""
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}")
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Origin(StrEnum):
    """How a pack comes into a studio."""

    PACKAGE = "package"
    """It is converted from an installed Python package when the studio first needs it."""
    SHIPPED = "shipped"
    """It lies among the program's own assets."""
    DOWNLOAD = "download"
    """Its files are fetched or imported, when somebody asks."""


class Task(StrEnum):
    """The question that a pack answers; of each, one pack is in use."""

    FACES = "faces"
    MANIPULATION = "manipulation"


@dataclass(frozen=True)
class SourceFile:
    """One file as its publisher gives it.

    `sha256` is None where nobody has read it; otherwise `hash_from` says who did. `bytes` is None where unknown, `url` None
    where nothing can be fetched. Raises PackRefused.
    """

    file: str
    url: str | None
    sha256: str | None
    bytes: int | None
    hash_from: str | None

    def __post_init__(self) -> None:
        """Refuse a path, a malformed hash, a hash without its origin, and an address that anybody on the way could change."""
        if not _FILE.fullmatch(self.file):
            raise PackRefused(f"A file of a pack has a plain name, not {self.file!r}.")
        if self.sha256 is not None and not _SHA256.fullmatch(self.sha256):
            raise PackRefused(f"The hash of {self.file} is no SHA-256.")
        if (self.sha256 is None) != (self.hash_from is None):
            raise PackRefused(f"The hash of {self.file} and who read it are known together, or neither.")
        if self.bytes is not None and self.bytes <= 0:
            raise PackRefused(f"The file {self.file} has a size of at least one byte.")
        if self.url is not None:
            check_address(self.url)


@dataclass(frozen=True)
class Model:
    """One ONNX model of a pack: its task in the manifest, what it is made of, by which conversion, and its contract."""

    task: str
    sources: tuple[str, ...]
    made: str
    contract: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Entry:
    """One pack. Raises PackRefused on an entry that does not hold together.

    `detects` is “blend” or “generated” for a manipulation pack, else None; `calibration` names what its limits were
    measured on, None where the studio measures for itself or nobody has.
    """

    name: str
    title: str
    answers: Task
    origin: Origin
    licence: str
    commercial: bool
    revision: str | None
    detects: str | None
    calibration: str | None
    note: str
    sources: tuple[SourceFile, ...]
    models: tuple[Model, ...]

    def __post_init__(self) -> None:
        """Refuse what could not be installed as told."""
        object.__setattr__(self, "answers", Task(self.answers))
        object.__setattr__(self, "origin", Origin(self.origin))
        if not _NAME.fullmatch(self.name) or not self.title or not self.licence:
            raise PackRefused("A pack has a plain name, a title and a licence.")
        if (self.detects in ("blend", "generated")) != (self.answers is Task.MANIPULATION):
            raise PackRefused(f"The pack {self.name} must say what it detects if, and only if, it looks for manipulation.")
        known = [source.file for source in self.sources]
        used = [file for model in self.models for file in model.sources]
        if len(set(known)) != len(known) or set(used) != set(known):
            raise PackRefused(f"The pack {self.name} lists files that it does not use, or uses files that it does not list.")

    @property
    def slot(self) -> str:
        """The question it answers, of which one pack is in use at a time: “faces”, “blend” or “generated”."""
        return self.detects or self.answers.value

    @property
    def bytes(self) -> int | None:
        """The size of all its files, None where one is unknown."""
        sizes = [source.bytes for source in self.sources]
        return None if None in sizes else sum(size for size in sizes if size is not None)

    @property
    def unread(self) -> tuple[str, ...]:
        """The files whose hash nobody has read."""
        return tuple(source.file for source in self.sources if source.sha256 is None)


@dataclass(frozen=True)
class Catalogue:
    """Every pack that the studio knows how to install."""

    entries: tuple[Entry, ...]

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read a catalogue. Raises PackRefused when it cannot be read or says something impossible."""
        try:
            told = json.loads(file.read_text(encoding="utf-8"))
            entries = tuple(_entry(one) for one in told)
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise PackRefused(f"The catalogue of packs {file.name} cannot be read: {error}.") from error
        if len({one.name for one in entries}) != len(entries):
            raise PackRefused(f"The catalogue of packs {file.name} names a pack twice.")
        return cls(entries)

    def entry(self, name: str) -> Entry:
        """The pack of this name. Raises PackRefused."""
        for one in self.entries:
            if one.name == name:
                return one
        known = ", ".join(one.name for one in self.entries)
        raise PackRefused(f"There is no pack called {name!r}; there are: {known}.")


def check_address(url: str) -> None:
    """Raise PackRefused unless an address is encrypted or on this machine."""
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK):
        return
    raise PackRefused(f"A pack is fetched over https, not from {url}.")


def _entry(told: Mapping[str, Any]) -> Entry:
    plain = dict(told)
    sources = tuple(SourceFile(**one) for one in plain.pop("sources"))
    models = tuple(Model(one["task"], tuple(one["sources"]), one["made"], one["contract"]) for one in plain.pop("models"))
    return Entry(**plain, sources=sources, models=models)
