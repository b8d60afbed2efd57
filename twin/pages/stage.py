"""The stage: the newest image, or the twin's portrait with the next step in words."""

from collections.abc import Sequence
from datetime import datetime

from markupsafe import Markup

from twin.pages.markup import MOVING, RUNNING, chip, css_string, moment, picture
from twin.pages.ports import ImageCard, ShootCard, TwinCard

NEXT = {
    "queued": "It waits for the painter.",
    "painting": "The painter is at work.",
    "examining": "The safeguards are looking at it.",
    "blocked": "A safeguard stopped it. Read why; if you disagree, ask a moderator for a second look.",
    "in review": "A moderator looks at it before {name} does.",
    "her turn": "{name} has not decided yet.",
    "refused": "It was refused. The story says by whom and why.",
    "change asked": "{name} asks for a change. Take its look into the tools and make a new one.",
    "approved": "{name} approved it. Release it when you need the file.",
    "released": "It is released. The full file waits below.",
    "recalled": "It was recalled and may no longer be used.",
    "failed": "The painter could not finish it.",
    "cancelled": "You stopped it.",
    "withdrawn": "The permission for it was taken back.",
}
"""What happens next in each state, said about people."""


def next_step(image: ImageCard) -> str:
    """One sentence that says what happens next with an image."""
    if image.state == "failed" and image.failure:
        return f"The painter could not finish it: {image.failure}"
    if image.state == "refused" and image.her_no:
        return f"{image.twin_name} said no, and that is final."
    return NEXT.get(image.state, "").format(name=image.twin_name)


def alt_text(image: ImageCard) -> str:
    """Who, look and state, for those who do not see the image."""
    return f"{image.twin_name} in the look {image.look_title or 'of your own'}, {image.state}, AI-generated"


def stage_picture(image: ImageCard | None, twin: TwinCard | None) -> Markup:
    """The large picture of the stage."""
    if image is not None:
        return _print(image)
    if twin is not None and not twin.portrait_url:
        return Markup(
            '<div class="ts-picture ts-empty"><p>There is no portrait of {0}.</p><p>Photographs are no portraits to show: {0}'
            " appears here once an image is painted.</p></div>"
        ).format(twin.name)
    if twin is not None:
        alt = f"Portrait of {twin.name}, AI-generated"
        return picture(twin.portrait_url, alt, f"{twin.name}, a painted portrait")
    return Markup(
        '<div class="ts-picture ts-empty"><p>Nobody stands here yet.</p><p>Choose a twin and the portrait appears.</p></div>'
    )


def _print(image: ImageCard) -> Markup:
    caption = Markup("{} · {}").format(image.twin_name, image.look_title or "your own look")
    figure = (
        picture(image.preview_url, alt_text(image), caption)
        if image.preview_url
        else Markup('<div class="ts-picture ts-empty ts-waiting"><p>{}</p></div>').format(next_step(image))
    )
    return figure + _progress(image)


def _progress(image: ImageCard) -> Markup:
    if image.state not in MOVING:
        return Markup("")
    if image.state == "painting" and image.steps:
        said = f"Painting, step {image.step} of {image.steps}"
        return Markup(
            '<div class="ts-progress"><progress max="{}" value="{}" aria-label="{said}"></progress><span>{said}</span></div>'
        ).format(image.steps, image.step, said=said)
    return Markup('<div class="ts-progress"><progress aria-label="{0}"></progress><span>{0}</span></div>').format(
        next_step(image)
    )


def stage_words(image: ImageCard | None, twin: TwinCard | None, shoot: ShootCard | None, now: datetime) -> Markup:
    """What stands beside the picture: the image's state and next step, or the next step of the shoot."""
    if image is None:
        title, sentence = _beginning(twin, shoot)
        return Markup('<div class="ts-next"><h2>{}</h2><p>{}</p></div>').format(title, sentence)
    who = Markup('<h2>{} <span class="ts-quiet">no. {}</span></h2>').format(image.twin_name, image.number)
    after = Markup("<span>after no. {}</span>").format(image.after) if image.after else ""
    return Markup('<div class="ts-next">{}<p class="ts-line">{} {} {}</p><p>{}</p></div>').format(
        who, chip(image.state), moment(image.made_at, now), after, next_step(image)
    )


def _beginning(twin: TwinCard | None, shoot: ShootCard | None) -> tuple[str, str]:
    if shoot is None:
        return "Open a shoot", "Give it a title, beside; every image you make belongs to one."
    if twin is None:
        return "Choose a twin", "Each card says what the licence allows, until when, and what an image costs."
    if twin.refusal:
        return f"{twin.name} cannot be painted now", twin.refusal
    return f"{twin.name} is ready", "Choose a look, move the lamps if you like, and press Generate."


def film_choices(images: Sequence[ImageCard]) -> list[tuple[str, str]]:
    """The film strip's choices, newest first: what a frame is called, and its id."""
    ordered = sorted(images, key=lambda image: image.number, reverse=True)
    return [(frame_name(image), image.id) for image in ordered]


def frame_name(image: ImageCard) -> str:
    """What a frame is called: number, person and state."""
    return f"{image.number} {image.twin_name}, {image.state}"


def film_style(images: Sequence[ImageCard]) -> Markup:
    """Pictures and chips of the film strip, laid by CSS upon its radio buttons."""
    rules = []
    for image in images:
        frame = f"#film label[data-testid={css_string(frame_name(image) + '-radio-label')}]"
        rules.append(f"{frame}{{--chip-ink:var(--{_hue(image.state)});--chip-wash:var(--{_hue(image.state)}-wash)}}")
        if image.preview_url:
            rules.append(f"{frame}{{background-image:url({css_string(image.preview_url)})}}")
    return Markup("<style>{}</style>").format(Markup("\n".join(rules)))  # each part is quoted by css_string


_HUES = {
    "in review": "wait",
    "change asked": "wait",
    "her turn": "hers",
    "approved": "go",
    "released": "go",
    "blocked": "stop",
    "refused": "stop",
    **dict.fromkeys((*RUNNING, "examining"), "calm"),
}


def _hue(state: str) -> str:
    return _HUES.get(state, "off")
