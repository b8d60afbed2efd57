"""Pictures are shown to those who may know the image, and what was taken back to nobody of the brand."""

from pathlib import Path

import pytest

from moderation.desk.viewing import Viewing
from moderation.errors import NotFound, SealBroken
from moderation.vault.seal import mark_progress
from moderation.vault.vault import Shelf
from tests.moderation.scene import ADMIN, AGENT, AMARA, MAYA, MODO, NORA, RIVAL, Scene, picture


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def seeing(scene: Scene, render_id: str) -> set[str]:
    seen = set()
    for account in (MAYA, RIVAL, MODO, NORA, AMARA, AGENT, ADMIN):
        try:
            Viewing(scene.database, scene.vault).preview(account, render_id)
            seen.add(account.id)
        except NotFound:
            pass
    return seen


def test_a_preview_is_the_one_that_was_sealed(scene: Scene) -> None:
    sealed = scene.judged("image")
    viewing = Viewing(scene.database, scene.vault)
    assert viewing.preview(NORA, "image") == sealed.preview
    scene.vault.keep(Shelf.PREVIEW, "image", b"another")
    with pytest.raises(SealBroken):
        viewing.preview(NORA, "image")


def test_a_preview_disappears_for_the_brand_when_it_was_taken_back(scene: Scene) -> None:
    scene.released("image")
    assert seeing(scene, "image") == {"maya", "modo", "nora-account", "agent"}
    scene.rights.withdraw_image(NORA, "image")
    assert seeing(scene, "image") == {"nora-account", "agent"}


def test_progress_is_shown_while_painting_only(scene: Scene) -> None:
    viewing = Viewing(scene.database, scene.vault)
    scene.order("image", state="painting")
    with pytest.raises(NotFound):
        viewing.progress(MAYA, "image")
    marked = mark_progress(picture())
    scene.vault.keep(Shelf.PROGRESS, "image", marked)
    assert viewing.progress(MAYA, "image") == marked
    with pytest.raises(NotFound):
        viewing.preview(MAYA, "image")
    for account in (RIVAL, MODO, AMARA):
        with pytest.raises(NotFound):
            viewing.progress(account, "image")
    with scene.database.write("maya") as tx:
        tx.execute("UPDATE render SET state = 'cancelled'")
    with pytest.raises(NotFound):
        viewing.progress(MAYA, "image")
