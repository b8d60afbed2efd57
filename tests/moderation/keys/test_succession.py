"""A lost key that she replaced stays replaced, also in an older copy of the database."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from moderation.errors import SignatureRefused
from moderation.keys.approval import Approvals, verify_proof
from moderation.keys.her_keys import HerKeys, NewKey
from moderation.keys.succession import follow_again
from tests.moderation.her_hand import SheSigns, fingerprint, private_key, public_key, sign
from tests.moderation.scene import AGENT, MAYA, NORA, Scene

OLD, SECOND, THIRD = private_key("nora"), private_key("second"), private_key("third")


def dump(scene: Scene) -> list[dict[str, Any]]:
    return scene.database.rows("SELECT * FROM person_key ORDER BY id") + scene.database.rows(
        "SELECT * FROM signature ORDER BY id"
    )


def replaced(tmp_path: Path) -> tuple[Scene, Scene, list[dict[str, Any]]]:
    """A studio in which she replaced her key twice, a copy of it from before, and what was kept beside the keys."""
    home, copy = tmp_path / "home", tmp_path / "copy"
    home.mkdir()
    scene = Scene(home)
    scene.database.close()
    shutil.copytree(home, copy)
    stones: list[str] = []
    keys = HerKeys(
        scene.database,
        lambda *_: None,
        lambda _: False,
        demo=False,
        tombstone=lambda _tx, _person, facts: stones.append(json.dumps(facts)),
    )
    for new, endorser in ((SECOND, OLD), (THIRD, None)):
        scene.clock.forward(minutes=1)
        statement = keys.draft(NORA, public_key(new))
        endorsement = sign(endorser, statement) if endorser else None
        keys.register(NORA, NewKey(public_key(new), statement, sign(new, statement), endorsement), "")
    keys.witness(AGENT, "nora", fingerprint(THIRD))
    older = Scene(copy, fresh=False)
    older.clock.forward(hours=1)
    return scene, older, [json.loads(stone) for stone in stones]


def again(scene: Scene, stones: list[dict[str, Any]], before: Callable[[Any], object] = lambda _: None) -> None:
    with scene.database.write("studio") as tx:
        before(tx)
        for facts in stones:
            follow_again(tx, facts)


def test_an_older_copy_lets_the_keys_follow_each_other_again(tmp_path: Path) -> None:
    scene, older, stones = replaced(tmp_path)
    assert older.keys.current("nora").fingerprint == fingerprint(OLD)  # type: ignore[union-attr]
    again(older, stones)
    assert dump(older) == dump(scene)
    sealed = older.judged("image")
    with pytest.raises(SignatureRefused):
        older.signoff.approve(NORA, "image", sealed.sealed_sha256)
    replace(older.signoff, key_of=lambda _: THIRD).approve(NORA, "image", sealed.sealed_sha256)
    proof = Approvals(older.database).proof(MAYA, "image").decode()
    assert verify_proof(proof, fingerprint(THIRD))
    with pytest.raises(SignatureRefused):
        verify_proof(proof, fingerprint(OLD))


def test_where_it_holds_already_nothing_changes(tmp_path: Path) -> None:
    scene, older, stones = replaced(tmp_path)
    before = dump(scene)
    for facts in (stones, stones[:1], stones[1:]):
        again(scene, facts)
    assert dump(scene) == before
    again(older, stones)
    again(older, stones[:1])
    assert dump(older) == before


def test_without_the_witness_no_key_stands_and_no_first_one_is_made_by_a_password_alone(tmp_path: Path) -> None:
    _, older, stones = replaced(tmp_path)
    again(older, stones, lambda tx: tx.execute("DELETE FROM account WHERE id = 'agent'"))
    assert older.keys.current("nora") is None
    sealed = older.judged("image")
    with pytest.raises(SignatureRefused):
        SheSigns(older.signoff.real, lambda _: SECOND).approve(NORA, "image", sealed.sealed_sha256)
    keys = HerKeys(older.database, lambda *_: None, lambda _: False, demo=False)
    new = private_key("fourth")
    statement = keys.draft(NORA, public_key(new))
    assert keys.register(NORA, NewKey(public_key(new), statement, sign(new, statement)), "") is None
    assert keys.waiting("nora") == fingerprint(new)
