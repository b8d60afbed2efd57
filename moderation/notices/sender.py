"""Sends what is due, one after another, each through the way out that it was entered for."""

import logging
from collections.abc import Callable, Mapping

from moderation.database import Database
from moderation.desk.moves import Row
from moderation.errors import KeyUnusable, Unexaminable
from moderation.examining.deadline import Deadline
from moderation.notices.links import Links
from moderation.notices.port import Message, Outbox, Undelivered
from moderation.notices.queue import Queue
from moderation.notices.ways import Ways
from moderation.notices.words import sentence

LOG = logging.getLogger(__name__)
WAITS_S = 30.0
"""How long one message may take; whoever answers a letter at a time holds nobody up."""
AT_ONCE = 5
"""How many are sent in one go, so that a worker comes back to its paintings."""


class Sender:
    """Sends what waits; `outboxes` makes the way out of each kind, anew each time, for its settings may have changed."""

    def __init__(
        self, database: Database, ways: Ways, links: Links, outboxes: Mapping[str, Callable[[], Outbox]], seconds: float = WAITS_S
    ) -> None:
        self._seconds = seconds
        self._database = database
        self._queue = Queue(database)
        self._ways = ways
        self._links = links
        self._outboxes = outboxes

    def send_due(self, most: int = AT_ONCE) -> int:
        """Send what is due, at most so many, and stop at the first that fails; how many arrived. Raises ReadOnly."""
        arrived = 0
        while arrived < most:
            site = self._ways.site()
            delivery = self._queue.take() if site else None
            if delivery is None or site is None or not self._send(delivery, site):
                break
            arrived += 1
        return arrived

    def _send(self, delivery: Row, site: str) -> bool:
        try:
            self._refuse_outdated(delivery)
            outbox, message = self._outboxes[delivery["way"]](), self._message(delivery, site)
            with Deadline(self._seconds) as deadline:
                deadline.ask(lambda: outbox.send(message))
        except (Undelivered, KeyUnusable, Unexaminable) as error:
            if isinstance(error, Unexaminable):
                error = Undelivered(f"It took longer than {self._seconds:g} seconds.")
            final = isinstance(error, KeyUnusable) or error.final
            LOG.warning("Notice %s did not leave by %s: %s", delivery["id"], delivery["way"], error)
            self._queue.failed(delivery, str(error), final=final)
            return False
        self._queue.sent(delivery)
        return True

    def _refuse_outdated(self, delivery: Row) -> None:
        now = self._database.clock().isoformat(timespec="microseconds")
        if delivery["ended_at"] or delivery["disabled_at"]:
            raise Undelivered("This way was given up, or its account was closed.", final=True)
        if delivery["link_ends_at"] <= now:
            raise Undelivered("Its link has run out meanwhile.", final=True)

    def _message(self, delivery: Row, site: str) -> Message:
        return Message(
            delivery_id=delivery["id"],
            target=self._ways.target(delivery),
            secret=self._ways.secret(delivery),
            kind=delivery["notice_kind"],
            words=sentence(delivery["notice_kind"], delivery["n"]),
            link=f"{site}/notice/{self._links.token(delivery['id'])}",
            happened_at=delivery["happened_at"],
        )
