"""How the registry enters a row: its id, its name, what it refers to, and the audit row beside it."""

from collections.abc import Mapping
from typing import Any

from ulid import ULID

from twin.errors import BadValue, NotFound
from twin.ports import Transaction

NAME_AT_MOST = 120


def new_id(given: str | None) -> str:
    """The id given, or a new one that sorts by time."""
    return given if given is not None else str(ULID())


def named(name: str, what: str) -> str:
    """A name without outer blanks. Raises BadValue for one that is empty, too long or of several lines."""
    name = name.strip()
    if not 1 <= len(name) <= NAME_AT_MOST or not name.isprintable():
        raise BadValue(f"{what} needs a name of at most {NAME_AT_MOST} characters on one line.")
    return name


def require(tx: Transaction, table: str, row_id: str) -> None:
    """Raises NotFound when a table of ours has no such row."""
    if not tx.execute(f"SELECT 1 FROM {table} WHERE id = ?", [row_id]):
        raise NotFound(f"There is no such {table}.")


def insert(tx: Transaction, table: str, values: Mapping[str, Any], **facts: Any) -> str:
    """Write one row and the audit row `<table>.added` with `facts`; its id."""
    columns = ", ".join(values)
    tx.execute(f"INSERT INTO {table} ({columns}) VALUES ({', '.join(f':{name}' for name in values)})", values)
    tx.record(f"{table}.added", values["id"], **facts)
    return str(values["id"])
