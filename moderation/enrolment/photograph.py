"""One photograph as it was measured, and what there is to say against it, in words."""

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from moderation.enrolment.coverage import Seen
from moderation.enrolment.pose import Turn
from moderation.enrolment.quality import Quality
from moderation.errors import BadImage
from moderation.examining.shipped import decoded, encoded

Floats = NDArray[np.float32]
Canvas = NDArray[np.uint8]

SMALLEST, ENOUGH = 80.0, 160.0
"""Pixels a side of the face below which nobody is known again by it, and from which on a painter has enough to go by."""
BLURRED, SOFT = 0.33, 0.38
"""Of 174 sharp renders none was below 0.38; blurred with a deviation of 3 pixels (1.3 % of the face) 95 of 100 are below 0.33."""
LOPSIDED = 0.27
"""Farther from its own mirror image a face is turned away too far: of the renders beyond, half were turned by more than 45°."""
MOST_BRIGHT, MOST_DARK = 0.45, 0.35
DIMMEST = 30.0
FLATTEST = 22.0
"""The dimmest of the 174 renders had a mean level of 43, the flattest a contrast of 34."""

CLEAR = {"manipulation": "no sign of manipulation", "generated": "no sign of being generated"}
"""What is said of a question that found nothing, by its name; that is no proof."""
REFERS = frozenset({"refer", "block", "unexamined"})


@dataclass(frozen=True)
class Reason:
    """Something about a photograph: `stops` when it is not taken with this, `vouched` when a person answered for it."""

    code: str
    words: str
    stops: bool
    vouched: bool = False


@dataclass(frozen=True)
class Doubt:
    """What a manipulation model said of a photograph: the question's name, the outcome, and its sentence."""

    name: str
    outcome: str
    words: str


@dataclass(frozen=True)
class Measured:
    """A photograph with exactly one face: that face's side in pixels of the photograph, its quality, turn, template and outline.

    `pack_sha256` names the face models; `copy_of` the photograph of this set, handed in before, whose lines are nearly the same,
    and `copy_fit` how well they fit (1 for the same).
    """

    width: int
    height: int
    side: float
    quality: Quality
    turn: Turn
    lopsided: float
    template: Floats
    canvas: Canvas
    doubts: tuple[Doubt, ...]
    pack_sha256: str
    copy_of: str | None = None
    copy_fit: float = 0.0

    def __post_init__(self) -> None:
        """Raises ValueError for what is no measurement."""
        if self.template.ndim != 1 or not np.isfinite(self.template).all() or not np.isfinite([self.side, self.lopsided]).all():
            raise ValueError("A photograph was measured as numbers that make no sense.")

    def as_bytes(self) -> bytes:
        """JSON, to be sealed."""
        told = {
            name: getattr(self, name) for name in ("width", "height", "side", "lopsided", "pack_sha256", "copy_of", "copy_fit")
        }
        told |= {"quality": asdict(self.quality), "turn": asdict(self.turn), "doubts": [asdict(one) for one in self.doubts]}
        told["template"] = base64.b64encode(self.template.astype("<f4").tobytes()).decode()
        told["canvas"] = base64.b64encode(encoded(self.canvas)).decode()
        return json.dumps(told).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """Raises ValueError, KeyError, TypeError for what `as_bytes` did not write."""
        told: dict[str, Any] = json.loads(content)
        told["quality"], told["turn"] = Quality(**told["quality"]), Turn(**told["turn"])
        told["doubts"] = tuple(Doubt(**one) for one in told["doubts"])
        told["template"] = np.frombuffer(base64.b64decode(told["template"]), "<f4")
        told["canvas"] = decoded(base64.b64decode(told["canvas"]))
        return cls(**told)

    @property
    def pose(self) -> Mapping[str, Any]:
        """What is kept with a reference: how she is held in whole degrees and where the light came from."""
        chin = {} if self.turn.pitch is None else {"pitch": round(self.turn.pitch)}
        return {"yaw": round(self.turn.yaw), "roll": round(self.turn.roll), **chin, "light": self.quality.light}

    @property
    def seen(self) -> Seen:
        """Its place in the map."""
        return Seen(self.turn.yaw, self.quality.light, self.turn.pitch)

    @property
    def told(self) -> str:
        """What was measured, in one line: how she is held, where the light comes from, sizes in pixels, and how sharp it is."""
        size = f"face {self.side:.0f} pixels of {self.width} × {self.height}"
        clear = "".join(f", {CLEAR.get(one.name, one.name)}" for one in self.doubts if one.outcome not in REFERS)
        return f"{self.turn.told}, light {self.quality.light}, {size}, sharpness {self.quality.sharpness:.2f}{clear}"

    def reasons(self, *, vouched: bool) -> tuple[Reason, ...]:
        """What there is to say against this photograph by itself, the worst first."""
        found = [*self._size(), *self._sharp(), *self._lit(), *self._turned(), *self._made(vouched)]
        return tuple(sorted(found, key=lambda one: not one.stops))

    def _size(self) -> list[Reason]:
        if self.side < SMALLEST:
            return [Reason("small", f"The face is {self.side:.0f} pixels wide; at least {SMALLEST:.0f} are needed.", True)]
        if self.side < ENOUGH:
            words = f"The face is {self.side:.0f} pixels wide; from {ENOUGH:.0f} on a painter has more to go by."
            return [Reason("small", words, False)]
        return []

    def _sharp(self) -> list[Reason]:
        sharpness = self.quality.sharpness
        if sharpness < BLURRED:
            return [Reason("blurred", f"The face is blurred ({sharpness:.2f}; at least {BLURRED:.2f}).", True)]
        return [Reason("soft", f"The face is a little soft ({sharpness:.2f}).", False)] if sharpness < SOFT else []

    def _lit(self) -> list[Reason]:
        light, found = self.quality, []
        if light.bright > MOST_BRIGHT:
            found.append(Reason("bright", f"{light.bright:.0%} of the face is white: it is overexposed.", True))
        if light.level < DIMMEST or light.dark > MOST_DARK:
            found.append(Reason("dark", "The face is too dark to tell much of it.", True))
        elif light.contrast < FLATTEST:
            found.append(Reason("flat", f"The face has hardly any contrast ({light.contrast:.0f} of 255 levels).", True))
        return found

    def _turned(self) -> list[Reason]:
        if self.lopsided > LOPSIDED:
            return [Reason("turned", "The head is turned away too far to be compared with others.", True)]
        return []

    def _made(self, vouched: bool) -> list[Reason]:
        """Blocked or referred, a doubt is for a person here: the shipped detector refers a third of untouched photographs."""
        found = []
        for doubt in self.doubts:
            if doubt.outcome in REFERS:
                words = f"{doubt.words} It is left out unless somebody who knows it to be untouched says so."
                found.append(Reason(doubt.name, doubt.words if vouched else words, not vouched, vouched))
        return found


def insist_on_one_face(faces: int) -> None:
    """Raises BadImage for a photograph that shows nobody, or more people than her: others have not agreed to be kept here."""
    if faces == 0:
        raise BadImage("No face was found in this photograph.")
    if faces > 1:
        raise BadImage(f"This photograph shows {faces} faces; nobody but her has agreed to be kept here, so it was not kept.")
