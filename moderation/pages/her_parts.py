"""The components of the person's page, laid out for a phone first."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from moderation.desk.signoff import HER_REASON_WORDS
from moderation.keys.her_word import Rendition
from moderation.pages.her_key import KEY_ACTS, KEY_BOXES, KEY_NOTE, SAID
from moderation.pages.leaf import leaf
from moderation.pages.taking_back import build_back

RENDITIONS = {Rendition.SMALLER: "Smaller copies of it", Rendition.CROPS: "Crops of it"}
"""What she may allow beyond the sealed file itself, in her words."""


@dataclass(frozen=True)
class Turn:
    """The image that waits for her, and what she can say to it."""

    picture: Any
    words: Any
    bar: Any
    approve: Any
    refuse: Any
    change: Any
    later: Any
    no: Any
    reason: Any
    no_note: Any
    say_no: Any
    wish: Any
    wish_note: Any
    say_wish: Any
    renditions: Any
    signed: Any
    case: Any

    @property
    def shown(self) -> list[Any]:
        """What opening an image may change."""
        return [
            self.picture,
            self.words,
            self.bar,
            self.later,
            self.no,
            self.reason,
            self.no_note,
            self.wish,
            self.wish_note,
            self.renditions,
            self.case,
        ]


@dataclass(frozen=True)
class Book:
    """Everything below: her images, where they are used, money, agreements, and taking back."""

    mine: Any
    mine_style: Any
    image: Any
    image_words: Any
    undo: Any
    withdraw: Any
    sure_words: Any
    sure: Any
    used: Any
    money: Any
    key: Any
    agreements: Any
    everything: Any
    subject: Any
    foresee: Any
    foreseen: Any
    why: Any
    back_bar: Any
    revoke: Any
    keep: Any
    taken: Any

    @property
    def ahead(self) -> list[Any]:
        """What looking ahead shows."""
        return [self.foreseen, self.why, self.back_bar, self.revoke]

    @property
    def shown(self) -> list[Any]:
        """What a decision may change."""
        return [
            *(self.mine, self.mine_style, self.image, self.image_words, self.undo, self.withdraw, self.sure_words, self.sure),
            *(
                self.used,
                self.money,
                self.key,
                self.agreements,
                self.subject,
                *self.ahead,
                self.everything,
                self.foresee,
                self.taken,
            ),
        ]


def build_turn() -> Turn:
    """One image, large; under it what she is asked, and a bar at the thumb."""
    with gr.Row(elem_id="turn", equal_height=False):
        with gr.Column(elem_id="turn-picture", scale=3, min_width=280):
            picture = leaf("case")
        with gr.Column(elem_id="turn-words", scale=2, min_width=280):
            words = leaf("case-words")
            renditions = gr.CheckboxGroup(
                [(words_of, one.value) for one, words_of in RENDITIONS.items()],
                label="Besides the picture as it is they may use",
                elem_id="renditions",
                elem_classes="ts-options",
                visible=False,
            )
            with gr.Column(elem_id="turn-bar", visible=False) as bar:
                leaf("key-note", KEY_NOTE)
                with gr.Row(elem_classes="ts-thumb"):
                    approve = gr.Button("Approve", variant="primary", elem_id="approve", min_width=100)
                    refuse = gr.Button("Refuse …", elem_id="open-refuse", min_width=90)
                with gr.Row(elem_classes="ts-thumb"):
                    change = gr.Button("Ask for a change …", elem_id="open-change", min_width=120, size="md")
                    later = gr.Button("Later", elem_id="later", min_width=80, size="md")
            said = {**_no(), **_wish()}
    buttons = {"approve": approve, "refuse": refuse, "change": change, "later": later}
    signed = gr.Textbox(visible=False, elem_id="signed")
    leaf("key-boxes", KEY_BOXES)
    state = {"renditions": renditions, "signed": signed, "case": gr.State({})}
    return Turn(picture=picture, words=words, bar=bar, **buttons, **said, **state)


def _no() -> dict[str, Any]:
    choices = [(words, reason.value) for reason, words in HER_REASON_WORDS.items()]
    with gr.Column(elem_id="no", visible=False) as no:
        leaf("no-final", "<p class='ts-note' data-kind='stop'>A no is final: this image can then never be used.</p>")
        reason = gr.Radio(choices, label="Why not?", elem_id="reason", elem_classes="ts-options ts-stacked")
        no_note = gr.Textbox(label="What you want to say about it", elem_id="no-note", lines=2, max_length=2000)
        say_no = gr.Button("Refuse for good", variant="stop", elem_id="refuse")
    return {"no": no, "reason": reason, "no_note": no_note, "say_no": say_no}


def _wish() -> dict[str, Any]:
    with gr.Column(elem_id="wish", visible=False) as wish:
        wish_note = gr.Textbox(
            label="What should be different?",
            placeholder="Less smile, and the light softer.",
            elem_id="wish-note",
            lines=3,
            max_length=2000,
        )
        say_wish = gr.Button("Ask for it", variant="primary", elem_id="ask-change")
    return {"wish": wish, "wish_note": wish_note, "say_wish": say_wish}


def build_book() -> Book:
    """Her images, use, money and agreements, each behind its own fold."""
    with gr.Accordion("Your images", open=True, elem_id="book-images", elem_classes="ts-section"):
        images = _images()
    with gr.Accordion("Where you are shown", open=False, elem_id="book-used", elem_classes="ts-section"):
        used = leaf("used")
    with gr.Accordion("Your money", open=False, elem_id="book-money", elem_classes="ts-section"):
        money = leaf("money")
    with gr.Accordion("Your key", open=False, elem_id="book-key", elem_classes="ts-section"):
        key = leaf("key-words")
        leaf("key-acts", KEY_ACTS)
    with gr.Accordion("What you agreed to", open=False, elem_id="book-agreements", elem_classes="ts-section"):
        agreements = leaf("agreements")
    with gr.Accordion("Take back", open=False, elem_id="book-back", elem_classes="ts-section"):
        back = build_back()
    return Book(**images, used=used, money=money, key=key, agreements=agreements, **back)


def _images() -> dict[str, Any]:
    mine = gr.Radio([], label="Your images", elem_id="mine", elem_classes="ts-film", visible=False)
    style = leaf("mine-style", classes="ts-style")
    with gr.Row(elem_id="mine-one", equal_height=False):
        with gr.Column(scale=2, min_width=220):
            image = leaf("mine-picture")
        with gr.Column(scale=3, min_width=260):
            words = leaf("mine-words")
            undo = gr.Button("Take my approval back", elem_id="undo", visible=False)
            withdraw = gr.Button("Take this image back …", variant="stop", elem_id="withdraw", visible=False)
            sure_words = leaf("withdraw-words")
            sure = gr.Button("Yes, take it back for good", variant="stop", elem_id="withdraw-sure", visible=False)
            leaf("mine-said", SAID)
    return {
        "mine": mine,
        "mine_style": style,
        "image": image,
        "image_words": words,
        "undo": undo,
        "withdraw": withdraw,
        "sure_words": sure_words,
        "sure": sure,
    }
