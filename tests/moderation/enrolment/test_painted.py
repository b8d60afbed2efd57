"""Somebody whom no painter learned, from her photographs to a released file: the real studio, and klein on tiny random weights.

Random weights paint noise, so what the safeguards must say of it is known. That an image of hers can clear is shown by an edit,
in which her face is that of a picture of hers.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from moderation.audit.chain import verify
from moderation.errors import IllegalMove
from moderation.faces.pack import Pack
from moderation.keys.approval import verify_proof
from moderation.uploads.bases import Handed
from moderation.uploads.uploads import read_upload
from moderation.vault.seal import xmp_of
from moderation.vault.vault import Shelf
from tests.machine.whole import her_word
from tests.moderation.enrolment.newcomer import ayla
from tests.moderation.enrolment.with_ayla import ENROLLED, NOT_A_REFERENCE, SIZE, TWIN, WithAyla
from tests.moderation.her_hand import fingerprint, key_of
from tests.twin.painters.tiny_klein import CARD, tiny_folder
from twin import commands
from twin.errors import LookRefused
from twin.orders.edit import Edit
from twin.orders.edits import mask_png
from twin.orders.recipe import Recipe, Sameness
from twin.pages import cards
from twin.pages.ports import Asked, Studio
from twin.pages.repaints import Repaints

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def studio(cc0_pack: Pack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WithAyla]:
    torch.set_num_threads(1)
    weights = tiny_folder(tmp_path_factory.mktemp("klein") / "weights")
    made = WithAyla(tmp_path_factory.mktemp("ayla") / "home", cc0_pack.folder.parent, weights)
    yield made
    made.database.close()


@pytest.fixture(scope="module")
def page(studio: WithAyla) -> Studio:
    return studio.page()


@pytest.fixture(scope="module")
def shoot(studio: WithAyla, page: Studio) -> str:
    return page.open_shoot(studio.account("maya"), "Autumn knitwear")


def asked(page: Studio, shoot: str, count: int = 1, painter: str = CARD.name) -> Asked:
    look = page.lookbook.look("studio-classic").worn_by(TWIN, page.wardrobe, worded=True)
    return Asked(shoot, TWIN, painter, look, count, 7)


@pytest.fixture(scope="module")
def noise(studio: WithAyla, page: Studio, shoot: str) -> list[str]:
    """Two images of one order, painted and examined by a worker's process of its own."""
    before = len(studio.events("reference.opened"))
    ids = list(page.order(studio.account("maya"), asked(page, shoot, 2)))
    command = [sys.executable, "-m", "tests.moderation.enrolment.with_ayla", str(studio.home)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    opened = studio.events("reference.opened")[before:]
    assert [(row["actor"], "to paint" in row["facts"]) for row in opened] == [("studio", True)] * 3, "once for both images"
    return ids


def test_the_page_offers_who_can_paint_her_and_what_words_can_dress_her_in(studio: WithAyla, page: Studio) -> None:
    (twin,) = [one for one in page.twins(studio.account("maya")) if one.id == TWIN]
    assert (twin.refusal, twin.pictured) == ("", True)
    ready = cards.ready_for(twin, page.painters)
    assert [one.name for one in ready] == [CARD.name]
    assert "whole model in bf16" in ready[0].detail
    assert set(page.wardrobe.of(TWIN, worded=ready[0].worded)) == set(page.wardrobe.garments)
    assert cards.painted_by(twin, page.painters) == ""


def test_the_embedded_painter_is_refused_for_her_when_it_is_ordered_of(studio: WithAyla, page: Studio, shoot: str) -> None:
    with pytest.raises(LookRefused, match="Atelier cannot paint Vera"):
        page.order(studio.account("maya"), asked(page, shoot, painter="atelier"))


def test_no_safeguard_takes_noise_for_her_and_none_of_it_reaches_her(studio: WithAyla, noise: list[str]) -> None:
    for render_id in noise:
        found = studio.findings(render_id)
        assert found["one_face"] == "refer"
        assert "clear" not in {found[name] for name in ("one_face", "face_size", "likeness", "nobody_else", "copy")}
        assert studio.state(render_id) == "in review", "no face was found: a person must look"
        with pytest.raises(IllegalMove):
            studio.signs.approve(studio.account(TWIN), render_id, "0" * 64)


def test_images_of_one_order_were_painted_in_one_go_and_each_recipe_repaints_its_own(studio: WithAyla, noise: list[str]) -> None:
    pictures = [studio.house.submissions.picture(one) for one in noise]
    assert not np.array_equal(*pictures)
    for render_id, picture in zip(noise, pictures, strict=True):
        (row,) = studio.database.rows("SELECT recipe FROM recipe WHERE render_id = ?", [render_id])
        recipe = Recipe.from_json(row["recipe"])
        assert (picture.shape, len(recipe.references)) == ((SIZE[1], SIZE[0], 3), 3)
        assert recipe.made_by["in_one_go"] == 2
        assert len(recipe.made_by["best_of"]["tries"]) == 3, "no face was ever found, so nothing was near enough"
        assert recipe.made_by["model_sha256"]
        again = commands.repaint(studio.studio.painting, render_id, studio.house.submissions.picture)
        assert again.sameness is Sameness.EQUAL


def released(studio: WithAyla, page: Studio, render_id: str) -> bytes:
    """Her yes with her key, the release by its maker, and the file that leaves."""
    maya, her = studio.account("maya"), studio.account(TWIN)
    (row,) = studio.database.rows("SELECT sealed_sha256 FROM submission WHERE render_id = ?", [render_id])
    with pytest.raises(IllegalMove, match="only a released image"):
        studio.house.releases.grant(maya, render_id)
    studio.signs.approve(her, render_id, row["sealed_sha256"])
    page.release(maya, render_id)
    token = studio.house.releases.grant(maya, render_id)
    content = studio.house.releases.open_download(maya, token).content
    proof = studio.house.approvals.proof(maya, render_id).decode()
    said = verify_proof(proof, fingerprint(key_of(her)), content)
    assert any("approve" in sentence for sentence in said)
    return content


def reviewed(studio: WithAyla, login: str, render_id: str, choice: str, reason: str | None = None) -> None:
    moderator = studio.account(login)
    claim = studio.house.desk.claim(moderator, render_id)
    (row,) = studio.database.rows("SELECT version FROM render WHERE id = ?", [render_id])
    studio.house.desk.review(moderator, render_id, row["version"], choice, reason, "", claim["token"])


def test_by_appeal_moderation_her_signature_and_release_it_leaves_as_what_it_is(
    studio: WithAyla, page: Studio, noise: list[str]
) -> None:
    image = noise[0]
    reviewed(studio, "rosa", image, "refuse", "quality")
    page.appeal(studio.account("maya"), image, "An abstract study, which shows nobody.")
    assert studio.state(image) == "in review"
    reviewed(studio, "idris", image, "pass")
    assert studio.state(image) == "her turn"
    file = released(studio, page, image)
    assert "trainedAlgorithmicMedia" in xmp_of(file)
    assert "compositeWithTrainedAlgorithmicMedia" not in xmp_of(file)
    assert np.array_equal(read_upload(file), studio.house.submissions.picture(image))
    verify(studio.database.rows("SELECT * FROM audit ORDER BY seq"))


def test_a_picture_of_hers_repainted_around_her_face_clears_as_her_and_says_that_it_is_a_composite(
    studio: WithAyla, page: Studio, shoot: str
) -> None:
    maya, house = studio.account("maya"), studio.house
    base_id = house.bases.take(maya, TWIN, Handed("campaign.jpg", ayla(NOT_A_REFERENCE)))
    base = house.bases.picture(base_id)
    mask = np.zeros(base.shape[:2], np.bool_)
    mask[-96:, 16:-16] = True
    told = {"shoot": shoot, "painter": CARD.name, "garment": "trench_coat", "cloth": "#b98a57"}
    ordered = Repaints(studio.studio.floor(), studio.studio.painting).order_of_upload(maya, base_id, TWIN, told, mask_png(mask))
    image = str(ordered["id"])
    studio.work()
    picture, found = house.submissions.picture(image), studio.findings(image)
    kept = ~Edit(base, mask, "").sparing(house.examiner.boxes(base)).mask
    assert np.array_equal(picture[kept], base[kept])
    assert (picture[-60:, 40:-40] != base[-60:, 40:-40]).any(axis=2).mean() > 0.5
    assert {found[name] for name in ("one_face", "likeness", "nobody_else", "copy")} == {"clear"}
    if studio.state(image) == "in review":  # the blend detector may doubt a garment of noise
        assert {name for name, outcome in found.items() if outcome != "clear"} == {"manipulation"}
        reviewed(studio, "rosa", image, "pass")
    assert studio.state(image) == "her turn"
    assert "compositeWithTrainedAlgorithmicMedia" in xmp_of(released(studio, page, image))


def test_her_crops_lie_sealed_and_every_load_of_one_is_a_row_of_the_audit(studio: WithAyla) -> None:
    vault = studio.house.vault
    names = vault.names(Shelf.CROP)
    assert len(names) == len(ENROLLED)
    for name in names:
        content = vault.path(Shelf.CROP, name).read_bytes()
        assert b"PNG" not in content[:64]
        assert b"IDAT" not in content
    before = len(studio.events("reference.opened"))
    shown = studio.studio.painting.references(TWIN)
    rows = studio.events("reference.opened")[before:]
    assert len(rows) == len(shown) == 3
    assert {row["subject"] for row in rows} <= set(names)


def test_a_consent_taken_back_between_order_and_painting_opens_no_photograph_and_paints_nothing(
    studio: WithAyla, page: Studio, shoot: str
) -> None:
    her = studio.account(TWIN)
    ids = list(page.order(studio.account("maya"), asked(page, shoot, 2)))
    before = len(studio.events("reference.opened"))
    (consent,) = studio.database.rows("SELECT id FROM consent WHERE twin_id = ?", [TWIN])
    rights = studio.house.rights
    word = her_word(her, lambda key: rights.statement(her, "consent", consent["id"], key))
    rights.revoke(her, "consent", consent["id"], "", word=word)
    studio.work()
    assert [studio.state(one) for one in ids] == ["withdrawn"] * 2
    assert len(studio.events("reference.opened")) == before
    assert studio.database.rows("SELECT 1 FROM recipe WHERE render_id IN (?, ?)", ids) == []
    (twin,) = [one for one in page.twins(studio.account("maya")) if one.id == TWIN]
    assert "taken" in twin.refusal
    with pytest.raises(Exception, match="taken"):
        page.order(studio.account("maya"), asked(page, shoot))
