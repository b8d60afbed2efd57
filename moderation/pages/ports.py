"""What the moderation pages are handed: the reads and the acts behind their lists and buttons."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from moderation.access.account import Account
from moderation.desk.comments import Comment
from moderation.desk.figures import Figures
from moderation.desk.insight import Card, Story
from moderation.desk.moves import Row
from moderation.desk.wishes import Wish
from moderation.examining.references import Reference
from moderation.keys.her_keys import KeyStanding
from moderation.keys.her_word import Word
from moderation.money.earnings import Payment, Share
from moderation.rights.agreements import Agreement
from moderation.rights.foresight import Foreseen
from moderation.rights.rights import TakenBack

Act = Callable[..., Any]
Guard = Callable[[Act], Act]
"""Wraps an event's function: takes the request, reads the account anew, calls the function with it first, and turns
a refusal of the domain into the page's error message."""
Header = Callable[[Account], str]
"""The head of every page: where one is, what waits, sign-out; HTML that is already escaped."""


class Reads(Protocol):
    """What pages read about images (`moderation.desk.insight.Insight`)."""

    def card(self, account: Account, render_id: str) -> Card: ...
    def story(self, account: Account, render_id: str) -> Story: ...
    def queue_for(self, moderator: Account) -> tuple[Card, ...]: ...
    def waiting_for_her(self, person: Account) -> tuple[Card, ...]: ...
    def images_of_her(self, person: Account) -> tuple[Card, ...]: ...


class Reviews(Protocol):
    """What a moderator does (`moderation.desk.desk.Desk`)."""

    def claim(self, account: Account, render_id: str) -> Row: ...
    def claim_next(self, account: Account, skip: Collection[str] = ()) -> Row | None: ...
    def beat(self, account: Account, render_id: str, token: str) -> Row: ...
    def let_go(self, account: Account, render_id: str, token: str) -> bool: ...
    def review(
        self, account: Account, render_id: str, version: int, choice: str, reason_code: str | None, note: str, token: str
    ) -> Row: ...
    def refuse_many(
        self, account: Account, chosen: Sequence[tuple[str, int]], reason_code: str | None, note: str
    ) -> dict[str, str]: ...
    def escalate(self, account: Account, render_id: str, version: int, leaning: str, note: str, token: str) -> Row: ...
    def undo(self, account: Account, render_id: str, version: int | None = None) -> Row: ...
    def undoable(self, account: Account, limit: int = 1) -> tuple[Row, ...]: ...


class Remarks(Protocol):
    """What is said beside an image (`moderation.desk.comments.Comments`)."""

    def of(self, account: Account, render_id: str) -> tuple[Comment, ...]: ...
    def say(self, account: Account, render_id: str, text: str, *, audience: str = "hers") -> None: ...


class Wishes(Protocol):
    """How a moderator likes to look at images (`moderation.desk.wishes.DeskWishes`)."""

    def of(self, account: Account) -> Wish: ...
    def keep(self, account: Account, wish: Wish) -> None: ...


class SignsOff(Protocol):
    """What the person decides (`moderation.desk.her_decision.SignOff`)."""

    def approve(
        self, account: Account, render_id: str, sealed_sha256: str, version: int | None = None, *, word: Word = None
    ) -> Row: ...
    def refuse(
        self, account: Account, render_id: str, reason_code: str, note: str = "", version: int | None = None, *, word: Word = None
    ) -> Row: ...
    def ask_change(
        self, account: Account, render_id: str, note: str, version: int | None = None, *, word: Word = None
    ) -> Row: ...
    def undo(self, account: Account, render_id: str, version: int | None = None, *, word: Word = None) -> Row: ...


class TakesBack(Protocol):
    """How she takes permission back (`moderation.rights.rights.Rights`)."""

    def foresee(self, account: Account, scope: str, subject_id: str) -> Foreseen: ...
    def revoke(self, account: Account, scope: str, subject_id: str, reason: str, *, word: Word = None) -> TakenBack: ...
    def withdraw_image(self, account: Account, render_id: str, reason: str = "", *, word: Word = None) -> Row: ...


@dataclass(frozen=True)
class DeskPorts:
    """What the review desk calls; `references` are those this account may look at for an image, `now` gives aware UTC times."""

    header: Header
    reads: Reads
    references: Callable[[Account, str], Sequence[Reference]]
    reviews: Reviews
    remarks: Remarks
    figures: Callable[[Account], Figures]
    wishes: Wishes
    now: Callable[[], datetime]


@dataclass(frozen=True)
class HerPorts:
    """What her page calls; `now` gives aware UTC times, `taken` what she took back and who answered, as HTML."""

    header: Header
    reads: Reads
    signs: SignsOff
    rights: TakesBack
    agreements: Callable[[Account], Sequence[Agreement]]
    share: Callable[[Account, str], Share]
    payments: Callable[[Account], Sequence[Payment]]
    key: Callable[[Account], KeyStanding]
    now: Callable[[], datetime]
    taken: Callable[[Account], str] = lambda _: ""
