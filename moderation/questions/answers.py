"""The three answers together, read in one view of the database, and read again only when something has happened since."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from moderation.access.account import Account
from moderation.database import Database, Transaction
from moderation.desk_moves import Row
from moderation.errors import NotFound
from moderation.questions.agreed import AGREED, Agreed, agreed
from moderation.questions.ended import ENDED, Ended, ended
from moderation.questions.judged import JUDGED, Judged, judged
from moderation.questions.paid import PAID, Paid, paid
from moderation.questions.reader import Reader, reader_for

KEPT_AT_MOST = 64
"""How many readers' rows are remembered: everybody's, and one agency's each."""


@dataclass(frozen=True)
class Answers:
    """What one reader sees at one moment (ISO text, UTC)."""

    reader: Reader
    at: str
    demo: bool
    agreed: Agreed
    paid: tuple[Paid, ...]
    judged: Judged
    ended: Ended


class Questions:
    """Reads the figures; `settle` brings states after rights before each read."""

    def __init__(self, database: Database, settle: Callable[[], object] = lambda: None, *, demo: bool) -> None:
        self._database = database
        self._settle = settle
        self._demo = demo
        self._seen: dict[str | None, tuple[int, dict[str, list[Row]]]] = {}

    def for_account(self, account: Account | None) -> Answers:
        """The answers for this account, or for nobody in particular. Raises NotFound for whoever may not read them."""
        reader = reader_for(account, demo=self._demo, opened=self.is_open)
        if reader is None:
            raise NotFound("These figures are for administrators and agencies.")
        self._settle()
        with self._database.read("questions") as tx:
            rows = self._rows(tx, reader.agency_id)
            asked = {"agency_id": reader.agency_id, "now": tx.now}
            # These two depend on the hour, and are few: one row a licence, one an act.
            terms, acts = tx.execute(AGREED, asked), tx.execute(ENDED, asked)
            now = tx.now
        return Answers(
            reader=reader,
            at=now,
            demo=self._demo,
            agreed=agreed(terms, reader),
            paid=paid(rows["paid"], reader),
            judged=judged(rows["judged"], reader),
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

    def _rows(self, tx: Transaction, agency_id: str | None) -> dict[str, list[Row]]:
        """Whatever these tell of leaves a row in the audit chain, so while its head stands they stand too."""
        head = tx.execute("SELECT coalesce(max(seq), 0) AS seq FROM audit")[0]["seq"]
        seen = self._seen.get(agency_id)
        if seen is None or seen[0] != head:
            asked: dict[str, Any] = {"agency_id": agency_id}
            seen = (head, {"paid": tx.execute(PAID, asked), "judged": tx.execute(JUDGED, asked)})
            if len(self._seen) >= KEPT_AT_MOST:
                self._seen.clear()
            self._seen[agency_id] = seen
        return seen[1]
