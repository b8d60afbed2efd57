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
from twin.pages.proofs import spoken
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
        proof = self.acts.studio.proof(account, image.id, image.look)
        return {
            **self.acts.stand_as(account, image),
            **self._moved(image.look, image.look),
            table.proof: lighttable.proof_picture(image.id, proof),
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
        """As a tool moves: the light plan, and how far the chosen look and the image on the table are left behind."""
        look_name, twin_id, painter, laid, words, *dials = values
        standing = Dials(tuple(dials))
        updates: Updates = {self.acts.tools.plan: light_plan(standing.light())}
        try:
            look = standing.look("", Authors())
        except BadValue:  # no garment is chosen yet
            return updates
        updates |= self.acts.strayed(look_name, twin_id, painter, look, developed=bool(laid))
        if laid and twin_id:
            painted = self.acts.studio.painted(account, laid)
            updates |= self._moved(painted, spoken(self.acts.studio, account, twin_id, look, words))
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
        new = self.acts.studio.develop(account, laid, spoken(self.acts.studio, account, twin_id, look, words))
        return {**self.table.leaving, **self.acts.room.show(self.acts.studio, View(account, shoot_id, new, twin_id))}

    def _moved(self, painted: Look, look: Look) -> Updates:
        found = differences(painted, look, self.acts.studio.wardrobe)
        return {
            self.table.moved: lighttable.table_moved(found),
            self.table.develop: gr.update(interactive=any(one.developed for one in found)),
        }
