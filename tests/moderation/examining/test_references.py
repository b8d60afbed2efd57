"""Her references are shown to herself and to whoever judges an image of hers, for as long as that lasts, each look is kept."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from moderation.access.account import Account
from moderation.errors import NotFound
from moderation.examining.references import References
from tests.moderation.scene import ADMIN, AGENT, AMARA, EVERYBODY, MAYA, MINA, MODO, NORA, RIVAL, Scene, insert


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    scene = Scene(tmp_path)
    with scene.database.write("test") as tx:
        for twin in ("nora", "amara"):
            for index in range(3):
                name = f"{twin}-{index}"
                row = {"id": name, "twin_id": twin, "file": f"{name}.avif", "sha256": f"{index}" * 64, "source": "rendered"}
                insert(tx, "reference", {**row, "pose": "{}", "created_at": tx.now})
    return scene


@pytest.fixture
def references(scene: Scene) -> References:
    return References(scene.database, lambda _: np.full((640, 512, 3), 200, np.uint8))


def seen(references: References, reference_id: str) -> set[str]:
    """Who is given a picture."""
    found = set()
    for account in EVERYBODY:
        try:
            assert references.picture(account, reference_id)
            found.add(account.id)
        except NotFound:
            pass
    return found


def looks(scene: Scene) -> list[dict[str, Any]]:
    return scene.database.rows("SELECT * FROM audit WHERE event = 'reference.seen' ORDER BY seq")


def test_without_an_image_in_hand_only_she_sees_her_reference(scene: Scene, references: References) -> None:
    scene.judged("r1", "refer")
    assert seen(references, "nora-0") == {"nora-account"}
    assert seen(references, "amara-0") == {"amara-account"}
    assert seen(references, "nobody-0") == set()


def test_a_moderator_sees_the_references_of_the_person_in_the_image_she_holds(scene: Scene, references: References) -> None:
    scene.judged("r1", "refer")
    scene.desk.claim(MODO, "r1")
    assert seen(references, "nora-1") == {"nora-account", "modo"}
    assert seen(references, "amara-1") == {"amara-account"}
    assert [one.id for one in references.of_image(MODO, "r1")] == ["nora-0", "nora-1", "nora-2"]
    for stranger in (MINA, NORA, MAYA, RIVAL, AGENT, ADMIN):
        assert references.of_image(stranger, "r1") == ()


def _let_go(scene: Scene, token: str) -> None:
    assert scene.desk.let_go(MODO, "r1", token)


def _pass_on(scene: Scene, token: str) -> None:
    scene.desk.review(MODO, "r1", scene.render("r1")["version"], "pass", None, "", token)


def _wait(scene: Scene, _: str) -> None:
    scene.clock.forward(minutes=11)


def _take_back(scene: Scene, _: str) -> None:
    scene.rights.withdraw_image(NORA, "r1")


def _revoke(scene: Scene, _: str) -> None:
    scene.rights.revoke(NORA, "consent", "nora-1", "Enough.")


@pytest.mark.parametrize("end", [_let_go, _pass_on, _wait, _take_back, _revoke], ids=lambda one: one.__name__.strip("_"))
def test_they_close_when_the_moderator_no_longer_holds_it(
    scene: Scene, references: References, end: Callable[[Scene, str], None]
) -> None:
    scene.judged("r1", "refer")
    token = scene.desk.claim(MODO, "r1")["token"]
    assert "modo" in seen(references, "nora-0")
    end(scene, token)
    assert seen(references, "nora-0") == {"nora-account"}
    assert references.of_image(MODO, "r1") == ()


def test_they_close_when_the_licence_ends_while_an_image_waits(scene: Scene, references: References) -> None:
    scene.judged("r1", "refer", licence="halden-short")
    scene.clock.forward(minutes=25)
    scene.desk.claim(MODO, "r1")
    assert "modo" in seen(references, "nora-0")
    scene.clock.forward(minutes=6)
    assert "modo" not in seen(references, "nora-0")


def test_every_look_is_on_record_with_the_image_it_was_for_and_a_refusal_is_none(scene: Scene, references: References) -> None:
    scene.judged("r1", "refer")
    scene.desk.claim(MODO, "r1")
    seen(references, "nora-2")
    rows = looks(scene)
    assert [(row["actor"], row["subject"]) for row in rows] == [("modo", "nora-2"), ("nora-account", "nora-2")]
    assert [json.loads(row["facts"]) for row in rows] == [{"image": "r1", "twin": "nora"}, {"image": None, "twin": "nora"}]


def test_a_reference_is_small_and_says_that_it_is_one(references: References) -> None:
    with Image.open(io.BytesIO(references.picture(NORA, "nora-0"))) as image:
        assert image.size == (400, 500)
        pixels = np.asarray(image.convert("L"))
    corner, rest = pixels[-80:, :200], pixels[:-80]
    assert corner.min() < 60
    assert corner.max() > 240
    assert rest.min() > 190


def test_a_reference_that_is_gone_is_the_owners_refusal(scene: Scene) -> None:
    def gone(_: str) -> Any:
        raise NotFound("The file is missing.")

    account: Account = AMARA
    with pytest.raises(NotFound, match="missing"):
        References(scene.database, gone).picture(account, "amara-0")
