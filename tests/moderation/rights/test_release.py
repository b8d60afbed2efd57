"""The gate: only what she approved is released, once and paid; a file leaves only by a fresh grant of its own account."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from moderation.errors import AlreadyDecided, IllegalMove, ModerationError, NotFound, NotYours, RightsLapsed, SealBroken
from moderation.vault.seal import seal
from moderation.vault.vault import Shelf
from tests.moderation.scene import ADMIN, AGENT, DISCLOSURE, MAYA, MODO, NORA, OTTO, RIVAL, SOURCE, Scene, picture


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_a_release_moves_pays_and_is_audited_at_once(scene: Scene) -> None:
    sealed = scene.approved("image")
    release = scene.releases.release(MAYA, "image")
    assert (release["file_sha256"], release["account_id"]) == (sealed.sealed_sha256, "maya")
    assert scene.state("image") == "released"
    lines = scene.database.rows("SELECT party, party_id, amount_minor, currency FROM ledger_line ORDER BY position")
    assert [tuple(line.values()) for line in lines] == [
        ("brand", "halden", -12_345, "EUR"),
        ("agency", "lumen", 2_160, "EUR"),
        ("person", "nora", 10_185, "EUR"),
    ]
    facts = scene.database.rows("SELECT json_extract(facts, '$.release_id') AS id FROM audit WHERE event = 'render.released'")
    assert facts == [{"id": release["id"]}]


def test_a_free_image_is_released_without_money(scene: Scene) -> None:
    scene.released("image", licence="halden-free")
    assert (scene.count("release"), scene.count("ledger_line")) == (1, 0)


def test_only_the_brand_that_ordered_releases_and_downloads(scene: Scene) -> None:
    scene.approved("image")
    for account, error in ((NORA, NotYours), (MODO, NotYours), (AGENT, NotYours), (ADMIN, NotYours), (RIVAL, NotFound)):
        for act in (scene.releases.release, scene.releases.grant):
            with pytest.raises(error):
                act(account, "image")
    assert scene.state("image") == "approved"
    scene.releases.release(OTTO, "image")
    assert scene.state("image") == "released"


@pytest.mark.parametrize("bring", ["order", "examining", "judged"])
def test_nothing_before_her_approval_is_released_or_granted(scene: Scene, bring: str) -> None:
    getattr(scene, bring)("image")
    for act in (scene.releases.release, scene.releases.grant):
        with pytest.raises(IllegalMove):
            act(MAYA, "image")
    assert (scene.count("release"), scene.count("download_grant")) == (0, 0)


def test_a_file_altered_at_rest_is_not_released(scene: Scene) -> None:
    scene.approved("image")
    other = seal(picture(tone=9), DISCLOSURE, SOURCE)
    scene.vault.keep(Shelf.ORIGINAL, "image", other.content)
    with pytest.raises(SealBroken):
        scene.releases.release(MAYA, "image")
    assert (scene.state("image"), scene.count("ledger_line")) == ("approved", 0)


@pytest.mark.parametrize(
    "tamper",
    [
        "UPDATE decision SET pixels_sha256 = '{zeros}'",
        "UPDATE decision SET sealed_sha256 = '{zeros}'",
        "UPDATE decision SET preview_sha256 = '{zeros}'",
        "UPDATE submission SET pixels_sha256 = '{zeros}'",
        "UPDATE submission SET pixels_sha256 = '{zeros}'; UPDATE decision SET pixels_sha256 = '{zeros}'",
        "UPDATE decision SET fee_minor = fee_minor - 1",
        "UPDATE decision SET licence_id = 'halden-free'",
        "UPDATE decision SET account_id = 'amara-account'",
        "UPDATE decision SET twin_epoch = twin_epoch + 1",
    ],
)
def test_an_approval_of_other_pixels_terms_or_people_releases_nothing(scene: Scene, tamper: str) -> None:
    scene.approved("image")
    with scene.database.write("operator") as tx:
        tx.execute("DROP TRIGGER decision_keeps_update")
        tx.execute("DROP TRIGGER submission_keeps_update")
        for statement in tamper.format(zeros="0" * 64).split(";"):
            tx.execute(statement)
    with pytest.raises(SealBroken, match="does not cover"):
        scene.releases.release(MAYA, "image")
    assert (scene.state("image"), scene.count("release"), scene.count("ledger_line")) == ("approved", 0, 0)


def test_an_expired_licence_releases_nothing(scene: Scene) -> None:
    scene.approved("image", licence="halden-short")
    scene.clock.forward(minutes=30)
    with pytest.raises(RightsLapsed):
        scene.releases.release(MAYA, "image")
    assert scene.state("image") == "approved"


def test_fifty_releases_at_once_pay_once(scene: Scene) -> None:
    scene.approved("image")
    start, answers = threading.Barrier(50), []

    def release() -> None:
        start.wait()
        try:
            scene.releases.release(MAYA, "image")
            answers.append("released")
        except AlreadyDecided:
            answers.append("late")
        finally:
            scene.database.close()

    threads = [threading.Thread(target=release) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["late"] * 49 + ["released"]
    assert (scene.count("release"), scene.count("ledger_line"), scene.count("audit", event="render.released")) == (1, 3, 1)


def test_a_grant_opens_the_sealed_file_for_five_minutes_as_often_as_asked(scene: Scene) -> None:
    sealed = scene.released("image")
    token = scene.releases.grant(MAYA, "image")
    scene.clock.forward(minutes=4, seconds=59)
    before = scene.database.rows("SELECT count(*) AS n FROM audit")
    for _ in range(2):
        download = scene.releases.open_download(MAYA, token)
        assert download.content == sealed.content
        assert (download.filename, download.sha256) == ("nora-image.png", sealed.sealed_sha256)
    assert scene.database.rows("SELECT count(*) AS n FROM audit") == before
    scene.clock.forward(seconds=1)
    with pytest.raises(NotFound):
        scene.releases.open_download(MAYA, token)


def test_the_token_itself_is_kept_nowhere(scene: Scene, tmp_path: Path) -> None:
    scene.released("image")
    token = scene.releases.grant(MAYA, "image")
    scene.database.close()
    assert len(token) >= 32
    assert all(token.encode() not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_a_grant_is_for_its_account_alone(scene: Scene) -> None:
    scene.released("image")
    token = scene.releases.grant(MAYA, "image")
    for account in (OTTO, RIVAL, NORA, MODO, replace(MAYA, session_version=1)):
        with pytest.raises(NotFound):
            scene.releases.open_download(account, token)
    with pytest.raises(NotFound):
        scene.releases.open_download(MAYA, token + "x")


def _disable(scene: Scene) -> None:
    _write(scene, "UPDATE account SET disabled_at = created_at WHERE id = 'maya'")


def _change_brand(scene: Scene) -> None:
    _write(scene, "UPDATE account SET brand_id = 'other' WHERE id = 'maya'")


def _sign_out(scene: Scene) -> None:
    _write(scene, "UPDATE account SET session_version = 1 WHERE id = 'maya'")


def _write(scene: Scene, sql: str) -> None:
    with scene.database.write("test") as tx:
        tx.execute(sql)


def _alter_file(scene: Scene) -> None:
    scene.vault.keep(Shelf.ORIGINAL, "image", b"other")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (_disable, NotFound),
        (_change_brand, NotFound),
        (_sign_out, NotFound),
        (_alter_file, SealBroken),
        (lambda scene: scene.rights.withdraw_image(NORA, "image"), RightsLapsed),
        (lambda scene: scene.rights.revoke(NORA, "licence", "halden-short", ""), RightsLapsed),
        (lambda scene: scene.rights.revoke(NORA, "consent", "nora-1", ""), RightsLapsed),
        (lambda scene: _write(scene, "UPDATE twin SET epoch = epoch + 1"), RightsLapsed),
        (lambda scene: _write(scene, "UPDATE licence SET epoch = epoch + 1"), RightsLapsed),
    ],
    ids=["disabled", "other brand", "signed out", "file altered", "image taken back", "licence", "consent", "twin", "fence"],
)
def test_a_grant_ends_with_whatever_it_rests_on(
    scene: Scene, change: Callable[[Scene], object], error: type[ModerationError]
) -> None:
    scene.released("image", licence="halden-short")
    token = scene.releases.grant(MAYA, "image")
    scene.releases.open_download(MAYA, token)
    change(scene)
    with pytest.raises(error):
        scene.releases.open_download(MAYA, token)


def test_a_grant_ends_with_the_licence_and_no_new_one_is_given(scene: Scene) -> None:
    scene.released("image", licence="halden-short")
    scene.clock.forward(minutes=28)
    token = scene.releases.grant(MAYA, "image")
    scene.clock.forward(minutes=2)
    with pytest.raises(RightsLapsed):
        scene.releases.open_download(MAYA, token)
    with pytest.raises(RightsLapsed, match="ended on 2026-05-03"):
        scene.releases.grant(MAYA, "image")
