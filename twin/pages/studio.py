"""The studio page: a stage, a film strip under it, and the tools of a shoot beside it."""

from typing import Any

import gradio as gr

from twin.pages.acts import Acts
from twin.pages.deeds import Deeds
from twin.pages.lighttable import FOLLOW, RESTED, Table, build_table
from twin.pages.ports import Guard, Studio
from twin.pages.room import Room
from twin.pages.table_acts import TableActs
from twin.pages.tools import Tools, build_tools, leaf

QUIET = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
"""Events that must not wait in line nor dim the page."""

BUSY = {"show_progress": "hidden", "api_visibility": "private"}
"""Events that change something; the page itself shows how far they are."""


def build_studio(studio: Studio, guard: Guard) -> Any:
    """Build the page's Blocks; every event runs through `guard`."""
    with gr.Blocks(title="Studio · Twin Studio", analytics_enabled=False, fill_width=True) as page:
        header = leaf("header")
        with gr.Row(elem_id="studio", equal_height=False):
            with gr.Column(elem_id="floor", scale=7, min_width=320):
                room, table = _floor(header)
            with gr.Column(elem_id="tools", scale=3, min_width=320):
                tools = build_tools(studio)
        acts, deeds = Acts(studio, tools, room), Deeds(studio, room, table)
        at_table = TableActs(acts, table)
        _wire_entry(page, guard, acts)
        _wire_shoot(guard, acts)
        _wire_look(guard, acts, at_table)
        _wire_room(guard, deeds, tools)
        _wire_table(guard, at_table)
        _wire_generate(guard, acts, deeds)
    return page


def _floor(header: Any) -> tuple[Room, Table]:
    with gr.Row(elem_id="stage", equal_height=False) as stage:
        with gr.Column(elem_id="stage-picture", scale=3, min_width=300):
            picture = leaf("picture")
        with gr.Column(elem_id="stage-words", scale=2, min_width=240):
            words_beside = leaf("beside")
            deeds = _deeds()
            story = leaf("story")
    table = build_table(stage)
    with gr.Row(elem_id="bar", equal_height=True):
        words = gr.Textbox(
            label="Words",
            placeholder="warm evening light",
            max_length=500,
            elem_id="words",
            scale=5,
            lines=1,
        )
        generate = gr.Button("Generate", variant="primary", elem_id="generate", scale=1, min_width=150, interactive=False)
        stop = gr.Button("Stop", variant="stop", elem_id="stop", scale=1, min_width=150, visible=False)
    reading = leaf("reading")
    film = gr.Radio([], label="Film strip", elem_id="film", elem_classes="ts-film", visible=False)
    room = Room(
        header=header,
        picture=picture,
        words_beside=words_beside,
        story=story,
        film=film,
        film_style=leaf("film-style", classes="ts-style"),
        words=words,
        reading=reading,
        generate=generate,
        stop=stop,
        seen=gr.State(""),
        **deeds,
    )
    return room, table


def _deeds() -> dict[str, Any]:
    """The buttons for the image on the stage, and the field for an appeal's reason."""
    with gr.Row(elem_id="deeds"):
        release = gr.Button("Release", variant="primary", elem_id="release", visible=False, min_width=120)
        stop_one = gr.Button("Stop this one", elem_id="stop-one", visible=False, min_width=120)
        relight = gr.Button("Light table", elem_id="relight", visible=False, min_width=120)
        repaint = gr.Button("Repaint, new seed", elem_id="repaint", visible=False, min_width=120)
        parts = leaf("repaint-part")
        take = gr.Button("Use its look", elem_id="take-look", visible=False, min_width=120)
    note = gr.Textbox(label="Why it should be looked at again", elem_id="appeal-note", visible=False, max_length=500)
    appeal = gr.Button("Ask for a second look", elem_id="appeal", visible=False)
    deeds = {"release": release, "stop_one": stop_one, "relight": relight, "repaint": repaint, "parts": parts, "take": take}
    return {**deeds, "appeal": appeal, "appeal_note": note}


def _wire_entry(page: Any, guard: Guard, acts: Acts) -> None:
    tools, room = acts.tools, acts.room
    standing = [*tools.dials, tools.cloth, tools.backdrop, tools.plan]
    first = [
        room.header,
        tools.shoot,
        tools.title,
        tools.open,
        tools.twin,
        tools.twin_style,
        tools.licence,
        tools.painted_by,
        tools.painter,
        tools.painters,
        *standing,
        tools.look,
        tools.look_words,
    ]
    page.load(guard(acts.enter), None, [*first, *room.shown], **QUIET)
    gr.Timer(15).tick(guard(acts.greet), None, room.header, **QUIET)


def _wire_shoot(guard: Guard, acts: Acts) -> None:
    tools, room = acts.tools, acts.room
    opened = [tools.shoot, tools.title, tools.open, *room.shown]
    gr.on([tools.open.click, tools.title.submit], guard(acts.open_shoot), [tools.title, tools.twin], opened, **BUSY)
    tools.shoot.input(guard(acts.choose_shoot), [tools.shoot, tools.twin], room.shown, **QUIET)
    garment = tools.dial("garment")
    place = [tools.shoot, room.film, tools.twin, tools.painter, garment]
    painted = [tools.licence, tools.painted_by, tools.painter]
    tools.twin.input(guard(acts.choose_twin), place, [*painted, garment, *room.shown], **QUIET)
    tools.painter.input(guard(acts.choose_painter), [tools.twin, tools.painter, garment], garment, **QUIET)


def _wire_look(guard: Guard, acts: Acts, at_table: TableActs) -> None:
    tools, room, table = acts.tools, acts.room, at_table.table
    standing = [*tools.dials, tools.cloth, tools.backdrop, tools.plan, tools.look_words, tools.back]
    follow = guard(at_table.follow)
    told = [tools.look, tools.twin, tools.painter, table.laid, room.words, *tools.dials]
    follows = [tools.plan, tools.look_words, tools.back, table.moved, table.develop]
    develops = {"fn": None, "inputs": _standing(tools, room), "js": FOLLOW, **QUIET}
    choosing = [tools.look, tools.twin, tools.painter, table.laid, *tools.dials]
    chosen = gr.on([tools.look.input, tools.back.click], guard(acts.choose_look), choosing, standing, **QUIET)
    painted = [tools.licence, tools.painted_by, tools.painter]
    taken = [*standing, tools.look, tools.twin, *painted, room.words, room.reading]
    room.take.click(guard(acts.take_look), [tools.shoot, room.film], taken, **QUIET)
    swatches, pickers = [tools.cloth, tools.backdrop], [tools.dial("garment_colour"), tools.dial("backdrop_colour")]
    dipped = gr.on([swatch.input for swatch in swatches], guard(acts.dip), swatches, pickers, **QUIET)
    mixed = [picker.input for picker in pickers]
    gr.on(mixed, guard(acts.mix), pickers, swatches, trigger_mode="always_last", **QUIET)
    dialled = [dial.input for dial in tools.dials]
    # The picture first and at every move, the words about it once the tools rest.
    moved = gr.on([*dialled, room.words.change], trigger_mode="multiple", **develops)
    moved.then(follow, told, follows, trigger_mode="always_last", js=RESTED, **QUIET)
    for set_by_us in (chosen, dipped):
        set_by_us.then(**develops).then(follow, told, follows, **QUIET)
    read = [room.words.change, room.words.submit, tools.twin.change, tools.painter.change]
    heard = [tools.twin, tools.painter, room.words, *tools.dials]
    gr.on(read, guard(acts.read), heard, room.reading, trigger_mode="always_last", **QUIET)


def _wire_table(guard: Guard, at_table: TableActs) -> None:
    acts, table = at_table.acts, at_table.table
    tools, room = acts.tools, acts.room
    standing = [*tools.dials, tools.cloth, tools.backdrop, tools.plan, tools.look_words, tools.back]
    painted = [tools.licence, tools.painted_by, tools.painter]
    laid = [*table.shown, *standing, tools.look, tools.twin, *painted, room.words, room.reading]
    laying = gr.on([room.relight.click, table.reset.click], guard(at_table.lay), [tools.shoot, room.film], laid, **QUIET)
    laying.then(None, _standing(tools, room), js=FOLLOW, **QUIET)
    asked = [tools.shoot, tools.look, tools.twin, table.laid, room.words, *tools.dials]
    table.develop.click(guard(at_table.develop), asked, [*table.leaving, *room.shown], **BUSY)
    elsewhere = [table.leave.click, room.generate.click, room.film.input, tools.shoot.input, tools.twin.input, tools.open.click]
    gr.on(elsewhere, guard(at_table.leave), None, list(table.leaving), **QUIET)


def _standing(tools: Tools, room: Room) -> list[Any]:
    """What the picture on the light table is developed from."""
    return [tools.twin, room.words, *tools.dials]


def _wire_generate(guard: Guard, acts: Acts, deeds: Deeds) -> None:
    tools, room = acts.tools, acts.room
    asked = [tools.shoot, tools.twin, tools.look, tools.painter, tools.count, tools.seed, tools.chance, room.words]
    room.generate.click(guard(acts.generate), [*asked, *tools.dials], [tools.seed, tools.licence, *room.shown], **BUSY)
    room.stop.click(guard(deeds.stop), [tools.shoot, room.film, tools.twin], room.shown, **BUSY)


def _wire_room(guard: Guard, deeds: Deeds, tools: Tools) -> None:
    room, table = deeds.room, deeds.table
    place = [tools.shoot, room.film, tools.twin]
    room.film.input(guard(deeds.pick), place, room.shown, **QUIET)
    room.release.click(guard(deeds.release), place, room.shown, **BUSY)
    room.stop_one.click(guard(deeds.stop_one), place, room.shown, **BUSY)
    room.repaint.click(guard(deeds.repaint), place, room.shown, **BUSY)
    room.appeal.click(guard(deeds.appeal), [*place, room.appeal_note], room.shown, **BUSY)
    gr.Timer(1).tick(guard(deeds.tick), [*place, table.laid, room.seen], [*room.shown, *table.leaving], **QUIET)
