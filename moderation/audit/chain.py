"""The append-only chain of what happened: hash = SHA-256(previous hash ‖ canonical JSON)."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

from moderation.errors import AuditBroken

GENESIS = "0" * 64
COLUMNS = ("seq", "at", "actor", "event", "subject", "facts")


def canonical(entry: dict[str, Any]) -> bytes:
    """The bytes of an entry that are hashed: sorted keys, no spaces, UTF-8."""
    return json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def chain_hash(previous: str, entry: dict[str, Any]) -> str:
    """The hash that `entry` gets behind `previous` (both hex)."""
    return hashlib.sha256(bytes.fromhex(previous) + canonical(entry)).hexdigest()


def verify(rows: Iterable[dict[str, Any]]) -> tuple[int, str]:
    """Walk the rows of `audit` in order of `seq`; the count and the head's hash. Raises what `walk` raises."""
    count, previous = 0, GENESIS
    for row in walk(rows):
        count, previous = row["seq"], row["hash"]
    return count, previous


def walk(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The rows of `audit` in order of `seq`, each once it is proven to follow the one before.

    Raises AuditBroken naming the first row that was edited, inserted, removed, moved or forked.
    """
    previous, before = GENESIS, GENESIS
    for count, row in enumerate(rows, 1):
        if row["seq"] > count:
            raise AuditBroken(f"The audit chain lacks row {count}: it goes on with row {row['seq']}.")
        if row["seq"] < count or (count > 1 and row["prev_hash"] == before):
            raise AuditBroken(f"The audit chain forks at row {row['seq']}: two rows claim the same place.")
        if row["prev_hash"] != previous:
            raise AuditBroken(f"Audit row {row['seq']} does not follow the row before it.")
        if row["hash"] != chain_hash(previous, {name: row[name] for name in COLUMNS}):
            raise AuditBroken(f"Audit row {row['seq']} was altered: its hash does not fit its content.")
        before, previous = previous, row["hash"]
        yield row
