"""Everything about notices in one home: made, read, linked to, and, in a studio that wishes it, sent."""

from collections.abc import Callable
from pathlib import Path

from moderation.database import Database
from moderation.keys.keyring import Keyring
from moderation.notices.inbox import Inbox
from moderation.notices.links import Links
from moderation.notices.mail import Mail, PostOffices
from moderation.notices.port import Outbox
from moderation.notices.queue import Queue
from moderation.notices.sender import Sender
from moderation.notices.telling import Telling
from moderation.notices.ways import Ways
from moderation.notices.webhook import Webhook


class Board:
    """The notices of one home; `keys` is the folder of its keys, `secret` signs links. A `demo` sends nothing."""

    def __init__(self, database: Database, keys: Path, secret: Callable[[], str], *, demo: bool) -> None:
        self._database = database
        self._demo = demo
        self.inbox = Inbox(database)
        self.links = Links(database, secret)
        self.queue = Queue(database)
        self.ways = Ways(database, Keyring(keys / "outbox"), demo=demo)
        self.offices = PostOffices(database, self.ways)
        self.tell = Telling(database, sends=not demo).tell

    def send(self) -> int:
        """Send what is due; how many arrived. Nothing in a demo, nor while a restored studio waits for its confirmation."""
        if self._demo or self._database.is_held:
            return 0
        ways_out: dict[str, Callable[[], Outbox]] = {
            "mail": lambda: Mail(self.offices.get(), self._database.clock),
            "webhook": lambda: Webhook(self._database.clock),
        }
        return Sender(self._database, self.ways, self.links, ways_out).send_due()
