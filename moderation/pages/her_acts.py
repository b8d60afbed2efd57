"""What each control of the person's page does: it calls one function and shows what then holds."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from moderation.access.account import Account
from moderation.desk.insight import Card
from moderation.desk.signoff import State
from moderation.errors import NotFound
from moderation.keys.her_word import Signed, Word, word_of
from moderation.pages import her_key, her_sheet, taking_back
from moderation.pages.her_parts import Book, Turn
from moderation.pages.ports import HerPorts

Updates = dict[Any, Any]
Case = dict[str, Any]
"""The image before her: render_id, version and sealed_sha256 as her page shows them, and those she left for later."""


@dataclass(frozen=True)
class HerActs:
    """The page's events over the given functions."""

    ports: HerPorts
    header: Any
    turn: Turn
    book: Book

    def enter(self, account: Account) -> Updates:
        """Show the head, the image that waits, and everything below."""
        return {self.header: self.ports.header(account), **self._turn(account, {}), **self._book(account, None)}

    def tick(self, account: Account, case: Case) -> Updates:
        """As time passes: the head, and a new image when none was before her or the one before her is gone."""
        waiting = self.ports.reads.waiting_for_her(account)
        here = (case.get("render_id"), case.get("version"))
        head = {self.header: self.ports.header(account)}
        if here in {(card.render_id, card.version) for card in waiting} or (here[0] is None and not waiting):
            return head
        return {**head, **self._turn(account, case), **self._book(account, None)}

    def approve(self, account: Account, case: Case, _allowed: list[str] | None = None, signed: str = "") -> Updates:
        """Approve exactly the image before her; which renditions she allows stands in what she signed."""
        self.ports.signs.approve(account, _here(case), case["sealed_sha256"], case["version"], word=word_of(signed))
        gr.Success("You can take that back until it is released.", title="Approved", duration=5)
        return self._after(account, case)

    def refuse(self, account: Account, case: Case, reason: str | None, note: str, signed: str = "") -> Updates:
        """Say no for good, with a reason."""
        word = word_of(signed)
        self.ports.signs.refuse(account, _here(case), reason or "", (note or "").strip(), case["version"], word=word)
        gr.Success(f"It can never be used. {_standing_behind(word)}", title="Refused", duration=5)
        return self._after(account, case)

    def ask_change(self, account: Account, case: Case, note: str, signed: str = "") -> Updates:
        """Ask for another image instead."""
        word = word_of(signed)
        self.ports.signs.ask_change(account, _here(case), (note or "").strip(), case["version"], word=word)
        gr.Success(f"They will read what you wish. {_standing_behind(word)}", title="Asked for", duration=5)
        return self._after(account, case)

    def later(self, account: Account, case: Case) -> Updates:
        """Look at the next image first."""
        return self._turn(account, {**case, "later": [*case.get("later", []), case.get("render_id")]})

    def open_no(self, _: Account) -> Updates:
        """Show the reasons for a no."""
        return {self.turn.no: gr.update(visible=True), self.turn.wish: gr.update(visible=False)}

    def open_wish(self, _: Account) -> Updates:
        """Show the field for a wish."""
        return {self.turn.wish: gr.update(visible=True), self.turn.no: gr.update(visible=False)}

    def pick(self, account: Account, picked: str | None) -> Updates:
        """Show one of her images, and what she can do with it."""
        return self._one(next((c for c in self.ports.reads.images_of_her(account) if c.render_id == picked), None))

    def undo(self, account: Account, picked: str | None, signed: str = "") -> Updates:
        """Take an approval back; the image waits for her again."""
        word = word_of(signed)
        self.ports.signs.undo(account, picked or "", word=word)
        gr.Success(f"It waits for your decision again. {_standing_behind(word)}", title="Taken back", duration=5)
        return {self.header: self.ports.header(account), **self._turn(account, {}), **self._book(account, picked)}

    def open_withdraw(self, account: Account, picked: str | None) -> Updates:
        """Say what taking an image back will do, and ask once more."""
        told = taking_back.foresight(self.ports.rights.foresee(account, "image", picked or ""))
        book = self.book
        return {book.sure_words: told, book.sure: gr.update(visible=True), book.withdraw: gr.update(visible=False)}

    def withdraw(self, account: Account, picked: str | None, signed: str = "") -> Updates:
        """Take one image back for good."""
        word = word_of(signed)
        self.ports.rights.withdraw_image(account, picked or "", word=word)
        gr.Success(f"It may not be used any more. {_standing_behind(word)}", title="Taken back", duration=5)
        return {self.header: self.ports.header(account), **self._turn(account, {}), **self._book(account, picked)}

    def foresee(self, account: Account, subject: str | None) -> Updates:
        """Say beforehand what taking back will do."""
        foreseen = self.ports.rights.foresee(account, *_subject(subject))
        whole = (subject or "").startswith(taking_back.EVERYTHING)
        return {
            self.book.foreseen: taking_back.foresight(foreseen),
            self.book.why: gr.update(visible=True),
            self.book.back_bar: gr.update(visible=True),
            self.book.revoke: gr.update(value=taking_back.TAKE_ALL if whole else taking_back.TAKE),
        }

    def foresee_everything(self, account: Account) -> Updates:
        """Choose the whole twin, and say beforehand what that will do; nothing is taken back yet."""
        choices = taking_back.revocable(self.ports.agreements(account), self.ports.now())
        whole = [value for _, value in choices if value.startswith(taking_back.EVERYTHING)]
        if not whole:
            raise NotFound("There is nothing left to take back.")
        return {self.book.subject: whole[0], **self.foresee(account, whole[0])}

    def forget(self, _: Account) -> Updates:
        """Another choice needs another look ahead."""
        hidden = gr.update(visible=False)
        return {self.book.foreseen: "", self.book.why: hidden, self.book.back_bar: hidden, self.book.revoke: gr.skip()}

    def leave(self, account: Account) -> Updates:
        """Take nothing back after all."""
        return {self.book.subject: None, **self.forget(account)}

    def revoke(self, account: Account, subject: str | None, why: str, signed: str = "") -> Updates:
        """Take an image, a licence, a consent or everything back."""
        taken = self.ports.rights.revoke(account, *_subject(subject), (why or "").strip(), word=word_of(signed))
        head = {self.header: self.ports.header(account), **self._turn(account, {}), **self._book(account, None)}
        return {**head, self.book.foreseen: taking_back.taken_words(taken)}

    def _after(self, account: Account, case: Case) -> Updates:
        return {
            self.header: self.ports.header(account),
            **self._turn(account, {"later": case.get("later", [])}),
            **self._book(account, case["render_id"]),
        }

    def _turn(self, account: Account, case: Case) -> Updates:
        """The oldest image that waits and was not left for later."""
        waiting = self.ports.reads.waiting_for_her(account)
        left = case.get("later", [])
        if all(one.render_id in left for one in waiting):
            left = []
        card = next((one for one in waiting if one.render_id not in left), None)
        turn = self.turn
        closed = {turn.no: gr.update(visible=False), turn.wish: gr.update(visible=False), turn.reason: None}
        blank = {
            **closed,
            turn.renditions: gr.update(value=[], visible=card is not None),
            turn.no_note: "",
            turn.wish_note: "",
            turn.later: gr.update(visible=len(waiting) > 1),
        }
        if card is None:
            made = len(self.ports.reads.images_of_her(account))
            return {
                **blank,
                turn.picture: her_sheet.nothing_waits(made),
                turn.words: "",
                turn.bar: gr.update(visible=False),
                turn.case: {},
            }
        place = (waiting.index(card) + 1, len(waiting))
        share = self.ports.share(account, card.render_id)
        return {
            **blank,
            turn.picture: her_sheet.her_picture(card),
            turn.words: her_sheet.turn_words(card, share, place, self.ports.now()),
            turn.bar: gr.update(visible=True),
            turn.case: {
                "render_id": card.render_id,
                "version": card.version,
                "sealed_sha256": card.sealed_sha256 or "",
                "later": left,
            },
        }

    def _book(self, account: Account, picked: str | None) -> Updates:
        """Everything below the image that waits."""
        cards = self.ports.reads.images_of_her(account)
        shown = her_sheet.shown_images(cards)
        decided = [card for card in shown if card.state != State.HER_TURN] or shown
        one = next((card for card in shown if card.render_id == picked), decided[0] if decided else None)
        agreements, now, book = self.ports.agreements(account), self.ports.now(), self.book
        choices = taking_back.revocable(agreements, now)
        return {
            book.mine: gr.update(
                choices=[(her_sheet.image_name(card), card.render_id) for card in shown],
                value=one.render_id if one else None,
                visible=bool(shown),
            ),
            book.mine_style: her_sheet.images_style(shown),
            **self._one(one),
            book.used: her_sheet.used_list(cards, now),
            book.money: her_sheet.money_list(self.ports.payments(account), now),
            book.key: her_key.key_words(self.ports.key(account), account.name, now),
            book.agreements: her_sheet.agreements_words(agreements, now),
            book.subject: gr.update(choices=choices, value=None, visible=bool(choices)),
            **dict.fromkeys((book.everything, book.foresee), gr.update(visible=bool(choices))),
            book.taken: self.ports.taken(account),
            **self.forget(account),
        }

    def _one(self, card: Card | None) -> Updates:
        book = self.book
        steps = card.steps if card else ()
        return {
            book.image: her_sheet.her_picture(card) if card else "",
            book.image_words: her_sheet.image_words(card, self.ports.now()) if card else her_sheet.NO_IMAGES,
            book.undo: gr.update(visible="undo" in steps),
            book.withdraw: gr.update(visible="withdraw" in steps),
            book.sure_words: "",
            book.sure: gr.update(visible=False),
        }


def _standing_behind(word: Word) -> str:
    return "Your key signed it." if isinstance(word, Signed) else "It was not signed: the records say so."


def _here(case: Case) -> str:
    if not case.get("render_id"):
        raise NotFound("No image waits for you.")
    return str(case["render_id"])


def _subject(chosen: str | None) -> tuple[str, str]:
    scope, _, subject_id = (chosen or "").partition(":")
    if not subject_id:
        raise gr.Error("Choose first what you want to take back.", print_exception=False)
    return scope, subject_id
