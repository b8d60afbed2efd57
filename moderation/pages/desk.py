"""The review desk: a list by age, the image with what was found, and one bar to decide with."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from moderation.pages.desk_acts import DeskActs
from moderation.pages.ports import DeskPorts, Guard
from moderation.signoff import REASON_WORDS

DESK_HEAD = '<script src="/assets/theme/desk.js" defer></script>'
"""For the page's head: the desk's keys."""
QUIET = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
BUSY = {"show_progress": "hidden", "api_visibility": "private"}
KEYS = """<dialog id="keys-dialog" aria-label="Keys"><h2>Keys</h2><dl class="ts-facts">
<div><dt><kbd>J</kbd> <kbd>K</kbd></dt><dd>next, previous</dd></div><div><dt><kbd>A</kbd></dt><dd>pass on</dd></div>
<div><dt><kbd>R</kbd></dt><dd>refuse</dd></div><div><dt><kbd>1</kbd>–<kbd>9</kbd></dt><dd>choose the reason</dd></div>
<div><dt><kbd>S</kbd></dt><dd>skip</dd></div>
<div><dt><kbd>N</kbd> <kbd>P</kbd></dt><dd>next, previous reference</dd></div>
<div><dt><kbd>C</kbd></dt><dd>compare with a larger reference</dd></div>
<div><dt><kbd>F</kbd></dt><dd>show what the next finding points at</dd></div>
<div><dt><kbd>M</kbd></dt><dd>map of a suspected blend</dd></div>
<div><dt><kbd>X</kbd></dt><dd>picture without drawings</dd></div>
<div><dt><kbd>B</kbd> <kbd>G</kbd></dt><dd>blur, greyscale</dd></div>
<div><dt><kbd>?</kbd></dt><dd>these keys</dd></div></dl><form method="dialog"><button>Close</button></form></dialog>
<div class="ts-wishes"><button type="button" id="blur" data-wish="blur" aria-pressed="false">Blur</button>
<button type="button" id="grey" data-wish="grey" aria-pressed="false">Greyscale</button>
<button type="button" id="bare" data-wish="bare" aria-pressed="false">No drawings</button>
<button type="button" data-wish="keys">Keys <kbd>?</kbd></button></div>"""


@dataclass(frozen=True)
class DeskParts:
    """The components of the desk; `held` and `skipped` stay on the server."""

    header: Any
    count: Any
    queue: Any
    queue_style: Any
    picture: Any
    reference: Any
    words: Any
    said: Any
    bar: Any
    reasons: Any
    reason: Any
    note: Any
    held: Any
    skipped: Any

    @property
    def shown(self) -> list[Any]:
        """What opening an image may change."""
        return [
            *(
                self.header,
                self.count,
                self.queue,
                self.queue_style,
                self.picture,
                self.reference,
                self.words,
                self.said,
                self.bar,
            ),
            *(self.reasons, self.reason, self.note, self.held, self.skipped),
        ]


def leaf(elem_id: str, value: str = "", classes: str = "") -> Any:
    """A piece of our own HTML with a stable id."""
    return gr.HTML(value, elem_id=elem_id, elem_classes=["ts-leaf", *classes.split()], apply_default_css=False)


def build_desk(ports: DeskPorts, guard: Guard) -> Any:
    """Build the page's Blocks; every event runs through `guard`."""
    with gr.Blocks(title="Review desk · Twin Studio", analytics_enabled=False, fill_width=True) as page:
        header = leaf("header")
        with gr.Row(elem_id="desk", equal_height=False):
            with gr.Column(elem_id="desk-queue", scale=2, min_width=240):
                count = leaf("queue-count")
                queue = gr.Radio([], label="Waiting images", elem_id="queue", elem_classes="ts-queue", visible=False)
                style = leaf("queue-style", classes="ts-style")
                leaf("keys", KEYS)
            with gr.Column(elem_id="desk-stage", scale=5, min_width=320):
                said = leaf("said")
                picture = leaf("case")
                buttons, bar = _bar()
            with gr.Column(elem_id="desk-words", scale=3, min_width=280):
                reference = leaf("reference")
                words = leaf("case-words")
        parts = DeskParts(
            header, count, queue, style, picture, reference, words, said, **bar, held=gr.State({}), skipped=gr.State([])
        )
        _wire(page, guard, DeskActs(ports, parts), parts, buttons)
    return page


def _bar() -> tuple[dict[str, Any], dict[str, Any]]:
    """The buttons, and what they work on."""
    with gr.Column(elem_id="decide", visible=False) as bar:
        with gr.Row(elem_id="decide-bar"):
            passing = gr.Button("Pass on", variant="primary", elem_id="pass", min_width=120)
            opening = gr.Button("Refuse …", elem_id="open-refuse", min_width=110)
            skip = gr.Button("Skip", elem_id="skip", min_width=90)
        with gr.Column(elem_id="reasons", visible=False) as reasons:
            choices = [(f"{number} {words}", reason.value) for number, (reason, words) in enumerate(REASON_WORDS.items(), 1)]
            reason = gr.Radio(choices, label="Why not?", elem_id="reason", elem_classes="ts-options ts-stacked")
            with gr.Row(elem_id="reasons-say"):
                note = gr.Textbox(label="Note for the maker", elem_id="note", lines=1, max_length=2000, scale=4)
                refuse = gr.Button("Refuse it", variant="stop", elem_id="refuse", scale=1, min_width=130)
    buttons = {"pass": passing, "open": opening, "skip": skip, "refuse": refuse}
    return buttons, {"bar": bar, "reasons": reasons, "reason": reason, "note": note}


def _wire(page: Any, guard: Guard, acts: DeskActs, parts: DeskParts, buttons: dict[str, Any]) -> None:
    held = [parts.held, parts.skipped]
    page.load(guard(acts.enter), None, parts.shown, **QUIET)
    parts.queue.input(guard(acts.choose), [parts.queue, *held], parts.shown, **BUSY)
    buttons["pass"].click(guard(acts.pass_on), [*held, parts.note], parts.shown, **BUSY)
    buttons["refuse"].click(guard(acts.refuse), [*held, parts.reason, parts.note], parts.shown, **BUSY)
    buttons["skip"].click(guard(acts.skip), held, parts.shown, **BUSY)
    buttons["open"].click(guard(acts.open_reasons), parts.held, parts.reasons, **QUIET)
    gr.Timer(3).tick(guard(acts.tick), held, parts.shown, **QUIET)
    gr.Timer(60).tick(guard(acts.beat), held, parts.shown, **QUIET)
