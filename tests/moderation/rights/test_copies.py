"""Smaller copies are made if she allowed them, leave as the file itself does, and go with it."""

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from moderation.access.account import Account
from moderation.desk.insight import Insight
from moderation.errors import IllegalMove, ModerationError, NotFound, NotYours, RightsLapsed, SealBroken, SignatureRefused
from moderation.keys.approval import Approvals, verify_proof
from moderation.pages.story import story_html
from moderation.rights.copies import SHELVES, WIDEST, copies_of
from moderation.vault.seal import Sealed, seal, xmp_of
from moderation.vault.vault import OF_IMAGES
from tests.moderation.her_hand import fingerprint, key_of
from tests.moderation.scene import AMARA, DISCLOSURE, MAYA, MODO, NORA, OTTO, RIVAL, SOURCE, Scene, picture

SMALLER = ("smaller copies",)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def released(scene: Scene, image: str, *renditions: str) -> Sealed:
    sealed = scene.judged(image)
    word = scene.signoff.signed(NORA, image, "approve", renditions=renditions)
    scene.signoff.approve(NORA, image, sealed.sealed_sha256, word=word)
    scene.releases.release(MAYA, image)
    return sealed


def copies(scene: Scene, image: str) -> list[dict[str, Any]]:
    sql = "SELECT c.* FROM release_copy c JOIN release e ON e.id = c.release_id WHERE e.render_id = ? ORDER BY c.name"
    return scene.database.rows(sql, [image])


def test_what_she_allowed_is_made_once_and_says_of_itself_what_the_file_says(scene: Scene) -> None:
    sealed = released(scene, "image", *SMALLER)
    rows = copies(scene, "image")
    assert [row["name"] for row in rows] == ["small", "web"]
    for row in rows:
        file = scene.releases.open_download(MAYA, scene.releases.grant(MAYA, "image", row["name"]))
        assert (file.sha256, len(file.content)) == (row["file_sha256"], row["bytes"])
        assert file.filename.endswith(f"-image-{row['name']}.jpg")
        opened = Image.open(io.BytesIO(file.content))
        assert (opened.format, opened.size) == ("JPEG", (row["width"], row["height"]))
        assert row["width"] <= min(WIDEST[row["name"]], sealed.width)
        assert xmp_of(file.content) == xmp_of(sealed.content)
    told = scene.database.rows("SELECT facts ->> 'copies' AS copies FROM audit WHERE event = 'render.released'")[0]["copies"]
    assert all(row["file_sha256"] in told for row in rows)
    whole = scene.releases.open_download(MAYA, scene.releases.grant(MAYA, "image"))
    assert whole.content == sealed.content


def test_a_large_file_has_copies_of_the_widths_that_are_said() -> None:
    made = copies_of(seal(picture().repeat(13, axis=0).repeat(13, axis=1), DISCLOSURE, SOURCE).content)
    assert {one.name: (one.width, one.height) for one in made} == {"web": (1080, 1350), "small": (320, 400)}


@pytest.mark.parametrize("renditions", [(), ("crops",)])
def test_without_her_word_there_is_no_copy_anywhere(scene: Scene, renditions: tuple[str, ...]) -> None:
    released(scene, "image", *renditions)
    assert copies(scene, "image") == []
    assert [scene.vault.names(shelf) for shelf in SHELVES.values()] == [[], []]
    with pytest.raises(IllegalMove, match="she allowed none"):
        scene.releases.grant(MAYA, "image", "web")
    assert "No smaller copies" in str(story_html(Insight(scene.database).story(MAYA, "image"), MAYA.role, scene.clock()))


@pytest.mark.parametrize("account", [OTTO, RIVAL, NORA, AMARA, MODO])
def test_nobody_gets_a_copy_who_would_not_get_the_file(scene: Scene, account: Account) -> None:
    released(scene, "image", *SMALLER)
    token = scene.releases.grant(MAYA, "image", "web")
    if account is not OTTO:  # of the same brand
        with pytest.raises((NotFound, NotYours)):
            scene.releases.grant(account, "image", "web")
    with pytest.raises(NotFound):
        scene.releases.open_download(account, token)
    for name in ("original", "../web", "WEB", "small' --"):
        with pytest.raises(ModerationError):
            scene.releases.grant(MAYA, "image", name)


def test_a_copy_stops_with_the_file_and_one_that_was_altered_does_not_leave(scene: Scene) -> None:
    for image in ("image", "other"):
        released(scene, image, *SMALLER)
    tokens = [scene.releases.grant(MAYA, image, "small") for image in ("image", "other")]
    scene.vault.keep(SHELVES["small"], "other", b"another picture")
    with pytest.raises(SealBroken):
        scene.releases.open_download(MAYA, tokens[1])
    scene.rights.revoke(NORA, "licence", "halden-nora", "")
    with pytest.raises(RightsLapsed):
        scene.releases.open_download(MAYA, tokens[0])
    with pytest.raises(ModerationError):
        scene.releases.grant(MAYA, "image", "small")
    assert set(SHELVES.values()) <= set(OF_IMAGES), "retention and erasure drop the shelves of images"


def test_the_page_offers_each_copy_and_the_proof_says_that_her_key_did_not_sign_its_bytes(scene: Scene) -> None:
    released(scene, "image", *SMALLER)
    scene.releases.grant(MAYA, "image", "web")
    page = str(story_html(Insight(scene.database).story(MAYA, "image"), MAYA.role, scene.clock()))
    for name in WIDEST:
        assert f'data-post="/release/image/download?which={name}"' in page
    assert "fetched the copy for the web" in page
    content = scene.releases.open_download(MAYA, scene.releases.grant(MAYA, "image", "small")).content
    proof = Approvals(scene.database).proof(MAYA, "image").decode()
    with pytest.raises(SignatureRefused, match="A smaller copy, which she allowed, is signed by nobody"):
        verify_proof(proof, fingerprint(key_of(NORA)), content)
