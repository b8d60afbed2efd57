"""The review desk's bar: what is done with the image on the stage, and the panels that ask for the rest."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from moderation.desk.signoff import REASON_WORDS

REASONS = [(f"{number} {words}", reason.value) for number, (reason, words) in enumerate(REASON_WORDS.items(), 1)]
LEANINGS = [("1 I would pass it on", "pass"), ("2 I would refuse it", "refuse"), ("3 I cannot tell", "unsure")]
AUDIENCES = [("Moderators only", "desk"), ("Its maker too", "maker")]


@dataclass(frozen=True)
class Bar:
    """The bar's components; `reasons`, `second` and `talk` are panels of which at most one is open."""

    bar: Any
    passing: Any
    opening: Any
    asking: Any
    talking: Any
    skip: Any
    reasons: Any
    reason: Any
    note: Any
    refuse: Any
    second: Any
    leaning: Any
    second_note: Any
    escalate: Any
    talk: Any
    remark: Any
    audience: Any
    say: Any

    @property
    def panels(self) -> list[Any]:
        """What opening one panel closes of the others."""
        return [self.reasons, self.second, self.talk]

    @property
    def shown(self) -> list[Any]:
        """What opening an image changes."""
        return [
            self.bar,
            self.asking,
            *self.panels,
            self.reason,
            self.note,
            self.leaning,
            self.second_note,
            self.remark,
            self.audience,
        ]


def build_bar() -> Bar:
    """Lay it out."""
    made: dict[str, Any] = {}
    with gr.Column(elem_id="decide", visible=False) as made["bar"]:
        with gr.Row(elem_id="decide-bar"):
            made["passing"] = gr.Button("Pass on", variant="primary", elem_id="pass", min_width=110)
            made["opening"] = gr.Button("Refuse", elem_id="open-refuse", min_width=105)
            made["asking"] = gr.Button("Ask another", elem_id="open-second", min_width=130)
            made["talking"] = gr.Button("Comment", elem_id="open-comment", min_width=115)
            made["skip"] = gr.Button("Skip", elem_id="skip", min_width=80)
        _reasons(made)
        _second(made)
        _talk(made)
    return Bar(**made)


def _reasons(made: dict[str, Any]) -> None:
    with gr.Column(elem_id="reasons", elem_classes="ts-panel", visible=False) as made["reasons"]:
        made["reason"] = gr.Radio(REASONS, label="Why not?", elem_id="reason", elem_classes="ts-options ts-stacked")
        with gr.Row(elem_classes="ts-say"):
            made["note"] = gr.Textbox(label="Note for the maker", elem_id="note", lines=1, max_length=2000, scale=4)
            made["refuse"] = gr.Button("Refuse it", variant="stop", elem_id="refuse", scale=1, min_width=130)


def _second(made: dict[str, Any]) -> None:
    with gr.Column(elem_id="second", elem_classes="ts-panel", visible=False) as made["second"]:
        made["leaning"] = gr.Radio(
            LEANINGS, label="What do you think yourself?", elem_id="leaning", elem_classes="ts-options ts-stacked"
        )
        with gr.Row(elem_classes="ts-say"):
            made["second_note"] = gr.Textbox(
                label="What should the other moderator look at?", elem_id="second-note", lines=1, max_length=2000, scale=4
            )
            made["escalate"] = gr.Button("Leave it to another", variant="primary", elem_id="escalate", scale=1, min_width=170)


def _talk(made: dict[str, Any]) -> None:
    with gr.Column(elem_id="talk", elem_classes="ts-panel", visible=False) as made["talk"]:
        made["audience"] = gr.Radio(
            AUDIENCES, value="desk", label="Who reads it", elem_id="audience", elem_classes="ts-options ts-stacked"
        )
        with gr.Row(elem_classes="ts-say"):
            made["remark"] = gr.Textbox(label="Comment", elem_id="remark", lines=1, max_length=2000, scale=4)
            made["say"] = gr.Button("Say it", variant="primary", elem_id="say", scale=1, min_width=110)
