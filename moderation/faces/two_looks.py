"""Finds faces with two detectors: a quick one, and dlib's mmod wherever the quick one is not sure of exactly one face."""

from typing import Protocol, Self

from moderation.faces.chip import Picture
from moderation.faces.detector import Box, Detector, overlap
from moderation.faces.first_look import FirstLook
from moderation.faces.pack import Pack

SURELY = 0.76
"""From this score on the quick detector is believed alone. In 58 photographic portraits, which it never learned from, every
face had more and every one of its 18 wrong boxes less (`assets/detector/README.md`)."""
SAME = 0.2
"""Two boxes whose intersection over union is larger are about one face; the detectors draw them a little differently."""


class Finds(Protocol):
    """A detector: all faces of an (h, w, 3) sRGB picture."""

    def find(self, picture: Picture, /) -> list[Box]: ...


class Glimpses:
    """The quick detector's boxes without their points, which dlib's predictor finds better."""

    def __init__(self, look: FirstLook) -> None:
        self._look = look

    def find(self, picture: Picture) -> list[Box]:
        """All faces, best first."""
        return [one.box for one in self._look.find(picture)]


class TwoLooks:
    """A quick and a thorough detector."""

    def __init__(self, quick: Finds, thorough: Finds) -> None:
        self._quick, self._thorough = quick, thorough

    @classmethod
    def of(cls, pack: Pack, threads: int) -> Self:
        """Those of a pack, each with a session of its own. Raises PackRefused when one is missing, altered or cannot run."""
        return cls(Glimpses(FirstLook(pack, threads)), Detector(pack, threads))

    def find(self, picture: Picture) -> list[Box]:
        """All faces of an (h, w, 3) sRGB picture.

        Where the quick detector sees exactly one face and is sure of it, that is the answer. Else mmod looks as well: its boxes
        count, with those that the other is sure of; where mmod sees nothing, everything that the other sees.
        """
        glimpsed = self._quick.find(picture)
        if len(glimpsed) == 1 and glimpsed[0].score >= SURELY:
            return glimpsed
        return together(self._thorough.find(picture), glimpsed)


def together(seen: list[Box], glimpsed: list[Box]) -> list[Box]:
    """What counts of the boxes that mmod saw and the quick detector glimpsed."""
    if not seen:
        return glimpsed
    sure = [box for box in glimpsed if box.score >= SURELY]
    return seen + [box for box in sure if all(overlap(box, other) <= SAME for other in seen)]
