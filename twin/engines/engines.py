"""The engines that paint: those that run here are made once, and each of the others says what it would need."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from twin.engines.accelerator import Accelerator, Power, accelerators
from twin.engines.catalogue import Entry
from twin.engines.installs import Installs
from twin.engines.modes import GIGABYTE, choose, weights_in
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


class Engines:
    """Painters by name. `gpus` tells the GPUs as they are now."""

    def __init__(
        self,
        assets: Path,
        installs: Installs,
        wardrobe: Wardrobe,
        eyes: Callable[[], Eyes],
        power: Power,
        gpus: Callable[[], Sequence[Accelerator]] = accelerators,
        device: Callable[[], Any] | None = None,
    ) -> None:
        """`device` makes what engines run on (`twin.painters.device.Device`); else it is the first GPU."""
        self._assets, self._installs, self._wardrobe, self._eyes = assets, installs, wardrobe, eyes
        self._power, self._gpus, self._device = power, gpus, device
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
        """Why this machine's first GPU, which engines run on, will not do, or how the model would be held on it now."""
        title = entry.card.title
        gpus = self._gpus()
        if not gpus:
            return f"{title} needs {entry.memory_class}, and the driver of this machine tells of no GPU.", ""
        gpu = gpus[0]
        try:
            mode = choose(gpu.free, weights_in(self._installs.place(entry.card.name)))
        except PainterUnavailable as refusal:
            return f"{title}: {refusal}", ""
        here, whole = gpu.free / GIGABYTE, gpu.total / GIGABYTE
        return "", f"{gpu.title}, {here:.1f} of {whole:.1f} GB free: it would run as {mode.words}."

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
