"""What each control of the review desk does: it calls one function of the desk and opens what comes next."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import gradio as gr

from moderation.access.account import Account
from moderation.desk.insight import Card
from moderation.desk.moves import Row
from moderation.desk.signoff import State
from moderation.desk.wishes import Wish
from moderation.errors import ClaimHeld, IllegalMove, NotFound
from moderation.pages import queue
from moderation.pages.comparison import comparison
from moderation.pages.markup import note
from moderation.pages.ports import DeskPorts

if TYPE_CHECKING:
    from moderation.pages.desk import DeskParts

Updates = dict[Any, Any]
Held = dict[str, Any]
"""The image on the stage (render_id, version, the claim's token, how many comments it has), the list as last shown (seen) and
the decision that can be taken back (last); it never leaves the server."""


@dataclass(frozen=True)
class DeskActs:
    """The page's events over the given desk."""

    ports: DeskPorts
    parts: "DeskParts"

    def enter(self, account: Account) -> Updates:
        """Show the head and open the oldest image that is free, as this moderator likes to look at it."""
        wishes = wished(self.ports.wishes.of(account))
        return {
            self.parts.header: self.ports.header(account),
            **self.next(account, []),
            self.parts.side.wishes: gr.update(value=wishes),
        }

    def choose(self, account: Account, render_id: str | None, held: Held, skipped: list[str]) -> Updates:
        """Open the image that was chosen from the list, and give the other one back."""
        if not render_id or render_id == held.get("render_id"):
            return self.list(account, skipped, held)
        return self.open(account, self.take(account, render_id, held), skipped)

    def take(self, account: Account, render_id: str, held: Held) -> Row:
        """Claim an image, and give back the one on the stage."""
        claim = self.ports.reviews.claim(account, render_id)
        if held.get("render_id") not in (None, render_id):
            self.ports.reviews.let_go(account, held["render_id"], held["token"])
        return claim

    def skip(self, account: Account, held: Held, skipped: list[str]) -> Updates:
        """Give the image back and open the next; when all were skipped, begin anew."""
        if "render_id" not in held:
            return self.next(account, [])
        self.ports.reviews.let_go(account, held["render_id"], held["token"])
        return self.next(account, [*skipped, held["render_id"]])

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
            return {**head, **self.next(account, skipped)}
        try:
            self.ports.reviews.beat(account, held["render_id"], held["token"])
        except ClaimHeld as lost:
            return {**head, **self.next(account, skipped, str(lost))}
        return head

    def tick(self, account: Account, held: Held, skipped: list[str]) -> Updates:
        """As time passes: show what others did and said, and open an image when the stage is empty."""
        cards = self.ports.reads.queue_for(account)
        if "render_id" not in held:
            free = any(card.claimed_by in (None, account.id) for card in cards)
            return self.next(account, skipped) if free else self.list(account, skipped, held, cards)
        gone = self._taken(account, held)
        if gone:
            return self.next(account, skipped, gone)
        heard = self._heard(account, held)
        if heard:
            held = {**held, "comments": heard.pop("comments"), "seen": None}
        return {**self.list(account, skipped, held, cards), **heard}

    def _taken(self, account: Account, held: Held) -> str:
        """What happened to the image on the stage meanwhile; empty when nothing did."""
        try:
            card = self.ports.reads.card(account, held["render_id"])
        except NotFound:
            return "The image that was here is gone."
        if card.state != State.IN_REVIEW or card.version != held["version"]:
            return f"The image of {card.twin_name} that was here is now “{card.state}”: somebody else decided."
        return ""

    def _heard(self, account: Account, held: Held) -> Updates:
        """The words beside the image and how many comments it has, when somebody commented on it."""
        comments = self.ports.remarks.of(account, held["render_id"])
        if len(comments) == held.get("comments"):
            return {}
        story = self.ports.reads.story(account, held["render_id"])
        return {self.parts.words: queue.case_words(story, comments, self.ports.now()), "comments": len(comments)}

    def _decide(self, account: Account, held: Held, skipped: list[str], choice: str, reason: str | None, words: str) -> Updates:
        if "render_id" not in held:
            return self.next(account, skipped)
        self.ports.reviews.review(
            account, held["render_id"], held["version"], choice, reason, (words or "").strip(), held["token"]
        )
        gr.Success(
            "The person in it decides now." if choice == "pass" else "Its maker reads why.",
            title="Passed on" if choice == "pass" else "Refused",
            duration=3,
        )
        return {self.parts.header: self.ports.header(account), **self.next(account, skipped)}

    def next(self, account: Account, skipped: list[str], said: str = "") -> Updates:
        """Open the oldest image that is free, or show that nothing is."""
        claim = self.ports.reviews.claim_next(account, skipped)
        if claim is None and skipped:
            skipped, claim = [], self.ports.reviews.claim_next(account)
        if claim is not None:
            return self.open(account, claim, skipped, said)
        cards = self.ports.reads.queue_for(account)
        parts = self.parts
        return {
            **self.list(account, skipped, {}, cards),
            parts.picture: queue.idle_stage(cards),
            parts.reference: "",
            parts.words: "",
            parts.said: note(said, aloud=True),
            **self._blank(visible=False),
        }

    def open(self, account: Account, claim: Row, skipped: list[str], said: str = "") -> Updates:
        """Put a claimed image on the stage."""
        try:
            story = self.ports.reads.story(account, claim["render_id"])
        except (NotFound, IllegalMove):
            return self.next(account, [*skipped, claim["render_id"]], said)
        comments = self.ports.remarks.of(account, claim["render_id"])
        held = {
            "render_id": claim["render_id"],
            "version": story.card.version,
            "token": claim["token"],
            "comments": len(comments),
        }
        parts = self.parts
        return {
            **self.list(account, skipped, held),
            parts.picture: queue.case_picture(story),
            parts.reference: comparison(story, self.ports.references(account, claim["render_id"])),
            parts.words: queue.case_words(story, comments, self.ports.now()),
            parts.said: note(said, aloud=True),
            **self._blank(visible=True),
            parts.bar.asking: gr.update(visible=story.card.escalated_by is None),
        }

    def list(self, account: Account, skipped: list[str], held: Held, cards: tuple[Card, ...] | None = None) -> Updates:
        """The list as it is now; nothing of it is touched when it is what the page shows, so that the focus stays."""
        shown = self.ports.reads.queue_for(account) if cards is None else cards
        last = next(iter(self.ports.reviews.undoable(account)), None)
        now, parts, side = self.ports.now(), self.parts, self.parts.side
        choices = queue.queue_choices(shown, now, account.id)
        seen = (choices, held.get("render_id"), last and last["id"])
        if held.get("seen") == seen:
            return {parts.held: gr.skip()}
        return {
            side.count: queue.queue_count(shown, self.ports.figures(account), now),
            side.queue: gr.update(choices=choices, value=held.get("render_id"), visible=bool(shown)),
            side.queue_style: queue.queue_style(shown, now, account.id),
            side.open_many: gr.update(visible=len(shown) > 1),
            parts.undo_bar: gr.update(visible=last is not None),
            parts.undo_words: queue.last_words(last),
            parts.held: {**held, "seen": seen, "last": last},
            parts.skipped: skipped,
        }

    def _blank(self, *, visible: bool) -> Updates:
        bar = self.parts.bar
        return {
            bar.bar: gr.update(visible=visible),
            **{panel: gr.update(visible=False) for panel in bar.panels},
            **{bar.reason: None, bar.note: "", bar.leaning: None, bar.second_note: "", bar.remark: "", bar.audience: "desk"},
        }


def wished(wish: Wish) -> list[str]:
    """What is ticked for a wish."""
    return [name for name, on in (("blur", wish.blur), ("grey", wish.grey)) if on]
