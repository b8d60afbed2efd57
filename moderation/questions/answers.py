"""The three answers together, read in one view of the database, and read again only when something has happened since."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from moderation.access.account import Account
from moderation.database import Database, Transaction
from moderation.desk.moves import Row
from moderation.errors import NotFound
from moderation.questions.agreed import AGREED, Agreed, agreed
from moderation.questions.ended import ENDED, Ended, ended
from moderation.questions.judged import JUDGED, Judged, judged
from moderation.questions.paid import PAID, Paid, paid
from moderation.questions.reader import Reader, reader_for

QUICK_S, RESTS = 0.25, 20
"""Figures that were read within so many seconds are read again whenever something happened; others rest for so many times as
long as reading them took, so that a large studio's public page takes a twentieth of one processor at most."""
KEPT_AT_MOST = 64
"""How many readers' rows are remembered: everybody's, and one agency's each."""


@dataclass(frozen=True)
class _Seen:
    """Rows as they stood at a head of the audit chain, when that was (ISO text, UTC), and until when they rest."""

    head: int
    at: str
    rests_until: float
    rows: Mapping[str, list[Row]]


@dataclass(frozen=True)
class Answers:
    """What one reader sees of how things stood at one moment (ISO text, UTC)."""

    reader: Reader
    at: str
    demo: bool
    agreed: Agreed
    paid: tuple[Paid, ...]
    judged: Judged
    ended: Ended


class Questions:
    """Reads the figures; `settle` brings states after rights before each read."""

    def __init__(
        self,
        database: Database,
        settle: Callable[[], object] = lambda: None,
        *,
        demo: bool,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        """`timer` tells seconds that only go forward."""
        self._timer = timer
        self._turn = threading.Lock()
        self._database = database
        self._settle = settle
        self._demo = demo
        self._seen: dict[str | None, _Seen] = {}

    def for_account(self, account: Account | None) -> Answers:
        """The answers for this account, or for nobody in particular. Raises NotFound for whoever may not read them."""
        reader = reader_for(account, demo=self._demo, opened=self.is_open)
        if reader is None:
            raise NotFound("These figures are for administrators and agencies.")
        self._settle()
        with self._database.read("questions") as tx:
            with self._turn:  # many who ask at once wait for one reading
                seen = self._rows(tx, reader.agency_id)
            asked = {"agency_id": reader.agency_id, "now": tx.now}
            # These two depend on the hour, and are few: one row a licence, one an act.
            terms, acts = tx.execute(AGREED, asked), tx.execute(ENDED, asked)
        return Answers(
            reader=reader,
            at=seen.at,
            demo=self._demo,
            agreed=agreed(terms, reader),
            paid=paid(seen.rows["paid"], reader),
            judged=judged(seen.rows["judged"], reader),
            ended=ended(acts, reader),
        )

    def may_read(self, account: Account | None) -> bool:
        """Whether this account, or nobody in particular, may read any figures."""
        return reader_for(account, demo=self._demo, opened=self.is_open) is not None

    @property
    def is_open(self) -> bool:
        """Whether an administrator has opened the coarse figures to everybody."""
        rows = self._database.rows("SELECT opened FROM figures_opening ORDER BY seq DESC LIMIT 1")
        return bool(rows and rows[0]["opened"])

    def open(self, account: Account, *, opened: bool) -> None:
        """Open the coarse figures to everybody, or close them; asked twice, it is done once."""
        with self._database.write(account.id) as tx:
            last = tx.execute("SELECT opened FROM figures_opening ORDER BY seq DESC LIMIT 1")
            if bool(last and last[0]["opened"]) == opened:
                return
            tx.execute("INSERT INTO figures_opening (opened, account_id, at) VALUES (?, ?, ?)", [int(opened), account.id, tx.now])
            tx.record("figures.opened" if opened else "figures.closed", "figures")

    def _rows(self, tx: Transaction, agency_id: str | None) -> _Seen:
        """Whatever these tell of leaves a row in the audit chain, so while its head stands they stand too."""
        head = tx.execute("SELECT coalesce(max(seq), 0) AS seq FROM audit")[0]["seq"]
        seen, begun = self._seen.get(agency_id), self._timer()
        if seen is not None and seen.head == head:
            return replace(seen, at=tx.now)
        if seen is not None and begun < seen.rests_until:
            return seen
        asked: dict[str, Any] = {"agency_id": agency_id}
        rows = {"paid": tx.execute(PAID, asked), "judged": tx.execute(JUDGED, asked)}
        over = self._timer()
        took = over - begun
        if len(self._seen) >= KEPT_AT_MOST:
            self._seen.clear()
        self._seen[agency_id] = _Seen(head, tx.now, over + RESTS * took if took > QUICK_S else over, rows)
        return self._seen[agency_id]
