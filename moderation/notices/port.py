"""The port through which a notice leaves the studio: what leaves, how it may fail, and what a way out is."""

from dataclasses import dataclass
from typing import Protocol

from moderation.errors import ModerationError


@dataclass(frozen=True)
class Message:
    """What leaves: a sentence without names, and a link that only leads to a page.

    `delivery_id` is the same at every attempt, so that whoever receives can tell a repetition. `target` is the address, `secret`
    what a webhook's signature is made with; neither is ever shown or logged.
    """

    delivery_id: str
    target: str
    secret: bytes
    kind: str
    words: str
    link: str
    happened_at: str

    def __repr__(self) -> str:
        return f"Message({self.delivery_id}, {self.kind})"


class Undelivered(ModerationError):
    """A message did not arrive; the sentence says why and holds no secret. `final` when trying again is of no use."""

    def __init__(self, sentence: str, *, final: bool = False) -> None:
        super().__init__(sentence)
        self.final = final


class Outbox(Protocol):
    """A way out of the studio."""

    def send(self, message: Message) -> None:
        """Hand the message over; it may come twice. Raises Undelivered."""
        ...
