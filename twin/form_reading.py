"""What the form of a page says, read field by field, so that each refusal stands beside the field it is about."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import TypeVar

from twin.errors import BadValue, TwinError
from twin.licences.rates import ONCE

Told = Mapping[str, Sequence[str]]
"""The values of each field, as a browser sends them."""
T = TypeVar("T")
_AMOUNT = re.compile(r"(?P<whole>[0-9]{1,9})(?:[.,](?P<cents>[0-9]{2}))?")
_FACTOR = re.compile(r"(?P<whole>[0-9]{1,3})(?:[.,](?P<part>[0-9]{1,4}))?")


class FormRefused(BadValue):
    """A form cannot be taken as it is: `complaints` are sentences by field, those about the whole under the empty name."""

    def __init__(self, complaints: Mapping[str, str]) -> None:
        super().__init__(" ".join(complaints.values()))
        self.complaints = dict(complaints)


@dataclass
class Reading:
    """One form while it is read; the first complaint about a field is kept."""

    told: Told
    complaints: dict[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """What stands in a field, without outer blanks; empty when there is none."""
        values = self.told.get(name, ())
        return values[-1].strip() if values else ""

    def many(self, name: str) -> tuple[str, ...]:
        """Everything chosen under a name."""
        return tuple(self.told.get(name, ()))

    def complain(self, name: str, sentence: str) -> None:
        """Keep what is wrong with a field."""
        self.complaints.setdefault(name, sentence)

    def take(self, name: str, read: Callable[[str], T], otherwise: T) -> T:
        """A field as `read` understands it; `otherwise`, and a complaint, where it refuses."""
        try:
            return read(self.text(name))
        except TwinError as refusal:
            self.complain(name, str(refusal))
            return otherwise

    def check(self, name: str, test: Callable[[], object]) -> None:
        """Run a rule about a field, keeping its refusal as the complaint."""
        try:
            test()
        except TwinError as refusal:
            self.complain(name, str(refusal))

    def built(self, make: Callable[[], T]) -> T:
        """The value that the whole form says. Raises FormRefused with every complaint."""
        if self.complaints:
            raise FormRefused(self.complaints)
        try:
            return make()
        except TwinError as refusal:
            raise FormRefused({"": str(refusal)}) from refusal


def amount(text: str) -> int:
    """An amount as people write it (140, 140.50) in minor units. Raises BadValue."""
    found = _AMOUNT.fullmatch(text)
    if not found:
        raise BadValue("Write the amount like 140 or 140.50.")
    return int(found["whole"]) * 100 + int(found["cents"] or 0)


def amount_or_none(text: str) -> int | None:
    """The same, None where nothing is written."""
    return amount(text) if text else None


def whole(text: str) -> int:
    """A whole number of at most six digits. Raises BadValue."""
    if not re.fullmatch(r"[0-9]{1,6}", text):
        raise BadValue("Write a whole number.")
    return int(text)


def percent(text: str) -> int:
    """A percentage (0 where nothing is written, 7.5) in basis points. Raises BadValue."""
    found = re.fullmatch(r"([0-9]{1,3})(?:[.,]([0-9]{1,2}))?", text or "0")
    if not found:
        raise BadValue("Write a percentage like 5 or 7.5.")
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def factor(text: str) -> int:
    """A factor as people write it (1, 0.8, 1.25) in basis points. Raises BadValue."""
    found = _FACTOR.fullmatch(text)
    if not found:
        raise BadValue("Write a factor like 1, 0.8 or 1.25.")
    return int(found["whole"]) * ONCE + int((found["part"] or "").ljust(4, "0"))


def first_moment(text: str) -> datetime:
    """The first moment of a day (2027-05-03) in UTC. Raises BadValue."""
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError as error:
        raise BadValue("Choose a day.") from error


def first_moment_or_none(text: str) -> datetime | None:
    """The same, None where no day is chosen."""
    return first_moment(text) if text else None


def as_amount(minor: int) -> str:
    """Minor units as `amount` reads them."""
    return f"{minor // 100}.{minor % 100:02d}"


def as_factor(bp: int) -> str:
    """Basis points as `factor` reads them: 0.8, 1, 1.25."""
    return f"{bp / ONCE:.4f}".rstrip("0").rstrip(".")
