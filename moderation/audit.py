"""The append-only chain of what happened: hash = SHA-256(previous hash ‖ canonical JSON)."""

import hashlib
import json
from collections.abc import Iterable
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
    """Walk the rows of `audit` in order of `seq`; the count and the head's hash.

    Raises AuditBroken naming the first row that was edited, inserted, removed or moved.
    """
    count, previous = 0, GENESIS
    for row in rows:
        count += 1
        if row["seq"] != count:
            raise AuditBroken(f"The audit chain lacks row {count}: it goes on with row {row['seq']}.")
        if row["prev_hash"] != previous:
            raise AuditBroken(f"Audit row {row['seq']} does not follow the row before it.")
        if row["hash"] != chain_hash(previous, {name: row[name] for name in COLUMNS}):
            raise AuditBroken(f"Audit row {row['seq']} was altered: its hash does not fit its content.")
        previous = row["hash"]
    return count, previous
