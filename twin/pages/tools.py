"""The tools beside the stage, in the order of a shoot: twin, look, pose, light, wardrobe and backdrop, and a fold."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from twin.looks.look import BROWS, EXPOSURE, KELVIN, LAMPS, PITCH, ROLL, SMILE, SQUINT, STRENGTH, YAW, Light, Span
from twin.pages import cards
from twin.pages.form import FIELDS
from twin.pages.lightplan import light_plan
from twin.pages.ports import Studio

Widget = Any
"""A gradio component; gradio ships no types."""

POSE = (
    ("yaw", "Turn (°, right is positive)", YAW, 1),
    ("pitch", "Nod (°, down is positive)", PITCH, 1),
    ("roll", "Tilt (°)", ROLL, 1),
    ("smile", "Smile", SMILE, 0.05),
    ("brows", "Brows raised", BROWS, 0.05),
    ("squint", "Eyes narrowed", SQUINT, 0.05),
)


@dataclass(frozen=True)
class Tools:
    """Every control beside the stage; `dials` are those that make a look, in the order of `form.FIELDS`."""

    shoot: Widget
    title: Widget
    open: Widget
    twin: Widget
    twin_style: Widget
    licence: Widget
    painted_by: Widget
    look: Widget
    look_words: Widget
    back: Widget
    dials: tuple[Widget, ...]
    plan: Widget
    cloth: Widget
    backdrop: Widget
    painter: Widget
    painters: Widget
    count: Widget
    seed: Widget
    chance: Widget

    def dial(self, field: str) -> Widget:
        """The control of one field of the look."""
        return self.dials[FIELDS.index(field)]


def leaf(elem_id: str, value: str = "", classes: str = "") -> Widget:
    """A piece of our own HTML with a stable id."""
    return gr.HTML(value, elem_id=elem_id, elem_classes=["ts-leaf", *classes.split()], apply_default_css=False)


def build_tools(studio: Studio) -> Tools:
    """Lay the tools out, in the surrounding layout."""
    made: dict[str, Widget] = {}
    dials: dict[str, Widget] = {}
    with gr.Column(elem_id="tools-shoot", elem_classes="ts-section"):
        _shoot(made)
    with gr.Column(elem_id="tools-twin", elem_classes="ts-section"):
        _twin(made)
    with gr.Column(elem_id="tools-look", elem_classes="ts-section"):
        _look(made, studio)
    with gr.Accordion("Pose", open=False, elem_id="tools-pose", elem_classes="ts-section"):
        for field, label, span, step in POSE:
            dials[field] = _slider(field, label, span, step, 0)
    with gr.Accordion("Light", open=True, elem_id="tools-light", elem_classes="ts-section"):
        _light(made, dials)
    with gr.Accordion("Wardrobe and backdrop", open=False, elem_id="tools-wardrobe", elem_classes="ts-section"):
        _wardrobe(made, dials, studio)
    with gr.Accordion("Count, seed and painter", open=False, elem_id="tools-fold", elem_classes="ts-section"):
        _fold(made, studio)
    return Tools(**made, dials=tuple(dials[field] for field in FIELDS))


def _shoot(made: dict[str, Widget]) -> None:
    # Closed until the page has been laid out: that answer, coming late, would put the older list over a shoot just opened.
    made["shoot"] = gr.Dropdown([], label="Shoot", elem_id="shoot", filterable=False)
    with gr.Row(elem_classes="ts-inline"):
        made["title"] = gr.Textbox(
            label="Title of a new shoot",
            placeholder="Spring knitwear",
            max_length=120,
            elem_id="shoot-title",
            scale=3,
            interactive=False,
        )
        made["open"] = gr.Button("Open a shoot", elem_id="open-shoot", size="md", scale=1, min_width=120, interactive=False)
    leaf("own-picture", '<a class="ts-link" href="/repaint">Repaint a part of a picture of your own</a>', "ts-note")


def _twin(made: dict[str, Widget]) -> None:
    made["twin"] = gr.Radio([], label="Twin", elem_id="twin", elem_classes="ts-portraits")
    made["twin_style"] = leaf("twin-style", classes="ts-style")
    made["licence"] = leaf("licence")
    made["painted_by"] = leaf("painted-by")


def _look(made: dict[str, Widget], studio: Studio) -> None:
    choices = [(look.title, look.name) for look in studio.lookbook.looks]
    made["look"] = gr.Radio(choices, label="Look (painted examples, AI-generated)", elem_id="look", elem_classes="ts-looks")
    leaf("look-style", cards.look_style(studio.lookbook.looks), "ts-style")
    made["look_words"] = leaf("look-words", cards.look_words(None))
    made["back"] = gr.Button("Back to the look", size="sm", elem_id="back-to-look", visible=False)


def _light(made: dict[str, Widget], dials: dict[str, Widget]) -> None:
    made["plan"] = leaf("light-plan", light_plan(Light()))
    for name, lamp in zip(LAMPS, Light().lamps, strict=True):
        with gr.Row(elem_classes="ts-lamp"):
            what = name.capitalize()
            dials[f"{name}_strength"] = _slider(f"{name}-strength", f"{what} strength", STRENGTH, 0.05, lamp.strength)
            dials[f"{name}_kelvin"] = _slider(f"{name}-kelvin", f"{what} warmth", KELVIN, 100, lamp.kelvin)
    dials["exposure"] = _slider("exposure", "Exposure", EXPOSURE, 0.01, 1.12)


def _wardrobe(made: dict[str, Widget], dials: dict[str, Widget], studio: Studio) -> None:
    swatches = studio.wardrobe.swatches
    named = [swatch.title for swatch in swatches]
    dials["garment"] = gr.Radio([], label="Garment", elem_id="garment", elem_classes="ts-options")
    made["cloth"] = gr.Radio(named, label="Cloth", elem_id="cloth", elem_classes="ts-swatches")
    dials["garment_colour"] = gr.ColorPicker(label="Cloth, mixed", elem_id="cloth-colour")
    made["backdrop"] = gr.Radio(named, label="Backdrop", elem_id="backdrop", elem_classes="ts-swatches")
    dials["backdrop_colour"] = gr.ColorPicker(label="Backdrop, mixed", elem_id="backdrop-colour")
    leaf("swatch-style", cards.swatch_style("cloth", swatches) + cards.swatch_style("backdrop", swatches), "ts-style")


def _fold(made: dict[str, Widget], studio: Studio) -> None:
    made["count"] = _slider("count", "How many images", (1, 8), 1, 1)
    made["chance"] = gr.Checkbox(True, label="A new seed each time", elem_id="chance")
    made["seed"] = gr.Number(1, label="Seed", precision=0, minimum=0, maximum=2**32 - 1, elem_id="seed")
    ready = [(one.title, one.name) for one in studio.painters if not one.refusal]
    first = ready[0][1] if ready else None
    made["painter"] = gr.Dropdown(ready, value=first, label="Painter", elem_id="painter", filterable=False)
    made["painters"] = leaf("painters", cards.painters(studio.painters))


def _slider(elem_id: str, label: str, span: Span, step: float, value: float) -> Widget:
    return gr.Slider(*span, value, step=step, label=label, elem_id=elem_id.replace("_", "-"), buttons=[])
