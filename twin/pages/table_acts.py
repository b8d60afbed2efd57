"""What the light table does: it follows the tools on one negative, and orders what is to be kept of it."""

from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from twin.errors import BadValue
from twin.looks.look import Authors, Look
from twin.looks.relight import differences
from twin.pages import lighttable
from twin.pages.acts import Acts
from twin.pages.form import Dials
from twin.pages.lightplan import light_plan
from twin.pages.lighttable import Table
from twin.pages.ports import Account
from twin.pages.room import Updates, View

Chosen = str | None


@dataclass(frozen=True)
class TableActs:
    """Events of the light table, and of every tool that it follows."""

    acts: Acts
    table: Table

    def lay(self, account: Account, shoot_id: Chosen, picked: Chosen) -> Updates:
        """Lay the pictured image on the table, the tools standing as it was painted."""
        image = self.acts.image(account, shoot_id, picked)
        table = self.table
        return {
            **self.acts.stand_as(account, image),
            **self._developed(account, image.id, image.look),
            table.stage: gr.update(visible=False),
            table.sheet: gr.update(visible=True),
            table.title: lighttable.table_title(image),
            table.before: lighttable.table_before(image),
            table.laid: image.id,
        }

    def leave(self, _: Account) -> Updates:
        """Show the stage again."""
        return self.table.leaving

    def follow(self, account: Account, *values: Any) -> Updates:
        """As a tool moves: the light plan, how far the chosen look is left behind, and the picture on the table."""
        look_name, twin_id, painter, laid, words, *dials = values
        standing = Dials(tuple(dials))
        updates: Updates = {self.acts.tools.plan: light_plan(standing.light())}
        try:
            look = standing.look("", Authors())
        except BadValue:  # no garment is chosen yet
            return updates
        updates |= self.acts.strayed(look_name, twin_id, painter, look, developed=bool(laid))
        if laid and twin_id:
            updates |= self._developed(account, laid, self._spoken(account, twin_id, look, words))
        return updates

    def develop(
        self, account: Account, shoot_id: Chosen, look_name: Chosen, twin_id: Chosen, laid: Chosen, words: str, *dials: Any
    ) -> Updates:
        """Order what the table shows as a new image, and go back to the stage where it appears."""
        if not laid or not twin_id:
            raise gr.Error("Lay an image on the light table first.", print_exception=False)
        made, chosen = self.acts.image(account, shoot_id, laid).look.authors, self.acts.named(look_name)
        # Who styled and photographed the negative did; the light may be somebody else's.
        look = Dials(tuple(dials)).look("", replace(made, lighting=chosen.authors.lighting) if chosen else made)
        new = self.acts.studio.develop(account, laid, self._spoken(account, twin_id, look, words))
        return {**self.table.leaving, **self.acts.room.show(self.acts.studio, View(account, shoot_id, new, twin_id))}

    def _spoken(self, account: Account, twin_id: str, look: Look, words: str) -> Look:
        """The look with the words applied, as far as a negative can follow them; forbidden ones raise."""
        return self.acts.studio.read_words(account, twin_id, None, look, words).look if (words or "").strip() else look

    def _developed(self, account: Account, render_id: str, look: Look) -> Updates:
        proof = self.acts.studio.proof(account, render_id, look)
        found = differences(proof.painted, look, self.acts.studio.wardrobe)
        return {
            self.table.proof: lighttable.proof_picture(proof),
            self.table.moved: lighttable.table_moved(found),
            self.table.develop: gr.update(interactive=any(one.developed for one in found)),
        }
