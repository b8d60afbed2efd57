"""The review desk's left side: the list of what waits, several to refuse at once, and how images are shown."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from moderation.pages.desk_bar import REASONS
from moderation.pages.leaf import leaf

WISHES = [("Blur", "blur"), ("Greyscale", "grey")]
KEYS = """<dialog id="keys-dialog" aria-label="Keys"><h2>Keys</h2><dl class="ts-facts">
<div><dt><kbd>J</kbd> <kbd>K</kbd></dt><dd>next, previous image</dd></div>
<div><dt><kbd>A</kbd></dt><dd>pass on to her</dd></div>
<div><dt><kbd>R</kbd></dt><dd>refuse: opens the reasons; once one is chosen, refuses</dd></div>
<div><dt><kbd>1</kbd>–<kbd>9</kbd></dt><dd>choose the reason, or what you think</dd></div>
<div><dt><kbd>U</kbd></dt><dd>undo your last decision</dd></div>
<div><dt><kbd>E</kbd></dt><dd>leave it to a second pair of eyes</dd></div>
<div><dt><kbd>C</kbd></dt><dd>comment</dd></div>
<div><dt><kbd>S</kbd></dt><dd>skip</dd></div>
<div><dt><kbd>Ctrl</kbd> <kbd>Enter</kbd></dt><dd>while typing: send what you wrote</dd></div>
<div><dt><kbd>Esc</kbd></dt><dd>while typing: leave the field, so that keys work again</dd></div>
<div><dt><kbd>N</kbd> <kbd>P</kbd></dt><dd>next, previous reference</dd></div>
<div><dt><kbd>L</kbd></dt><dd>larger reference</dd></div>
<div><dt><kbd>F</kbd></dt><dd>show what the next finding points at</dd></div>
<div><dt><kbd>M</kbd></dt><dd>map of a suspected blend</dd></div>
<div><dt><kbd>X</kbd></dt><dd>picture without drawings</dd></div>
<div><dt><kbd>B</kbd> <kbd>G</kbd></dt><dd>blur, greyscale</dd></div>
<div><dt><kbd>?</kbd></dt><dd>these keys</dd></div></dl>
<p class="ts-quiet">No key does anything while you type.</p><form method="dialog"><button>Close</button></form></dialog>
<div class="ts-wishes"><button type="button" id="bare" data-wish="bare" aria-pressed="false">No drawings</button>
<button type="button" data-wish="keys">Keys <kbd>?</kbd></button></div>"""


@dataclass(frozen=True)
class Side:
    """The left side's components; `many` is a panel that stands in the list's place while it is open."""

    count: Any
    queue: Any
    queue_style: Any
    open_many: Any
    many_panel: Any
    many: Any
    many_style: Any
    many_reason: Any
    many_note: Any
    refuse_many: Any
    close_many: Any
    wishes: Any

    @property
    def shown(self) -> list[Any]:
        """What a change of the list changes."""
        return [self.count, self.queue, self.queue_style, self.open_many, self.wishes]

    @property
    def ticking(self) -> list[Any]:
        """What opening, using and closing the panel changes."""
        return [self.many_panel, self.many, self.many_style, self.many_reason, self.many_note]


def build_side() -> Side:
    """Lay it out."""
    made: dict[str, Any] = {"count": leaf("queue-count")}
    made["queue"] = gr.Radio([], label="Waiting images", elem_id="queue", elem_classes="ts-queue", visible=False)
    made["queue_style"] = leaf("queue-style", classes="ts-style")
    made["open_many"] = gr.Button("Refuse several …", elem_id="open-many", size="sm", visible=False)
    with gr.Column(elem_id="many-panel", visible=False) as made["many_panel"]:
        made["many"] = gr.CheckboxGroup([], label="Which of these?", elem_id="many", elem_classes="ts-queue ts-ticked")
        made["many_style"] = leaf("many-style", classes="ts-style")
        made["many_reason"] = gr.Radio(REASONS, label="Why not?", elem_id="many-reason", elem_classes="ts-options ts-stacked")
        made["many_note"] = gr.Textbox(label="Note for their makers", elem_id="many-note", lines=1, max_length=2000)
        with gr.Row(elem_classes="ts-thumb"):
            made["refuse_many"] = gr.Button("Refuse the ticked", variant="stop", elem_id="refuse-many", min_width=140)
            made["close_many"] = gr.Button("Close", elem_id="close-many", min_width=80)
    made["wishes"] = gr.CheckboxGroup(WISHES, label="Show images", elem_id="wishes", elem_classes="ts-options")
    leaf("keys", KEYS)
    return Side(**made)
