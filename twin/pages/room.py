"""The stage, the film strip and the deeds on one image: what is shown of a shoot, and what can be done with it now."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from twin.pages import cards, stage
from twin.pages.markup import RUNNING
from twin.pages.ports import Account, ImageCard, Studio

Updates = dict[Any, Any]
"""What an event changes: gradio components and their new values."""


@dataclass(frozen=True)
class View:
    """Who looks at which shoot, which image of it, and which twin is chosen."""

    account: Account
    shoot_id: str | None
    picked: str | None
    twin_id: str | None


@dataclass(frozen=True)
class Room:
    """The components of the stage and of what lies under it."""

    header: Any
    picture: Any
    words_beside: Any
    story: Any
    film: Any
    film_style: Any
    words: Any
    reading: Any
    generate: Any
    stop: Any
    release: Any
    stop_one: Any
    relight: Any
    repaint: Any
    parts: Any
    take: Any
    appeal: Any
    appeal_note: Any
    seen: Any

    @property
    def shown(self) -> list[Any]:
        """What `show` may change."""
        return [
            *(self.picture, self.words_beside, self.story, self.film, self.film_style, self.generate, self.stop),
            *(self.release, self.stop_one, self.relight, self.repaint, self.parts, self.take),
            *(self.appeal, self.appeal_note, self.seen),
        ]

    def show(self, studio: Studio, view: View) -> Updates:
        """Everything of the room for a view."""
        images = list(studio.images(view.account, view.shoot_id)) if view.shoot_id else []
        image = pictured(images, view.picked)
        twin = next((t for t in studio.twins(view.account) if t.id == view.twin_id), None)
        shoot = next((s for s in studio.shoots(view.account) if s.id == view.shoot_id), None)
        running = [i for i in images if i.state in RUNNING and i.mine]
        painted = twin is not None and bool(cards.ready_for(twin, studio.painters))
        ready = shoot is not None and painted and twin is not None and not twin.refusal
        return {
            self.picture: stage.stage_picture(image, twin),
            self.words_beside: stage.stage_words(image, twin, shoot, studio.now()),
            self.story: studio.story(view.account, image.id) if image else "",
            self.film: gr.update(choices=stage.film_choices(images), value=image.id if image else None, visible=bool(images)),
            self.film_style: stage.film_style(images),
            self.generate: gr.update(visible=not running, interactive=ready),
            self.stop: gr.update(visible=bool(running), value="Stop all" if len(running) > 1 else "Stop"),
            **self._deeds(image),
            self.stop_one: gr.update(visible=image in running and len(running) > 1),
            self.seen: fingerprint(view, images, image),
        }

    def refresh(self, studio: Studio, view: View, seen: str, images: Sequence[ImageCard]) -> Updates:
        """What changed of these images since `seen`, nothing when nothing did."""
        if fingerprint(view, images, pictured(images, view.picked)) == seen:
            return {self.seen: gr.skip()}
        shown = self.show(studio, view)
        if any(image.id == view.picked for image in images):
            # Another frame may have been picked since this was asked; the film keeps whichever it has.
            shown[self.film] = gr.update(choices=stage.film_choices(images), visible=True)
        return shown

    def _deeds(self, image: ImageCard | None) -> Updates:
        state = image.state if image and image.mine else ""
        disputed = state in ("blocked", "refused") and not (image and image.her_no)
        return {
            self.release: gr.update(visible=state == "approved"),
            self.relight: gr.update(visible=image is not None and image.negative),
            self.repaint: gr.update(visible=image is not None and state not in ("", *RUNNING, "withdrawn")),
            self.parts: cards.parts_link(image),
            self.take: gr.update(visible=image is not None),
            self.appeal: gr.update(visible=disputed),
            self.appeal_note: gr.update(visible=disputed),
        }


def pictured(images: Sequence[ImageCard], picked: str | None) -> ImageCard | None:
    """The image on the stage: the one picked, or else the newest."""
    by_id = {image.id: image for image in images}
    return by_id.get(picked or "") or max(images, key=lambda image: image.number, default=None)


def fingerprint(view: View, images: Sequence[ImageCard], image: ImageCard | None) -> str:
    """A digest of everything a person could see change.

    Shoot and twin belong to it: two quick clicks may be answered in the other order, and the page then shows neither's end.
    """
    told = [(i.id, i.state, i.preview_url, i.step, i.negative) for i in images]
    return hashlib.sha256(repr((view.shoot_id, view.twin_id, told, image.id if image else None)).encode()).hexdigest()
