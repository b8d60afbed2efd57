"""Which painters there are: their licence, needs and abilities, where their weights come from, and which are built in."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from twin.errors import BadValue, PainterUnavailable
from twin.painter import Ability, Needs, PainterCard

_FILE = re.compile(r"(?:[A-Za-z0-9*][A-Za-z0-9._*-]*/){0,3}[A-Za-z0-9*][A-Za-z0-9._*-]*")
_SAFE = (".safetensors", ".json", ".txt", ".jinja", ".model")
"""Kinds of file that hold values and words only: nothing that is fetched is ever run."""
_SHA256, _COMMIT = re.compile(r"[0-9a-f]{64}"), re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class WeightFile:
    """One file of a painter's repository, or with `*` some of one folder whose names nobody has read.

    `sha256` is None where nobody has read it; otherwise `hash_from` says who did. `bytes` is None where unknown. Raises BadValue.
    """

    file: str
    sha256: str | None = None
    bytes: int | None = None
    hash_from: str | None = None

    def __post_init__(self) -> None:
        """Refuse a path that leaves its folder, a kind of file that could be run, and a hash that nobody answers for."""
        if not _FILE.fullmatch(self.file) or ".." in self.file or not self.file.endswith(_SAFE):
            raise BadValue(f"A painter's file lies in its folder and holds values or words only, not {self.file!r}.")
        if self.sha256 is not None and (not _SHA256.fullmatch(self.sha256) or "*" in self.file):
            raise BadValue(f"The hash of {self.file} is no SHA-256 of one file.")
        if (self.sha256 is None) != (self.hash_from is None):
            raise BadValue(f"The hash of {self.file} and who read it are known together, or neither.")
        if self.bytes is not None and self.bytes <= 0:
            raise BadValue(f"The file {self.file} has a size of at least one byte.")

    def names(self, file: str) -> bool:
        """Whether this is the file, or one of those, of that name."""
        here, there = self.file.rpartition("/"), file.rpartition("/")
        return here[0] == there[0] and fnmatchcase(there[2], here[2]) and bool(_FILE.fullmatch(file))


@dataclass(frozen=True)
class Entry:
    """One painter of the catalogue.

    `card.commercial` is true only where the licence permits it *and* somebody has read that very model's licence
    (`licence_read`). `revision` is a commit, None while nobody has pinned one. `built_in` says that its engine is part of this
    program; `files` is empty where its weights are too, or where nobody can install it yet. `pipeline` is the class that its
    `model_index.json` must name. Raises BadValue.
    """

    card: PainterCard
    engine: str
    licence_read: bool
    repository: str | None
    revision: str | None
    pipeline: str | None
    files: tuple[WeightFile, ...]
    built_in: bool
    note: str

    def __post_init__(self) -> None:
        """Refuse a painter that comes from nowhere, or commercial use of a licence that nobody read."""
        if not self.built_in and not self.repository:
            raise BadValue(f"The painter {self.card.name} is not built in and has no repository to come from.")
        if self.card.commercial and not self.licence_read:
            raise BadValue(f"The licence of {self.card.name} was not read; it cannot be called commercial.")
        if self.revision is not None and not _COMMIT.fullmatch(self.revision):
            raise BadValue(f"The revision of {self.card.name} is a whole commit, or nobody has pinned one.")
        if self.built_in and bool(self.repository) != bool(self.files and self.pipeline):
            raise BadValue(f"The painter {self.card.name} has a repository, files and a pipeline, or none of them.")

    @property
    def fetched(self) -> bool:
        """Whether its weights come from elsewhere, when somebody asks."""
        return self.repository is not None

    @property
    def memory_class(self) -> str:
        """What machine it is for, in words."""
        if not self.card.needs.accelerator:
            return "any machine"
        return f"a GPU with {self.card.needs.memory_gb:g} GB free"

    @property
    def size(self) -> str:
        """How much is downloaded, in words."""
        if not self.fetched:
            return "comes with the program"
        known = self.card.needs.download_gb
        return "size unknown" if known is None else f"about {known:g} GB"

    @property
    def unread(self) -> tuple[str, ...]:
        """The files whose hash nobody has read."""
        return tuple(one.file for one in self.files if one.sha256 is None)

    def source_of(self, file: str) -> WeightFile | None:
        """What the catalogue says of a file of the repository; None for one that the painter does not need."""
        return next((one for one in self.files if one.names(file)), None)


@dataclass(frozen=True)
class Catalogue:
    """Every painter, those built in first. Raises BadValue when a name stands in it twice."""

    entries: tuple[Entry, ...]

    def __post_init__(self) -> None:
        """Refuse doubles."""
        if len(self._by_name) != len(self.entries):
            raise BadValue("A painter stands in the catalogue twice.")

    @classmethod
    def read(cls, file: Path) -> Self:
        """The catalogue written in a JSON file. Raises BadValue when it cannot be understood."""
        try:
            told: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
            entries = [_entry(painter) for painter in told]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BadValue(f"The catalogue of painters in {file.name} cannot be read: {error}.") from error
        return cls(tuple(sorted(entries, key=lambda entry: (not entry.built_in, entry.fetched))))

    @cached_property
    def _by_name(self) -> dict[str, Entry]:
        return {entry.card.name: entry for entry in self.entries}

    def entry(self, name: str) -> Entry:
        """The painter of this name, built in or not. Raises PainterUnavailable, naming those there are."""
        if name not in self._by_name:
            raise PainterUnavailable(f"There is no painter called {name!r}; choose one of: {', '.join(self._by_name)}.")
        return self._by_name[name]

    def built_in(self, name: str) -> Entry:
        """The painter of this name, if its engine is part of this program. Raises PainterUnavailable."""
        entry = self.entry(name)
        if not entry.built_in:
            raise PainterUnavailable(f"{entry.card.title} is not yet built in.")
        return entry


def _entry(told: Mapping[str, Any]) -> Entry:
    twins = told["twins"]
    card = PainterCard(
        name=told["name"],
        title=told["title"],
        licence=told["licence"],
        commercial=told["commercial"] and told["licence_read"],
        model_sha256=told["model_sha256"],
        needs=Needs(**told["needs"]),
        abilities=frozenset(Ability(ability) for ability in told["abilities"]),
        twins=None if twins is None else tuple(twins),
        size=tuple(told["size"]),
        together=told.get("together", 1),
    )
    kept = ("engine", "licence_read", "repository", "revision", "pipeline", "built_in", "note")
    files = tuple(WeightFile(**one) for one in told["files"])
    return Entry(card, files=files, **{name: told[name] for name in kept})
