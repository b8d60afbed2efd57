"""Attempts to decide, release, take back or have a key in somebody else's place: refused where they are made, and put on record.

One row of the audit chain tells of any number of equal attempts within a minute, so that nobody fills it by trying.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from moderation.access.account import Account
from moderation.database import Database, Migration
from moderation.errors import Gone, Missing, NotFound, NotYours

REFUSED = "attempt.refused"
"""The audit event; its facts are the act, what it was about (`on`) and the role of whoever tried."""
ONCE_IN = timedelta(minutes=1)
ATTEMPTS = f"""
CREATE INDEX audit_attempts ON audit (actor, at) WHERE event = '{REFUSED}';
"""
"""By which the last attempts of an account are found, however long the chain is."""
MIGRATIONS: tuple[Migration, ...] = (("moderation-attempts", ATTEMPTS),)

_LATELY = f"""
SELECT 1 FROM audit WHERE event = '{REFUSED}' AND actor = ? AND at > ? AND json_extract(facts, '$.act') = ? LIMIT 1
"""
_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
P = ParamSpec("P")
T = TypeVar("T")


def note(database: Database, account: Account, act: str, on: str = "") -> None:
    """Put on record that this account tried an act that is not its own, unless it tried the same less than a minute ago.

    `on` names what it was about; what is no id of ours is left out. A restored studio that is still held records nothing.
    """
    since = (database.clock() - ONCE_IN).isoformat(timespec="microseconds")
    asked = [account.id, since, act]
    if database.is_held or database.rows(_LATELY, asked):
        return
    with database.write(account.id) as tx:
        if not tx.execute(_LATELY, asked):
            tx.record(REFUSED, account.id, act=act, on=on if _ID.fullmatch(on) else "", role=account.role.value)


def watched(act: str, on: int = 0) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """A decorator for `method(self, account, *values)` of an object with a `_database`: notes whoever is refused as not entitled.

    An id of somebody else's is answered as one of nothing, and noted alike; `on` is the place of the id among `values`.
    """

    def around(method: Callable[P, T]) -> Callable[P, T]:
        @wraps(method)
        def call(*given: P.args, **named: P.kwargs) -> T:
            try:
                return method(*given, **named)
            except (Gone, Missing):
                raise
            except (NotYours, NotFound):
                self, account, *values = given
                subject: Any = values[on] if len(values) > on else ""
                _note(self, account, act, subject)
                raise

        return call

    return around


def _note(self: Any, account: Any, act: str, on: Any) -> None:
    note(self._database, account, act, on if isinstance(on, str) else "")
