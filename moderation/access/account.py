"""Who somebody is to the studio: an account, its role, and what it belongs to."""

from dataclasses import dataclass
from enum import StrEnum

from moderation.errors import AccountRefused


class Role(StrEnum):
    """What an account may do; one account has one role."""

    CREATIVE = "creative"
    MODERATOR = "moderator"
    MODEL = "model"
    AGENCY = "agency"
    ADMINISTRATOR = "administrator"


BELONGS_TO = {Role.CREATIVE: "brand_id", Role.MODEL: "person_id", Role.AGENCY: "agency_id"}
"""The one column that ties a role to a brand, a person or an agency; the other roles have none."""
NO_PASSWORD = "!"
"""Stands where a hash would: no password opens this account."""


@dataclass(frozen=True)
class Account:
    """An account as the database holds it at this moment.

    `session_version` rises with every sign-out, change of role, of password, and disabling: an older cookie is void.
    Raises AccountRefused when the role and what it belongs to do not fit.
    """

    id: str
    login: str
    name: str
    role: Role
    brand_id: str | None = None
    person_id: str | None = None
    agency_id: str | None = None
    session_version: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "role", Role(self.role))
        if not (self.id and self.login and self.name):
            raise AccountRefused("An account has an id, a login and a name.")
        needed = BELONGS_TO.get(self.role)
        for column in BELONGS_TO.values():
            if (getattr(self, column) is not None) != (column == needed):
                whose, word = f"{_a(self.role)} account", column.removesuffix("_id")
                raise AccountRefused(f"{whose} {f'belongs to {_a(word).lower()}' if column == needed else f'has no {word}'}.")


def _a(word: str) -> str:
    return f"An {word}" if word[0] in "aeiou" else f"A {word}"
