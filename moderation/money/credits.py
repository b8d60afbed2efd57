"""The people behind a look, as they are credited: in the file, in an image's story, on statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ROLES = {"stylist": "Styling", "photographer": "Photography", "lighting": "Lighting"}
"""What an author of a look did, and the word that credits it."""
NAME_AT_MOST = 80


@dataclass(frozen=True)
class Credit:
    """One credit: what somebody did, and her name on one line. Raises ValueError for another role or no such name."""

    role: str
    name: str

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise ValueError(f"“{self.role}” is nothing that is credited.")
        if not isinstance(self.name, str) or not 1 <= len(self.name) <= NAME_AT_MOST or not self.name.isprintable():
            raise ValueError(f"A credited name is one line of at most {NAME_AT_MOST} characters.")


def credits_of(look: Mapping[str, Any]) -> tuple[Credit, ...]:
    """Who is credited for a look (its JSON, decoded), in the order of `ROLES`; an empty name credits nobody."""
    authors = look.get("authors") or {}
    named = ((role, (authors.get(role) or "").strip()) for role in ROLES)
    return tuple(Credit(role, name) for role, name in named if name)


def credit_line(credited: Sequence[Credit]) -> str:
    """The credits as one line: Styling: A. B. · Photography: C. D."""
    return " · ".join(f"{ROLES[one.role]}: {one.name}" for one in credited)
