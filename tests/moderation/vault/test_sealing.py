"""A home that lay in the clear is sealed at the next start, wherever the start before was stopped; the plaintext is gone."""

from hashlib import sha256
from pathlib import Path

import pytest

from moderation.database import Database
from moderation.errors import KeyUnusable
from moderation.schema.tables import AUDIT, MIGRATIONS
from moderation.vault.sealing import FAULTS, seal_home
from moderation.vault.vault import Shelf
from tests.moderation.scene import Clock
from tests.moderation.sealed_scene import FACES, SealedScene
from twin.schema.tables import MIGRATIONS as TWIN

NEGATIVE = b"PK\x03\x04" + b"the negative of her face" * 40


class Killed(Exception):
    """The power went."""


def opened(scene: SealedScene, render_id: str) -> tuple[dict[str, bytes], list[Path]]:
    """An image whose files are put in the clear, as an older program left them: their content, and where they lie."""
    scene.released(render_id)
    scene.vault.keep(Shelf.NEGATIVE, render_id, NEGATIVE)
    content, places = {}, []
    for shelf in (Shelf.ORIGINAL, Shelf.PREVIEW, Shelf.NEGATIVE):
        content[shelf.name] = scene.vault.read(shelf, render_id)
        sealed = scene.vault.path(shelf, render_id)
        places.append(sealed.with_name(sealed.name.removesuffix(".sealed")))
        places[-1].write_bytes(content[shelf.name])
        sealed.unlink()
    return content, places


def test_what_lay_in_the_clear_is_sealed_and_reads_as_before(tmp_path: Path) -> None:
    scene, said = SealedScene(tmp_path), []
    content, places = opened(scene, "image")
    stray = tmp_path / "previews" / "nobody.jpg"
    stray.write_bytes(b"\xff\xd8\xff of nobody")
    assert seal_home(scene.database, scene.vault, said.append) == 4
    assert said == ["Sealing 4 pictures that lie in the clear …"]
    assert not any(place.exists() for place in (*places, stray))
    assert {shelf: scene.vault.read(Shelf[shelf], "image") for shelf in content} == content
    seen = scene.everything()
    assert not any(mark in seen for mark in (b"\x89PNG\r\n", b"JFIF\x00", b"Exif\x00\x00", b"PK\x03\x04", NEGATIVE[4:40]))
    assert seal_home(scene.database, scene.vault, said.append) == 0


@pytest.mark.parametrize("point", FAULTS)
@pytest.mark.parametrize("after", range(3))
def test_sealing_goes_on_where_it_was_stopped(tmp_path: Path, point: str, after: int) -> None:
    scene, passed = SealedScene(tmp_path), []
    content, places = opened(scene, "image")

    def die(reached: str) -> None:
        passed.append(reached)
        if passed.count(point) > after and reached == point:
            raise Killed

    with pytest.raises(Killed):
        seal_home(scene.database, scene.vault, lambda _: None, die)
    scene.database.close()
    again = SealedScene(tmp_path, fresh=False)
    seal_home(again.database, again.vault, lambda _: None)
    assert not any(place.exists() for place in places)
    assert {shelf: again.vault.read(Shelf[shelf], "image") for shelf in content} == content


def test_a_file_planted_in_the_clear_takes_no_sealed_ones_place(tmp_path: Path) -> None:
    scene = SealedScene(tmp_path)
    sealed = scene.released("image")
    planted = scene.vault.path(Shelf.ORIGINAL, "image").with_name("image.png")
    planted.write_bytes(b"\x89PNG another")
    seal_home(scene.database, scene.vault, lambda _: None)
    assert not planted.exists()
    assert scene.vault.read(Shelf.ORIGINAL, "image", sealed.sealed_sha256) == sealed.content


def test_without_her_key_nothing_is_sealed_anew_and_nothing_lost(tmp_path: Path) -> None:
    scene = SealedScene(tmp_path)
    _, places = opened(scene, "image")
    (tmp_path / "keys" / "persons" / "nora.key").unlink()
    with pytest.raises(KeyUnusable, match="missing or unsafe"):
        seal_home(scene.database, scene.vault, lambda _: None)
    assert all(place.exists() for place in places)


def test_templates_that_lay_in_the_clear_leave_no_byte_in_the_database(tmp_path: Path) -> None:
    place, clock = tmp_path / "studio.sqlite", Clock()
    database = Database(place, clock)
    names = [name for name, _ in MIGRATIONS]
    before = MIGRATIONS[: names.index("moderation-sealed")]
    database.migrate([("audit", AUDIT), *TWIN, *before])
    with database.write("test") as tx:
        for index in range(300):
            values = [f"nora-{index}", FACES["nora"].tobytes(), tx.now]
            tx.execute("INSERT INTO template VALUES (?, 'nora', 'p', 'even', ?, ?)", values)
            tx.execute("INSERT INTO outline VALUES (?, 'nora', 'p', ?, ?)", values)
    pattern = FACES["nora"].tobytes()[40:104]
    database.tables.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert pattern in place.read_bytes()
    database.close()

    home = SealedScene(tmp_path, fresh=False)
    home.database.migrate([("audit", AUDIT), *TWIN, *MIGRATIONS])
    seal_home(home.database, home.vault, lambda _: None)
    assert all(pattern not in file.read_bytes() for file in tmp_path.glob("studio.sqlite*"))
    assert home.database.rows("SELECT * FROM template") == []
    seal_home(home.database, home.vault, lambda _: None)
    assert len(home.events("database.scrubbed")) == 1


def test_hashes_stay_those_of_what_was_sealed(tmp_path: Path) -> None:
    scene = SealedScene(tmp_path)
    sealed = scene.released("image")
    assert sha256(scene.vault.read(Shelf.ORIGINAL, "image")).hexdigest() == sealed.sealed_sha256
    assert sha256(scene.vault.path(Shelf.ORIGINAL, "image").read_bytes()).hexdigest() != sealed.sealed_sha256
