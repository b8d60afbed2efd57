"""The light table: one painted negative, developed as the tools stand, in the stage's place."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
from markupsafe import Markup

from twin.looks.relight import Difference, Proof
from twin.pages.markup import picture
from twin.pages.ports import ImageCard
from twin.pages.tools import leaf

FOLLOW = "(...tools) => window.followTable(...tools)"
"""Run in the browser with the twin, the words and every tool's value: the picture follows."""
RESTED = "(...values) => window.restedTable(values)"
"""Run in the browser before the words about a move are asked for: while a lamp moves on the table, they wait."""


@dataclass(frozen=True)
class Table:
    """The components of the light table; `stage` is what it takes the place of, `laid` the id of the image that lies on it."""

    stage: Any
    sheet: Any
    proof: Any
    title: Any
    moved: Any
    before: Any
    develop: Any
    reset: Any
    leave: Any
    laid: Any

    @property
    def shown(self) -> list[Any]:
        """What laying an image on the table may change."""
        return [self.stage, self.sheet, self.proof, self.title, self.moved, self.before, self.develop, self.laid]

    @property
    def leaving(self) -> dict[Any, Any]:
        """The stage again, the table empty."""
        return {self.stage: gr.update(visible=True), self.sheet: gr.update(visible=False), self.proof: "", self.laid: ""}


def build_table(stage: Any) -> Table:
    """Lay the table out, in the surrounding layout."""
    with gr.Row(elem_id="light-table", equal_height=False, visible=False) as sheet:
        with gr.Column(elem_id="table-picture", scale=3, min_width=300):
            proof = leaf("proof")
        with gr.Column(elem_id="table-words", scale=2, min_width=240):
            title = leaf("table-title")
            with gr.Column(elem_id="table-deeds"):
                develop = gr.Button("Develop as a new image", variant="primary", elem_id="develop", interactive=False)
                with gr.Row(elem_classes="ts-inline"):
                    reset = gr.Button("As painted", elem_id="as-painted", min_width=110)
                    leave = gr.Button("Leave the light table", elem_id="leave-table", min_width=150)
            moved = leaf("table-moved")
            before = leaf("table-before")
    return Table(stage, sheet, proof, title, moved, before, develop, reset, leave, gr.State(""))


def proof_picture(render_id: str, proof: Proof) -> Markup:
    """The development, inside the page itself: no link leads to it, and nothing keeps it. `light_table.js` lets it follow."""
    return Markup(
        '<figure class="ts-picture" data-negative="{}"><img src="data:image/jpeg;base64,{}"'
        ' alt="{}, developed as the tools stand, AI-generated"'
        ' width="384" height="480" decoding="sync">'
        '<figcaption><b>AI-generated</b> {} · a proof, kept nowhere <span role="alert" data-said></span></figcaption></figure>'
    ).format(render_id, b64encode(proof.jpeg).decode(), proof.twin_name, proof.twin_name)


def table_title(image: ImageCard) -> Markup:
    """Whose picture lies here, and what can be done."""
    return Markup(
        '<div class="ts-next"><h2>Light table <span class="ts-quiet">{} no. {}</span></h2>'
        "<p>Move the lamps, the exposure, the cloth’s colour and the backdrop: the picture follows. "
        "It becomes an image only when you develop it.</p></div>"
    ).format(image.twin_name, image.number)


def table_moved(found: Sequence[Difference]) -> Markup:
    """What stands otherwise than painted, and what of it this negative cannot follow."""
    followed = [one for one in found if one.developed]
    beyond = [one for one in found if not one.developed]
    list_ = Markup('<ul class="ts-moves" aria-label="Moved on the light table">{}</ul>').format(_moves(followed))
    still = Markup('<p class="ts-note">Everything stands as it was painted.</p>')
    needs = Markup(
        '<div class="ts-note" data-kind="wait"><b>Needs a new painting</b><ul class="ts-moves">{}</ul>Generate paints it.</div>'
    ).format(_moves(beyond))
    return (list_ if followed else still) + (needs if beyond else Markup(""))


def table_before(image: ImageCard) -> Markup:
    """The image as it was painted, small, to compare."""
    if not image.preview_url:
        return Markup("")
    return picture(image.preview_url, f"{image.twin_name} as painted, AI-generated", f"no. {image.number}, as painted")


def _moves(found: Sequence[Difference]) -> Markup:
    return Markup("").join(
        Markup("<li>{} <span>{} → <b>{}</b></span></li>").format(one.what.capitalize(), one.was, one.now) for one in found
    )
