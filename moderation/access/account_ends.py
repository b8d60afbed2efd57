"""What ended for an account, done again in an older copy of the database: being let in, a role, a password."""

from collections.abc import Mapping
from typing import Any

from moderation.access.account import BELONGS_TO, NO_PASSWORD, Account, Role
from moderation.desk.moves import Writing

KIND = "account"
"""What the tombstone file calls it."""
_CLOSE = "UPDATE account SET disabled_at = coalesce(disabled_at, :at), session_version = session_version + 1 WHERE id = :id"
_CHANGE = """
UPDATE account SET role = :role, brand_id = :brand_id, person_id = :person_id, agency_id = :agency_id,
    session_version = session_version + 1 WHERE id = :id
"""
# The password that was given up opens nothing any more; the one that followed is nowhere but in the lost database.
_LOCK = "UPDATE account SET password_hash = :none, session_version = session_version + 1 WHERE id = :id"


def disabled(at: str) -> dict[str, Any]:
    """The facts of an account that nobody comes in by any more; `at` is ISO text, UTC."""
    return {"ended": "everything", "at": at}


def role_left(account: Account) -> dict[str, Any]:
    """The facts of an account that has another role from now on: the one it has in `account`."""
    belongs = {column: getattr(account, column) for column in ("brand_id", "person_id", "agency_id")}
    return {"ended": "role", "role": account.role.value, **belongs}


def password_left() -> dict[str, Any]:
    """The facts of an account whose password was changed."""
    return {"ended": "password"}


def end_again(tx: Writing, account_id: str, facts: Mapping[str, Any]) -> None:
    """Let it have ended; an account that the copy does not know stays unknown.

    Whoever would belong to a brand or an agency that the copy does not know is not let in.
    """
    if facts["ended"] == "password":
        tx.execute(_LOCK, {"id": account_id, "none": NO_PASSWORD})
    elif facts["ended"] == "role" and _knows(tx, facts):
        tx.execute(_CHANGE, {"id": account_id, **facts})
    else:
        tx.execute(_CLOSE, {"id": account_id, "at": facts.get("at", tx.now)})


def _knows(tx: Writing, facts: Mapping[str, Any]) -> bool:
    column = BELONGS_TO.get(Role(facts["role"]))
    table = (column or "").removesuffix("_id")
    return column is None or bool(tx.execute(f"SELECT 1 FROM {table} WHERE id = ?", [facts[column]]))
