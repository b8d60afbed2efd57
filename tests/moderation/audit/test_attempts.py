"""Whoever tries what is not hers is refused, and the audit chain tells of it, however often she tries, once a minute."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from moderation.access.account import Account
from moderation.audit.attempts import REFUSED
from moderation.audit.chain import verify
from moderation.errors import Gone, Missing, ModerationError, NotFound, NotYours
from moderation.keys.her_keys import NewKey
from moderation.vault.vault import Shelf
from tests.moderation.her_hand import private_key, public_key, sign
from tests.moderation.scene import ADMIN, AGENT, AMARA, MAYA, MODO, NORA, RIVAL, Scene

THEIRS = private_key("an intruder")


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    made = Scene(tmp_path)
    made.judged("hers")
    made.approved("approved")
    made.judged("doubtful", "refer")
    return made


def attempts(scene: Scene) -> list[tuple[str, str, str]]:
    """Who tried what about what, oldest first, after the whole chain was verified."""
    rows = scene.database.rows("SELECT * FROM audit ORDER BY seq")
    verify(rows)
    sql = "SELECT actor, facts ->> 'act' AS act, facts ->> 'on' AS about FROM audit WHERE event = ? ORDER BY seq"
    return [(row["actor"], row["act"], row["about"]) for row in scene.database.rows(sql, [REFUSED])]


def new_key(scene: Scene) -> NewKey:
    """A key that somebody else made, and signed for as if it were Nora's."""
    statement = scene.keys.draft(NORA, public_key(THEIRS))
    return NewKey(public_key(THEIRS), statement, sign(THEIRS, statement))


ACTS: dict[str, tuple[str, Callable[[Scene, Account], Any], tuple[Account, ...]]] = {
    "approve": (
        "hers",
        lambda scene, who: scene.signoff.approve(who, "hers", "0" * 64, word=scene.signoff.signed(NORA, "hers", "approve")),
        (AGENT, ADMIN, MODO, MAYA, AMARA),
    ),
    "refuse": (
        "hers",
        lambda scene, who: scene.signoff.real.refuse(who, "hers", "quality"),
        (AGENT, ADMIN, MODO, MAYA, AMARA),
    ),
    "take an approval back": (
        "approved",
        lambda scene, who: scene.signoff.real.undo(who, "approved"),
        (AGENT, ADMIN, MODO, MAYA, AMARA),
    ),
    "sign": (
        "hers",
        lambda scene, who: scene.signoff.real.statement(who, "hers", "approve", "0" * 64),
        (AGENT, ADMIN, MODO, MAYA, AMARA),
    ),
    "review": (
        "doubtful",
        lambda scene, who: scene.desk.review(who, "doubtful", 3, "pass", None, "", "guessed"),
        (AGENT, ADMIN, MAYA, NORA),
    ),
    "appeal": ("doubtful", lambda scene, who: scene.desk.appeal(who, "doubtful", "Again."), (AGENT, ADMIN, MODO, NORA, RIVAL)),
    "release": ("approved", lambda scene, who: scene.releases.release(who, "approved"), (AGENT, ADMIN, MODO, NORA, RIVAL)),
    "download": ("approved", lambda scene, who: scene.releases.grant(who, "approved"), (AGENT, ADMIN, MODO, NORA, RIVAL)),
    "take back": (
        "nora-1",
        lambda scene, who: scene.rights.revoke(who, "consent", "nora-1", ""),
        (AGENT, ADMIN, MODO, MAYA, AMARA),
    ),
    "make her key": ("", lambda scene, who: scene.keys.register(who, new_key(scene), ""), (AGENT, ADMIN, MODO, MAYA)),
    "witness a key": ("nora", lambda scene, who: scene.keys.witness(who, "nora", "0" * 64), (MODO, MAYA, AMARA)),
}
"""By what the record calls it: what it is about, the act, and those who may not do it."""


@pytest.mark.parametrize("act", ACTS)
def test_everybody_else_is_refused_and_the_chain_tells_who_tried_what(scene: Scene, act: str) -> None:
    about, tried, others = ACTS[act]
    before = [scene.render(one) for one in ("hers", "approved", "doubtful")]
    for who in others:
        for _ in range(3):
            with pytest.raises((NotYours, NotFound)):
                tried(scene, who)
    assert attempts(scene) == [(who.id, act, about) for who in others]
    assert [scene.render(one) for one in ("hers", "approved", "doubtful")] == before


def test_who_goes_on_trying_is_told_of_again_after_a_minute(scene: Scene) -> None:
    def tried() -> None:
        with pytest.raises(NotYours):
            scene.signoff.real.refuse(AGENT, "hers", "quality")

    for seconds, told in ((0, 1), (59, 1), (1, 2), (30, 2), (30, 3)):
        scene.clock.forward(seconds=seconds)
        tried()
        assert len(attempts(scene)) == told


@pytest.mark.parametrize("named", ["no-such-image", "x" * 65, "\ud83d", "'; DROP TABLE render; --"])
def test_an_id_of_nothing_is_noted_like_one_of_somebody_else_and_nothing_else_of_it_is_kept(scene: Scene, named: str) -> None:
    with pytest.raises((ModerationError, UnicodeEncodeError)):
        scene.rights.revoke(NORA, "image", named, "")
    noted = attempts(scene)
    assert noted in ([], [(NORA.id, "take back", named if named == "no-such-image" else "")])


def test_what_is_hers_and_cannot_be_done_is_no_attempt(scene: Scene) -> None:
    scene.vault.path(Shelf.ORIGINAL, "hers").unlink()
    with pytest.raises(Missing):
        scene.signoff.approve(NORA, "hers", "0" * 64)
    scene.judged("blocked", "block")
    with scene.database.write("test") as tx:
        tx.execute("INSERT INTO retention_run VALUES ('run', ?, '{}')", [tx.now])
        tx.execute("INSERT INTO removed_picture VALUES ('blocked', 'run', ?)", [tx.now])
    with pytest.raises(Gone):
        scene.desk.appeal(MAYA, "blocked", "Look again.")
    with pytest.raises(ModerationError):
        scene.releases.release(MAYA, "doubtful")
    assert attempts(scene) == []


def test_a_restored_studio_that_is_held_refuses_and_records_nothing(scene: Scene) -> None:
    with scene.database.write("test") as tx:
        scene.database.hold(tx, held=True)
    with pytest.raises(NotYours):
        scene.signoff.real.refuse(AGENT, "hers", "quality")
    assert attempts(scene) == []
