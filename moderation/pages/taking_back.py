"""Taking back on her page: what she can take back, what it would do, told before it is done, and what it did."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import gradio as gr
from markupsafe import Markup

from moderation.pages.her_key import SAID
from moderation.pages.leaf import leaf
from moderation.pages.markup import day
from moderation.pages.revocation import clock_time
from moderation.rights.agreements import Agreement
from moderation.rights.foresight import EndingLicence, Foreseen
from moderation.rights.rights import TakenBack

EVERYTHING = "twin:"
"""What begins the choice that takes a whole twin back."""
TAKE, TAKE_ALL = "Take it back now", "Yes, take everything back"


def build_back() -> dict[str, Any]:
    """The controls: one thing at a time, or everything in two steps, the second at the thumb."""
    leaf(
        "back-words",
        "<p class='ts-note'>You can take back a licence, a whole consent or everything, at any time; one image under “Your"
        " images”. First you see what it would do.</p>",
    )
    everything = gr.Button("Take everything back …", variant="stop", elem_id="everything")
    subject = gr.Radio([], label="What do you want to take back?", elem_id="subject", elem_classes="ts-options ts-stacked")
    foresee = gr.Button("See what this would do", elem_id="foresee")
    foreseen = leaf("foreseen")
    why = gr.Textbox(label="Why (you need not say)", elem_id="why", max_length=2000, visible=False)
    leaf("back-said", SAID)
    with gr.Row(elem_id="back-bar", elem_classes="ts-thumb", visible=False) as bar:
        revoke = gr.Button(TAKE, variant="stop", elem_id="revoke", min_width=100)
        keep = gr.Button("Leave it", elem_id="leave", min_width=80)
    return {
        "everything": everything,
        "subject": subject,
        "foresee": foresee,
        "foreseen": foreseen,
        "why": why,
        "back_bar": bar,
        "revoke": revoke,
        "keep": keep,
        "taken": leaf("taken"),
    }


def revocable(agreements: Sequence[Agreement], now: datetime) -> list[tuple[str, str]]:
    """What she can still take back: what it is called, and its scope and id; what has ended or was taken back is left out."""
    choices, twins = [], {}
    for agreement in agreements:
        if agreement.taken_back_at or _over(agreement.ends_at, now):
            continue
        choices += [
            (f"Only {licence.brand_name}, {licence.campaign}", f"licence:{licence.licence_id}")
            for licence in agreement.licences
            if not licence.taken_back_at and not _over(licence.ends_at, now)
        ]
        choices.append((f"The whole consent {agreement.version}, with every licence under it", f"consent:{agreement.consent_id}"))
        twins[agreement.twin_id] = f"Everything: all that you ever allowed with {agreement.twin_name}"
    return [*choices, *((words, f"{EVERYTHING}{twin_id}") for twin_id, words in twins.items())]


def foresight(foreseen: Foreseen) -> Markup:
    """What taking back will do, before it is done: numbers, dates, and the names of the brands."""
    lines = [_stops(foreseen), *(_ending(one, foreseen) for one in foreseen.licences)]
    if foreseen.files and foreseen.acknowledge_by and foreseen.delete_by:
        lines.append(
            f"{_many(foreseen.files, 'released file')} will be recalled: the brands must say by {day(foreseen.acknowledge_by)}"
            f" that they know, and by {day(foreseen.delete_by)} that every copy is deleted. You see here who did."
        )
    if foreseen.consents and foreseen.scope == "twin":
        lines.append("Nobody may paint you again, unless you sign a new consent.")
    lines.append("What you have earned stays yours. You get a signed receipt. It cannot be undone.")
    points = Markup("").join(Markup("<li>{}</li>").format(line) for line in lines)
    return Markup('<div class="ts-foresight" role="status"><h3>This is what will happen</h3><ul>{}</ul></div>').format(points)


def _stops(foreseen: Foreseen) -> str:
    if foreseen.scope == "image":
        return (
            "It disappears, and nobody can ever use it." if foreseen.waiting else "From this moment nothing new is made from it."
        )
    if not foreseen.waiting:
        return "From this moment nothing new of it is painted. No image waits, so none disappears."
    work = f", {foreseen.in_work} of them being made right now" if foreseen.in_work else ""
    verb = "disappears" if foreseen.waiting == 1 else "disappear"
    return f"From this moment nothing new of it is painted, and {_many(foreseen.waiting, 'image')} not yet released {verb}{work}."


def _ending(one: EndingLicence, foreseen: Foreseen) -> str:
    if foreseen.scope == "image":
        if not foreseen.files:
            return f"It was made for {one.brand_name}, {one.campaign}."
        return f"{one.brand_name} must stop using it {_when(one, foreseen)}."
    ends = f"{one.brand_name} may no longer use you for {one.campaign}, which would have ended on {day(one.ends_at)}."
    if not one.files:
        return ends
    return f"{ends} {_many(one.files, 'released image')} must be gone from use {_when(one, foreseen)}."


def _when(one: EndingLicence, foreseen: Foreseen) -> str:
    if one.stops_at <= foreseen.at:
        return "at once"
    return f"by {clock_time(one.stops_at)}, as the licence's {one.notice_hours} hours of notice say"


def taken_words(taken: TakenBack) -> Markup:
    """What was taken back, and where to read more."""
    told = [f"{_many(len(taken.withdrawn), 'image')} disappeared", f"{_many(len(taken.recalled), 'released file')} recalled"]
    later = [one for one in taken.noticed if one not in taken.recalled]
    if later:
        told.append(f"{_many(len(later), 'released file')} to be gone by {clock_time(taken.effective_at)}")
    return Markup(
        '<p class="ts-note" data-kind="go" role="status">Taken back on {}: {}.'
        ' <a class="ts-link" href="/revocation/{}">See everything</a></p>'
    ).format(clock_time(taken.requested_at), ", ".join(told), taken.revocation_id)


def _over(text: str, now: datetime) -> bool:
    return datetime.fromisoformat(text) <= now


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
