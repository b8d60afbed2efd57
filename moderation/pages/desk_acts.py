"""What each control of the review desk does: it calls one function of the desk and opens what comes next."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import gradio as gr

from moderation.access.account import Account
from moderation.desk_moves import Row
from moderation.errors import ClaimHeld, IllegalMove, NotFound
from moderation.insight import Card
from moderation.pages import queue
from moderation.pages.comparison import comparison
from moderation.pages.markup import note
from moderation.pages.ports import DeskPorts
from moderation.signoff import State

if TYPE_CHECKING:
    from moderation.pages.desk import DeskParts

Updates = dict[Any, Any]
Held = dict[str, Any]
"""The image on the stage (render_id, version, the claim's token), and the list as last shown; it never leaves the server."""


@dataclass(frozen=True)
class DeskActs:
    """The page's events over the given desk."""

    ports: DeskPorts
    parts: "DeskParts"

    def enter(self, account: Account) -> Updates:
        """Show the head and open the oldest image that is free."""
        return {self.parts.header: self.ports.header(account), **self._next(account, [])}

    def choose(self, account: Account, render_id: str | None, held: Held, skipped: list[str]) -> Updates:
        """Open the image that was chosen from the list, and give the other one back."""
        if not render_id or render_id == held.get("render_id"):
            return self._list(account, skipped, held)
        claim = self.ports.reviews.claim(account, render_id)
        if "render_id" in held:
            self.ports.reviews.let_go(account, held["render_id"], held["token"])
        return self._open(account, claim, skipped)

    def skip(self, account: Account, held: Held, skipped: list[str]) -> Updates:
        """Give the image back and open the next; when all were skipped, begin anew."""
        if "render_id" not in held:
            return self._next(account, [])
        self.ports.reviews.let_go(account, held["render_id"], held["token"])
        return self._next(account, [*skipped, held["render_id"]])

    def open_reasons(self, _: Account, held: Held) -> Updates:
        """Show the reasons for a no."""
        return {self.parts.reasons: gr.update(visible="render_id" in held)}

    def pass_on(self, account: Account, held: Held, skipped: list[str], words: str) -> Updates:
        """Pass the image on to the person in it, and open the next."""
        return self._decide(account, held, skipped, "pass", None, words)

    def refuse(self, account: Account, held: Held, skipped: list[str], reason: str | None, words: str) -> Updates:
        """Refuse the image with a reason, and open the next."""
        return self._decide(account, held, skipped, "refuse", reason, words)

    def beat(self, account: Account, held: Held, skipped: list[str]) -> Updates:
        """Hold the image a little longer while the page is open; say so when it is lost."""
        head = {self.parts.header: self.ports.header(account)}
        if "render_id" not in held:
            return {**head, **self._next(account, skipped)}
        try:
            self.ports.reviews.beat(account, held["render_id"], held["token"])
        except ClaimHeld as lost:
            return {**head, **self._next(account, skipped, str(lost))}
        return head

    def tick(self, account: Account, held: Held, skipped: list[str]) -> Updates:
        """As time passes: show what others did, and open an image when the stage is empty."""
        cards = self.ports.reads.queue_for(account)
        if "render_id" not in held:
            free = any(card.claimed_by in (None, account.id) for card in cards)
            return self._next(account, skipped) if free else self._list(account, skipped, held, cards)
        gone = self._taken(account, held)
        return self._next(account, skipped, gone) if gone else self._list(account, skipped, held, cards)

    def _taken(self, account: Account, held: Held) -> str:
        """What happened to the image on the stage meanwhile; empty when nothing did."""
        try:
            card = self.ports.reads.card(account, held["render_id"])
        except NotFound:
            return "The image that was here is gone."
        if card.state != State.IN_REVIEW or card.version != held["version"]:
            return f"The image of {card.twin_name} that was here is now “{card.state}”: somebody else decided."
        return ""

    def _decide(self, account: Account, held: Held, skipped: list[str], choice: str, reason: str | None, words: str) -> Updates:
        if "render_id" not in held:
            return self._next(account, skipped)
        self.ports.reviews.review(
            account, held["render_id"], held["version"], choice, reason, (words or "").strip(), held["token"]
        )
        gr.Success(
            "The person in it decides now." if choice == "pass" else "Its maker reads why.",
            title="Passed on" if choice == "pass" else "Refused",
            duration=3,
        )
        return {self.parts.header: self.ports.header(account), **self._next(account, skipped)}

    def _next(self, account: Account, skipped: list[str], said: str = "") -> Updates:
        """Open the oldest image that is free, or show that nothing is."""
        claim = self.ports.reviews.claim_next(account, skipped)
        if claim is None and skipped:
            skipped, claim = [], self.ports.reviews.claim_next(account)
        if claim is not None:
            return self._open(account, claim, skipped, said)
        cards = self.ports.reads.queue_for(account)
        parts = self.parts
        return {
            **self._list(account, skipped, {}, cards),
            parts.picture: queue.idle_stage(cards),
            parts.reference: "",
            parts.words: "",
            parts.said: note(said, aloud=True),
            parts.bar: gr.update(visible=False),
            **self._blank(),
        }

    def _open(self, account: Account, claim: Row, skipped: list[str], said: str = "") -> Updates:
        """Put a claimed image on the stage."""
        try:
            story = self.ports.reads.story(account, claim["render_id"])
        except (NotFound, IllegalMove):
            return self._next(account, [*skipped, claim["render_id"]], said)
        held = {"render_id": claim["render_id"], "version": story.card.version, "token": claim["token"]}
        parts = self.parts
        return {
            **self._list(account, skipped, held),
            parts.picture: queue.case_picture(story),
            parts.reference: comparison(story, self.ports.references(account, claim["render_id"])),
            parts.words: queue.case_words(story, self.ports.now()),
            parts.said: note(said, aloud=True),
            parts.bar: gr.update(visible=True),
            **self._blank(),
        }

    def _list(self, account: Account, skipped: list[str], held: Held, cards: tuple[Card, ...] | None = None) -> Updates:
        """The list as it is now; nothing of it is touched when it is what the page shows, so that the focus stays."""
        shown = self.ports.reads.queue_for(account) if cards is None else cards
        now, parts = self.ports.now(), self.parts
        choices = queue.queue_choices(shown, now, account.id)
        seen = (choices, held.get("render_id"))
        if held.get("seen") == seen:
            return {parts.held: gr.skip()}
        return {
            parts.count: queue.queue_count(shown, now),
            parts.queue: gr.update(choices=choices, value=held.get("render_id"), visible=bool(shown)),
            parts.queue_style: queue.queue_style(shown, now, account.id),
            parts.held: {**held, "seen": seen},
            parts.skipped: skipped,
        }

    def _blank(self) -> Updates:
        parts = self.parts
        return {parts.reasons: gr.update(visible=False), parts.reason: None, parts.note: ""}
