"""What can be done with one image of the film strip: look, stop, release, repaint, ask for a second look."""

from dataclasses import dataclass

import gradio as gr

from twin.pages.lighttable import Table
from twin.pages.markup import RUNNING
from twin.pages.ports import Account, Studio
from twin.pages.room import Room, Updates, View

Chosen = str | None


@dataclass(frozen=True)
class Deeds:
    """Events that act on the pictured image; each answers with what then holds."""

    studio: Studio
    room: Room
    table: Table

    def pick(self, account: Account, shoot_id: Chosen, picked: Chosen, twin_id: Chosen) -> Updates:
        """Put an image on the stage and tell its story."""
        return self.room.show(self.studio, View(account, shoot_id, picked, twin_id))

    def tick(self, account: Account, shoot_id: Chosen, picked: Chosen, twin_id: Chosen, laid: Chosen, seen: str) -> Updates:
        """As time passes: show what changed, leave alone what did not; what may not be developed any more leaves the table."""
        images = list(self.studio.images(account, shoot_id)) if shoot_id else []
        changed = self.room.refresh(self.studio, View(account, shoot_id, picked, twin_id), seen or "", images)
        closed = bool(laid) and not any(image.id == laid and image.negative for image in images)
        return {**changed, **self.table.leaving} if closed else changed

    def stop(self, account: Account, shoot_id: Chosen, picked: Chosen, twin_id: Chosen) -> Updates:
        """Stop every image of this shoot that the account ordered and no painter has finished."""
        for image in self.studio.images(account, shoot_id or ""):
            if image.mine and image.state in RUNNING:
                self.studio.cancel(account, image.id)
        return self.pick(account, shoot_id, picked, twin_id)

    def stop_one(self, account: Account, shoot_id: Chosen, picked: Chosen, twin_id: Chosen) -> Updates:
        """Stop the image on the stage alone, which others of its order outlive."""
        self.studio.cancel(account, _needed(picked))
        return self.pick(account, shoot_id, picked, twin_id)

    def release(self, account: Account, shoot_id: Chosen, picked: Chosen, twin_id: Chosen) -> Updates:
        """Release an approved image; from then on its file can be fetched."""
        self.studio.release(account, _needed(picked))
        gr.Success("The full file can be fetched from its story.", title="Released", duration=5)
        return self.pick(account, shoot_id, picked, twin_id)

    def repaint(self, account: Account, shoot_id: Chosen, picked: Chosen, twin_id: Chosen) -> Updates:
        """Paint the same look again with a new seed."""
        return self.pick(account, shoot_id, self.studio.repaint(account, _needed(picked)), twin_id)

    def appeal(self, account: Account, shoot_id: Chosen, picked: Chosen, twin_id: Chosen, note: str) -> Updates:
        """Ask another moderator for a second look."""
        if not (note or "").strip():
            raise gr.Error("Say in a sentence why it should be looked at again.", print_exception=False)
        self.studio.appeal(account, _needed(picked), note.strip())
        gr.Success("Another moderator will look at it.", title="Asked for", duration=5)
        return {**self.pick(account, shoot_id, picked, twin_id), self.room.appeal_note: gr.update(value="", visible=False)}


def _needed(picked: Chosen) -> str:
    if not picked:
        raise gr.Error("Choose an image on the film strip first.", print_exception=False)
    return picked
