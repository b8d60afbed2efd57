"""The engines that paint: those that run here are made once, and each of the others says what it would need."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, overload, runtime_checkable

from twin.engines.accelerator import Accelerator, Power, accelerators
from twin.engines.catalogue import Entry
from twin.engines.installs import Installs
from twin.engines.modes import GIGABYTE, Mode, choose, weights_in
from twin.errors import PainterUnavailable
from twin.looks.prompt import words_of
from twin.looks.wardrobe import Wardrobe
from twin.orders.best import BestOf
from twin.orders.edit import Box
from twin.painter import Ability, Painter, PainterCard
from twin.ports import Picture

TRIES = 3
"""How often an engine that paints from references may try for a likeness; on a GPU a try takes about a second."""


class Eyes(Protocol):
    """What reads faces for a painter: their boxes in a picture, and how near one is to a twin (`twin.orders.best.Likeness`)."""

    def boxes(self, picture: Picture, /) -> Sequence[Box]: ...
    def nearness(self, picture: Picture, twin_id: str, /) -> float | None: ...


@runtime_checkable
class Warm(Protocol):
    """An engine whose model stays loaded."""

    @property
    def held(self) -> Mode | None:
        """How it is held now; None while it is not loaded."""
        ...


def nothing_held() -> Mapping[str, Mapping[str, str]]:
    """For a process beside which no worker is."""
    return {}


@dataclass(frozen=True)
class Offer:
    """One painter as a page shows it: `refusal` is empty when it can be ordered of now, else it says what is missing.

    `twins` are those it learned, None where it paints whoever has pictures; `worded` and `reads` say whether it is told in words
    what is worn, and whether it reads whatever else is typed.
    """

    name: str
    title: str
    refusal: str
    detail: str
    twins: tuple[str, ...] | None = None
    worded: bool = False
    reads: bool = False

    def paints(self, twin_id: str, *, pictured: bool) -> bool:
        """Whether it can show this person, of whom there are pictures to paint from or not."""
        return pictured if self.twins is None else twin_id in self.twins


class Offers(Sequence[Offer]):
    """Every painter as it stands at the moment of looking: what is free of a GPU changes while a page is open."""

    def __init__(self, now: Callable[[], Sequence[Offer]]) -> None:
        self._now = now

    @overload
    def __getitem__(self, place: int) -> Offer: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Offer]: ...
    def __getitem__(self, place: int | slice) -> Offer | Sequence[Offer]:
        return self._now()[place]

    def __len__(self) -> int:
        return len(self._now())

    def __iter__(self) -> Iterator[Offer]:
        return iter(self._now())


class Engines:
    """Painters by name. `gpus` tells the GPUs as they are now, `held` how workers hold which painter's model, by GPU (UUID)."""

    def __init__(
        self,
        assets: Path,
        installs: Installs,
        wardrobe: Wardrobe,
        eyes: Callable[[], Eyes],
        power: Power,
        gpus: Callable[[], Sequence[Accelerator]] = accelerators,
        device: Callable[[], Any] | None = None,
        held: Callable[[], Mapping[str, Mapping[str, str]]] = nothing_held,
    ) -> None:
        """`device` makes what engines run on (`twin.painters.device.Device`); else it is the first GPU that this process sees."""
        self._assets, self._installs, self._wardrobe, self._eyes = assets, installs, wardrobe, eyes
        self._power, self._gpus, self._device, self._held = power, gpus, device, held
        self._made: dict[tuple[str, str], Painter] = {}

    def painter(self, name: str) -> Painter:
        """The engine of this name, the same each time until other weights are installed.

        Raises PainterUnavailable, saying why it does not run here.
        """
        entry = self._installs.catalogue.built_in(name)
        if not entry.fetched:
            return self._kept(name, "", self._atelier)
        row = self._installs.installed(name)
        missing = self._missing(entry)
        if missing or row is None:
            raise PainterUnavailable(missing)
        held = replace(entry, card=replace(entry.card, model_sha256=row["sha256"]), revision=row["revision"])
        return self._kept(name, row["sha256"], lambda: self._klein(held))

    def alone(self, name: str) -> Painter:
        """The same engine without any choice among several paintings, to paint one again. Raises PainterUnavailable."""
        engine = self.painter(name)
        return engine.painter if isinstance(engine, BestOf) else engine

    def held(self) -> dict[str, str]:
        """How the model of each painter that is warm in this process is held, by the painter's name."""
        engines = {name: one.painter if isinstance(one, BestOf) else one for (name, _), one in tuple(self._made.items())}
        return {name: str(one.held) for name, one in engines.items() if isinstance(one, Warm) and one.held}

    def without_room(self) -> frozenset[str]:
        """The painters that are installed, need a GPU, and neither stand on this process's GPU now nor find room there."""
        gpus, warm = self._gpus(), self.held()
        wanting = [one for one in self._installs.catalogue.entries if one.card.needs.accelerator and not self._missing(one)]
        return frozenset(one.card.name for one in wanting if one.card.name not in warm and not self._fits(one, gpus[:1]))

    def _fits(self, entry: Entry, gpus: Sequence[Accelerator]) -> bool:
        try:
            return bool(gpus) and bool(choose(gpus[0].free, weights_in(self._installs.place(entry.card.name))))
        except PainterUnavailable:
            return False

    def card(self, name: str) -> PainterCard:
        """Who a painter is, whether it runs here or not. Raises PainterUnavailable for one that nobody can order of."""
        return self._installs.catalogue.built_in(name).card

    @property
    def offers(self) -> list[Offer]:
        """Every painter of the catalogue, in its order, with what it would need."""
        return [self._offer(entry) for entry in self._installs.catalogue.entries]

    def _offer(self, entry: Entry) -> Offer:
        card = entry.card
        refusal = self._missing(entry)
        detail = f"{card.licence}; {entry.size}; {entry.memory_class}."
        if card.needs.accelerator and not refusal:
            refusal, detail = self._measured(entry)
        reads = Ability.WORDS in card.abilities
        return Offer(card.name, card.title, refusal, detail, card.twins, worded=card.worded, reads=reads)

    def _missing(self, entry: Entry) -> str:
        card = entry.card
        if not entry.built_in:
            return f"{card.title} is not yet built in."
        if not entry.fetched:
            return ""
        if not self._installs.accepted(entry):
            return (
                f"{card.title} is under the licence “{card.licence}” and refused until an administrator accepts it in writing:"
                f" twin-studio painters pull {card.name} --accept TEXT"
            )
        if self._installs.installed(card.name) is None:
            return (
                f"The weights of {card.title} are not here ({entry.size}, {card.licence}, for {entry.memory_class})."
                f" An administrator fetches them from {entry.repository} with: twin-studio painters pull {card.name}; without a"
                f" connection, from a folder: twin-studio painters import {card.name} FOLDER"
            )
        return ""

    def _measured(self, entry: Entry) -> tuple[str, str]:
        """Why none of the GPUs that workers are at will do, or else how the model is or would be held on each of them now."""
        title, gpus, held = entry.card.title, self._gpus(), self._held()
        if not gpus:
            return f"{title} needs {entry.memory_class}, and the driver of this machine tells of no GPU.", ""
        weights = weights_in(self._installs.place(entry.card.name))
        told: list[str] = []
        refusals: list[str] = []
        for gpu in gpus:
            mode = held.get(gpu.uuid, {}).get(entry.card.name)
            try:
                how = f"it runs as {Mode(mode).words}" if mode else f"it would run as {choose(gpu.free, weights).words}"
            except PainterUnavailable as refusal:
                how = "too little for it"
                refusals.append(str(refusal))
            told.append(f"{gpu.title}, {_memory(gpu)}: {how}.")
        return (f"{title}: {refusals[0]}", "") if len(refusals) == len(gpus) else ("", " ".join(told))

    def _kept(self, name: str, version: str, make: Callable[[], Painter]) -> Painter:
        key = name, version
        if key not in self._made:
            self._made = {other: engine for other, engine in self._made.items() if other[0] != name}
            self._made[key] = make()
        return self._made[key]

    def _atelier(self) -> Painter:
        from twin.painters.atelier import AtelierPainter

        faces = lambda picture: self._eyes().boxes(picture)  # noqa: E731
        return AtelierPainter(self._assets / "atelier", threads=self._power.threads, faces=faces)

    def _klein(self, entry: Entry) -> Painter:
        from twin.painters.device import Cuda
        from twin.painters.klein import KleinPainter

        name, wardrobe = entry.card.name, self._wardrobe
        engine = KleinPainter(
            self._installs.place(name),
            entry.card,
            lambda look, edit: words_of(look, wardrobe, edit=edit),
            lambda picture: self._eyes().boxes(picture),
            self._device() if self._device else Cuda(),
            whole=lambda: self._installs.whole(name),
            compiled=self._power.compiled,
        )
        return BestOf(engine, TRIES, lambda picture, twin_id: self._eyes().nearness(picture, twin_id))


def views(poses: Sequence[tuple[str, str]], wanted: Sequence[float]) -> list[str]:
    """Of references, each an id and its pose (JSON), those whose head is turned nearest to each wanted angle, none twice.

    Where no pose is known the first ones are taken.
    """
    left = [(one, _turned(json.loads(pose))) for one, pose in poses]
    chosen = []
    for angle in wanted[: len(left)]:
        nearest = min(left, key=lambda one: abs(one[1] - angle))
        left.remove(nearest)
        chosen.append(nearest[0])
    return chosen


def _turned(pose: dict[str, float]) -> float:
    """The head's turn as the camera sees it, in degrees."""
    return float(pose.get("yaw", 0.0)) + float(pose.get("body", 0.0))


def _memory(gpu: Accelerator) -> str:
    whole = f"{gpu.total / GIGABYTE:.1f} GB"
    return f"{gpu.free / GIGABYTE:.1f} of {whole} free" if gpu.measured else f"{whole}, what is free is measured when it paints"
