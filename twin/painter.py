"""What every painter offers, whatever engine it is, and what passes between it and the studio."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

from twin.errors import BadValue
from twin.looks.look import Look
from twin.orders.edit import Edit
from twin.orders.order import SEEDS, SEVERAL_AT_MOST
from twin.ports import Picture

if TYPE_CHECKING:
    from twin.plates.plate import Plate

SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
FULLY_GENERATED = SOURCE_TYPES + "trainedAlgorithmicMedia"
"""Nothing in the picture was photographed (IPTC NewsCodes)."""
EDITED_PHOTOGRAPH = SOURCE_TYPES + "compositeWithTrainedAlgorithmicMedia"
"""A photograph was edited with generated parts (IPTC NewsCodes)."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,62}")


class Ability(StrEnum):
    """What a painter can do with a request."""

    POSE = "pose"
    EXPRESSION = "expression"
    GARMENT = "garment"
    LIGHT = "light"
    BACKDROP = "backdrop"
    RELIGHT = "relight"
    """Gives a plate, whose light and colours can be moved after painting."""
    ANY_GARMENT = "any garment"
    """Is told in words what is worn, and so dresses anybody in any garment of the wardrobe."""
    WORDS = "words"
    """Reads free words, not only those that the studio turns into a look."""
    REFERENCES = "references"
    """Paints anybody of whom it is given reference pictures."""
    INPAINT = "inpaint"
    """Repaints a part of a picture."""
    OWN_PARTS = "own parts"
    """Repaints a part of its own pictures: it paints the same again in another look, and takes the part from there."""


@dataclass(frozen=True)
class Needs:
    """What must be there before the painter runs: an accelerator, memory in GB, a download in GB (None: not known)."""

    accelerator: bool = False
    memory_gb: float = 0.0
    download_gb: float | None = 0.0

    def __post_init__(self) -> None:
        """Raises BadValue for negative sizes."""
        if self.memory_gb < 0 or (self.download_gb or 0.0) < 0:
            raise BadValue("A painter cannot need less than nothing.")


@dataclass(frozen=True)
class PainterCard:
    """Who a painter is: licence of its weights, whether they may be used commercially, needs and abilities.

    `model_sha256` is None where the weights have not been read; `twins` is None where it paints anybody; `size` (width, height)
    in pixels is what it paints best; `together` is how many images of one order it may paint in one go. Raises BadValue when a
    card contradicts itself.
    """

    name: str
    title: str
    licence: str
    commercial: bool
    model_sha256: str | None
    needs: Needs
    abilities: frozenset[Ability]
    twins: tuple[str, ...] | None
    size: tuple[int, int] = (512, 640)
    together: int = 1

    def __post_init__(self) -> None:
        """Refuse a nameless painter, a malformed hash, or one that could paint nobody."""
        if not _NAME.fullmatch(self.name) or not self.title or not self.licence:
            raise BadValue("A painter has a name, a title and a licence.")
        if self.model_sha256 is not None and not _SHA256.fullmatch(self.model_sha256):
            raise BadValue(f"The painter {self.name} has a model hash that is no SHA-256.")
        if self.twins is None and Ability.REFERENCES not in self.abilities:
            raise BadValue(f"The painter {self.name} needs either references or a list of the twins it learned.")
        if not 1 <= self.together <= SEVERAL_AT_MOST:
            raise BadValue(f"The painter {self.name} paints from 1 to {SEVERAL_AT_MOST} images in one go.")

    def paints(self, twin_id: str) -> bool:
        """Whether this painter can show the person."""
        return self.twins is None or twin_id in self.twins

    def repaints(self, made_by: str | None) -> bool:
        """Whether it repaints a part of a picture that the painter of this name made; None: nobody here did."""
        return Ability.INPAINT in self.abilities or (Ability.OWN_PARTS in self.abilities and made_by == self.name)

    @property
    def worded(self) -> bool:
        """Whether it is told in words what is worn."""
        return Ability.ANY_GARMENT in self.abilities


@dataclass(frozen=True)
class PaintRequest:
    """One picture to paint: sRGB `references` (h, w, 3) of the twin, `size` (width, height) in pixels.

    A size is always named, because some engines otherwise take the first reference's. With an `edit` only its marked part is
    painted, at its own size. Raises BadValue.
    """

    twin_id: str
    look: Look
    seed: int
    references: tuple[Picture, ...] = ()
    size: tuple[int, int] = (512, 640)
    edit: Edit | None = None

    def __post_init__(self) -> None:
        """Refuse a seed out of range, references that are no pictures, or a size no engine takes."""
        if not 0 <= self.seed < SEEDS:
            raise BadValue(f"A seed is a whole number from 0 to {SEEDS - 1}, not {self.seed!r}.")
        if not all(_is_picture(reference) for reference in self.references):
            raise BadValue("A reference is a picture of height × width × 3 bytes.")
        if any(side < 64 or side > 4096 or side % 16 for side in self.size):
            raise BadValue("Width and height are multiples of 16 between 64 and 4096 pixels.")
        if self.edit is not None and self.edit.size != self.size:
            raise BadValue("A picture is repainted at its own size.")


@dataclass(frozen=True)
class StepSeen:
    """Progress: `step` of `steps` is done; `picture` is a small look at it, where the painter has one."""

    step: int
    steps: int
    picture: Picture | None = None

    def __post_init__(self) -> None:
        """Raises BadValue when more steps are done than there are."""
        if not 0 <= self.step <= self.steps or self.steps < 1:
            raise BadValue(f"Step {self.step} of {self.steps} is none.")


@dataclass(frozen=True)
class Painting:
    """What came out: the (h, w, 3) sRGB picture, its plate if the painter made one, and how it was made.

    `recipe` is all that repaints it (JSON values only); `source_type` is the full IPTC address that the pipeline
    which ran stands for. `ran` names what decided the pixels besides the studio's own arithmetic: "device" in words, and
    versions of further packages. Raises BadValue.
    """

    picture: Picture
    plate: "Plate | None"
    recipe: Mapping[str, Any]
    source_type: str
    ran: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what is no picture, or a source type nobody defined."""
        if not _is_picture(self.picture):
            raise BadValue("A painting is a picture of height × width × 3 bytes.")
        if self.source_type not in (FULLY_GENERATED, EDITED_PHOTOGRAPH):
            raise BadValue(f"{self.source_type!r} is not one of the source types a painter can state.")


class Painter(Protocol):
    """An engine that paints twins."""

    @property
    def card(self) -> PainterCard:
        """Who it is."""
        ...

    def paint(self, request: PaintRequest, on_step: Callable[[StepSeen], None]) -> Painting:
        """Paint one picture, telling each step.

        `on_step` may raise LeaseLost, which the painter lets through: nothing is returned of a stopped picture. Raises
        PainterUnavailable when the engine cannot run here, LookRefused when it cannot paint what the look asks.
        """
        ...


Done = Callable[[int, Painting], object]
"""Hears of a painting by the place of its request as soon as it is there, so that it is kept whatever becomes of the others."""


def unkept(_: int, __: Painting) -> None:
    """For whoever takes all paintings at the end."""


@runtime_checkable
class PaintsSeveral(Painter, Protocol):
    """An engine that paints several pictures in one go."""

    def paint_many(
        self, requests: Sequence[PaintRequest], on_step: Callable[[StepSeen], None], done: Done = unkept
    ) -> tuple[Painting, ...]:
        """One painting for each request, each as `paint` would give it; the requests differ by their seeds alone.

        Raises what `paint` and `done` raise; nothing is returned then, but `done` has heard of those that were ready.
        """
        ...


def paint_several(
    painter: Painter, requests: Sequence[PaintRequest], on_step: Callable[[StepSeen], None], done: Done = unkept
) -> tuple[Painting, ...]:
    """A painting for each request: in one go where the painter can, else one by one; steps are counted over all."""
    if len(requests) > 1 and isinstance(painter, PaintsSeveral):
        return painter.paint_many(requests, on_step, done)
    paintings: list[Painting] = []
    for place, request in enumerate(requests):
        paintings.append(painter.paint(request, turn_of(on_step, place, len(requests))))
        done(place, paintings[-1])
    return tuple(paintings)


def turn_of(on_step: Callable[[StepSeen], None], turn: int, turns: int) -> Callable[[StepSeen], None]:
    """Hears the steps of one of several turns, and tells them counted over all."""
    return lambda seen: on_step(StepSeen(turn * seen.steps + seen.step, turns * seen.steps, seen.picture))


def _is_picture(value: object) -> bool:
    return (
        isinstance(value, np.ndarray) and value.dtype == np.uint8 and value.ndim == 3 and value.shape[2] == 3 and value.size > 0
    )
