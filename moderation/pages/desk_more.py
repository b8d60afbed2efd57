"""The review desk's rarer acts: second pairs of eyes, comments, undo, several refusals at once, and how images are shown."""

from dataclasses import dataclass

import gradio as gr

from moderation.access.account import Account
from moderation.desk.wishes import Wish
from moderation.errors import BadRequest, ClaimHeld, IllegalMove, NotFound, NotYours
from moderation.pages import queue
from moderation.pages.desk_acts import DeskActs, Held, Updates


@dataclass(frozen=True)
class MoreActs:
    """Events beside those of `DeskActs`, on the same page."""

    desk: DeskActs

    def open_reasons(self, _: Account, held: Held) -> Updates:
        """Show the reasons for a no."""
        return self._only(0, held)

    def open_second(self, _: Account, held: Held) -> Updates:
        """Ask what this moderator thinks, before the image is left to another."""
        return self._only(1, held)

    def open_comment(self, _: Account, held: Held) -> Updates:
        """Show the field for a comment."""
        return self._only(2, held)

    def escalate(self, account: Account, held: Held, skipped: list[str], leaning: str | None, note: str) -> Updates:
        """Leave the image to another moderator, and open the next."""
        if "render_id" not in held:
            return self.desk.next(account, skipped)
        reviews = self.desk.ports.reviews
        reviews.escalate(account, held["render_id"], held["version"], leaning or "", (note or "").strip(), held["token"])
        gr.Success("Another moderator reads what you think, and decides.", title="Left to another", duration=3)
        return {self.desk.parts.header: self.desk.ports.header(account), **self.desk.next(account, skipped)}

    def comment(self, account: Account, held: Held, words: str, audience: str | None) -> Updates:
        """Say something beside the image on the stage."""
        if "render_id" not in held:
            raise NotFound("No image is open.")
        ports, parts, render_id = self.desk.ports, self.desk.parts, held["render_id"]
        ports.remarks.say(account, render_id, words or "", audience=audience or "desk")
        comments = ports.remarks.of(account, render_id)
        gr.Success("It stands beside the image.", title="Said", duration=2)
        return {
            parts.words: queue.case_words(ports.reads.story(account, render_id), comments, ports.now()),
            parts.held: {**held, "comments": len(comments)},
            parts.bar.remark: "",
            parts.bar.talk: gr.update(visible=False),
        }

    def undo(self, account: Account, held: Held, skipped: list[str]) -> Updates:
        """Take the last decision back that the page shows, and open its image again."""
        last = held.get("last")
        if not last:
            raise IllegalMove("There is no decision of yours to take back.")
        ports, desk = self.desk.ports, self.desk
        ports.reviews.undo(account, last["render_id"], last["version"])
        gr.Success("The image waits for a moderator again.", title="Taken back", duration=3)
        head = {desk.parts.header: ports.header(account)}
        try:
            claim = desk.take(account, last["render_id"], held)
        except (ClaimHeld, IllegalMove, NotYours) as other:
            return {**head, **desk.next(account, skipped, str(other))}
        return {**head, **desk.open(account, claim, skipped)}

    def wish(self, account: Account, wishes: list[str] | None) -> None:
        """Keep how this moderator likes to look at images."""
        chosen = wishes or []
        self.desk.ports.wishes.keep(account, Wish("blur" in chosen, "grey" in chosen))

    def list_many(self, account: Account) -> Updates:
        """Show what can be refused together, as it is at this moment: what nobody holds and nobody wrote a word about."""
        ports, side = self.desk.ports, self.desk.parts.side
        free = [
            c for c in ports.reads.queue_for(account) if c.claimed_by in (None, account.id) and not (c.escalated_by or c.appealed)
        ]
        names = queue.queue_choices(free, ports.now(), account.id)
        choices = [(name, f"{card.render_id}@{card.version}") for (name, _), card in zip(names, free, strict=True)]
        return {
            side.many_panel: gr.update(visible=True),
            side.many: gr.update(choices=choices, value=[]),
            side.many_style: queue.many_style(free, ports.now()),
            side.many_reason: None,
            side.many_note: "",
        }

    def refuse_many(
        self, account: Account, held: Held, skipped: list[str], ticked: list[str] | None, reason: str | None, note: str
    ) -> Updates:
        """Refuse what is ticked for one reason, say what was left alone and why, and go on."""
        desk = self.desk
        chosen = [_chosen(one) for one in ticked or []]
        answers = desk.ports.reviews.refuse_many(account, chosen, reason, (note or "").strip())
        left = [why for why in answers.values() if why]
        gr.Success(f"{len(answers) - len(left)} of {len(answers)} images. Their makers read why.", title="Refused", duration=4)
        said = f"{len(left)} left alone: {' '.join(dict.fromkeys(left))}" if left else ""
        head = {desk.parts.header: desk.ports.header(account), **self.close_many(account)}
        if answers.get(held.get("render_id", ""), "not among them"):
            return {**head, **desk.list(account, skipped, {**held, "seen": None}), desk.parts.said: queue.told(said)}
        return {**head, **desk.next(account, skipped, said)}

    def close_many(self, _: Account) -> Updates:
        """Go back to the list."""
        side = self.desk.parts.side
        return {side.many_panel: gr.update(visible=False), side.many: gr.update(choices=[], value=[]), side.many_style: ""}

    def _only(self, place: int, held: Held) -> Updates:
        """One panel is open, and only beside an image."""
        panels = self.desk.parts.bar.panels
        return {panel: gr.update(visible=at == place and "render_id" in held) for at, panel in enumerate(panels)}


def _chosen(ticked: str) -> tuple[str, int]:
    """The image and the version that a ticked row stands for."""
    render_id, _, version = str(ticked).rpartition("@")
    if not render_id or not version.isdecimal() or len(version) > 9:
        raise BadRequest("Choose the images again.")
    return render_id, int(version)
