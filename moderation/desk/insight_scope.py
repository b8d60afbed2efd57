"""What an account may see of an image, and what it may do next: one SQL test and one table for all pages."""

from typing import Any

from moderation.access.account import Account, Role
from moderation.desk.moves import HER_NO
from moderation.desk.signoff import State
from moderation.keys.person_keys import ERASED

# A moderator sees what was submitted for judging; everybody else what belongs to brand, person or agency.
_SEES: dict[Role, str] = {
    Role.CREATIVE: "render.brand_id = :brand_id",
    Role.MODEL: "render.twin_id IN (SELECT o.id FROM twin o WHERE o.person_id = :person_id)",
    Role.AGENCY: "render.twin_id IN (SELECT o.id FROM twin o JOIN person q ON q.id = o.person_id WHERE q.agency_id = :agency_id)",
    Role.MODERATOR: "EXISTS (SELECT 1 FROM submission m WHERE m.render_id = render.id)",
    Role.ADMINISTRATOR: "1",
}

GONE = frozenset({State.WITHDRAWN, State.RECALLED})
"""States in which the picture is shown to the person and her agency only."""


def sees(account: Account) -> tuple[str, dict[str, Any]]:
    """A SQL test over `render` alone, and its values."""
    values = {
        "account_id": account.id,
        "brand_id": account.brand_id,
        "person_id": account.person_id,
        "agency_id": account.agency_id,
    }
    return _SEES[account.role], values


def shows_picture(account: Account, state: str) -> bool:
    """Whether this account may look at the marked picture of an image that it may know of; an administrator looks at none."""
    return account.role in (Role.MODEL, Role.AGENCY) or (account.role is not Role.ADMINISTRATOR and state not in GONE)


def why_gone(*, erased: bool, removed_at: str | None) -> str:
    """Why nobody can look at an image any more, as a sentence; empty while its pixels are here."""
    if erased:
        return ERASED
    return f"Its pixels were removed on {removed_at[:10]}, when their time was over." if removed_at else ""


HER_OWN_NO = f"EXISTS ({HER_NO})"

_STEPS: dict[tuple[Role, State], tuple[str, ...]] = {
    (Role.MODERATOR, State.IN_REVIEW): ("claim",),
    (Role.MODEL, State.HER_TURN): ("approve", "refuse", "ask change", "withdraw"),
    (Role.MODEL, State.APPROVED): ("undo", "withdraw"),
    (Role.MODEL, State.RELEASED): ("withdraw",),
    (Role.MODEL, State.IN_REVIEW): ("withdraw",),
    (Role.CREATIVE, State.QUEUED): ("cancel",),
    (Role.CREATIVE, State.PAINTING): ("cancel",),
    (Role.CREATIVE, State.APPROVED): ("release",),
    (Role.CREATIVE, State.RELEASED): ("download",),
    (Role.CREATIVE, State.CHANGE_ASKED): ("paint again",),
}


def steps(account: Account, state: str, *, own: bool, her_no: bool) -> tuple[str, ...]:
    """What the account can do next with an image; `own` when it made the image, `her_no` when she refused it herself.

    Only a hint for pages: each step tests everything again.
    """
    here = State(state)
    if account.role is Role.CREATIVE and own and (here is State.BLOCKED or (here is State.REFUSED and not her_no)):
        return ("appeal",)
    if account.role is Role.MODERATOR and own:
        return ()
    return _STEPS.get((account.role, here), ())
