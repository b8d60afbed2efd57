"""One key a person: made with the first thing of hers, never made anew in the place of a lost or destroyed one."""

from pathlib import Path

import pytest

from moderation.errors import KeyUnusable, NotFound
from moderation.vault.vault import Shelf
from tests.moderation.sealed_scene import SealedScene


@pytest.fixture
def scene(tmp_path: Path) -> SealedScene:
    return SealedScene(tmp_path)


def test_the_first_thing_of_hers_makes_her_key_and_each_person_has_her_own(scene: SealedScene, tmp_path: Path) -> None:
    scene.judged("noras")
    scene.judged("amaras", licence="halden-amara")
    keys = {path.stem: path.read_bytes() for path in (tmp_path / "keys" / "persons").iterdir()}
    assert set(keys) == {"nora", "amara"}
    assert len(set(keys.values())) == 2
    stray = scene.vault.path(Shelf.ORIGINAL, "noras")
    stray.write_bytes(scene.vault.path(Shelf.ORIGINAL, "amaras").read_bytes())
    with pytest.raises(Exception, match="belongs in another place"):
        scene.vault.read(Shelf.ORIGINAL, "noras")


def test_a_lost_key_is_never_made_anew(scene: SealedScene, tmp_path: Path) -> None:
    scene.judged("image")
    scene.order("next")
    (tmp_path / "keys" / "persons" / "nora.key").unlink()
    for act in (lambda: scene.vault.read(Shelf.PREVIEW, "image"), lambda: scene.vault.keep(Shelf.PREVIEW, "next", b"x")):
        with pytest.raises(KeyUnusable) as refusal:
            act()
        assert str(tmp_path) not in str(refusal.value)
    assert not (tmp_path / "keys" / "persons" / "nora.key").exists()


@pytest.mark.parametrize(("place", "mode"), [("persons/nora.key", 0o640), ("persons/nora.key", 0o604), ("persons", 0o750)])
def test_a_key_that_others_could_read_opens_nothing(scene: SealedScene, tmp_path: Path, place: str, mode: int) -> None:
    scene.judged("image")
    (tmp_path / "keys" / place).chmod(mode)
    with pytest.raises(KeyUnusable):
        scene.vault.read(Shelf.PREVIEW, "image")
    with pytest.raises(KeyUnusable):
        scene.vault.keep(Shelf.PREVIEW, "image", b"x")


def test_another_persons_key_in_her_place_opens_nothing(scene: SealedScene, tmp_path: Path) -> None:
    scene.judged("image")
    scene.judged("amaras", licence="halden-amara")
    folder = tmp_path / "keys" / "persons"
    (folder / "nora.key").write_bytes((folder / "amara.key").read_bytes())
    with pytest.raises(Exception, match="does not open"):
        scene.vault.read(Shelf.PREVIEW, "image")


def test_a_thing_of_nobody_is_not_sealed(scene: SealedScene) -> None:
    for shelf in Shelf:
        with pytest.raises(NotFound):
            scene.vault.keep(shelf, "nobodys", b"x")
