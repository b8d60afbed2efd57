"""Erased, nothing kept of her opens any more, by anybody, from any copy; and the studio goes on with everybody else."""

import shutil
from pathlib import Path

import pytest

from moderation.access.account import Account
from moderation.audit.chain import verify
from moderation.desk.insight import Insight
from moderation.desk.moves import move
from moderation.desk.viewing import Viewing
from moderation.errors import AlreadyDecided, BadRequest, Erased, Gone, KeyUnusable, NotFound, NotYours
from moderation.keys.keyring import Keyring
from moderation.rights.erasure import FAULTS
from moderation.vault.vault import Shelf
from tests.moderation.scene import ADMIN, AGENT, AMARA, MAYA, MODO, NORA, RIVAL
from tests.moderation.sealed_scene import FACES, SealedScene

PHOTO = b"\xff\xd8\xff the photograph that she handed in"
ASKED = "She asked in her letter of 2 May 2026."


class Killed(Exception):
    """The power went."""


@pytest.fixture
def scene(tmp_path: Path) -> SealedScene:
    return filled(SealedScene(tmp_path / "home"))


def filled(scene: SealedScene) -> SealedScene:
    """Nora with a released, an approved and a waiting image, her face measured and a photograph; Amara with one of each."""
    for person in ("nora", "amara"):
        scene.allow("biometric", person)
        scene.allow("training", person)
    scene.measure("nora", "amara")
    scene.released("released")
    scene.approved("approved")
    scene.judged("waiting")
    scene.judged("amaras", licence="halden-amara")
    scene.photo = scene.keep_photograph("nora", PHOTO)
    with scene.database.write("training") as tx:
        scene.weights.keep(tx, "nora", b"weights of her twin", object_id="lora")
    return scene


def test_she_is_told_beforehand_what_goes_and_what_stays(scene: SealedScene) -> None:
    foreseen = scene.erasure.foresee(NORA)
    assert dict(foreseen.counts) == {"images": 3, "templates": 1, "photographs": 1, "weights": 1, "bases": 0, "masks": 0}
    told = "\n".join(foreseen.sentences())
    for words in ("2 images that wait will be withdrawn", "1 released file is recalled", "3 images (originals", "What stays"):
        assert words in told
    assert scene.count("erasure") == 0


def test_erased_every_right_ends_and_nothing_of_her_opens(scene: SealedScene) -> None:
    receipt = scene.erasure.erase(NORA)
    assert {name: scene.state(name) for name in ("released", "approved", "waiting", "amaras")} == {
        "released": "recalled",
        "approved": "withdrawn",
        "waiting": "withdrawn",
        "amaras": "her turn",
    }
    assert receipt.facts == {
        **{"images": 3, "templates": 1, "photographs": 1, "weights": 1, "bases": 0, "masks": 0},
        **{"withdrawn": 2, "recalled": 1, "noticed": receipt.facts["noticed"]},
    }
    for shelf in (Shelf.ORIGINAL, Shelf.PREVIEW):
        for image in ("released", "approved", "waiting"):
            assert not scene.vault.path(shelf, image).exists()
            with pytest.raises(Erased):
                scene.vault.read(shelf, image)
    with pytest.raises(Gone):
        scene.photographs.open("enrolment", scene.photo, "to measure her anew")
    with pytest.raises(Erased):
        scene.person_keys.sealing("nora")
    assert scene.count("template", twin_id="nora") == scene.count("outline", twin_id="nora") == 0
    (account,) = scene.database.rows("SELECT disabled_at, password_hash, session_version FROM account WHERE id = ?", [NORA.id])
    assert account["disabled_at"] is not None
    assert account["session_version"] > 0
    assert [row["subject"] for row in scene.events("person.erased")] == ["nora"]
    assert scene.buried[0][0] == "nora"
    verify(scene.database.rows("SELECT * FROM audit ORDER BY seq"))
    with pytest.raises(AlreadyDecided):
        scene.erasure.erase(NORA)


def test_a_file_that_might_still_be_used_for_a_while_is_granted_to_nobody_once_she_is_erased(scene: SealedScene) -> None:
    scene.licence("slow", revocation_notice_hours=48)
    scene.released("in-use", licence="slow")
    token = scene.releases.grant(MAYA, "in-use")
    scene.erasure.erase(NORA)
    assert scene.state("in-use") == "released"
    with pytest.raises(Erased):
        scene.releases.grant(MAYA, "in-use")
    with pytest.raises(Erased):
        scene.releases.open_download(MAYA, token)
    assert scene.count("download_grant") == 1


def test_everybody_else_goes_on(scene: SealedScene) -> None:
    scene.erasure.erase(NORA)
    assert scene.store.known().gallery.twin_ids == ("amara",)
    insight, viewing = Insight(scene.database), Viewing(scene.database, scene.vault)
    for account in (MAYA, MODO, AGENT, ADMIN):
        for waiting in insight.inbox(account):
            assert waiting.count
        cards = insight.shoot_renders(account, "halden-shoot")
        assert {card.render_id for card in cards if card.gone} == {card.render_id for card in cards if card.twin_id == "nora"}
        for card in cards:
            assert insight.story(account, card.render_id).card.picture == (not card.gone and account is not ADMIN)
            if card.gone:
                with pytest.raises(Gone, match="had herself erased"):
                    viewing.preview(account, card.render_id)
    with pytest.raises(NotFound) as foreign:
        viewing.preview(RIVAL, "released")
    assert not isinstance(foreign.value, Gone)
    sealed = scene.database.rows("SELECT sealed_sha256 FROM submission WHERE render_id = 'amaras'")[0]["sealed_sha256"]
    scene.signoff.approve(AMARA, "amaras", sealed)
    scene.releases.release(MAYA, "amaras")
    token = scene.releases.grant(MAYA, "amaras")
    assert scene.releases.open_download(MAYA, token).content.startswith(b"\x89PNG")


def test_an_old_copy_of_the_home_gives_nothing_back(scene: SealedScene, tmp_path: Path) -> None:
    scene.database.tables.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    copy = tmp_path / "copy"
    shutil.copytree(scene.home, copy, ignore=shutil.ignore_patterns("keys"))
    scene.erasure.erase(NORA)
    stolen = SealedScene(copy, fresh=False)
    for image in ("released", "approved", "waiting"):
        with pytest.raises(KeyUnusable):
            stolen.vault.read(Shelf.ORIGINAL, image)
    shutil.copytree(scene.home / "keys", copy / "keys")
    with pytest.raises(KeyUnusable):
        stolen.vault.read(Shelf.ORIGINAL, "released")
    assert stolen.vault.read(Shelf.ORIGINAL, "amaras").startswith(b"\x89PNG")


def test_restored_with_its_keys_an_older_copy_erases_her_again(scene: SealedScene, tmp_path: Path) -> None:
    scene.database.tables.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    copy = tmp_path / "copy"
    shutil.copytree(scene.home, copy)
    scene.erasure.erase(NORA)
    restored = SealedScene(copy, fresh=False)
    assert restored.vault.read(Shelf.ORIGINAL, "released").startswith(b"\x89PNG")
    with restored.database.write("restore") as tx:
        restored.erasure.again(tx, scene.buried[0][1])
        restored.erasure.again(tx, scene.buried[0][1])
    restored.erasure.resume()
    with pytest.raises(Erased):
        restored.vault.read(Shelf.ORIGINAL, "released")
    assert not Keyring(copy / "keys" / "persons").has("nora")
    assert restored.count("erasure") == 1
    assert restored.count("template", twin_id="nora") == 0


@pytest.mark.parametrize("point", FAULTS)
def test_killed_anywhere_she_is_either_not_erased_or_wholly_after_the_next_start(tmp_path: Path, point: str) -> None:
    filled(SealedScene(tmp_path)).database.close()

    def die(passed: str) -> None:
        if passed == point:
            raise Killed

    struck = SealedScene(tmp_path, reach=die, fresh=False)
    with pytest.raises(Killed):
        struck.erasure.erase(NORA)
    struck.database.close()
    scene = SealedScene(tmp_path, fresh=False)
    scene.erasure.resume()
    erased = scene.count("erasure") == 1
    assert erased == (point not in ("erase.taken-back", "erase.recorded"))
    files = [path for path in tmp_path.rglob("*.sealed") if path.name.split(".")[0] in ("released", "approved", "waiting")]
    assert bool(files) == Keyring(tmp_path / "keys" / "persons").has("nora") == (not erased)
    assert scene.state("approved") == ("withdrawn" if erased else "approved")
    verify(scene.database.rows("SELECT * FROM audit ORDER BY seq"))


@pytest.mark.parametrize("account", [MAYA, MODO, AGENT, AMARA])
def test_nobody_else_has_her_erased(scene: SealedScene, account: Account) -> None:
    with pytest.raises((NotYours, NotFound)):
        scene.erasure.erase(account, "nora", asked=ASKED)
    with pytest.raises((NotYours, NotFound)):
        scene.erasure.foresee(account, "nora")
    assert scene.count("erasure") == 0


def test_an_administrator_erases_whom_she_asked_in_words_and_that_is_on_record(scene: SealedScene) -> None:
    with pytest.raises(BadRequest):
        scene.erasure.erase(ADMIN, "nora", asked="she asked")
    scene.erasure.erase(ADMIN, "nora", asked=ASKED)
    (row,) = scene.database.rows("SELECT * FROM erasure")
    assert (row["actor"], row["wish"], row["words"]) == (ADMIN.id, "asked for her", ASKED)
    assert scene.state("approved") == "withdrawn"
    assert {row["actor"] for row in scene.events("twin.revoked")} == {ADMIN.id}


def test_what_a_worker_still_paints_of_her_cannot_come_in(scene: SealedScene) -> None:
    scene.order("painting")
    with scene.database.write("worker") as tx:
        move(tx, "painting", "painting", "worker")
    scene.erasure.erase(NORA)
    for shelf in (Shelf.PROGRESS, Shelf.ORIGINAL):
        with pytest.raises(Erased):
            scene.vault.keep(shelf, "painting", b"late")
    assert not Keyring(scene.home / "keys" / "persons").has("nora")


def test_no_byte_of_the_home_without_its_keys_is_a_picture_or_a_face(scene: SealedScene) -> None:
    seen = scene.everything()
    marks = (b"\x89PNG\r\n", b"JFIF\x00", b"Exif\x00\x00", b"IHDR", PHOTO[:12], b"weights of her")
    assert not [mark for mark in marks if mark in seen]
    assert not [person for person, face in FACES.items() if face.tobytes()[:32] in seen or face.tobytes()[200:232] in seen]
