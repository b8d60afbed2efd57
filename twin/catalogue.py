"""Which painters there are: their licence, needs and abilities, where their weights come from, and which are built in."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from twin.errors import BadValue, PainterUnavailable
from twin.painter import Ability, Needs, PainterCard


@dataclass(frozen=True)
class Entry:
    """One painter of the catalogue.

    `card.commercial` is true only where the licence permits it *and* somebody has read that very model's licence
    (`licence_read`). `revision` and the card's hash are None while nobody has fetched the weights. Raises BadValue.
    """

    card: PainterCard
    engine: str
    licence_read: bool
    repository: str | None
    revision: str | None
    built_in: bool
    note: str

    def __post_init__(self) -> None:
        """Refuse a painter that comes from nowhere, or commercial use of a licence that nobody read."""
        if not self.built_in and not self.repository:
            raise BadValue(f"The painter {self.card.name} is not built in and has no repository to come from.")
        if self.card.commercial and not self.licence_read:
            raise BadValue(f"The licence of {self.card.name} was not read; it cannot be called commercial.")


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
        return cls(tuple(sorted(entries, key=lambda entry: not entry.built_in)))

    @cached_property
    def _by_name(self) -> dict[str, Entry]:
        return {entry.card.name: entry for entry in self.entries}

    @property
    def built_in(self) -> tuple[Entry, ...]:
        """The painters that run from what is installed here."""
        return tuple(entry for entry in self.entries if entry.built_in)

    def entry(self, name: str) -> Entry:
        """The painter of this name, built in or not. Raises PainterUnavailable, naming those there are."""
        if name not in self._by_name:
            raise PainterUnavailable(f"There is no painter called {name!r}; choose one of: {', '.join(self._by_name)}.")
        return self._by_name[name]

    def ready(self, name: str) -> Entry:
        """The painter of this name, if an image can be ordered of it. Raises PainterUnavailable."""
        entry = self.entry(name)
        if not entry.built_in:
            raise PainterUnavailable(f"{entry.card.title} is not built into this studio yet.")
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
    )
    kept = ("engine", "licence_read", "repository", "revision", "built_in", "note")
    return Entry(card, **{name: told[name] for name in kept})
