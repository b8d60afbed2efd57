"""The map of an enrolment: from which sides, how high the chin, in which lights she was photographed; and what is missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from moderation.enrolment.pose import DOWN, FRONT, STRAIGHT, THREE_QUARTER, UNTOLD, UP, chin_of

ANGLES = ("turned far to her right", "turned to her right", "from the front", "turned to her left", "turned far to her left")
CHINS = (UP, STRAIGHT, DOWN)
LIGHTS = ("even", "from her right", "from her left")
WANTED: Mapping[str, int] = {"turned to her right": 1, "from the front": 2, "turned to her left": 1}
WANTED_CHINS: Mapping[str, str] = {UP: "a photograph with the chin up", DOWN: "a photograph with the chin down"}


class Seen(NamedTuple):
    """A photograph's place in the map: degrees to her own left, where the light came from, and degrees that the chin is down
    (None where nobody measured it).
    """

    yaw: float
    light: str
    pitch: float | None = None


@dataclass(frozen=True)
class Coverage:
    """How many photographs there are of each angle in each light (`counts[light][angle]`) and with the chin in each place
    (`chins[chin][angle]`), all of them in `seen`, and in words what is missing.
    """

    counts: Mapping[str, Mapping[str, int]]
    chins: Mapping[str, Mapping[str, int]]
    seen: tuple[Seen, ...]
    missing: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Whether angles and lights are covered. Nods are read to some degrees only: what they lack is told, and no more."""
        return not set(self.missing) - set(WANTED_CHINS.values())

    @property
    def chins_missing(self) -> tuple[str, ...]:
        """Of what is missing, what is about the chin."""
        return tuple(one for one in self.missing if one in WANTED_CHINS.values())

    @property
    def tells_chins(self) -> bool:
        """Whether the chin was measured in every photograph; where it was not, nobody knows what is missing."""
        return UNTOLD not in self.chins


def angle_of(yaw: float) -> str:
    """The name in `ANGLES` of a turn in degrees."""
    return ANGLES[int(np.searchsorted((-THREE_QUARTER, -FRONT, FRONT, THREE_QUARTER), yaw, side="right"))]


def coverage_of(seen: Sequence[Seen]) -> Coverage:
    """The map of these photographs."""
    counts = {light: dict.fromkeys(ANGLES, 0) for light in LIGHTS}
    chins = {chin: dict.fromkeys(ANGLES, 0) for chin in (*CHINS, UNTOLD)}
    for one in seen:
        if one.light in counts:
            counts[one.light][angle_of(one.yaw)] += 1
        chins[chin_of(one.pitch)][angle_of(one.yaw)] += 1
    told = dict(list(chins.items())[: len(chins) if any(chins[UNTOLD].values()) else len(CHINS)])
    missing = (*_angles_missing(counts), *_chins_missing(told), *_lights_missing(counts))
    return Coverage(counts, told, tuple(seen), missing)


def _angles_missing(counts: Mapping[str, Mapping[str, int]]) -> list[str]:
    missing = []
    for angle, wanted in WANTED.items():
        lacking = wanted - sum(row[angle] for row in counts.values())
        if lacking > 0:
            missing.append(f"{'a photograph' if lacking == 1 else f'{lacking} photographs'} {angle}")
    return missing


def _chins_missing(chins: Mapping[str, Mapping[str, int]]) -> list[str]:
    """Nothing where one was not measured: it may show what the others do not."""
    if UNTOLD in chins:
        return []
    return [words for chin, words in WANTED_CHINS.items() if not any(chins[chin].values())]


def _lights_missing(counts: Mapping[str, Mapping[str, int]]) -> list[str]:
    if sum(any(row.values()) for row in counts.values()) >= 2:
        return []
    return ["a photograph lit from one side" if any(counts["even"].values()) else "a photograph in even light"]
