"""Runs every safeguard on a picture; whatever cannot answer leaves its question to a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from moderation.errors import ModerationError
from moderation.examining.deadline import Deadline
from moderation.safeguards.exhibit import Exhibit, Safeguard, SeenFace
from moderation.safeguards.finding import Finding, Outcome, Verdict

Picture = NDArray[np.uint8]

LONGEST_S = 45.0
"""Seconds that one examination may take in all: less than the lease of the worker who waits for it."""


class ReadsFaces(Protocol):
    """Finds and measures the faces of a picture, largest first."""

    @property
    def name(self) -> str: ...
    @property
    def sha256(self) -> str: ...

    def read(self, picture: Picture) -> Sequence[SeenFace]:
        """Every face of an (h, w, 3) sRGB picture."""
        ...


@dataclass(frozen=True)
class NoReader:
    """Stands where no face pack could be opened: every question about faces stays unexamined, for the reason given."""

    reason: ModerationError
    name: str = "none"
    sha256: str = "0" * 64

    def read(self, _picture: Picture) -> Sequence[SeenFace]:
        """Raises the reason."""
        raise self.reason


class Examination:
    """One reader, and the safeguards in the order in which their findings are shown; what comes too late is unexamined."""

    def __init__(self, reader: ReadsFaces, safeguards: Sequence[Safeguard], longest_s: float = LONGEST_S) -> None:
        """`longest_s` seconds are what reading the faces and asking all safeguards may take together."""
        self._reader = reader
        self._safeguards = tuple(safeguards)
        self._longest_s = longest_s

    def examine(self, picture: Picture, twin_id: str, besides: Sequence[Safeguard] = ()) -> Verdict:
        """The verdict on an (h, w, 3) uint8 sRGB picture submitted as this twin; raises ValueError on what is no picture.

        `besides` are asked after the others.
        """
        with Deadline(self._longest_s) as deadline:
            return self._judge(self._exhibit(picture, twin_id, deadline), deadline, besides)

    def judge(self, exhibit: Exhibit) -> Verdict:
        """The verdict on a picture whose faces were read."""
        with Deadline(self._longest_s) as deadline:
            return self._judge(exhibit, deadline)

    def exhibit(self, picture: Picture, twin_id: str) -> Exhibit:
        """The picture with its faces, or with the reason why they could not be read; ValueError on what is no picture."""
        with Deadline(self._longest_s) as deadline:
            return self._exhibit(picture, twin_id, deadline)

    def _judge(self, exhibit: Exhibit, deadline: Deadline, besides: Sequence[Safeguard] = ()) -> Verdict:
        return Verdict.of(_answer(safeguard, exhibit, deadline) for safeguard in (*self._safeguards, *besides))

    def _exhibit(self, picture: Picture, twin_id: str, deadline: Deadline) -> Exhibit:
        try:
            faces = tuple(deadline.ask(lambda: self._reader.read(picture)))
        except Exception as error:  # a reader may fail in any way its runtime can; the question then goes to a person
            return Exhibit(picture, twin_id, None, unread=f"The faces could not be read: {_told(error)}")
        return Exhibit(picture, twin_id, faces, self._reader.name, self._reader.sha256)


def _answer(safeguard: Safeguard, exhibit: Exhibit, deadline: Deadline) -> Finding:
    try:
        return deadline.ask(lambda: safeguard.examine(exhibit))
    except Exception as error:  # a safeguard that cannot run never clears
        return Finding(safeguard.name, Outcome.UNEXAMINED, None, None, _told(error))


def _told(error: Exception) -> str:
    """Our own refusals are sentences; of everything else a person needs to know only that it failed."""
    return (
        str(error)
        if isinstance(error, ModerationError)
        else f"The safeguard failed ({type(error).__name__}), so a person must look."
    )
