"""The review desk: a list by age, the image with what was found, and one bar to decide with."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from moderation.pages.desk_acts import DeskActs
from moderation.pages.desk_bar import Bar, build_bar
from moderation.pages.desk_list import Side, build_side
from moderation.pages.desk_more import MoreActs
from moderation.pages.leaf import BUSY, QUIET, leaf
from moderation.pages.ports import DeskPorts, Guard

DESK_HEAD = '<script src="/assets/theme/desk.js" defer></script>'
"""For the page's head: the desk's keys."""


@dataclass(frozen=True)
class DeskParts:
    """The components of the desk; `held` and `skipped` stay on the server."""

    header: Any
    side: Side
    said: Any
    undo_bar: Any
    undo_words: Any
    undo: Any
    picture: Any
    bar: Bar
    reference: Any
    words: Any
    held: Any
    skipped: Any

    @property
    def shown(self) -> list[Any]:
        """What opening an image may change."""
        stage = [self.said, self.undo_bar, self.undo_words, self.picture, self.reference, self.words]
        return [self.header, *self.side.shown, *stage, *self.bar.shown, self.held, self.skipped]


def build_desk(ports: DeskPorts, guard: Guard) -> Any:
    """Build the page's Blocks; every event runs through `guard`."""
    made: dict[str, Any] = {}
    with gr.Blocks(title="Review desk · Twin Studio", analytics_enabled=False, fill_width=True) as page:
        made["header"] = leaf("header")
        with gr.Row(elem_id="desk", equal_height=False):
            with gr.Column(elem_id="desk-queue", scale=2, min_width=240):
                made["side"] = build_side()
            with gr.Column(elem_id="desk-stage", scale=5, min_width=320):
                made["said"] = leaf("said")
                with gr.Row(elem_id="undo-bar", visible=False) as made["undo_bar"]:
                    made["undo_words"] = leaf("undo-words")
                    made["undo"] = gr.Button("Undo", elem_id="undo", size="sm", min_width=90, scale=0)
                made["picture"] = leaf("case")
                made["bar"] = build_bar()
            with gr.Column(elem_id="desk-words", scale=3, min_width=280):
                made["reference"] = leaf("reference")
                made["words"] = leaf("case-words")
        parts = DeskParts(**made, held=gr.State({}), skipped=gr.State([]))
        acts = DeskActs(ports, parts)
        _wire(page, guard, acts)
        _wire_more(guard, MoreActs(acts))
    return page


def _wire(page: Any, guard: Guard, acts: DeskActs) -> None:
    parts, bar = acts.parts, acts.parts.bar
    held = [parts.held, parts.skipped]
    page.load(guard(acts.enter), None, parts.shown, **QUIET)
    parts.side.queue.input(guard(acts.choose), [parts.side.queue, *held], parts.shown, **BUSY)
    bar.passing.click(guard(acts.pass_on), [*held, bar.note], parts.shown, **BUSY)
    bar.refuse.click(guard(acts.refuse), [*held, bar.reason, bar.note], parts.shown, **BUSY)
    bar.skip.click(guard(acts.skip), held, parts.shown, **BUSY)
    gr.Timer(3).tick(guard(acts.tick), held, parts.shown, **QUIET)
    gr.Timer(60).tick(guard(acts.beat), held, parts.shown, **QUIET)


def _wire_more(guard: Guard, acts: MoreActs) -> None:
    parts, bar, side = acts.desk.parts, acts.desk.parts.bar, acts.desk.parts.side
    held = [parts.held, parts.skipped]
    bar.opening.click(guard(acts.open_reasons), parts.held, bar.panels, **QUIET)
    bar.asking.click(guard(acts.open_second), parts.held, bar.panels, **QUIET)
    bar.talking.click(guard(acts.open_comment), parts.held, bar.panels, **QUIET)
    bar.escalate.click(guard(acts.escalate), [*held, bar.leaning, bar.second_note], parts.shown, **BUSY)
    bar.say.click(guard(acts.comment), [parts.held, bar.remark, bar.audience], parts.shown, **BUSY)
    parts.undo.click(guard(acts.undo), held, parts.shown, **BUSY)
    side.wishes.input(guard(acts.wish), side.wishes, None, trigger_mode="always_last", **QUIET)
    side.open_many.click(guard(acts.list_many), None, side.ticking, **QUIET)
    ticked = [*held, side.many, side.many_reason, side.many_note]
    side.refuse_many.click(guard(acts.refuse_many), ticked, [*parts.shown, *side.ticking], **BUSY)
    side.close_many.click(guard(acts.close_many), None, side.ticking, **QUIET)
