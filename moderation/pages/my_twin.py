"""The person's page: one image at a time to decide on, then her images, money and agreements, and taking back."""

from typing import Any

import gradio as gr

from moderation.pages.her_acts import HerActs
from moderation.pages.her_key import signs
from moderation.pages.her_parts import build_book, build_turn
from moderation.pages.leaf import BUSY, QUIET, leaf
from moderation.pages.ports import Guard, HerPorts


def build_my_twin(ports: HerPorts, guard: Guard) -> Any:
    """Build the page's Blocks; every event runs through `guard`."""
    with gr.Blocks(title="My twin · Twin Studio", analytics_enabled=False, fill_width=True) as page:
        header = leaf("header")
        with gr.Column(elem_id="her"):
            turn, book = build_turn(), build_book()
        acts = HerActs(ports, header, turn, book)
        everything = [header, *turn.shown, *book.shown]
        page.load(guard(acts.enter), None, everything, **QUIET)
        gr.Timer(5).tick(guard(acts.tick), turn.case, everything, **QUIET)
        _wire_turn(guard, acts, everything)
        _wire_book(guard, acts, turn.signed, everything)
    return page


def _wire_turn(guard: Guard, acts: HerActs, everything: list[Any]) -> None:
    turn = acts.turn
    signed = turn.signed
    yes, no, wish = ([turn.case, *said, signed] for said in ([turn.renditions], [turn.reason, turn.no_note], [turn.wish_note]))
    turn.approve.click(guard(acts.approve), yes, everything, js=signs("approve"), **BUSY)
    turn.say_no.click(guard(acts.refuse), no, everything, js=signs("refuse"), **BUSY)
    turn.say_wish.click(guard(acts.ask_change), wish, everything, js=signs("change"), **BUSY)
    turn.later.click(guard(acts.later), turn.case, turn.shown, **QUIET)
    turn.refuse.click(guard(acts.open_no), None, [turn.no, turn.wish], **QUIET)
    turn.change.click(guard(acts.open_wish), None, [turn.no, turn.wish], **QUIET)


def _wire_book(guard: Guard, acts: HerActs, signed: Any, everything: list[Any]) -> None:
    book = acts.book
    asked = [book.sure_words, book.sure, book.withdraw]
    one = [book.image, book.image_words, book.undo, *asked]
    book.mine.input(guard(acts.pick), book.mine, one, **QUIET)
    book.undo.click(guard(acts.undo), [book.mine, signed], everything, js=signs("undo"), **BUSY)
    book.withdraw.click(guard(acts.open_withdraw), book.mine, asked, **QUIET)
    book.sure.click(guard(acts.withdraw), [book.mine, signed], everything, js=signs("withdraw"), **BUSY)
    book.subject.input(guard(acts.forget), None, book.ahead, **QUIET)
    book.foresee.click(guard(acts.foresee), book.subject, book.ahead, **QUIET)
    book.everything.click(guard(acts.foresee_everything), None, [book.subject, *book.ahead], **QUIET)
    book.keep.click(guard(acts.leave), None, [book.subject, *book.ahead], **QUIET)
    book.revoke.click(guard(acts.revoke), [book.subject, book.why, signed], everything, js=signs("revoke"), **BUSY)
