"""How often somebody may try to sign in, counted in SQLite so that a restart forgives nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from moderation.database import Transaction
from moderation.errors import TooManyAttempts

WINDOW = timedelta(minutes=15)
LONGEST_KEY = 200


@dataclass(frozen=True)
class Allowance:
    """At most `tries` attempts under `key` within WINDOW."""

    key: str
    tries: int

    def __post_init__(self) -> None:
        if not self.key or self.tries < 1:
            raise ValueError("An allowance has a key and at least one try.")


def allowances(login: str, address: str) -> tuple[Allowance, Allowance]:
    """What one attempt is counted against: the login guessed at, and the address it comes from."""
    return (
        Allowance(f"login:{login.casefold()}"[:LONGEST_KEY], tries=10),
        Allowance(f"address:{address}"[:LONGEST_KEY], tries=30),
    )


def wait_until(attempts: Sequence[datetime], tries: int, now: datetime) -> datetime | None:
    """When the next attempt is allowed, or None if at once; `attempts` in any order."""
    recent = sorted(at for at in attempts if at > now - WINDOW)
    return recent[-tries] + WINDOW if len(recent) >= tries else None


def count_attempt(tx: Transaction, login: str, address: str) -> None:
    """Count one attempt before its password is looked at, so that parallel guesses are counted too.

    Raises TooManyAttempts, counting nothing, when the login or the address has used up its tries.
    """
    tx.execute("DELETE FROM sign_in_attempt WHERE at <= ?", [(tx.at - WINDOW).isoformat(timespec="microseconds")])
    for allowance in allowances(login, address):
        rows = tx.execute("SELECT at FROM sign_in_attempt WHERE key = ?", [allowance.key])
        until = wait_until([datetime.fromisoformat(row["at"]) for row in rows], allowance.tries, tx.at)
        if until is not None:
            minutes = max(1, -(-int((until - tx.at).total_seconds()) // 60))
            raise TooManyAttempts(f"Too many attempts; try again in {minutes} minute{'s' if minutes > 1 else ''}.")
    for allowance in allowances(login, address):
        tx.execute("INSERT INTO sign_in_attempt (key, at) VALUES (?, ?)", [allowance.key, tx.now])


def forgive(tx: Transaction, login: str) -> None:
    """Forget the attempts at a login whose password was right; its address stays counted."""
    tx.execute("DELETE FROM sign_in_attempt WHERE key = ?", [allowances(login, "")[0].key])
