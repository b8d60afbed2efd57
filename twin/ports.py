"""What the twin domain needs from outside, handed in by `app.py`."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Row = dict[str, Any]
Reach = Callable[[str], None]
Picture = NDArray[np.uint8]
"""An (h, w, 3) sRGB picture."""


def unreached(_: str) -> None:
    """The fault hook of a running studio: passing a named point does nothing."""


class Transaction(Protocol):
    """One write transaction: every statement and audit row commits together or not at all."""

    at: datetime
    now: str
    actor: str

    def execute(self, sql: str, values: Mapping[str, Any] | Sequence[Any] = ()) -> list[Row]:
        """Run one statement; the rows of a SELECT or of RETURNING."""
        ...

    def record(self, event: str, subject: str, **facts: Any) -> None:
        """Append one audit row."""
        ...


class Store(Protocol):
    """The one database both domains write to."""

    def write(self, actor: str) -> AbstractContextManager[Transaction]:
        """Open `BEGIN IMMEDIATE`; commit at the end, roll back on any exception."""
        ...

    def read(self, actor: str) -> AbstractContextManager[Transaction]:
        """Open one consistent view that holds up no writer; nothing is to be written in it."""
        ...

    def rows(self, sql: str, values: Mapping[str, Any] | Sequence[Any] = ()) -> list[Row]:
        """Read outside any write transaction."""
        ...


class Move(Protocol):
    """The one function that changes a render's state, guarded by state, version and rights window."""

    def __call__(
        self, tx: Transaction, render_id: str, target: str, mover: str, *, version: int | None = None, **facts: Any
    ) -> Row:
        """Return the moved render row; raises when the move is illegal, late or outside the rights window."""
        ...


class LicenceInForce(Protocol):
    """The test that a licence covers painting for a brand at the moment of the transaction."""

    def __call__(self, tx: Transaction, licence_id: str, brand_id: str) -> object:
        """Raises a TwinError that says why it does not."""
        ...


class Masks(Protocol):
    """Keeps the marked parts of orders, sealed, by the image's id."""

    def keep(self, render_id: str, mask: bytes, /) -> None:
        """Keep one, within the transaction that enters its order."""
        ...

    def open(self, render_id: str, /) -> bytes:
        """One that was kept; raises when it is gone, closed, or was altered."""
        ...


GiveUp = Callable[[Transaction, str, str], object]
"""`(tx, render_id, reason)`: an image that could not be examined goes to people instead."""
Halted = Callable[[Transaction], str | None]
"""Why nothing at all may be painted at this moment of a write transaction, in one sentence; None when it may."""
