"""What each control of the studio page does: it calls one function of the studio and shows what then holds."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from twin.engines.engines import Offer
from twin.errors import TwinError
from twin.looks.look import Authors, Look
from twin.looks.lookbook import NamedLook
from twin.looks.relight import differences, on_negative
from twin.pages import cards
from twin.pages.form import FIELDS, Dials, colour, dials_of
from twin.pages.lightplan import light_plan
from twin.pages.ports import Account, Asked, ImageCard, Studio, TwinCard
from twin.pages.room import Room, Updates, View
from twin.pages.tools import Tools

SEEDS = 2**32


@dataclass(frozen=True)
class Acts:
    """The page's events over the given studio; `dice` gives the seed where none is chosen."""

    studio: Studio
    tools: Tools
    room: Room
    dice: Callable[[], int] = lambda: random.SystemRandom().randrange(SEEDS)

    def enter(self, account: Account) -> Updates:
        """Show the header, the brand's shoots and twins, the first look, and the newest shoot's film."""
        shoots = list(self.studio.shoots(account))
        shoot_id = shoots[0].id if shoots else None
        twins = list(self.studio.twins(account))
        twin = next((t for t in twins if not t.refusal), None)
        tools, view = self.tools, View(account, shoot_id, None, twin.id if twin else None)
        first = self.studio.lookbook.looks[0]
        return {
            self.room.header: self.studio.header(account),
            tools.shoot: gr.update(choices=[(s.title, s.id) for s in shoots], value=shoot_id),
            tools.title: gr.update(interactive=True),
            tools.open: gr.update(variant="secondary" if shoots else "primary", interactive=True),
            tools.twin: gr.update(choices=[(t.name, t.id) for t in twins], value=view.twin_id),
            tools.twin_style: cards.portrait_style(twins),
            tools.licence: cards.licence_facts(twin, self.studio.now()),
            tools.look: first.name,
            tools.look_words: cards.look_words(first),
            **self._painters(twin, None),
            tools.painters: cards.painters(self.studio.painters),
            **self._wear(first.name, view.twin_id, self._chosen(twin, None)),
            **self.room.show(self.studio, view),
        }

    def greet(self, account: Account) -> str:
        """The header alone, as time passes."""
        return self.studio.header(account)

    def open_shoot(self, account: Account, title: str, twin_id: str | None) -> Updates:
        """Open a shoot and go there."""
        shoot_id = self.studio.open_shoot(account, (title or "").strip())
        shoots = self.studio.shoots(account)
        return {
            self.tools.shoot: gr.update(choices=[(s.title, s.id) for s in shoots], value=shoot_id),
            self.tools.title: "",
            self.tools.open: gr.update(variant="secondary"),
            **self.room.show(self.studio, View(account, shoot_id, None, twin_id)),
        }

    def choose_shoot(self, account: Account, shoot_id: str | None, twin_id: str | None) -> Updates:
        """Lay out another shoot."""
        return self.room.show(self.studio, View(account, shoot_id, None, twin_id))

    def choose_twin(self, account: Account, *values: Any) -> Updates:
        """Say what the twin's licence allows, offer who can paint her and in what, show the portrait while the shoot is empty."""
        shoot_id, picked, twin_id, painter, garment = values
        twin = next((t for t in self.studio.twins(account) if t.id == twin_id), None)
        return {
            self.tools.licence: cards.licence_facts(twin, self.studio.now()),
            **self._painters(twin, painter),
            self.tools.dial("garment"): self._hanger(twin.id if twin else None, garment, self._chosen(twin, painter)),
            **self.room.show(self.studio, View(account, shoot_id, picked, twin_id)),
        }

    def choose_painter(self, account: Account, twin_id: str | None, painter: str | None, garment: str | None) -> Any:
        """Offer the garments that this painter can dress the twin in."""
        licensed = next((t.id for t in self.studio.twins(account) if t.id == twin_id), None)
        return self._hanger(licensed, garment, self.offer(painter) if licensed else None)

    def choose_look(self, account: Account, *values: Any) -> Updates:
        """Set every tool as the look says; on the light table only those that a negative follows."""
        look_name, twin_id, painter, laid, *dials = values
        named = self.named(look_name)
        licensed = next((t.id for t in self.studio.twins(account) if t.id == twin_id), None)
        told = {self.tools.look_words: cards.look_words(named), self.tools.back: gr.update(visible=False)}
        return {**self._wear(look_name, licensed, self.offer(painter), Dials(tuple(dials)) if laid else None), **told}

    def take_look(self, account: Account, shoot_id: str | None, picked: str | None) -> Updates:
        """Set every tool as they stood for an image, so that one thing can be changed."""
        return self.stand_as(account, self.image(account, shoot_id, picked))

    def image(self, account: Account, shoot_id: str | None, picked: str | None) -> ImageCard:
        """The image that is picked. Raises gr.Error when none is."""
        image = next((i for i in self.studio.images(account, shoot_id or "") if i.id == picked), None)
        if image is None:
            raise gr.Error("Choose an image on the film strip first.", print_exception=False)
        return image

    def stand_as(self, account: Account, image: ImageCard) -> Updates:
        """Every tool as it stood for an image."""
        twin = next((t for t in self.studio.twins(account) if t.id == image.twin_id), None)
        return {
            self.tools.licence: cards.licence_facts(twin, self.studio.now()),
            **self._painters(twin, image.painter),
            **self._stand(image.look, image.twin_id, self._chosen(twin, image.painter)),
            self.tools.look: None,
            self.tools.look_words: cards.look_words(None),
            self.tools.back: gr.update(visible=False),
            self.tools.twin: image.twin_id,
            self.room.words: "",  # its words are in the dials already
            self.room.reading: "",
        }

    def strayed(self, look_name: str | None, twin_id: str | None, painter: str | None, look: Look, *, developed: bool) -> Updates:
        """How far the tools have left the chosen look, and whether there is a way back to offer.

        `developed`: on the light table, where a look is chosen for no more than a negative follows.
        """
        named, wardrobe, worded = self.named(look_name), self.studio.wardrobe, self._worded(self.offer(painter))
        if named is None or not wardrobe.of(twin_id or "", worded=worded):
            return {}
        every = differences(named.worn_by(twin_id or "", wardrobe, worded=worded), look, wardrobe)
        found = [one for one in every if one.developed or not developed]
        back = gr.update(visible=bool(found), value=f"Back to {named.title}")
        return {self.tools.look_words: cards.look_words(named, found), self.tools.back: back}

    def dip(self, _: Account, cloth: str | None, backdrop: str | None) -> Updates:
        """Put the chosen swatches' colours into the pickers."""
        colours = {swatch.title: swatch.colour for swatch in self.studio.wardrobe.swatches}
        chosen = {"garment_colour": cloth, "backdrop_colour": backdrop}
        return {self.tools.dial(field): colours.get(name or "", gr.skip()) for field, name in chosen.items()}

    def mix(self, _: Account, cloth: str | None, backdrop: str | None) -> Updates:
        """Tick the swatch that a mixed colour equals, if one does."""
        swatches = self.studio.wardrobe.swatches
        chosen = {self.tools.cloth: cloth, self.tools.backdrop: backdrop}
        return {tool: cards.swatch_named(swatches, colour(mixed)) if mixed else gr.skip() for tool, mixed in chosen.items()}

    def read(self, account: Account, twin_id: str | None, painter: str | None, words: str, *dials: Any) -> str:
        """What is made of the words, under the consent of the chosen twin, by the chosen painter."""
        if not twin_id or not (words or "").strip():
            return ""
        try:
            look = Dials(tuple(dials)).look("", Authors())
            return cards.reading_words(self.studio.read_words(account, twin_id, painter, look, words))
        except TwinError as refusal:
            return cards.refused_words(str(refusal))

    def generate(self, account: Account, *values: Any) -> Updates:
        """Order the images that the tools describe, the words applied to them."""
        shoot_id, twin_id, look_name, painter, count, seed, chance, words, *dials = values
        if not shoot_id:
            raise gr.Error("Open a shoot first: every image belongs to one.", print_exception=False)
        if not twin_id:
            raise gr.Error("Choose a twin first.", print_exception=False)
        if not painter:
            raise gr.Error("No painter that runs here can paint her.", print_exception=False)
        named = self.named(look_name)
        look = Dials(tuple(dials)).look("", named.authors if named else Authors())
        if (words or "").strip():
            look = self.studio.read_words(account, twin_id, painter, look, words).look
        chosen = self.dice() if chance or seed is None else int(seed)
        ids = self.studio.order(account, Asked(shoot_id, twin_id, painter, look, int(count), chosen))
        shown = self.room.show(self.studio, View(account, shoot_id, ids[0] if ids else None, twin_id))
        twin = next((t for t in self.studio.twins(account) if t.id == twin_id), None)
        return {self.tools.seed: chosen, self.tools.licence: cards.licence_facts(twin, self.studio.now()), **shown}

    def named(self, look_name: str | None) -> NamedLook | None:
        """The look of this name, None where none is chosen."""
        return next((look for look in self.studio.lookbook.looks if look.name == look_name), None)

    def offer(self, painter: str | None) -> Offer | None:
        """The painter of this name, None where none is chosen."""
        return next((one for one in self.studio.painters if one.name == painter), None)

    def _chosen(self, twin: TwinCard | None, wanted: str | None) -> Offer | None:
        """The wanted painter if it can paint this twin, else the first that can."""
        ready = cards.ready_for(twin, self.studio.painters) if twin else []
        return next((one for one in ready if one.name == wanted), ready[0] if ready else None)

    def _painters(self, twin: TwinCard | None, wanted: str | None) -> Updates:
        """Who can paint this twin, or what would be needed for it."""
        ready, chosen = cards.ready_for(twin, self.studio.painters) if twin else [], self._chosen(twin, wanted)
        choices = gr.update(choices=[(one.title, one.name) for one in ready], value=chosen.name if chosen else None)
        return {self.tools.painter: choices, self.tools.painted_by: cards.painted_by(twin, self.studio.painters)}

    @staticmethod
    def _worded(offer: Offer | None) -> bool:
        return offer is not None and offer.worded

    def _wear(self, look_name: str | None, twin_id: str | None, by: Offer | None, kept: Dials | None = None) -> Updates:
        """The tools as a named look says, on this twin; pose and garment stay where `kept` has them."""
        named, worded = self.named(look_name), self._worded(by)
        if named is None or not twin_id or not self.studio.wardrobe.of(twin_id, worded=worded):
            return {}
        look = named.worn_by(twin_id, self.studio.wardrobe, worded=worded)
        return self._stand(on_negative(kept.look("", Authors()), look) if kept else look, twin_id, by)

    def _hanger(self, twin_id: str | None, garment: str | None, by: Offer | None) -> Any:
        """What this painter can dress the twin in; the garment worn stays, or the first of its cut takes its place."""
        hers = self.studio.wardrobe.of(twin_id or "", worded=self._worded(by))
        cut = next((g.cut for g in self.studio.wardrobe.garments if g.id == garment), "")
        worn = self.studio.wardrobe.cut_for(twin_id or "", cut, worded=self._worded(by)).id if hers else None
        return gr.update(choices=[(g.title, g.id) for g in hers], value=garment if garment in {g.id for g in hers} else worn)

    def _stand(self, look: Look, twin_id: str, by: Offer | None) -> Updates:
        swatches = self.studio.wardrobe.swatches
        return {
            **dict(zip((self.tools.dial(field) for field in FIELDS), dials_of(look).values, strict=True)),
            self.tools.dial("garment"): self._hanger(twin_id, look.garment, by),
            self.tools.cloth: cards.swatch_named(swatches, look.garment_colour),
            self.tools.backdrop: cards.swatch_named(swatches, look.backdrop_colour),
            self.tools.plan: light_plan(look.light),
        }
