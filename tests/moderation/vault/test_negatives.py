"""A negative is developed again by its brand alone, while she permits it, and only if it is the one that was kept."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from moderation.errors import IllegalMove, ModerationError, NotFound, NotYours, RightsLapsed, SealBroken
from moderation.vault.negatives import Kept, Negatives
from moderation.vault.seal import xmp_of
from moderation.vault.vault import Shelf
from tests.moderation.scene import DISCLOSURE, EVERYBODY, MAYA, MODO, NORA, OTTO, RIVAL, SOURCE, Scene, picture

NEGATIVE = b"the negative of an image"


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


@pytest.fixture
def negatives(scene: Scene) -> Negatives:
    return Negatives(scene.database, scene.vault)


def keep(scene: Scene, render_id: str) -> str:
    """Keep the negative of an image as a submission does."""
    scene.vault.keep(Shelf.NEGATIVE, render_id, NEGATIVE)
    with scene.database.write("worker") as tx:
        Negatives(scene.database, scene.vault).enter(tx, render_id, NEGATIVE, sha256(NEGATIVE).hexdigest())
    return render_id


def image(scene: Scene, render_id: str = "image", *outcomes: str) -> str:
    scene.judged(render_id, *outcomes)
    return keep(scene, render_id)


def test_only_creatives_of_the_brand_develop_it(scene: Scene, negatives: Negatives) -> None:
    image(scene)
    said: dict[str, object] = {}
    for account in EVERYBODY:
        try:
            said[account.id] = negatives.content(negatives.open(account, "image"))
        except ModerationError as refusal:
            said[account.id] = type(refusal)
    brand = {MAYA.id: NEGATIVE, OTTO.id: NEGATIVE, RIVAL.id: NotFound}
    assert said == dict.fromkeys((account.id for account in EVERYBODY), NotYours) | brand
    with pytest.raises(NotFound) as foreign:
        negatives.open(RIVAL, "image")
    with pytest.raises(NotFound) as absent:
        negatives.open(RIVAL, "no-image")
    assert str(foreign.value) == str(absent.value)


def test_a_proof_is_small_marked_and_disclosed(scene: Scene, negatives: Negatives) -> None:
    image(scene)
    proof = negatives.open(MAYA, "image").proof(picture())
    assert proof.startswith(b"\xff\xd8\xff")
    assert DISCLOSURE in xmp_of(proof)
    assert SOURCE in xmp_of(proof)


def test_what_was_altered_or_lost_is_never_developed(scene: Scene, negatives: Negatives) -> None:
    image(scene)
    kept = negatives.open(MAYA, "image")
    assert negatives.stored("image") == (kept, NEGATIVE)
    scene.vault.keep(Shelf.NEGATIVE, "image", NEGATIVE + b"!")
    with pytest.raises(SealBroken):
        negatives.content(kept)
    assert negatives.stored("image") is None
    scene.vault.drop(Shelf.NEGATIVE, "image")
    with pytest.raises(NotFound):
        negatives.content(kept)
    assert negatives.stored("image") is None
    assert negatives.stored("no-image") is None


def test_a_hash_is_recorded_once_and_only_for_what_the_vault_holds(scene: Scene, negatives: Negatives) -> None:
    scene.judged("image")
    with pytest.raises(NotFound), scene.database.write("worker") as tx:
        negatives.enter(tx, "image", NEGATIVE, sha256(NEGATIVE).hexdigest())
    scene.vault.keep(Shelf.NEGATIVE, "image", b"another")
    with pytest.raises(SealBroken), scene.database.write("worker") as tx:
        negatives.enter(tx, "image", NEGATIVE, sha256(NEGATIVE).hexdigest())
    keep(scene, "image")
    for change in ("UPDATE negative SET bytes = 1", "DELETE FROM negative"):
        with pytest.raises(Exception, match="never changed"), scene.database.write("test") as tx:
            tx.execute(change)


def test_an_image_without_a_negative_is_not_developed(scene: Scene, negatives: Negatives) -> None:
    scene.judged("image")
    with pytest.raises(NotFound):
        negatives.open(MAYA, "image")


def revoke(scene: Scene) -> None:
    scene.rights.revoke(NORA, "licence", "halden-nora", "Enough.")


def take_back(scene: Scene) -> None:
    scene.rights.withdraw_image(NORA, "image")


def expire(scene: Scene) -> None:
    scene.clock.forward(days=4000)


def refuse(scene: Scene) -> None:
    scene.signoff.refuse(NORA, "image", "quality")


@pytest.mark.parametrize(
    ("outcome", "end", "refusal"),
    [
        ("clear", take_back, NotFound),
        ("clear", revoke, NotFound),
        ("block", revoke, NotFound),
        ("clear", expire, RightsLapsed),
        ("clear", refuse, IllegalMove),
    ],
)
def test_nothing_is_developed_once_she_said_no_or_her_permission_ended(
    scene: Scene, negatives: Negatives, outcome: str, end: Callable[[Scene], None], refusal: type[ModerationError]
) -> None:
    image(scene, "image", outcome)
    shoot = scene.render("image")["shoot_id"]
    assert isinstance(negatives.open(MAYA, "image"), Kept)
    assert negatives.developable(MAYA, shoot) == {"image"}
    assert negatives.developable(RIVAL, shoot) == negatives.developable(MODO, shoot) == frozenset()
    end(scene)
    with pytest.raises(refusal):
        negatives.open(MAYA, "image")
    assert negatives.developable(MAYA, shoot) == frozenset()


def test_a_moderators_no_leaves_it_open_until_she_takes_her_permission_back(scene: Scene, negatives: Negatives) -> None:
    image(scene, "image", "refer")
    token = scene.desk.claim(MODO, "image")["token"]
    scene.desk.review(MODO, "image", scene.render("image")["version"], "refuse", "quality", "", token)
    assert negatives.open(MAYA, "image").render_id == "image"
    revoke(scene)
    with pytest.raises(NotFound):
        negatives.open(MAYA, "image")
